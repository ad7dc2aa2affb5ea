"""Bounds around their measure: "15 ≤ eGFR < 60", "50% > FEV1"."""

from __future__ import annotations

import re
from bisect import bisect_left

from extractor.scan import read_comparator
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound, mirrored, read_bound
from extractor.tag.lab_names import Group, widen
from extractor.tag.lab_state import State, gap_words, make

_SHORT_BRACKET = re.compile(r"\s?\([A-Za-z0-9-]{1,12}\)")


def mirrored_measure(state: State, index: int, reach: int) -> Mention | None:
    """ "15 ≤ eGFR < 60": the number and its comparator stand before the measure."""
    scan, text = state.scan, state.scan.text
    if scan.comparator_before(scan.numbers[index].start) is not None:
        return None
    found = mirrored(scan, index)
    if found is None:
        return None
    first, comparator = found
    i = bisect_left(state.starts, comparator.end)
    if i >= len(state.hits) or state.starts[i] > comparator.end + 30:
        return None
    name = widen(text, state.hits[i])
    if name.end - name.start == 1 and first.unit is None:
        return None
    if text[comparator.end : name.start].strip() and not gap_words(text[comparator.end : name.start], 0):
        return None
    while i + 1 < len(state.hits) and state.hits[i + 1].measure == name.measure and state.starts[i + 1] - name.end <= 3:
        i += 1
    group = Group(name.start, max(name.end, state.ends[i]), (name,), None)
    low = first.value if comparator.op in ("le", "lt") else None
    high = first.value if comparator.op in ("ge", "gt") else None
    inclusive = comparator.op in ("le", "ge")
    bound = Bound(
        first.start,
        group.end,
        low,
        inclusive,
        high,
        inclusive,
        first.unit,
        first.dimension,
        first.reference,
        "compared",
        None,
        True,
        first.following,
    )
    end = group.end
    bracket = _SHORT_BRACKET.match(text, end)
    end = bracket.end() if bracket else end
    if text[end : end + 1] == ")" and text[name.end : end].count("("):
        end += 1
    second = read_comparator(text, end)
    number = scan.number_at(_skip(text, second.end)) if second else None
    if second and number is not None and second.op in ("ge", "gt", "le", "lt", "eq", "lost"):
        other = read_bound(scan, number)
        value = other.high if other.high is not None else other.low
        if isinstance(value, float) and second.op in ("le", "lt", "eq", "lost") and low is not None and value > low:
            bound = bound._replace(high=value, high_inclusive=second.op != "lt")
        elif isinstance(value, float) and second.op in ("ge", "gt", "eq", "lost") and high is not None and value < high:
            bound = bound._replace(low=value, low_inclusive=second.op != "gt")
        else:
            return None
        end = other.end
        bound = bound._replace(
            unit=other.unit or bound.unit,
            dimension=other.dimension or bound.dimension,
            reference=other.reference or bound.reference,
            following=other.following,
        )
    return make(first.start, end, group, bound, None, "lab.mirrored")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at
