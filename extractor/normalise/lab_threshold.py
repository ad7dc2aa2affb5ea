"""LAB_THRESHOLD: names, bound and change -> value, LOINC concepts, SI values, readings of lost comparators."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extractor.scan import Scan
from extractor.spans import Mention, Value, Warn
from extractor.tag.lab_bounds import Bound
from extractor.tag.lab_state import Parts
from extractor.tag.lab_vocab import Measure

LOINC = "http://loinc.org"
_OPPOSITE = {"low": "high", "high": "low"}
_IMAGING = frozenset({"length", "area"})
_POWER = re.compile(r"(?:10\*([0-9]{1,2}))?(.*)")
# prefixes of UCUM atoms that occur in analytes.csv and units.csv
_PREFIXES = {"k": 1e3, "": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
_BASES = ("g", "L", "mol", "[iU]", "U", "eq", "s", "m[Hg]")
_ATOMS = {prefix + base: (base, factor) for base in _BASES for prefix, factor in _PREFIXES.items()}
_ATOMS |= {"mm3": ("L", 1e-6), "cm3": ("L", 1e-3), "%": ("%", 1.0)}


@cache
def _scale(unit: str) -> tuple[str, float] | None:
    """Base form and factor of a quotient of known atoms: "10*3/uL" -> ("1/L", 1e9)."""
    match = _POWER.fullmatch(unit)
    assert match is not None
    factor = 10.0 ** int(match[1] or 0)
    bases = []
    for place, atom in enumerate(match[2].split("/")):
        if not atom and place == 0:
            bases.append("1")
            continue
        known = _ATOMS.get(atom.removesuffix("{creat}"))
        if known is None:
            return None
        bases.append(known[0])
        factor = factor * known[1] if place == 0 else factor / known[1]
    return "/".join(bases), factor


def to_si(value: float, unit: str, measure: Measure) -> float | None:
    """`value` of `unit` in the measure's SI unit; None where no conversion is known."""
    if not measure.si:
        return None
    written, usual, si = _scale(unit), _scale(measure.ucum), _scale(measure.si)
    if written is None or usual is None:
        return None
    if written[0] == usual[0] and measure.factor is not None:
        result = value * written[1] / usual[1] * measure.factor
    elif si is not None and written[0] == si[0]:
        result = value * written[1] / si[1]
    else:
        return None
    return float(f"{result:.6g}")


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
        rest |= {"reference": "baseline", "change": parts.change}
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
    si = _converted(parts, full)
    if si:
        full["si"] = si
    regrouped, warning = _regrouped(mention, scan, full)
    return mention.but(
        value=full,
        alternatives=(*alternatives, *regrouped),
        warnings=(*mention.warnings, *warnings, *warning),
        repairs=repairs,
        concepts=_concepts(parts),
    )


def _regrouped(mention: Mention, scan: Scan, value: Value) -> tuple[list[Value], list[Warn]]:
    """Other readings of bounds whose digits were grouped in a doubtful way ("30.000/mm3", "3,5000/mm3")."""
    out: list[Value] = []
    warnings: list[Warn] = []
    for repair in scan.aligned.repairs_in(*scan.aligned.to_original(mention.start, mention.end)):
        for other in repair.alternatives:
            try:
                read, literal = float(repair.read_as), float(other.replace(",", ""))
            except ValueError:
                continue
            sides = {side: literal for side in ("low", "high") if value.get(side) == read}
            if sides:
                out.append({**{key: v for key, v in value.items() if key != "si"}, **sides})
                warnings.append(Warn("GROUPING_AMBIGUOUS", f"read as {read:g}; the digits may also mean {literal:g}"))
    return out, warnings


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
