"""Units of measures: quotients of known atoms, and values converted to a measure's SI unit."""

from __future__ import annotations

import re
from functools import cache

from extractor.tag.lab_vocab import Measure

_POWER = re.compile(r"(?:10\*([0-9]{1,2}))?(.*)")
# prefixes of UCUM atoms that occur in analytes.csv and units.csv
_PREFIXES = {"k": 1e3, "": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
_BASES = ("g", "L", "mol", "[iU]", "U", "eq", "s", "m[Hg]")
_ATOMS = {prefix + base: (base, factor) for base in _BASES for prefix, factor in _PREFIXES.items()}
_ATOMS |= {"mm3": ("L", 1e-6), "cm3": ("L", 1e-3), "%": ("%", 1.0)}


@cache
def scale(unit: str) -> tuple[str, float] | None:
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
    written, usual, si = scale(unit), scale(measure.ucum), scale(measure.si)
    if written is None or usual is None:
        return None
    if written[0] == usual[0] and measure.factor is not None:
        result = value * written[1] / usual[1] * measure.factor
    elif si is not None and written[0] == si[0]:
        result = value * written[1] / si[1]
    else:
        return None
    return float(f"{result:.6g}")
