"""Numbers, amounts, units and comparators."""

from __future__ import annotations

import re

import pytest

from extractor.scan import find_numbers, read_amount, read_comparator, read_unit
from extractor.scan.trie import by_first_letter


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 × 10^6/kg", [1e6]),
        ("1.5x10^9/L", [1.5e9]),
        ("2×1000000 cells", [2e6]),
        ("1e6 and 1.0E+6", [1e6, 1e6]),
        ("10^6-10^7", [1e6, 1e7]),
        ("50M cells but 50M people", [5e7, 50]),
        ("one million cells, half a million", [1e6, 5e5]),
        ("two hundred and fifty thousand", [250000]),
        ("100,000/µL", [100000]),
        ("3.0 10^6 MSC", [3e6]),
        ("m^2 of 2^6", [2, 2, 6]),
        ("day 10 5", [10, 5]),
        ("someone often", []),
    ],
)
def test_numbers(text, values):
    assert [n.value for n in find_numbers(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "kind", "values", "span"),
    [
        ("1-2 × 10^6/kg", "range", (1e6, 2e6), "1-2 × 10^6"),
        ("1 to 5 million", "range", (1e6, 5e6), "1 to 5 million"),
        ("1x10^6 - 5 x 10^6 cells", "range", (1e6, 5e6), "1x10^6 - 5 x 10^6"),
        ("0.5, 1 and 2 × 10^6 cells/kg", "list", (5e5, 1e6, 2e6), "0.5, 1 and 2 × 10^6"),
        ("160/100 mmHg", "list", (160, 100), "160/100"),
        ("5 ± 1 million", "single", (5e6, 5e6), "5 ± 1 million"),
        ("100,000 to 1 × 10^6", "range", (1e5, 1e6), "100,000 to 1 × 10^6"),
        ("2-10^6 cells", "range", (2, 1e6), "2-10^6"),
        ("30 or so", "single", (30, 30), "30"),
    ],
)
def test_amounts(text, kind, values, span):
    amount = read_amount(text, find_numbers(text), 0)
    assert (amount.kind, text[amount.start : amount.end]) == (kind, span)
    assert amount.values == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "ucum", "end"),
    [
        ("mg/kg/day", "mg/kg/d", 9),
        ("ml/min/1.73 m2", "mL/min/{1.73_m2}", 14),
        (" per microliter", "/uL", 15),
        ("/mm^3,", "/mm3", 5),
        ("mm Hg", "mm[Hg]", 5),
        ("beats per minute", "{beats}/min", 16),
        ("kg/m2)", "kg/m2", 5),
        ("mg per dl", "mg/dL", 9),
    ],
)
def test_units(text, ucum, end):
    unit = read_unit(text, 0)
    assert unit is not None
    assert (unit.ucum, unit.end) == (ucum, end)


@pytest.mark.parametrize("text", ["mgr", "Lupus", "patients", "m20", ""])
def test_no_unit(text):
    assert read_unit(text, 0) is None


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("≥ 3", "ge"), (">/= 3", "ge"), ("=< 3", "le"), ("> or = 3", "ge"), ("greater than or equal to 3", "ge"),
        ("no more than 3", "le"), ("less than 3", "lt"), ("not exceeding 3", "le"), ("above 3", "gt"), ("? 3", "lost"),
    ],
)  # fmt: skip
def test_comparators(text, op):
    found = read_comparator(text, 0)
    assert found is not None
    assert found.op == op
    assert text[found.end :].strip() == "3"


def test_words_inside_words_are_no_comparators():
    assert read_comparator("overall", 0) is None
    assert read_comparator("undergo", 0) is None


@pytest.mark.parametrize(
    "text", ["dose of drug", "a mydrug dosed", "adrug per day", "doses, ipads; pad", "x|y drugs", "dos"]
)
def test_fragments_by_their_first_letter_match_as_they_did(text: str) -> None:
    fragments = ["dos(?:e|age)", r"\bdrug", "dosed", r"\bi?pad\b", "(?<!my)drug", r"\bper\b", "x|y", "p+ad", "adr"]
    found = [(m.start(), m.group()) for m in re.finditer(by_first_letter(fragments), text)]
    assert [start for start, _ in found] == [m.start() for m in re.finditer("|".join(fragments), text)]
    assert by_first_letter(fragments).startswith(r"d(?:os(?:e|age)|(?<=\bd)rug|osed)|p(?:")
