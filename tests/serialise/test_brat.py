"""brat standoff: what is written can be read back to the same spans, values and links."""

from __future__ import annotations

import json

import pytest

from extractor.errors import UsageError
from extractor.extractor import Extractor
from extractor.schema import Document
from extractor.serialise.brat import to_ann
from tests.texts import RECORD


def test_spans_values_and_relations(extractor: Extractor) -> None:
    document = extractor.annotate(RECORD)
    lines = to_ann(document).splitlines()
    spans = [line.split("\t") for line in lines if line.startswith("T")]
    assert len(spans) == len(document.entities) > 5
    for (name, place, text), entity in zip(spans, document.entities, strict=True):
        label, start, end = place.split()
        assert (label, int(start), int(end), text) == (entity.label, entity.start, entity.end, entity.text)
        assert name == "T" + entity.id[1:]
    notes = {line.split("\t")[1].split()[1]: json.loads(line.split("\t")[2]) for line in lines if line.startswith("#")}
    assert notes == {"T" + e.id[1:]: e.value.model_dump(mode="json") for e in document.entities if e.value is not None}
    assert sum(line.startswith("R") for line in lines) == len(document.relations) > 0


def test_a_span_of_several_lines_is_written_in_fragments() -> None:
    entity = _entity("CELL_DOSE", 4, "2 ×\r\n\r\n  106/kg")
    assert to_ann(_document([entity])) == "T1\tCELL_DOSE 4 7;13 19\t2 × 106/kg\n"


def test_attributes() -> None:
    entity = _entity("CONDITION", 0, "asthma") | {"assertion": {"negated": True, "family": True}}
    assert to_ann(_document([entity])).splitlines()[1:] == ["A1\tNegated T1", "A2\tFamily T1"]


def test_other_offsets_are_refused() -> None:
    with pytest.raises(UsageError):
        to_ann(_document([]).model_copy(update={"offset_unit": "utf8"}))


def _entity(label: str, start: int, text: str) -> dict:
    return {
        "id": "E1", "label": label, "start": start, "end": start + len(text), "text": text,
        "source": {"by": "rule", "id": "x"}, "score": 1.0,
    }  # fmt: skip


def _document(entities: list[dict]) -> Document:
    extractor = {"version": "0", "rules": "0"}
    return Document.model_validate(
        {"id": "x", "text_sha256": "0", "length": 99, "extractor": extractor, "entities": entities}
    )
