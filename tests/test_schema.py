"""The JSON Schema: checked in, in step with the models, and true of every output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from extractor.commands import schema
from extractor.extractor import Extractor
from extractor.pipeline import LABELS
from extractor.schema import Assertion, json_schema
from extractor.spans import ASSERTIONS
from tests.markup import CASES, read_cases
from tests.texts import RECORD

ROOT = Path(__file__).parent.parent
CHECKED_IN = ROOT / "schema" / "document-v1.json"
VALIDATOR = Draft202012Validator(json_schema())


def test_the_checked_in_schema_is_the_exported_one() -> None:
    assert CHECKED_IN.read_bytes() == schema(), "write it anew: extractor schema > schema/document-v1.json"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(CHECKED_IN.read_bytes()))


def test_the_assertions_have_one_list_of_names() -> None:
    assert tuple(Assertion.model_fields) == ASSERTIONS


def check(extractor: Extractor, text: str, unit: str = "codepoint") -> None:
    document = json.loads(extractor.annotate(text, offset_unit=unit).model_dump_json())
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    encoded = {"codepoint": text, "utf16": text.encode("utf-16-le"), "utf8": text.encode()}[unit]
    width = 2 if unit == "utf16" else 1
    assert document["length"] == len(encoded) // width
    for entity in document["entities"]:
        piece = encoded[entity["start"] * width : entity["end"] * width]
        told = piece if isinstance(piece, str) else piece.decode("utf-16-le" if unit == "utf16" else "utf-8")
        assert told == entity["text"]


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
def test_outputs_validate_and_offsets_hold(extractor: Extractor, unit: str) -> None:
    check(extractor, RECORD, unit)
    for path in sorted((ROOT / "annotations" / "seeds").glob("*.txt")):
        check(extractor, path.read_bytes().decode("utf-8"), unit)


@pytest.mark.parametrize("label", [label.lower() for label in LABELS])
def test_outputs_of_all_cases_validate(extractor: Extractor, label: str) -> None:
    if (CASES / f"{label}.txt").exists():
        for case in read_cases(label):
            check(extractor, case.text)


_PIECES = st.sampled_from(
    [*RECORD.split(), "😀", "≥", "×", "106", "/kg", "10\\^6", "\n", "&lt;", "Â²", "µ", "(", "–", "1,5", "%"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=4), max_size=40), st.sampled_from(["codepoint", "utf16", "utf8"]))
def test_any_text_gives_a_valid_document(extractor: Extractor, pieces: list[str], unit: str) -> None:
    text = " ".join(pieces)
    if text.encode("utf-8", "replace").decode() == text:
        check(extractor, text, unit)


def test_a_wrong_document_does_not_validate(extractor: Extractor) -> None:
    document = json.loads(extractor.annotate(RECORD).model_dump_json())
    del document["entities"][0]["score"]
    assert list(VALIDATOR.iter_errors(document))
