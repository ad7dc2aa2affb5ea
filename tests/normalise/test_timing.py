"""FHIR Timing of schedules: what is expressed, and the rules of the R4 datatype (tim-1 to tim-8)."""

from __future__ import annotations

import pytest

from extractor.normalise.timing import UCUM, fhir_timing, parse_iso
from extractor.pipeline import finder, normaliser, scan_text
from tests.markup import read_cases

# Timing.repeat of FHIR R4, with the fields we write
FIELDS = {
    "boundsDuration", "boundsRange", "count", "countMax", "duration", "durationMax", "durationUnit",
    "frequency", "frequencyMax", "period", "periodMax", "periodUnit",
}  # fmt: skip
UNITS = {"s", "min", "h", "d", "wk", "mo", "a"}


def duration(value: float, unit: str, **more: str) -> dict:
    return {"value": value, **more, "unit": unit, "system": UCUM, "code": unit}


def violations(timing: dict) -> list[str]:
    """Names of the FHIR rules that a Timing breaks."""
    out = []
    if set(timing) != {"repeat"} or not timing["repeat"]:
        return ["elements"]
    repeat = timing["repeat"]
    out += ["elements"] if set(repeat) - FIELDS else []
    out += ["tim-1"] if ("duration" in repeat) != ("durationUnit" in repeat) else []
    out += ["tim-2"] if ("period" in repeat) != ("periodUnit" in repeat) else []
    out += ["tim-4"] if repeat.get("duration", 0) < 0 else []
    out += ["tim-5"] if repeat.get("period", 0) < 0 else []
    out += ["tim-6"] if "periodMax" in repeat and "period" not in repeat else []
    out += ["tim-7"] if "durationMax" in repeat and "duration" not in repeat else []
    out += ["tim-8"] if "countMax" in repeat and "count" not in repeat else []
    out += ["choice"] if "boundsDuration" in repeat and "boundsRange" in repeat else []
    for key in ("count", "countMax", "frequency", "frequencyMax"):
        out += ["positiveInt"] if key in repeat and (type(repeat[key]) is not int or repeat[key] < 1) else []
    out += ["units"] if not {repeat[k] for k in ("durationUnit", "periodUnit") if k in repeat} <= UNITS else []
    return out


@pytest.mark.parametrize(
    ("value", "repeat"),
    [
        ({"count": 3}, {"count": 3}),
        ({"count": 1, "count_max": 8}, {"count": 1, "countMax": 8}),
        (
            {"frequency": 2, "period": 1, "period_unit": "d"},
            {"frequency": 2, "period": 1, "periodUnit": "d"},
        ),
        (
            {"frequency": 1, "period": 6, "period_max": 12, "period_unit": "mo"},
            {"frequency": 1, "period": 6, "periodMax": 12, "periodUnit": "mo"},
        ),
        (
            {"frequency": 1, "period": 2, "period_unit": "d", "duration": "P2W", "count": 7},
            {"boundsDuration": duration(2, "wk"), "count": 7, "frequency": 1, "period": 2, "periodUnit": "d"},
        ),
        ({"interval": "P14D", "count": 2}, {"count": 2, "frequency": 1, "period": 14, "periodUnit": "d"}),
        ({"duration": "PT30M"}, {"duration": 30, "durationUnit": "min"}),
        ({"duration": "PT60M", "duration_max": "PT80M"}, {"duration": 60, "durationMax": 80, "durationUnit": "min"}),
        ({"duration": "P2Y"}, {"boundsDuration": duration(2, "a")}),
        (
            {"duration": "P7D", "duration_max": "P10D"},
            {"boundsRange": {"low": duration(7, "d"), "high": duration(10, "d")}},
        ),
        (
            {"frequency": 1, "period": 12, "period_unit": "h", "duration": "PT48H"},
            {"boundsDuration": duration(48, "h"), "frequency": 1, "period": 12, "periodUnit": "h"},
        ),
        (
            {"frequency": 1, "period": 12, "period_unit": "h", "duration": "PT2H"},
            {"duration": 2, "durationUnit": "h", "frequency": 1, "period": 12, "periodUnit": "h"},
        ),
        (
            {"frequency": 1, "period": 1, "period_unit": "wk", "until": "P12M"},
            {"boundsDuration": duration(12, "mo", comparator="<="), "frequency": 1, "period": 1, "periodUnit": "wk"},
        ),
    ],
)
def test_expressed(value: dict, repeat: dict) -> None:
    timing = fhir_timing({"kind": "administration", **value})
    assert timing == {"repeat": repeat}
    assert violations(timing) == []


@pytest.mark.parametrize("value", [{}, {"points": ["P1D", "P14D"]}, {"points": ["P2W"], "until": "P12M"}, {"count": 0}])
def test_not_expressed(value: dict) -> None:
    """Points after an event have no place in a Timing."""
    assert fhir_timing({"kind": "assessment", **value}) is None


def test_the_judge_can_fail() -> None:
    assert violations({"repeat": {"frequency": 1, "period": 2}}) == ["tim-2"]
    assert violations({"repeat": {"count": 1.5}}) == ["positiveInt"]
    assert violations({"repeat": {"duration": 3}}) == ["tim-1"]


def test_all_cases_give_valid_timings() -> None:
    seen = 0
    for case in read_cases("schedule"):
        scan = scan_text(case.text)
        for mention in finder("SCHEDULE")(scan):
            value = normaliser("SCHEDULE")(mention, scan).value
            if "timing" in value:
                seen += 1
                assert violations(value["timing"]) == [], (str(case), value)
    assert seen > 30


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("P14D", (14, "d")),
        ("PT30M", (30, "min")),
        ("P30M", (30, "mo")),
        ("P2.5W", (2.5, "wk")),
        ("-P5D", None),
        ("P1Y2M", None),
        ("", None),
    ],
)
def test_parse_iso(text: str, wanted: tuple | None) -> None:
    assert parse_iso(text) == wanted
