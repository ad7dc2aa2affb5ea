"""Texts that are no texts: a clear error or an empty result, in time that grows with the length and not faster."""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Callable

import pytest

from extractor.errors import EncodingError, InputError, TextTooLargeError, UsageError
from extractor.extractor import Extractor
from tests.growth import assert_linear
from tests.texts import RECORD


@pytest.mark.parametrize(
    "text", ["", " ", "\n" * 1000, "\x00" * 500, "\ufeff", "\ufffd" * 100, "0123456789" * 50, "." * 999, "(" * 999]
)
def test_nothing_in_it(extractor: Extractor, text: str) -> None:
    document = extractor.annotate(text)
    assert (document.entities, document.relations, document.length) == ([], [], len(text))


def test_nul_bytes_between_the_words(extractor: Extractor) -> None:
    text = "Dose:\x00 2 x 106 cells/kg,\x00 intravenous\x00"
    found = {e.label: e for e in extractor.annotate(text).entities}
    assert found["CELL_DOSE"].text == "2 x 106 cells/kg"
    assert found["ROUTE"].text == "intravenous"


@pytest.mark.parametrize("text", ["\ud800", "dose \udfff 2 x 106/kg", "\udcff" * 10])
def test_lone_surrogates(extractor: Extractor, text: str) -> None:
    with pytest.raises(EncodingError, match="lone surrogate at offset"):
        extractor.annotate(text)


def test_too_long(extractor: Extractor) -> None:
    with pytest.raises(TextTooLargeError, match="limit is 100"):
        Extractor(extractor.labels, max_chars=100).annotate("x" * 101)


@pytest.mark.parametrize("text", [None, 3, b"bytes", ["list"]])
def test_no_string(extractor: Extractor, text: object) -> None:
    with pytest.raises(InputError, match="must be a string"):
        extractor.annotate(text)  # type: ignore[arg-type]


def test_unknown_label_and_offset_unit(extractor: Extractor) -> None:
    with pytest.raises(UsageError, match="DOSE"):
        extractor.annotate("x", labels=["DOSE"])
    with pytest.raises(UsageError, match="bytes"):
        extractor.annotate("x", offset_unit="bytes")


def test_a_bad_text_among_many_loses_nobody(extractor: Extractor) -> None:
    for workers in (1, 2):
        outcomes = list(extractor.try_annotate_many([("a", "2 x 106/kg"), ("b", "\ud800"), ("c", "orally")], workers))
        assert [isinstance(o, InputError) for o in outcomes] == [False, True, False]


def test_five_megabytes(extractor: Extractor) -> None:
    page = RECORD + "The study is carried out at several sites and is described here at some length. " * 200
    text = page * (5_000_000 // len(page))
    document = extractor.annotate(text)
    assert document.length == len(text) > 4_900_000
    assert sum(e.text == "1 × 106/kg" for e in document.entities) == text.count("1 × 106/kg")


_NOISE = random.Random(7)
SHAPES: dict[str, Callable[[int], str]] = {
    "record": lambda n: (RECORD * (n // len(RECORD) + 1))[:n],
    "one line": lambda n: ("2 x 106 cells/kg intravenous and " * (n // 30))[:n],
    "one word": lambda n: "a" * n,
    "digits": lambda n: "7" * n,
    "numbers": lambda n: ("10 x 10 " * n)[:n],
    "comparators": lambda n: ("≥ <= " * n)[:n],
    "brackets": lambda n: "(" * (n // 2) + ")" * (n // 2),
    "blanks": lambda n: " " * n,
    "lines": lambda n: ("- a\n" * n)[:n],
    "escapes": lambda n: ("\\^&lt;&amp;" * n)[:n],
    "commas": lambda n: ("1,000," * n)[:n],
    "days": lambda n: ("day 1, week 2 and " * n)[:n],
    "letters": lambda n: "".join(_NOISE.choices(string.ascii_letters + " \n", k=n)),
    "anything": lambda n: "".join(_NOISE.choices("0123456789.,×x^/-–()<>=≥≤% \nkgmulLIU10µ²", k=n)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_length_and_not_faster(extractor: Extractor, shape: str) -> None:
    """Counts calls, not seconds: four times the text must not need much more than four times the calls."""
    small, large = (_calls(extractor, SHAPES[shape](n)) for n in (5_000, 20_000))
    assert large <= 4.6 * small + 2_000


def _calls(extractor: Extractor, text: str) -> int:
    """Python and C calls that reading `text` makes."""
    count = 0

    def watch(frame: object, event: str, argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    sys.setprofile(watch)
    try:
        extractor.annotate(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_length_and_not_faster(extractor: Extractor, shape: str) -> None:
    """Patterns work inside one call: eight times the text may take 24 times as long, where quadratic work takes 64."""
    assert_linear(extractor.annotate, SHAPES[shape], 25_000)


@pytest.mark.parametrize("shape", ["one line", "one word", "digits", "letters"])
def test_one_line_of_a_million_characters(extractor: Extractor, shape: str) -> None:
    text = SHAPES[shape](1_000_000).replace("\n", " ")
    assert extractor.annotate(text).length == len(text)
