"""Other readings of damaged amounts, and the check against what is ever given."""

from __future__ import annotations

import pytest

from extractor.normalise.cell_dose import normalise, plausible, plausible_doses
from extractor.pipeline import scan_text
from extractor.spans import Mention
from extractor.tag.cell_dose import find


def doses(text: str) -> list[Mention]:
    scan = scan_text(text)
    return [normalise(m, scan) for m in find(scan)]


@pytest.mark.parametrize(
    ("text", "value", "other", "code"),
    [
        ("infused at 106 cells/kg once", 1e6, 106.0, "EXPONENT_AMBIGUOUS"),
        ("a dose of 2x10e6 cells/kg", 2e6, 2e7, "E_NOTATION_AMBIGUOUS"),
        ("a dose of 2x10e7 cells (200 million) of MSC", 2e7, 2e8, "E_NOTATION_AMBIGUOUS"),
        ("injection of 250.000 cells", 250_000, 250.0, "GROUPING_AMBIGUOUS"),
        ("2x10^6 million MSCs/kg are infused", 2e6, 2e12, "SCALE_AMBIGUOUS"),
        ("a dose of 3x10^16 cells/kg", 3e16, 3e6, "DOSE_IMPLAUSIBLE"),
    ],
)
def test_other_readings(text: str, value: float, other: float, code: str) -> None:
    found = doses(text)[0]
    assert found.value is not None
    assert found.value["low"] == pytest.approx(value)
    assert [a["low"] for a in found.alternatives] == pytest.approx([other])
    assert [w.code for w in found.warnings] == [code]


def test_restatement_decides() -> None:
    """10e7 is 10^7 unless the text says in words that it is 1e8."""
    found = doses("a dose of 1x10e7 (100 million) MSCs is infused")[0]
    assert found.value is not None and found.value["low"] == pytest.approx(1e8)
    assert [a["low"] for a in found.alternatives] == pytest.approx([1e7])
    assert "second time" in found.warnings[0].message


def test_another_dose_decides() -> None:
    text = "Patients get 1x10 million MSC per kg; in the earlier trial 1 million cells per kg were infused."
    assert [m.value["low"] for m in doses(text) if m.value] == pytest.approx([1e6, 1e6])


def test_contradicting_restatement_warns() -> None:
    found = doses("injection of 2 x 10^8 (20 million) hMSCs")[0]
    assert found.value is not None and found.value["low"] == 2e8
    assert [w.code for w in found.warnings] == ["RESTATEMENT_DIFFERS"]


def test_implausible_without_explanation_stays() -> None:
    found = doses("a dose of 15 cells/kg was infused")[0]
    assert found.value is not None and found.value["low"] == 15
    assert [w.code for w in found.warnings] == ["DOSE_IMPLAUSIBLE"]


def test_undamaged_dose_has_no_warning() -> None:
    found = doses("a dose of 2 × 10^6 cells/kg was infused")[0]
    assert found.warnings == () and found.alternatives == ()


def test_plausible_ranges() -> None:
    assert plausible("per_kg", (1e6,)) and not plausible("per_kg", (1e12,))
    assert not plausible("per_kg", (1e9,), "of mesenchymal cells") and plausible("per_kg", (1e9,), "of nucleated cells")
    assert all(p.low < p.high for p in plausible_doses())


def test_a_range_of_powers_keeps_both_readings_of_its_end() -> None:
    (found,) = doses("infused at 1~5×10^6~10^7/kg of cells")
    assert found.value is not None and (found.value["low"], found.value["high"]) == (1e6, 5e7)
    assert [(a["low"], a["high"]) for a in found.alternatives] == [(1e6, 1e7)]
    assert [w.code for w in found.warnings] == ["RANGE_AMBIGUOUS"]


def test_cells_in_a_volume_are_a_total_or_a_concentration() -> None:
    (found,) = doses("the high dose is 2 × 10^8 cells / 4 mL")
    assert found.value == {"low": 2e8, "high": 2e8, "unit": "{cells}", "basis": "total"}
    assert found.alternatives == ({"low": 5e7, "high": 5e7, "unit": "{cells}/mL", "basis": "per_volume"},)
    assert [w.code for w in found.warnings] == ["DOSE_IN_VOLUME"]
    assert [w.code for w in doses("2 × 10^8 cells / mL is given")[0].warnings] == []
