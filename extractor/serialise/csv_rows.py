"""Documents as CSV: one row a span, the keys of its value in columns. Lists and objects inside a cell are JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from extractor.schema import Document, Entity, Value
from extractor.serialise.words import value_in_words
from extractor.spans import ASSERTIONS

_VALUES = {name: None for cls in Value.__subclasses__() if cls.__name__ != "SiBound" for name in cls.model_fields}
VALUE_KEYS = tuple(_VALUES)
COLUMNS = (
    "document", "entity", "label", "start", "end", "text", "section", "reading",
    *(f"value_{key}" for key in VALUE_KEYS), *ASSERTIONS,
    "concepts", "source", "score", "repairs", "alternatives", "warnings",
)  # fmt: skip


def csv_chunks(documents: Iterable[Document]) -> Iterator[bytes]:
    """The header line, then the rows of each Document, in UTF-8."""
    yield _line(COLUMNS)
    for document in documents:
        kinds = {section.id: section.kind for section in document.sections}
        codes: dict[str | None, list[str]] = {}
        for warning in document.warnings:
            codes.setdefault(warning.entity, []).append(warning.code)
        for entity in document.entities:
            row = _row(document.id, entity, kinds.get(entity.section or ""), codes.get(entity.id, []))
            yield _line([row.get(column, "") for column in COLUMNS])


def _row(document: str, entity: Entity, section: str | None, warnings: list[str]) -> dict[str, str]:
    dumped = entity.model_dump(mode="json")
    value = dumped["value"] or {}
    return {
        "document": document,
        **{name: str(dumped[name]) for name in ("label", "start", "end", "text", "score")},
        "entity": entity.id,
        "section": section or "",
        "reading": value_in_words(entity.label, value) if value else "",
        **{f"value_{key}": _cell(content) for key, content in value.items()},
        **{name: _cell(getattr(entity.assertion, name)) for name in ASSERTIONS},
        "concepts": "|".join(f"{c.system}:{c.code}" for c in entity.concepts),
        "source": f"{entity.source.by}:{entity.source.id}",
        "repairs": "|".join(repair.rule for repair in entity.repairs),
        "alternatives": _cell(dumped["alternatives"]) if dumped["alternatives"] else "",
        "warnings": "|".join(warnings),
    }


def _cell(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, float) and content.is_integer() and abs(content) < 1e15:
        return str(int(content))
    return json.dumps(content, ensure_ascii=False)


def _line(cells: Iterable[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode("utf-8")
