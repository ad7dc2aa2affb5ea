"""The ordered steps, and the registry of labels: a new label is one module in tag/, one in normalise/ and one line here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from extractor.repair import AlignedText, repair
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.overlap import resolve

if TYPE_CHECKING:
    from extractor.sections.known import Known

# label -> module name in tag/ (find) and normalise/ (normalise; "" where the span itself is the value)
LABELS: dict[str, tuple[str, str]] = {
    "CONDITION": ("condition", ""),
    "CELL_PRODUCT": ("cell_product", ""),
    "CELL_DOSE": ("cell_dose", "cell_dose"),
    "DRUG_DOSE": ("drug_dose", "drug_dose"),
    "ROUTE": ("route", "route"),
    "SCHEDULE": ("schedule", "schedule"),
    "LAB_THRESHOLD": ("lab_threshold", "lab_threshold"),
    "AGE": ("age", "age"),
}


@cache
def finder(label: str) -> Callable[[Scan], Iterable[Mention]]:
    """The find function of a label."""
    return import_module(f"extractor.tag.{LABELS[label][0]}").find


@cache
def normaliser(label: str) -> Callable[[Mention, Scan], Mention] | None:
    """The normalise function of a label; None where the span itself is the value."""
    module = LABELS[label][1]
    return import_module(f"extractor.normalise.{module}").normalise if module else None


def scan_text(text: str, sections: Sequence[Known] = ()) -> Scan:
    """read -> repair -> sections: the scanned view of one text; `sections` that the source names take the place of guesses."""
    from extractor.sections import find_sections
    from extractor.sections.known import with_known

    aligned: AlignedText = repair(text)
    found = find_sections(aligned.text)
    return Scan(aligned, with_known(found, sections, aligned) if sections else found)


def tag(scan: Scan, labels: Collection[str] = tuple(LABELS)) -> list[Mention]:
    """All mentions of `labels`, normalised, in view offsets, by start."""
    found = [mention for label in labels for mention in finder(label)(scan)]
    kept = []
    for mention in resolve(found, scan):
        read = normaliser(mention.label)
        kept.append(read(mention, scan) if read else mention)
    return kept


def warm_up(labels: Collection[str]) -> None:
    """Compile rules and load vocabularies by reading a line that touches every stage."""
    tag(
        scan_text(
            "Adults aged 18 years with eGFR ≥ 30 mL/min receive 1 × 106/kg mesenchymal stem cells intravenously weekly."
        ),
        labels,
    )
