"""The table of measures, and where names are found."""

from __future__ import annotations

import pytest

from extractor.repair import repair
from extractor.scan import Scan
from extractor.tag import age, lab_threshold
from extractor.tag.lab_vocab import find_hits, loinc_valid, measures
from tests.growth import assert_linear


@pytest.mark.parametrize("code", ["718-7", "2160-0", "33914-3", "89247-1"])
def test_loinc_codes_have_a_right_check_digit(code: str) -> None:
    assert loinc_valid(code)
    assert not loinc_valid(code[:-1] + str((int(code[-1]) + 1) % 10))


def test_table_is_large_and_of_four_kinds() -> None:
    kinds = [m.kind for m in measures().values()]
    assert len(kinds) >= 250
    assert set(kinds) == {"lab", "vital", "imaging", "score"}


def test_names_are_found_whole_and_longest() -> None:
    text = "Serum  creatinine, PaO2 / FiO2 and hemoglobin A1c; not the cratinine nor altitude"
    found = [(text[h.start : h.end], h.measure.id) for h in find_hits(Scan(repair(text)))]
    assert found == [("Serum  creatinine", "creatinine"), ("PaO2 / FiO2", "pao2_fio2"), ("hemoglobin A1c", "hba1c")]


def test_short_names_keep_their_case() -> None:
    text = "ALT alt MAP map"
    assert [text[h.start : h.end] for h in find_hits(Scan(repair(text)))] == ["ALT", "MAP"]


@pytest.mark.parametrize(
    "unit",
    [
        "ALT > 2 x ULN, ",
        "((((",
        "1.5 ",
        "age 18 to ",
        "eGFR ≥ ",
        "upper limit of ",
        "< 5 < ",
        "18 years ",
        "twice the ",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    assert_linear(
        lambda scan: (lab_threshold.find(scan), age.find(scan)),
        lambda size: Scan(repair((unit * (size // len(unit) + 1))[:size])),
        20_000,
    )
