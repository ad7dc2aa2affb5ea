"""LAB_THRESHOLD: names, bound and change -> value, LOINC concepts, SI values, readings of lost comparators."""

from __future__ import annotations

from typing import Any

from extractor.normalise.lab_direction import direction
from extractor.normalise.lab_plausible import figures, plausible, regrouped
from extractor.normalise.lab_units import to_si
from extractor.scan import Scan
from extractor.spans import Mention, Value, Warn
from extractor.tag.lab_bounds import Bound
from extractor.tag.lab_state import Parts

LOINC = "http://loinc.org"
_OPPOSITE = {"low": "high", "high": "low"}
_IMAGING = frozenset({"length", "area"})


def _kind(parts: Parts) -> str:
    for name in parts.names:
        if name.measure is not None:
            return name.measure.kind
    bound = parts.bound
    if bound.dimension in _IMAGING:
        return "imaging"
    if bound.dimension in ("pressure", "temperature", "rate", "mass/area"):
        return "vital"
    return "score" if bound.dimension in (None, "score", "count") and bound.reference is None else "lab"


def _meant_side(parts: Parts, scan: Scan) -> str | None:
    """The side that a quantity without comparator bounds ("low": at least), as criteria of its section mean it."""
    measure = next((n.measure for n in parts.names if n.measure is not None), None)
    good = measure.good if measure else ""
    if good == "le" and parts.bound.how == "plain":
        good = "high"
    if good in ("ge", "le"):
        return "low" if good == "ge" else "high"
    if good == "":
        return None
    side = "low" if good == "high" else "high"
    section = scan.section_at(parts.bound.start)
    return _OPPOSITE[side] if section is not None and section.kind == "exclusion" else side


def _sides(bound: Bound) -> Value:
    value: Value = {}
    if bound.low is not None:
        value |= {"low": bound.low, "low_inclusive": bound.low_inclusive}
    if bound.high is not None:
        value |= {"high": bound.high, "high_inclusive": bound.high_inclusive}
    return value


def _converted(parts: Parts, value: Value) -> Value | None:
    measure = parts.names[0].measure
    unit = value.get("unit")
    if measure is None or not isinstance(unit, str) or "reference" in value:
        return None
    out: Value = {}
    for side in ("low", "high"):
        if isinstance(value.get(side), (int, float)):
            converted = to_si(float(value[side]), unit, measure)
            if converted is None:
                return None
            out[side] = converted
    return {**out, "unit": measure.si} if out else None


def _unit(parts: Parts) -> str | None:
    unit, measure = parts.bound.unit, parts.names[-1].measure
    if measure is None or unit is None:
        return unit
    if parts.bound.dimension == "angle" and "temperature" in measure.dimensions:
        return "Cel"
    if parts.bound.dimension == "volume" and "1/volume" in measure.dimensions and "volume" not in measure.dimensions:
        return (
            unit.replace(".", "/") if unit.startswith("10*") else f"/{unit}"
        )  # the quotient sign is lost: "30,000 mm3"
    if unit == "10*9/L" and "1/volume" not in measure.dimensions and "mass/volume" in measure.dimensions:
        return "g/L"  # "G/L" is giga per litre for counts only
    return unit


def _difference(parts: Parts, scan: Scan) -> bool:
    """Whether points count how far a score moves: a change, or "by 2 points"."""
    bound, measure = parts.bound, parts.names[-1].measure
    if measure is None or measure.kind != "score" or parts.change or bound.reference is not None:
        return True
    return scan.lower[max(0, bound.start - 4) : bound.start].rstrip().endswith(" by")


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with its value; a lost comparator gets the side its section means, the literal reading beside it."""
    parts: Parts = mention.parts
    bound, text = parts.bound, scan.text
    value: Value = {"kind": _kind(parts), "analytes": [text[n.start : n.end] for n in parts.names]}
    outside = isinstance(bound.low, float) and isinstance(bound.high, float) and bound.low > bound.high
    if outside:
        value["logic"] = "any"
    elif len(parts.names) > 1:
        value["logic"] = parts.logic or ("any" if bound.low is not None and bound.high is None else "all")
    rest: Value = {}
    unit = _unit(parts)
    if unit == "{points}" and not _difference(parts, scan):
        unit = None  # "ECOG score of 0-2 points": a score has no unit, a difference has
    if unit:
        rest["unit"] = unit
    if bound.reference:
        rest["reference"] = bound.reference
    if parts.change:
        change = direction(parts, text[mention.start : mention.end], text)
        rest |= {"reference": "baseline", "change": change}
    sides = _sides(bound)
    alternatives: tuple[Value, ...] = ()
    warnings: list[Warn] = []
    repairs = mention.repairs
    if bound.how in ("plain", "equal", "lost"):
        sides, alternatives, warnings, repairs = _read_plain(parts, scan, value, rest)
    if bound.dimension is not None and not parts.change:
        known = [n.measure for n in parts.names if n.measure is not None and n.measure.dimensions]
        if known and not any(bound.dimension in m.dimensions for m in known):
            warnings = [
                *warnings,
                Warn("UNIT_UNEXPECTED", f"{text[parts.names[0].start : parts.names[0].end]} is not measured in {unit}"),
            ]
    full = {**value, **sides, **rest}
    measure = parts.names[-1].measure
    readings, why = regrouped(mention, scan, full, measure)
    full = readings[0]
    if si := _converted(parts, full):
        full["si"] = si
    if plausible(full, measure) is False:
        why = [*why, _implausible(full, text[parts.names[-1].start : parts.names[-1].end])]
    return mention.but(
        value=full,
        alternatives=(*alternatives, *readings[1:]),
        warnings=(*mention.warnings, *warnings, *why),
        repairs=repairs,
        concepts=_concepts(parts),
    )


def _implausible(value: Value, name: str) -> Warn:
    said = f"{figures(value)} {value.get('unit', '')}".rstrip()
    return Warn("VALUE_IMPLAUSIBLE", f"{said} lies outside what {name} can be")


def _read_plain(
    parts: Parts, scan: Scan, value: Value, rest: Value
) -> tuple[Value, tuple[Value, ...], list[Warn], Any]:
    bound = parts.bound
    literal = _sides(bound)
    measure = parts.names[-1].measure
    if parts.change and bound.how == "plain":
        return {"low": bound.low, "low_inclusive": True}, (), [], ()
    side = _meant_side(parts, scan)
    score = measure is not None and measure.kind == "score" and bound.how == "plain"
    if side is None or score:
        return literal, (), [], ()
    number = bound.low
    read = {side: number, f"{side}_inclusive": True}
    sign = "≥" if side == "low" else "≤"
    start, end = bound.mark if bound.mark else (bound.start, bound.start + 1)
    name = scan.text[parts.names[-1].start : parts.names[-1].end]
    warning = Warn("COMPARATOR_LOST", f"no comparator stands between {name} and its bound; read as {sign}")
    return read, ({**value, **literal, **rest},), [warning], (("lost-comparator", start, end, sign),)


def _concepts(parts: Parts) -> tuple[dict[str, Any], ...]:
    seen: dict[str, dict[str, Any]] = {}
    for name in parts.names:
        if name.measure is not None and name.measure.loinc:
            code = name.measure.loinc
            seen.setdefault(code, {"system": LOINC, "code": code, "display": name.measure.display, "score": 1.0})
    return tuple(seen.values())
