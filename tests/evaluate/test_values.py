"""What counts as a right value, and the words for a wrong one."""

from __future__ import annotations

import pytest

from extractor.evaluate.values import judge

DOSE = {"low": 1e6, "high": 1e6, "unit": "{cells}/kg"}
LAB = {"kind": "lab", "analytes": ["serum creatinine"], "low": 2, "low_inclusive": True, "reference": "ULN"}
PRESSURE = {"analytes": ["blood pressure"], "low": [160, 100], "low_inclusive": False, "unit": "mm[Hg]"}
SCHEDULE = {"kind": "administration", "points": ["P1D", "P14D"], "until": "P24M"}


@pytest.mark.parametrize(
    ("label", "gold", "found"),
    [
        ("CELL_DOSE", DOSE, {**DOSE, "low": 1e6 * (1 + 1e-10), "approximate": True}),
        ("CELL_DOSE", DOSE, {"values": [1e6], "unit": "{cells}/kg"}),
        ("DRUG_DOSE", {"low": 5, "high": 5, "unit": "mg"}, {"low": 5.0, "high": 5.0, "unit": "mg"}),
        ("ROUTE", {"ncit": "C38276"}, {"ncit": "C38276", "name": "INTRAVENOUS", "site": "arm"}),
        ("SCHEDULE", SCHEDULE, {**SCHEDULE, "timing": {"repeat": {}}}),
        ("LAB_THRESHOLD", LAB, {**LAB, "analytes": ["creatinine"], "kind": "score", "si": {}}),
        ("LAB_THRESHOLD", LAB, {**LAB, "analytes": ["SCr"]}),
        ("LAB_THRESHOLD", PRESSURE, {**PRESSURE, "analytes": ["BP"]}),
        ("LAB_THRESHOLD", PRESSURE, {**PRESSURE, "low_inclusive": [False, False]}),
        (
            "LAB_THRESHOLD",
            {"analytes": ["x"], "low": 1, "unit": "/mm3"},
            {"analytes": ["x"], "low": 1, "low_inclusive": True, "unit": "{cells}/uL"},
        ),
        (
            "AGE",
            {"low": 18, "low_inclusive": True, "unit": "a"},
            {"low": 18, "low_inclusive": True, "unit": "a", "high_inclusive": True},
        ),
    ],
)
def test_right(label: str, gold: dict, found: dict) -> None:
    verdict = judge(label, gold, found, "serum creatinine (SCr) above 2 x ULN")
    assert verdict is not None and verdict.right and verdict.reason == ""


@pytest.mark.parametrize(
    ("label", "gold", "found", "reason"),
    [
        ("CELL_DOSE", DOSE, {**DOSE, "low": 1e7, "high": 1e7}, "1e6 against 1e7, unit right"),
        ("CELL_DOSE", DOSE, {**DOSE, "unit": "{cells}"}, "unit {cells}/kg against {cells}, magnitude right"),
        ("CELL_DOSE", DOSE, {"high": 1e6, "unit": "{cells}/kg"}, "1e6 against up to 1e6, unit right"),
        ("CELL_DOSE", DOSE, {"values": [1e6, 5e6], "unit": "{cells}/kg"}, "1e6 against [1e6, 5e6], unit right"),
        ("CELL_DOSE", DOSE, None, "no value; gold has low 1e6, high 1e6, unit {cells}/kg"),
        ("ROUTE", {"ncit": "C38276"}, {"ncit": "C38288"}, "ncit C38276 against C38288"),
        ("SCHEDULE", SCHEDULE, {**SCHEDULE, "count": 2}, "count nothing against 2, kind, points, until right"),
        ("SCHEDULE", SCHEDULE, {**SCHEDULE, "points": ["P1D"]}, "points [P1D, P14D] against [P1D], kind, until right"),
        (
            "LAB_THRESHOLD",
            LAB,
            {**LAB, "low_inclusive": False},
            "≥ 2 against > 2 (inclusiveness), comparator, magnitude, reference, analytes right",
        ),
        (
            "LAB_THRESHOLD",
            LAB,
            {"analytes": ["serum creatinine"], "high": 2, "high_inclusive": True, "reference": "ULN"},
            "≥ 2 against ≤ 2 (comparator), magnitude, inclusiveness, reference, analytes right",
        ),
        (
            "LAB_THRESHOLD",
            LAB,
            {**LAB, "analytes": ["ALT"], "reference": "LLN"},
            "reference ULN against LLN; analytes [serum creatinine] against [ALT], "
            "comparator, magnitude, inclusiveness right",
        ),
        (
            "LAB_THRESHOLD",
            LAB,
            {**LAB, "analytes": ["serum creatinine", "ALT"]},
            "analytes [serum creatinine] against [serum creatinine, ALT], "
            "comparator, magnitude, inclusiveness, reference right",
        ),
        (
            "LAB_THRESHOLD",
            PRESSURE,
            {**PRESSURE, "low": [160, 90]},
            "> [160, 100] against > [160, 90] (magnitude), comparator, inclusiveness, unit, analytes right",
        ),
        (
            "AGE",
            {"low": 18, "low_inclusive": True, "unit": "a"},
            {"low": 18, "low_inclusive": True, "unit": "mo"},
            "unit a against mo, comparator, magnitude, inclusiveness right",
        ),
        (
            "AGE",
            {"low": True, "low_inclusive": True, "unit": "a"},
            {"low": 1, "low_inclusive": True, "unit": "a"},
            "≥ True against ≥ 1 (magnitude), comparator, inclusiveness, unit right",
        ),
    ],
)
def test_wrong(label: str, gold: dict, found: dict | None, reason: str) -> None:
    verdict = judge(label, gold, found, "serum creatinine above 2 x ULN")
    assert verdict is not None and not verdict.right and verdict.reason == reason


def test_nothing_to_judge() -> None:
    assert judge("CONDITION", {"a": 1}, {}, "") is None
    assert judge("AGE", None, {"low": 1}, "") is None


def test_names_of_different_measures_stay_different() -> None:
    verdict = judge("LAB_THRESHOLD", PRESSURE, {**PRESSURE, "analytes": ["heart rate"]}, "blood pressure > 160/100 mmHg")
    assert verdict is not None and not verdict.keys["analytes"]
    scores = {"analytes": ["KOOS"], "low": 10}
    verdict = judge("LAB_THRESHOLD", scores, {**scores, "analytes": ["WOMAC"]}, "KOOS above 10")
    assert verdict is not None and not verdict.keys["analytes"]  # one row of the vocabulary, two instruments
