"""Documents as tables for a terminal: original wording beside what was read, values in words, warnings."""

from __future__ import annotations

import re
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractor.repair import repair
from extractor.schema import Document, Entity, Regimen
from extractor.serialise.words import number, value_in_words
from extractor.spans import ASSERTIONS

_STYLES = {
    "CONDITION": "magenta", "CELL_PRODUCT": "green", "CELL_DOSE": "bold cyan", "DRUG_DOSE": "cyan", "ROUTE": "yellow",
    "SCHEDULE": "blue", "LAB_THRESHOLD": "red", "AGE": "bright_magenta",
}  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_PIPED_WIDTH = 160


class TablePrinter:
    """Prints Documents, one table each, to a text stream. Offsets must be code points."""

    def __init__(self, file: TextIO | None = None, width: int | None = None) -> None:
        self.console = Console(file=file, width=width, highlight=False, markup=False)
        if width is None and not self.console.is_terminal:
            self.console.width = _PIPED_WIDTH

    def show(self, text: str, document: Document) -> None:
        """One table of the spans of `document`, which was made from `text`; regimens and warnings below it."""
        title = f"{printable(document.id)}: {len(document.entities)} spans in {document.length:,} characters"
        table = Table(title=title, title_justify="left", title_style="bold")
        for name, ratio in (
            ("Label", None),
            ("Original wording", 4),
            ("Read as", 3),
            ("Value", 4),
            ("Section", None),
            ("Warnings", 3),
        ):
            table.add_column(name, ratio=ratio, overflow="fold")
        kinds = {section.id: section.kind for section in document.sections}
        messages: dict[str | None, list[str]] = {}
        for warning in document.warnings:
            messages.setdefault(warning.entity, []).append(warning.message)
        view = repair(text)
        for entity in document.entities:
            table.add_row(
                Text(entity.label, _STYLES.get(entity.label, "")),
                printable(entity.text),
                printable(_read_as(entity, view.text[view.to_view(entity.start) : view.to_view(entity.end)])),
                printable(_value(entity)),
                kinds.get(entity.section or "", ""),
                Text(printable("; ".join(messages.get(entity.id, []))), "bold yellow"),
            )
        self.console.print(table)
        for regimen in document.regimens:
            self.console.print(Text(printable("Regimen  " + _regimen(regimen, document))))
        for warning in document.warnings:
            if warning.entity is None:
                self.console.print(Text(printable(f"Warning  {warning.code}: {warning.message}"), "bold yellow"))
        self.console.print()


def printable(text: str) -> str:
    """`text` on one line, without what would move the cursor or turn the writing round."""
    return _CONTROLS.sub(" ", text)


def _read_as(entity: Entity, view: str) -> str:
    """The repaired wording where it differs, else what the rules took a lost sign for."""
    if view != entity.text:
        return view
    return "; ".join(repair.read_as for repair in entity.repairs)


def _value(entity: Entity) -> str:
    said = [name for name in ASSERTIONS if getattr(entity.assertion, name)]
    if entity.value is not None:
        said.insert(0, value_in_words(entity.label, entity.value.model_dump(mode="json")))
    elif entity.concepts:
        best = entity.concepts[0]
        said.insert(0, f"{best.display} ({best.code})")
    return ", ".join(said)


def _regimen(regimen: Regimen, document: Document) -> str:
    texts = {entity.id: entity.text for entity in document.entities}
    ids = [regimen.product, regimen.dose, *regimen.routes, *regimen.schedules]
    parts = [texts[id] for id in ids if id is not None]
    if regimen.administrations is not None:
        parts.append(f"{regimen.administrations} administration" + "s" * (regimen.administrations != 1))
    if regimen.total_dose is not None and regimen.total_dose.low is not None:
        parts.append(f"{number(regimen.total_dose.low)} {regimen.total_dose.unit or ''} in all")
    return (f"{regimen.arm.name}: " if regimen.arm else "") + " | ".join(parts)
