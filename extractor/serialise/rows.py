"""Span rows: one row a span, the keys of its value in columns of one type each, for Parquet and DuckDB.

A pair of bounds (blood pressure) fills `value_low` and `value_low_second`; the class of a score (Child-Pugh B) stands in
`value_low_class`; objects are JSON in a text column.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from extractor.serialise.words import value_in_words
from extractor.spans import ASSERTIONS

_NUMBERS = (
    "low",
    "low_second",
    "high",
    "high_second",
    "count",
    "count_max",
    "frequency",
    "frequency_max",
    "period",
    "period_max",
)
_FLAGS = ("low_inclusive", "low_inclusive_second", "high_inclusive", "high_inclusive_second", "approximate")
_WORDS = (
    "low_class",
    "high_class",
    "unit",
    "basis",
    "kind",
    "logic",
    "reference",
    "change",
    "ncit",
    "name",
    "site",
    "period_unit",
    "interval",
    "interval_max",
    "duration",
    "duration_max",
    "until",
)
_PAIRS = ("low", "high", "low_inclusive", "high_inclusive")

# column -> string, int, double, bool, strings, doubles
COLUMNS: dict[str, str] = {
    "document": "string",
    "entity": "string",
    "label": "string",
    "start": "int",
    "end": "int",
    "text": "string",
    "section": "string",
    "reading": "string",
    **{f"value_{key}": "double" for key in _NUMBERS},
    **{f"value_{key}": "bool" for key in _FLAGS},
    **{f"value_{key}": "string" for key in _WORDS},
    "value_values": "doubles",
    "value_analytes": "strings",
    "value_points": "strings",
    "value_json": "string",
    **dict.fromkeys(ASSERTIONS, "bool"),
    "concepts": "strings",
    "source": "string",
    "score": "double",
    "repairs": "strings",
    "alternatives": "string",
    "warnings": "strings",
}


def span_rows(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of one Document (as JSON), in the order of its entities; columns that say nothing are None."""
    kinds = {section["id"]: section["kind"] for section in document["sections"]}
    codes: dict[str, list[str]] = {}
    for warning in document["warnings"]:
        codes.setdefault(warning["entity"] or "", []).append(warning["code"])
    for entity in document["entities"]:
        yield _row(document["id"], entity, kinds.get(entity["section"]), codes.get(entity["id"], []))


def _row(document: str, entity: dict[str, Any], section: str | None, warnings: list[str]) -> dict[str, Any]:
    value = entity["value"]
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row.update({name: entity[name] for name in ("label", "start", "end", "text", "score")})
    row.update({name: entity["assertion"][name] for name in ASSERTIONS})
    row.update(document=document, entity=entity["id"], section=section, warnings=warnings)
    row["concepts"] = [f"{c['system']}:{c['code']}" for c in entity["concepts"]]
    row["source"] = f"{entity['source']['by']}:{entity['source']['id']}"
    row["repairs"] = [repair["rule"] for repair in entity["repairs"]]
    if entity["alternatives"]:
        row["alternatives"] = _json(entity["alternatives"])
    if value:
        row["reading"] = value_in_words(entity["label"], value) or None
        row["value_json"] = _json(value)
        row.update(_value_columns(value))
    return row


def _value_columns(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, content in value.items():
        if key in _PAIRS and isinstance(content, list):
            yield f"value_{key}", content[0] if content else None
            yield f"value_{key}_second", content[1] if len(content) > 1 else None
        elif key in ("low", "high") and isinstance(content, str):
            yield f"value_{key}_class", content
        elif f"value_{key}" in COLUMNS:
            yield f"value_{key}", content


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
