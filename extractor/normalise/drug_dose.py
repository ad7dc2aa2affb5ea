"""DRUG_DOSE: values; a grouping point leaves its decimal reading as an alternative."""

from __future__ import annotations

from extractor.normalise.dose_value import dose_value
from extractor.scan import Scan
from extractor.spans import Mention, Warn


def _basis(unit: str) -> str | None:
    denominators = unit.split("/")[1:]
    if "kg" in denominators:
        return "per_kg"
    if "m2" in denominators:
        return "per_m2"
    if any(d.startswith("{") for d in denominators):
        return "per_site"
    return None if denominators else "total"


def normalise(mention: Mention, scan: Scan) -> Mention:
    """Value, alternatives and warnings of a drug dose."""
    parts = mention.parts
    basis = _basis(parts.unit)
    value = dose_value(parts.kind, parts.values, parts.unit, parts.bound, parts.approximate, basis)
    if parts.dotted is None:
        return mention.but(value=value)
    other = dose_value(parts.kind, parts.dotted, parts.unit, parts.bound, parts.approximate, basis)
    warning = Warn(
        "GROUPING_AMBIGUOUS", f"the point is read as a grouping mark ({parts.values[-1]:g}), not as a decimal point"
    )
    return mention.but(value=value, alternatives=(other,), warnings=(*mention.warnings, warning))
