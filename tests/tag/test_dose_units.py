"""Denominators, counting words and bounds of doses."""

from __future__ import annotations

import pytest

from extractor.pipeline import scan_text
from extractor.tag.cell_words import read_cells
from extractor.tag.dose_units import NOTHING, read_bound, read_per


@pytest.mark.parametrize(
    ("text", "end", "codes", "basis"),
    [
        ("/kg of body weight per day, then", "/kg of body weight per day", ("kg", "d"), "per_kg"),
        (" per kilogram (cells/kg) body weight in", " per kilogram (cells/kg) body weight", ("kg",), "per_kg"),
        ("/ 3mL of", "/ 3mL", ("(3.mL)",), "per_volume"),
        ("/m^2 on day 0", "/m^2", ("m2",), "per_m2"),
        (" per injection site.", " per injection site", ("{site}",), "per_site"),
        ("/infusion (low)", "/infusion", (), "total"),
        (" xKg once", " xKg", ("kg",), "per_kg"),
        (" kg-1 once", " kg-1", ("kg",), "per_kg"),
        ("/mL /vial or", "/mL /vial", ("mL",), "per_volume"),
    ],
)
def test_denominators(text: str, end: str, codes: tuple[str, ...], basis: str) -> None:
    per = read_per(text, 0)
    assert (text[: per.end], per.codes, per.basis) == (end, codes, basis)


@pytest.mark.parametrize("text", [" and kg", " percent", "/cohort", "", " persistent"])
def test_no_denominator(text: str) -> None:
    assert read_per(text, 0) == NOTHING


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" cells/kg", "cells"),
        (" autologous CD34 + cells in", "autologous CD34 + cells"),
        (" of the MSCs were", "MSCs"),
        (" CAR-CD19/CD20+T cells.", "CAR-CD19/CD20+T cells"),
        (" allogeneic, cord derived MSCs or", "allogeneic, cord derived MSCs"),
        (" mesenchymal stromal cells (MSC)/kg", "mesenchymal stromal cells (MSC)"),
        (" T-cells", "T-cells"),
        (" hepatocytes", "hepatocytes"),
    ],
)
def test_counting_words(text: str, found: str) -> None:
    cells = read_cells(text, 0)
    assert cells is not None and text[cells.start : cells.end] == found


@pytest.mark.parametrize(
    "text",
    [
        " people with cells",
        " patients and cells",
        " infusions of cells",
        " G-CSF Granulocyte",
        ", cells",
        " in 5 mL cells",
        " CFU of cells",
    ],
)
def test_no_counting_words(text: str) -> None:
    assert read_cells(text, 0) is None


@pytest.mark.parametrize(
    ("before", "op"),
    [
        ("up to ", "le"),
        ("a maximum dose of ", "le"),
        ("minimum of ", "ge"),
        ("> ", "gt"),
        ("at least about ", "ge"),
        ("from ", None),
        ("doses of ", None),
    ],
)
def test_bounds(before: str, op: str | None) -> None:
    scan = scan_text(f"{before}5 mg")
    assert read_bound(scan, len(before), len(before) + 4).op == op
