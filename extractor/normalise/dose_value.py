"""The value shape that CELL_DOSE and DRUG_DOSE share."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.spans import Value


def dose_value(
    kind: str,
    values: Sequence[float],
    unit: str,
    bound: str | None = None,
    approximate: bool = False,
    basis: str | None = None,
) -> Value:
    """{"low", "high", "unit"} or {"values", "unit"}. kind: "single", "range", "list"; bound: op of a one-sided amount.

    A one-sided amount leaves the other side out; an open bound (gt, lt) is marked as not inclusive.
    """
    value: Value = {}
    if kind == "list":
        value["values"] = list(values)
    elif bound in ("le", "lt"):
        value["high"] = values[-1]
        if bound == "lt":
            value["high_inclusive"] = False
    elif bound in ("ge", "gt"):
        value["low"] = values[0]
        if bound == "gt":
            value["low_inclusive"] = False
    else:
        value["low"], value["high"] = values[0], values[-1]
    value["unit"] = unit
    if approximate:
        value["approximate"] = True
    if basis:
        value["basis"] = basis
    return value


def scaled(values: Sequence[float], factor: float) -> tuple[float, ...]:
    """The values times a factor, to 12 significant digits."""
    return tuple(float(f"{v * factor:.12g}") for v in values)
