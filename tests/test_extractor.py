"""The Python API: what it gives back, in which order, and what it says to wrong use."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from extractor import Extractor, ExtractorError
from extractor.errors import EncodingError, InputError, TextTooLargeError, UsageError

EXTRACTOR = Extractor.load()
TEXT = "Patients aged ≥ 18 years receive 1 × 106/kg MSCs by intravenous infusion once a week for 4 weeks."


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
def test_offsets_in_every_unit_point_at_the_text(unit):
    text = "𝛼𝛽 naïve: " + TEXT
    document = EXTRACTOR.annotate(text, offset_unit=unit)
    encoding, width = {"codepoint": ("utf-32-le", 4), "utf16": ("utf-16-le", 2), "utf8": ("utf-8", 1)}[unit]
    data = text.encode(encoding)
    assert {e.label for e in document.entities} >= {"AGE", "CELL_DOSE", "CELL_PRODUCT", "ROUTE", "SCHEDULE"}
    for entity in document.entities:
        assert data[entity.start * width : entity.end * width].decode(encoding) == entity.text
    assert document.length * width == len(data)


def test_ids_are_the_callers_or_from_the_text():
    assert EXTRACTOR.annotate(TEXT, id="NCT1").id == "NCT1"
    document = EXTRACTOR.annotate(TEXT)
    assert document.id == document.text_sha256[:16]


@pytest.mark.parametrize("n_process", [1, 2])
def test_many_keep_their_order_and_a_bad_one_loses_nobody(n_process):
    items = [TEXT, ("second", "Age > 5 years"), "\ud800", 7, TEXT]
    outcomes = list(EXTRACTOR.try_annotate_many(items, n_process=n_process))
    assert [type(o).__name__ for o in outcomes] == ["Document", "Document", "EncodingError", "InputError", "Document"]
    assert outcomes[1].id == "second"
    assert outcomes[0] == outcomes[4] == EXTRACTOR.annotate(TEXT)
    with pytest.raises(EncodingError, match="offset 0"):
        list(EXTRACTOR.annotate_many(items, n_process=n_process))


def test_threads_and_pickles_give_the_same():
    wanted = EXTRACTOR.annotate(TEXT)
    copy = pickle.loads(pickle.dumps(EXTRACTOR))
    with ThreadPoolExecutor(4) as pool:
        assert all(d == wanted for d in pool.map(copy.annotate, [TEXT] * 8))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Extractor.load(labels=["DOSE"]), UsageError, "unknown label 'DOSE'"),
        (lambda: Extractor.load(labels=[]), UsageError, "no label"),
        (lambda: EXTRACTOR.annotate(TEXT, offset_unit="bytes"), UsageError, "offset unit 'bytes'"),
        (lambda: EXTRACTOR.annotate(TEXT, id=5), UsageError, "id must be a string"),
        (lambda: EXTRACTOR.annotate(b"x"), InputError, "must be a string, not bytes"),
        (lambda: Extractor.load(max_chars=10).annotate(TEXT), TextTooLargeError, "the limit is 10"),
        (lambda: list(EXTRACTOR.annotate_many([TEXT], n_process=0)), UsageError, "n_process must be 1 or more"),
    ],
)
def test_wrong_use_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
    assert issubclass(error, ExtractorError)


def test_no_span_ends_in_a_bracket_that_it_did_not_open():
    document = EXTRACTOR.annotate(
        "(infused with 2 × 10^6 cells/kg (MSCs)) and (ALT ≥ 2 × ULN) in adults (aged 18 to 65 years)."
    )
    for entity in document.entities:
        assert entity.text.count(")") <= entity.text.count("("), entity.text
