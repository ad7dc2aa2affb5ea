"""SCHEDULE: a chain of parts -> its value.

Keys: kind, count, frequency, period, period_unit, interval, duration, points, until, timing, and _max of those that
are ranges.
"""

from __future__ import annotations

from itertools import pairwise

from extractor.normalise.timing import fhir_timing
from extractor.scan import Scan
from extractor.spans import Mention, Value, Warn
from extractor.tag.schedule_parts import ENUMERATED, Part

_ISO = {"a": "P{}Y", "mo": "P{}M", "wk": "P{}W", "d": "P{}D", "h": "PT{}H", "min": "PT{}M", "s": "PT{}S"}


def number(value: float) -> int | float:
    """4.0 -> 4; 1.5 stays."""
    return int(value) if value == int(value) else value


def iso(value: float, unit: str) -> str:
    """ISO 8601 duration; a negative one has its sign in front (-P5D)."""
    return ("-" if value < 0 else "") + _ISO[unit].format(number(abs(value)))


def _add(value: Value, key: str, ends: tuple[tuple[float, str], ...], span: bool) -> None:
    """One duration-like key, with its _max for a range; what was stated first stays."""
    if key in value or not ends:
        return
    value[key] = iso(*ends[0])
    if span and len(ends) == 2 and key != "until":
        value[key + "_max"] = iso(*ends[1])


def _point_list(part: Part) -> list[str]:
    ends = part.values
    if part.range and part.kind == "point" and 0 < ends[1][0] - ends[0][0] < ENUMERATED:
        steps = int(ends[1][0] - ends[0][0])
        ends = tuple((ends[0][0] + i, ends[0][1]) for i in range(steps + 1))
    sign = -1.0 if part.tail in ("before", "prior") and part.kind == "time" else 1.0
    return [iso(sign * n if n else n, unit) for n, unit in ends]


TO = ("to", "through", "thru", "until", "till", "untill", "up to", "-", "–", "—", "~")


_TIMED = ("time", "point", "start")


def _place(part: Part, before: Part | None, following: Part | None) -> str:
    """What a time is: "until", "interval", "duration" or "points"."""
    listed = (
        following is not None
        and following.kind in ("time", "point")
        and following.joint in ("and", ",", ", and", "or")
        and not following.role
    )
    several = len(part.values) > 1 and not part.range
    if part.role == "end":
        return "until"
    if part.joint in TO and before is not None and before.kind in _TIMED:
        both = part.kind == "point" and before.kind == "point"
        return "points" if both or several or (listed and before.kind == "start") else "until"
    if part.role == "until" and not listed and not several and part.kind != "start":
        return "until"
    if part.role == "interval" and part.kind == "time":
        return "interval"
    if part.role == "duration" and part.kind == "time" and not listed and not several:
        return "duration"
    return "points"


def _times(value: Value, chain: tuple[Part, ...]) -> None:
    points: list[str] = []
    phases = 0
    for i, part in enumerate(chain):
        before, following = chain[i - 1] if i else None, chain[i + 1] if i + 1 < len(chain) else None
        phases += part.kind == "frequency"
        if part.kind not in _TIMED:
            continue
        place = _place(part, before, following)
        if before is not None and before.kind == "start" and (part.joint in TO or place == "until"):
            points = [p for p in points if p != "P0D"]  # "baseline to ...": no point of its own
        if place == "until":
            _add(value, "until", part.values[-1:], False)
        elif place == "duration" and phases > 1:
            continue  # of a later phase
        elif place in ("duration", "interval"):
            _add(value, place, part.values, part.range)
        elif part.kind == "time" and part.range and part.values[0][0] == 0:
            _add(value, "duration", part.values[1:], False)
        else:
            points.extend(p for p in _point_list(part) if p not in points)
    if points:
        value["points"] = points


def _frequency(value: Value, part: Part) -> None:
    f = part.frequency
    if f is None or "period" in value:
        return
    value["frequency"] = number(f.frequency)
    value["period"] = number(f.period)
    if f.period_max is not None:
        value["period_max"] = number(f.period_max)
    value["period_unit"] = f.unit


def read(chain: tuple[Part, ...], kind: str) -> Value:
    """The value of a chain."""
    value: Value = {"kind": kind}
    for part in chain:
        if part.kind == "count" and "count" not in value:
            value["count"] = number(part.values[0][0])
            if part.range:
                value["count_max"] = number(part.values[1][0])
        elif part.kind == "frequency":
            _frequency(value, part)
        elif part.kind == "interval":
            _add(value, "interval", part.values, part.range)
    _times(value, chain)
    timing = fhir_timing(value)
    if timing is not None:
        value["timing"] = timing
    return value


def _points_reading(chain: tuple[Part, ...], kind: str) -> Value | None:
    """The other reading of "2 weeks to 12 months": measured at both ends; None where the chain has no such range."""
    if not any(
        part.joint in TO and part.kind in ("time", "point") and before.kind in ("time", "start")
        for before, part in pairwise(chain)
    ):
        return None
    return read(tuple(part._replace(joint="and", role="") if part.joint in TO else part for part in chain), kind)


def _course(part: Part, kind: str) -> tuple[Part, ...]:
    """A beginning and an end: of "days 1-28", where the days are too many to be points, and of "6-12 months" in which
    something is measured."""
    if not part.range:
        return (part,)
    first, last = part.values
    start = part._replace(values=(first,), range=False)
    if part.kind == "point" and last[0] - first[0] >= ENUMERATED:
        return start, part._replace(values=(last,), range=False, role="end")
    if part.kind == "time" and kind == "assessment" and part.role in ("", "point") and first[0] > 0:
        return start, part._replace(values=(last,), range=False, joint="to")
    return (part,)


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with its value; a range of times keeps its other reading as an alternative."""
    chain, kind = mention.parts
    chain = tuple(piece for part in chain for piece in _course(part, kind))
    value = read(chain, kind)
    other = _points_reading(chain, kind)
    if other is None or other == value:
        return mention.but(value=value)
    warning = Warn("SCHEDULE_RANGE", "a range of times: its end may be a limit or a point of its own")
    return mention.but(value=value, alternatives=(other,), warnings=(warning,))
