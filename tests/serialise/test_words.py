"""Values in words."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.serialise.words import duration, value_in_words


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("CELL_DOSE", {"low": 1e6, "high": 1e6, "unit": "{cells}/kg"}, "1,000,000 cells/kg"),
        ("CELL_DOSE", {"low": 1e6, "high": 2e6, "unit": "{cells}/kg"}, "1,000,000 to 2,000,000 cells/kg"),
        ("CELL_DOSE", {"high": 1e8, "unit": "{cells}", "approximate": True}, "about ≤ 100,000,000 cells"),
        ("CELL_DOSE", {"values": [5e5, 1e6], "unit": "{cells}/kg"}, "500,000, 1,000,000 cells/kg"),
        ("DRUG_DOSE", {"low": 0.5, "high": 0.5, "unit": "mg/d"}, "0.5 mg/d"),
        ("DRUG_DOSE", {"low": 1e6, "high": 1e6, "unit": "[iU]"}, "1,000,000 iU"),
        ("ROUTE", {"ncit": "C38276", "name": "INTRAVENOUS"}, "intravenous (C38276)"),
        ("ROUTE", {"name": "INTRA-ARTERIAL", "site": "renal artery"}, "intra-arterial, renal artery"),
        ("AGE", {"low": 18, "low_inclusive": True, "unit": "a"}, "≥ 18 years"),
        (
            "AGE",
            {"low": 18, "low_inclusive": False, "high": 65, "high_inclusive": True, "unit": "a"},
            "> 18 and ≤ 65 years",
        ),
        ("AGE", {"low": 6, "high": 12, "unit": "mo"}, "6 to 12 months"),
        (
            "LAB_THRESHOLD",
            {
                "kind": "lab",
                "analytes": ["ALT", "AST"],
                "logic": "any",
                "low": 2,
                "low_inclusive": True,
                "reference": "ULN",
            },
            "ALT or AST ≥ 2 × ULN",
        ),
        (
            "LAB_THRESHOLD",
            {
                "kind": "vital",
                "analytes": ["blood pressure"],
                "low": [160, 100],
                "low_inclusive": False,
                "unit": "mm[Hg]",
            },
            "blood pressure > 160/100 mmHg",
        ),
        (
            "LAB_THRESHOLD",
            {
                "kind": "lab",
                "analytes": ["eGFR"],
                "low": 50,
                "unit": "%",
                "reference": "baseline",
                "change": "decrease",
            },
            "eGFR decrease ≥ 50 % from baseline",
        ),
        (
            "LAB_THRESHOLD",
            {"kind": "lab", "analytes": ["platelets"], "high": 50, "high_inclusive": False, "unit": "10*9/L"},
            "platelets < 50 10^9/L",
        ),
        ("SCHEDULE", {"kind": "administration", "count": 1}, "administration: 1 time"),
        (
            "SCHEDULE",
            {"kind": "administration", "frequency": 1, "period": 1, "period_unit": "mo"},
            "administration: every month",
        ),
        (
            "SCHEDULE",
            {"kind": "administration", "frequency": 2, "period": 3, "period_unit": "wk", "duration": "P6M"},
            "administration: 2 × every 3 weeks; for 6 months",
        ),
        (
            "SCHEDULE",
            {"kind": "assessment", "points": ["P1D", "P8W"], "until": "P24M"},
            "assessment: at 1 day, 8 weeks; until 24 months",
        ),
        ("SCHEDULE", {"kind": "assessment"}, "assessment"),
        ("CONDITION", {}, ""),
    ],
)
def test_value_in_words(label: str, value: dict[str, Any], words: str) -> None:
    assert value_in_words(label, value) == words


@pytest.mark.parametrize(("iso", "words"), [
    ("P14D", "14 days"), ("P1W", "1 week"), ("PT12H", "12 hours"), ("P1.5Y", "1.5 years"), ("-P1D", "1 day before"),
    ("P0D", "0 days"), ("P1Y6M", "P1Y6M"), ("P", "P"),
])  # fmt: skip
def test_duration(iso: str, words: str) -> None:
    assert duration(iso) == words
