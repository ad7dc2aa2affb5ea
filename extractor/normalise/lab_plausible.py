"""What a measure can be in people (plausible_bounds.csv), and doubtful grouping of the digits of a bound ranked by it.

An implausible bound is told, never changed. Where the digits themselves can be read in two ways ("ferritin > 1.000 ng/mL") the
reading that the measure can have comes first; the other one stays an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.normalise.lab_units import scale, to_si
from extractor.scan import Scan
from extractor.spans import Mention, Value, Warn
from extractor.tag.lab_vocab import Measure, measures
from extractor.vocab import load_table

SIDES = ("low", "high")
_DOTTED = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}\.(?:[0-9]00|[0-9]50)")  # three decimals that say no more than one or two
_SHORT = re.compile(r"(?<![0-9,.])[1-9][0-9]{0,2},[0-9]{2}(?![0-9,])")
_COMMA = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")


class Range(NamedTuple):
    """One row of plausible_bounds.csv: lowest and highest value in `unit`."""

    unit: str
    low: float
    high: float


@cache
def ranges() -> dict[str, Range]:
    """Rows by id of the measure. Raises VocabularyError: unknown measure, a unit that is not its own, an empty range."""
    out = {}
    columns = ("measure", "unit", "low", "high")
    for row in load_table("plausible_bounds.csv", columns, unique=["measure"], required=columns):
        measure = measures().get(row["measure"])
        if measure is None or row["unit"] != (measure.si or measure.ucum):
            raise VocabularyError(f"{row.where}: no measure {row['measure']!r}, or its SI unit is not {row['unit']!r}")
        low, high = float(row["low"]), float(row["high"])
        if not low < high:
            raise VocabularyError(f"{row.where}: low {low:g} is not below high {high:g}")
        out[measure.id] = Range(row["unit"], low, high)
    return out


def _in_unit(value: float, unit: str | None, known: Range, measure: Measure) -> float | None:
    """`value` in the unit of `known`; None where it cannot be converted."""
    if (unit or "1") == known.unit:
        return value
    if unit is None or measure.si:
        return to_si(value, unit, measure) if unit else None
    written, usual = scale(unit), scale(known.unit)
    return value * written[1] / usual[1] if written and usual and written[0] == usual[0] else None


def plausible(value: Value, measure: Measure | None) -> bool | None:
    """Whether the measure can have the bounds of `value`; None where that is not known. Zero bounds nothing."""
    known = ranges().get(measure.id) if measure is not None else None
    if known is None or measure is None or "reference" in value or value.get("change"):
        return None
    found = []
    for side in SIDES:
        bound = value.get(side)
        for number in bound if isinstance(bound, list) else [bound]:
            if isinstance(number, (int, float)) and number != 0:
                found.append(_in_unit(float(number), value.get("unit"), known, measure))
    if not found or None in found:
        return None
    return all(known.low <= number <= known.high for number in found if number is not None)


def regrouped(mention: Mention, scan: Scan, value: Value, measure: Measure | None) -> tuple[list[Value], list[Warn]]:
    """The readings of a bound, likeliest first, with a warning where its digits can be grouped in two ways."""
    readings = [value, *_repaired(mention, scan, value)]
    if len(readings) == 1:
        readings += _marked(mention, scan, value, measure)
    if len(readings) == 1:
        return readings, []
    judged = [plausible(reading, measure) for reading in readings]
    grouped = judged[0] and _other(mention, scan, value, _GROUPED.fullmatch, 1.0)
    if True in judged[1:] and (judged[0] is False or grouped):
        readings.insert(0, readings.pop(judged.index(True, 1)))
    warnings = [
        Warn("GROUPING_AMBIGUOUS", f"read as {figures(readings[0])}; the digits may also mean {figures(other)}")
        for other in readings[1:]
    ]
    return readings, warnings


def figures(value: Value) -> str:
    """The bounds of a value for a reader: "30 to 60"."""
    bounds = [value[side] for side in SIDES if side in value]
    return " to ".join(f"{bound:g}" if isinstance(bound, (int, float)) else str(bound) for bound in bounds)


def _repaired(mention: Mention, scan: Scan, value: Value) -> list[Value]:
    """Other readings of repaired digits ("30.000/mm3", "3,5000/mm3")."""
    out: list[Value] = []
    for repair in scan.aligned.repairs_in(*scan.aligned.to_original(mention.start, mention.end)):
        for other in repair.alternatives:
            try:
                read, literal = float(repair.read_as), float(other.replace(",", ""))
            except ValueError:
                continue
            sides = {side: literal for side in SIDES if value.get(side) == read}
            if sides:
                out.append({**value, **sides})
    return out


def _marked(mention: Mention, scan: Scan, value: Value, measure: Measure | None) -> list[Value]:
    """The other reading of a point or comma before three digits: of "1.000 ng/mL" 1000, of "1,500 mg/dL" 1.5.

    Where nothing is known of the measure, a point before three decimals that end in 00 or 50 is in doubt.
    """
    dotted = _other(mention, scan, value, _DOTTED.fullmatch, 1000.0)
    comma = _other(mention, scan, value, _COMMA.fullmatch, 0.001)
    if dotted is not None:
        first, second = plausible(value, measure), plausible(dotted, measure)
        if first is None and second is None:
            return [dotted] if value.get("unit") and _other(mention, scan, value, _GROUPED.fullmatch, 1.0) else []
        return [dotted] if second else []
    if plausible(value, measure) is not False:
        return []
    others = [comma] if comma is not None else _short(mention, scan, value)
    return [other for other in others if plausible(other, measure)]


def _short(mention: Mention, scan: Scan, value: Value) -> list[Value]:
    """A group of two digits behind a comma, read as decimals: of "100,00/mm3" 100000 (a lost zero), then 10000."""
    marked = _SHORT.search(scan.text, mention.start, mention.end)
    written = float(marked.group().replace(",", ".")) if marked else 0.0
    factors = (1000.0, 100.0) if written in (value.get("low"), value.get("high")) else ()
    return [
        {**value, **{side: float(f"{written * factor:.9g}") for side in SIDES if value.get(side) == written}}
        for factor in factors
    ]


def _other(mention: Mention, scan: Scan, value: Value, written: Callable[[str], object], factor: float) -> Value | None:
    """`value` with those bounds times `factor` whose digits are `written` so; None where none is."""
    sides: Value = {}
    index = scan.first_number_from(mention.start)
    while index < len(scan.numbers) and scan.numbers[index].end <= mention.end:
        number = scan.numbers[index]
        index += 1
        if number.form == "digits" and written(scan.text[number.start : number.end]):
            sides |= {side: float(f"{number.value * factor:.9g}") for side in SIDES if value.get(side) == number.value}
    return {**value, **sides} if sides else None
