"""Values in words, for tables that people read."""

from __future__ import annotations

import re
from typing import Any

_PERIODS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_ISO = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_CLOCK = {"H": "hour", "M": "minute", "S": "second"}
_DURATION = re.compile(r"(-?)P(?:(\d+(?:\.\d+)?)([YMWD]))?(?:T(\d+(?:\.\d+)?)([HMS]))?")


def value_in_words(label: str, value: dict[str, Any]) -> str:
    """A reading as a person would write it; "" when it states nothing. `value` is the Document's, as JSON."""
    writers = {
        "CELL_DOSE": _dose, "DRUG_DOSE": _dose, "ROUTE": _route, "SCHEDULE": _schedule,
        "LAB_THRESHOLD": _lab, "AGE": _age,
    }  # fmt: skip
    return writers[label](value) if label in writers else ""


def number(value: Any) -> str:
    """2000000.0 as 2,000,000; a pair as 160/100; the class of a score as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "/".join(map(number, value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def duration(iso: str) -> str:
    """P14D as 14 days; what is no simple ISO 8601 duration stays as it is."""
    match = _DURATION.fullmatch(iso)
    if match is None or not (match[2] or match[4]):
        return iso
    parts = [(match[2], _ISO.get(match[3] or "")), (match[4], _CLOCK.get(match[5] or ""))]
    words = " ".join(_plural(n, unit) for n, unit in parts if n and unit)
    return f"{words} before" if match[1] else words


def _plural(count: Any, noun: str) -> str:
    count = number(float(count)) if isinstance(count, str) else number(count)
    return f"{count} {noun}" if count == "1" else f"{count} {noun}s"


def _unit(ucum: str) -> str:
    """A UCUM unit without its braces: {cells}/kg as cells/kg."""
    return {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes"}.get(
        ucum, re.sub(r"[{}\[\]]", "", ucum).replace("_", " ").replace("10*", "10^")
    )


def _range(value: dict[str, Any]) -> str:
    low, high = value.get("low"), value.get("high")
    if low is None and high is None:
        return ""
    if low is not None and low == high:
        return number(low)
    above = "≥" if value.get("low_inclusive", True) is not False else ">"
    below = "≤" if value.get("high_inclusive", True) is not False else "<"
    if low is None:
        return f"{below} {number(high)}"
    if high is None:
        return f"{above} {number(low)}"
    if above == "≥" and below == "≤":
        return f"{number(low)} to {number(high)}"
    return f"{above} {number(low)} and {below} {number(high)}"


def _dose(value: dict[str, Any]) -> str:
    amount = ", ".join(map(number, value["values"])) if value.get("values") else _range(value)
    about = "about " if value.get("approximate") else ""
    return " ".join(part for part in (about + amount, _unit(value.get("unit") or "")) if part)


def _route(value: dict[str, Any]) -> str:
    code = f" ({value['ncit']})" if value.get("ncit") else ""
    return value["name"].lower() + code + (f", {value['site']}" if value.get("site") else "")


def _age(value: dict[str, Any]) -> str:
    return f"{_range(value)} {_unit(value['unit'])}"


def _lab(value: dict[str, Any]) -> str:
    joint = " and " if value.get("logic") == "all" else " or "
    bound = " ".join(part for part in (_range(value), _unit(value.get("unit") or "")) if part)
    reference = value.get("reference")
    if reference == "baseline":
        bound = f"{value.get('change') or 'change'} {bound} from baseline"
    elif reference:
        bound = f"{bound} × {reference}"
    return f"{joint.join(value['analytes'])} {bound}".strip()


def _schedule(value: dict[str, Any]) -> str:
    said: list[str] = []
    if value.get("count") is not None:
        said.append(
            _span(value, "count") + (" time" if value["count"] == 1 and not value.get("count_max") else " times")
        )
    if value.get("period") is not None and value.get("period_unit"):
        often = value.get("frequency", 1)
        times = "" if often == 1 and not value.get("frequency_max") else f"{_span(value, 'frequency')} × "
        unit = _PERIODS[value["period_unit"]]
        every = unit if value["period"] == 1 and not value.get("period_max") else f"{_span(value, 'period')} {unit}s"
        said.append(f"{times}every {every}")
    for key, word in (("interval", "interval"), ("duration", "for")):
        if value.get(key):
            most = value.get(f"{key}_max")
            said.append(f"{word} {duration(value[key])}" + (f" to {duration(most)}" if most else ""))
    if value.get("points"):
        said.append("at " + ", ".join(map(duration, value["points"])))
    if value.get("until"):
        said.append(f"until {duration(value['until'])}")
    return f"{value['kind']}: {'; '.join(said)}" if said else value["kind"]


def _span(value: dict[str, Any], key: str) -> str:
    most = value.get(f"{key}_max")
    return number(value[key]) + (f" to {number(most)}" if most is not None else "")
