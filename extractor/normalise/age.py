"""AGE: the read expression -> value in years, months, weeks, days or hours; readings of lost comparators."""

from __future__ import annotations

from extractor.scan import Scan
from extractor.spans import Mention, Value, Warn
from extractor.tag.age import Parts

_IN_YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 7 / 365.25, "d": 1 / 365.25, "h": 1 / 8766}
_MIDDLE = 45.0  # where nothing else tells, an age below this is a lower bound of inclusion


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with its value. Two units ("6 months to 12 years") become the upper one; no unit is years."""
    parts: Parts = mention.parts
    value = _value(parts)
    if (
        parts.how not in ("equal", "lost", "plain")
        or parts.low is None
        or parts.high is None
        or parts.low != parts.high
    ):
        if parts.how != "lost":
            return mention.but(value=value)
        start, end = parts.mark or (mention.start, mention.start + 1)
        warning = Warn("COMPARATOR_LOST", "a comparator of this age is lost; read as a range")
        return mention.but(
            value=value,
            warnings=(*mention.warnings, warning),
            repairs=(*mention.repairs, ("lost-comparator", start, end, "≥")),
        )
    section = scan.section_at(mention.start)
    unit = value["unit"]
    low = parts.low * _IN_YEARS[unit] < _MIDDLE
    if section is not None and section.kind == "exclusion":
        low = not low
    side, sign = ("low", "≥") if low else ("high", "≤")
    read: Value = {side: parts.low, f"{side}_inclusive": True, "unit": unit}
    start, end = parts.mark or (mention.start, mention.start + 1)
    return mention.but(
        value=read,
        alternatives=(value,),
        warnings=(*mention.warnings, Warn("COMPARATOR_LOST", f"no comparator stands with this age; read as {sign}")),
        repairs=(*mention.repairs, ("lost-comparator", start, end, sign)),
    )


def _value(parts: Parts) -> Value:
    low_unit, high_unit = parts.low_unit, parts.high_unit
    unit = high_unit or low_unit or "a"
    value: Value = {}
    if parts.low is not None:
        low = parts.low
        if low_unit and low_unit != unit:
            low = round(low * _IN_YEARS[low_unit] / _IN_YEARS[unit], 4)
        value |= {"low": low, "low_inclusive": parts.low_inclusive}
    if parts.high is not None:
        value |= {"high": parts.high, "high_inclusive": parts.high_inclusive}
    value["unit"] = unit
    return value
