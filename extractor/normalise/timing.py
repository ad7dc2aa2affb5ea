"""Our keys of a SCHEDULE -> a FHIR R4 Timing (hl7.org/fhir/R4/datatypes.html#Timing).

What Timing says and we use: repeat.count (countMax), frequency/period/periodUnit (periodMax, frequencyMax),
duration/durationUnit (how long one event takes) and bounds[x] (how long the whole schedule runs). Points counted from
an event ("day 14") have no place in a Timing, which knows calendar times only: a value of points alone gives None.
"""

from __future__ import annotations

import re
from typing import Any

UCUM = "http://unitsofmeasure.org"
_ISO = re.compile(r"^P(T?)([0-9]+(?:\.[0-9]+)?)([YMWDHS])$")
_UNITS = {
    ("", "Y"): "a",
    ("", "M"): "mo",
    ("", "W"): "wk",
    ("", "D"): "d",
    ("T", "H"): "h",
    ("T", "M"): "min",
    ("T", "S"): "s",
}
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "wk": 604800, "mo": 2629800, "a": 31557600}
Timing = dict[str, Any]


def parse_iso(text: str) -> tuple[float, str] | None:
    """(number, UCUM unit) of a one-unit ISO 8601 duration; None for others and for negative ones."""
    match = _ISO.match(text)
    if match is None or (match[1], match[3]) not in _UNITS:
        return None
    number = float(match[2])
    return (int(number) if number == int(number) else number), _UNITS[match[1], match[3]]


def quantity(text: str, comparator: str | None = None) -> Timing | None:
    """A FHIR Duration."""
    read = parse_iso(text)
    if read is None:
        return None
    value, unit = read
    return (
        {"value": value}
        | ({"comparator": comparator} if comparator else {})
        | {"unit": unit, "system": UCUM, "code": unit}
    )


def _bounds(value: dict[str, Any]) -> Timing:
    """bounds[x]: the duration of the schedule, or its end as an upper bound."""
    low, high = value.get("duration"), value.get("duration_max")
    if low and high and (a := quantity(low)) and (b := quantity(high)):
        return {"boundsRange": {"low": a, "high": b}}
    if low and (a := quantity(low)):
        return {"boundsDuration": a}
    if (end := value.get("until")) and (a := quantity(end, "<=")):
        return {"boundsDuration": a}
    return {}


def _one_event(value: dict[str, Any]) -> bool:
    """Whether `duration` is how long one event takes: less than the period, or in hours where there is none."""
    read = parse_iso(value.get("duration", ""))
    if read is None:
        return False
    seconds = read[0] * SECONDS[read[1]]
    if "period" in value:
        return bool(seconds < value["period"] * SECONDS[value["period_unit"]])
    return read[1] in ("s", "min", "h")


def fhir_timing(value: dict[str, Any]) -> Timing | None:
    """The Timing of a SCHEDULE value; None when nothing of it can be expressed."""
    repeat: Timing = {}
    if value.get("until") or (value.get("duration") and not _one_event(value)):
        repeat |= _bounds({k: v for k, v in value.items() if not (_one_event(value) and k.startswith("duration"))})
    if value.get("count", 0) >= 1:
        repeat["count"] = value["count"]
        if "count_max" in value:
            repeat["countMax"] = value["count_max"]
    if _one_event(value) and (read := parse_iso(value["duration"])):
        repeat["duration"], unit = read
        high = parse_iso(value.get("duration_max", ""))
        if high and high[1] == unit:
            repeat["durationMax"] = high[0]
        repeat["durationUnit"] = unit
    if "period" in value:
        for ours, theirs in (
            ("frequency", "frequency"),
            ("frequency_max", "frequencyMax"),
            ("period", "period"),
            ("period_max", "periodMax"),
        ):
            if ours in value:
                repeat[theirs] = value[ours]
        repeat["periodUnit"] = value["period_unit"]
    elif "interval" in value and (read := parse_iso(value["interval"])):
        repeat |= {"frequency": 1, "period": read[0]}
        high = parse_iso(value.get("interval_max", ""))
        if high and high[1] == read[1]:
            repeat["periodMax"] = high[0]
        repeat["periodUnit"] = read[1]
    if not repeat or ("points" in value and set(repeat) <= {"boundsDuration", "boundsRange"}):
        return None
    return {"repeat": repeat}
