"""LAB_THRESHOLD values that the case lines do not express: concepts, SI, warnings, repairs, alternatives."""

from __future__ import annotations

import pytest

from extractor.normalise.lab_plausible import plausible, ranges
from extractor.normalise.lab_threshold import normalise
from extractor.normalise.lab_units import to_si
from extractor.repair import repair
from extractor.scan import Scan
from extractor.sections import Section
from extractor.spans import Mention
from extractor.tag.lab_threshold import find
from extractor.tag.lab_vocab import measures


def _read(text: str, section: str | None = None) -> list[Mention]:
    aligned = repair(text)
    scan = Scan(aligned, (Section(0, len(aligned.text), section),) if section else ())
    return [normalise(m, scan) for m in find(scan)]


def test_concepts_are_loinc_codes_of_every_analyte() -> None:
    (mention,) = _read("AST or ALT > 3 x ULN")
    assert [c["code"] for c in mention.concepts] == ["1920-8", "1742-6"]
    assert {c["system"] for c in mention.concepts} == {"http://loinc.org"}


def test_a_measure_without_a_code_has_no_concept() -> None:
    (mention,) = _read("Wexler severity index ≥ 14")
    assert mention.concepts == ()


@pytest.mark.parametrize(
    ("section", "side", "sign"), [("inclusion", "low", "≥"), ("exclusion", "high", "≤"), (None, "low", "≥")]
)
def test_lost_comparator_is_read_as_the_section_means_it(section: str | None, side: str, sign: str) -> None:
    (mention,) = _read("hemoglobin = 95 g/L", section)
    assert mention.value is not None
    assert mention.value[side] == 95
    assert [w.code for w in mention.warnings] == ["COMPARATOR_LOST"]
    assert mention.repairs == (("lost-comparator", 11, 12, sign),)
    literal = mention.alternatives[0]
    assert (literal["low"], literal["high"], literal["unit"]) == (95, 95, "g/L")


def test_written_comparators_leave_no_trace() -> None:
    (mention,) = _read("hemoglobin ≥ 95 g/L", "inclusion")
    assert (mention.warnings, mention.repairs, mention.alternatives) == ((), (), ())


def test_unit_that_does_not_fit_is_flagged_and_not_guessed() -> None:
    (mention,) = _read("hemoglobin < 9 mmHg")
    assert mention.value is not None
    assert (mention.value["high"], mention.value["unit"]) == (9, "mm[Hg]")
    assert [w.code for w in mention.warnings] == ["UNIT_UNEXPECTED"]
    assert "si" not in mention.value


@pytest.mark.parametrize(
    ("measure", "value", "unit", "wanted"),
    [
        ("creatinine", 2.0, "mg/dL", 176.8),
        ("creatinine", 177.0, "umol/L", 177.0),
        ("glucose", 126.0, "mg/dL", 6.99426),
        ("hemoglobin", 9.0, "g/dL", 90.0),
        ("hemoglobin", 90.0, "g/L", 90.0),
        ("platelet", 100.0, "10*9/L", 100.0),
        ("platelet", 100000.0, "/mm3", 100.0),
        ("anc", 1.5, "10*3/uL", 1.5),
        ("sbp", 160.0, "mm[Hg]", None),
        ("creatinine", 2.0, "%", None),
    ],
)
def test_si(measure: str, value: float, unit: str, wanted: float | None) -> None:
    found = to_si(value, unit, measures()[measure])
    assert found == (pytest.approx(wanted, rel=1e-5) if wanted is not None else None)


def test_conversions_agree_with_an_independent_table() -> None:
    converters = pytest.importorskip("labunits.converters")
    assert converters is not None
    import json
    from importlib.resources import files

    table = json.loads((files("labunits") / "data" / "analytes.json").read_text(encoding="utf-8"))
    compared = 0
    for measure in measures().values():
        row = table.get(measure.loinc)
        si = measure.si.replace("u", "μ")
        if row and measure.factor is not None and row["traditional_units"] == measure.ucum and row["si_units"] == si:
            compared += 1
            assert measure.factor == pytest.approx(row["conversion_factor"], rel=0.01), measure.id
    assert compared >= 8


@pytest.mark.parametrize(
    ("text", "low", "other"),
    [
        ("Platelets > 30.000/mm3", 30000, 30),
        ("WBC > 3,5000/mm3", 35000, 3500),
        ("Platelets > 1000,000/mm3", 1000000, 100000),
    ],
)
def test_doubtful_grouping_has_its_other_reading_and_a_warning(text, low, other):
    (mention,) = _read(text)
    assert mention.value is not None
    assert mention.value["low"] == low
    assert [a["low"] for a in mention.alternatives] == [other]
    assert [w.code for w in mention.warnings] == ["GROUPING_AMBIGUOUS"]


def test_usual_grouping_is_not_doubted():
    (mention,) = _read("Platelets > 30,000/mm3")
    assert (mention.alternatives, mention.warnings) == ((), ())


@pytest.mark.parametrize(
    ("text", "read", "other"),
    [
        ("ferritin > 1.000 ng/mL", 1000, 1),
        ("ferritin > 12.500 ng/mL", 12500, 12.5),
        ("D-dimer > 2.500 µg/L", 2500, 2.5),
        ("creatinine > 1,500 mg/dL", 1.5, 1500),
        ("galectin-3 > 1.250 ng/mL", 1.25, 1250),  # of an unknown measure: as written
    ],
)
def test_digits_that_group_in_two_ways_are_read_as_the_measure_can_be(text: str, read: float, other: float) -> None:
    (mention,) = _read(text)
    assert mention.value is not None and mention.value["low"] == read
    assert [a["low"] for a in mention.alternatives] == [other]
    assert [w.code for w in mention.warnings] == ["GROUPING_AMBIGUOUS"]


@pytest.mark.parametrize(
    "text", ["creatinine > 1.500 mg/dL", "CRP > 10.000 mg/L", "galectin-3 > 1.257 ng/mL", "INR > 1.500"]
)
def test_digits_that_only_one_reading_fits_are_in_no_doubt(text: str) -> None:
    (mention,) = _read(text)
    assert mention.alternatives == () and mention.warnings == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [("hemoglobin > 90 g/dL", 90), ("platelets > 100/mm3", 100), ("temperature > 101 °C", 101), ("INR > 150", 150)],
)
def test_an_implausible_bound_is_told_and_stays(text: str, value: float) -> None:
    (mention,) = _read(text)
    assert mention.value is not None and mention.value["low"] == value
    assert [w.code for w in mention.warnings] == ["VALUE_IMPLAUSIBLE"]


@pytest.mark.parametrize(
    "text",
    ["hemoglobin > 90 g/L", "platelets > 100 × 10^9/L", "AST > 3 x ULN", "glucose > 250 mg/dL", "platelets > 0/mm3"],
)
def test_a_plausible_bound_has_no_warning(text: str) -> None:
    (mention,) = _read(text)
    assert mention.warnings == ()


def test_ranges_hold_what_analytes_csv_says_is_healthy_or_not() -> None:
    assert len(ranges()) >= 60
    for name, known in ranges().items():
        value = {"low": known.low, "high": known.high, **({} if known.unit == "1" else {"unit": known.unit})}
        assert plausible(value, measures()[name]) is True, name
        assert plausible({**value, "high": known.high * 2}, measures()[name]) is False, name


def test_a_group_of_two_digits_is_no_decimal_where_the_measure_cannot_be_so_low() -> None:
    (mention,) = _read("platelets ≥ 100,00/mm3")
    assert mention.value is not None and mention.value["low"] == 100_000
    assert [a["low"] for a in mention.alternatives] == [100, 10_000]
    assert {w.code for w in mention.warnings} == {"GROUPING_AMBIGUOUS"}
    (mention,) = _read("creatinine ≤ 1,50 mg/dL")
    assert mention.value is not None and mention.value["high"] == 1.5 and mention.warnings == ()
