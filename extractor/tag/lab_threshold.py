"""LAB_THRESHOLD: measures with the bounds they are compared to.

Bounds are read at numbers and limits (lab_bounds), names come from the vocabulary (lab_vocab) or, where a bound leaves no doubt,
from the words before it (lab_names). A bound looks for its measure to the left, takes the one of the bound before it ("(≤ 5 × ULN if
...)"), then looks to the right.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from extractor.scan import Scan, read_comparator
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound, comparator_for, find_limits, mirrored, read_bound
from extractor.tag.lab_classes import CLASSED, read_classes
from extractor.tag.lab_names import Group, Name, group_at, looks_measured, name_before, widen
from extractor.tag.lab_vocab import Hit, find_hits, pattern, words

LABEL = "LAB_THRESHOLD"


class Parts(NamedTuple):
    """What the tagger read: names, logic, bound, change ("increase", "decrease" or None)."""

    names: tuple[Name, ...]
    logic: str | None
    bound: Bound
    change: str | None


_STOP = re.compile(r"\n[ \t]{0,12}\n|\n[ \t]{0,12}(?:[-*•·]|[0-9]{1,2}[.)])[ \t]|\n[ \t]{0,12}[A-Z]|;(?=\s)|(?<![ (][a-z])(?<!e\.g)(?<!i\.e)[.!](?=\s|$)")
_PARENS = re.compile(r"[(\[][^()\[\]]{0,80}[)\]]")
_TOKEN = re.compile(r"[A-Za-z0-9][\w'’.-]{0,40}")
_PLAIN_SECTIONS = frozenset({"summary", "description", "outcome", "arm", "title", "design", "intervention", "contact", "conditions"})
_GENERIC = frozenset({
    "mass/volume", "substance/volume", "arbitrary/volume", "catalytic/volume", "1/volume", "count/volume", "charge/volume", "fraction", "length", "area", "pressure",
    "temperature", "rate", "mass/area", "volume/time", "volume/time/area", "angle", "optics", "count", "mass/mass", "substance/substance", "mass/substance", "level", "volume/mass/time",
    "arbitrary", "score", "length/time", "ratio", "field", "count/field", "resistance",
})  # fmt: skip
_RIGHT = re.compile(r"\s{0,2}(?:in|of|on|for)?\s{0,2}(?:(?:the|a|an|their|maximum|maximal|greatest|largest|longest|total|baseline|any|mean|peak|serum)\s{1,2}){0,2}", re.IGNORECASE)
_CHANGE_GAP = re.compile(r"[\s,]{0,3}(?:of|by|in|from|with)?\s{0,2}(?:the|a|an|their|at|≥)?\s{0,2}", re.IGNORECASE)


class _State(NamedTuple):
    scan: Scan
    hits: list[Hit]
    starts: list[int]
    ends: list[int]


def find(scan: Scan) -> list[Mention]:
    """All thresholds of the text, disjoint, by start."""
    hits = find_hits(scan)
    state = _State(scan, hits, [h.start for h in hits], [h.end for h in hits])
    classes = _classes(state)
    taken = [(m.start, m.end) for m in classes]
    out: list[Mention] = list(classes)
    limits = find_limits(scan)
    last: Mention | None = None
    reach = 0
    limit_at = 0
    numbers, text = scan.numbers, scan.text
    index = 0
    while index < len(numbers) or limit_at < len(limits):
        position = numbers[index].start if index < len(numbers) else len(text)
        if limit_at < len(limits) and limits[limit_at].start <= position:
            bound: Bound | None = limits[limit_at]
            limit_at += 1
            if bound is None or bound.start < reach or _inside(taken, bound.start):
                continue
        else:
            if position < reach or not _worth(state, index) or _inside(taken, position):
                index += 1
                continue
            mention = _mirrored(state, index, reach)
            if mention is not None:
                out.append(mention)
                last, reach = mention, mention.end
                continue
            bound = read_bound(scan, index)
            index = max(index + 1, bound.index if bound.how != "plain" else index + 1)
        mention = _attach(state, bound, reach, last)
        if mention is not None and not _inside(taken, mention.end - 1):
            out.append(mention)
            last, reach = mention, max(reach, mention.end)
    out.sort(key=lambda m: (m.start, -m.end))
    return [m for i, m in enumerate(out) if i == 0 or m.start >= out[i - 1].end]


def _inside(taken: list[tuple[int, int]], at: int) -> bool:
    i = bisect_right(taken, (at, 1 << 60)) - 1
    return i >= 0 and taken[i][1] > at


def _worth(state: _State, index: int) -> bool:
    """Whether a number may be a bound: it stands free, and a comparator or the name of a measure is near."""
    number, text = state.scan.numbers[index], state.scan.text
    before = text[number.start - 1 : number.start]
    if before.isalnum() or before == "-" and text[number.start - 2 : number.start - 1].isalpha() or before == "_":
        return False
    i = bisect_left(state.starts, number.end)
    if i > 0 and state.ends[i - 1] > number.start:
        return False
    if i > 0 and state.ends[i - 1] >= number.start - 90 or i < len(state.starts) and state.starts[i] <= number.end + 60:
        return True
    return state.scan.comparator_before(number.start) is not None


def _classes(state: _State) -> list[Mention]:
    out = []
    floor = 0
    for i, hit in enumerate(state.hits):
        if hit.measure.kind != "score":
            continue
        found = read_classes(state.scan, hit)
        if found is None:
            continue
        group = group_at(state.scan.text, state.hits, i, floor)
        bound = Bound(found.start, found.end, found.low, found.low_inclusive, found.high, found.high_inclusive, None, None, None, "range", None, False, 0)
        floor = _close(state.scan.text, group.end, found.start, found.end)
        out.append(_mention(group.start, floor, group, bound, None, "lab.class"))
    return [m for i, m in enumerate(out) if i == 0 or m.start >= out[i - 1].end]


def _mention(start: int, end: int, group: Group, bound: Bound, change: str | None, rule: str) -> Mention:
    return Mention(start, end, LABEL, rule, parts=Parts(group.names, group.logic, bound, change))


def _close(text: str, gap_start: int, gap_end: int, end: int) -> int:
    """`end`, behind the closing bracket where the gap opened one."""
    gap = text[gap_start:gap_end]
    if gap.count("(") > gap.count(")") and text[end : end + 1] == ")" or gap.count("[") > gap.count("]") and text[end : end + 1] == "]":
        return end + 1
    return end


def _mirrored(state: _State, index: int, reach: int) -> Mention | None:
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
    if text[comparator.end : name.start].strip() and not _gap_words(text[comparator.end : name.start], 0):
        return None
    while i + 1 < len(state.hits) and state.hits[i + 1].measure.id == name.measure.id and state.starts[i + 1] - name.end <= 3:  # type: ignore[union-attr]
        i += 1
    group = Group(name.start, max(name.end, state.ends[i]), (name,), None)
    low = first.value if comparator.op in ("le", "lt") else None
    high = first.value if comparator.op in ("ge", "gt") else None
    inclusive = comparator.op in ("le", "ge")
    bound = Bound(first.start, group.end, low, inclusive, high, inclusive, first.unit, first.dimension, first.reference, "compared", None, True, first.index)
    end = group.end
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
        bound = bound._replace(unit=other.unit or bound.unit, dimension=other.dimension or bound.dimension, reference=other.reference or bound.reference, index=other.index)
    return _mention(first.start, end, group, bound, None, "lab.mirrored")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _gap_words(gap: str, unknown: int) -> bool:
    """Whether only known filler words stand in a gap, with at most `unknown` others."""
    bare = _PARENS.sub(" ", gap)
    filler = words("filler")
    for token in _TOKEN.findall(bare):
        word = token.lower().rstrip(".")
        if word in filler:
            continue
        if word[0].isdigit() and not word[-1].isalpha():
            return False
        if word in ("dose", "doses", "every", "age", "years", "months", "except", "unless"):
            return False
        unknown -= 1
        if unknown < 0:
            return False
    return True


def _fits(bound: Bound, group: Group) -> bool:
    """Whether unit or reference of the bound fits one of the measures."""
    if bound.reference in ("ULN", "LLN"):
        return any(n.measure is not None and n.measure.kind in ("lab", "vital") for n in group.names)
    wanted = bound.dimension or "none"
    return any(n.measure is not None and wanted in n.measure.dimensions for n in group.names)


def _attach(state: _State, bound: Bound, reach: int, last: Mention | None) -> Mention | None:
    mention = _to_left(state, bound, reach)
    if mention is None and last is not None and bound.how in ("compared", "range", "behind"):
        mention = _continued(state, bound, last)
    if mention is None and bound.how in ("compared", "behind", "range", "plain"):
        mention = _to_right(state, bound, reach)
    if mention is None and bound.how in ("compared", "range", "behind"):
        mention = _unknown(state, bound, reach)
    return mention


def _to_left(state: _State, bound: Bound, reach: int) -> Mention | None:
    text = state.scan.text
    i = bisect_right(state.ends, bound.start) - 1
    if i < 0 or state.ends[i] < bound.start - 140 or state.starts[i] < reach:
        return None
    hit = state.hits[i]
    gap = text[hit.end : bound.start]
    if len(gap) > 3 and _STOP.search(gap):
        return None
    group = group_at(text, state.hits, i, reach)
    fits = _fits(bound, group)
    gap = text[group.end : bound.start]
    tight = _gap_words(gap, 0)
    if bound.dimension == "time" and not fits:
        return None
    if bound.how in ("plain", "equal", "lost") and not _stated(state, bound, group, gap, fits):
        return None
    if not tight:
        allowed = 8 if fits and (bound.dimension not in (None, "fraction", "length") or bound.reference) else 2 if fits else 0
        if not _gap_words(gap, allowed):
            return None
    if not fits and bound.dimension is not None and (bound.dimension.startswith("mass") or bound.dimension == "volume") and hit.measure.kind != "lab":
        return None
    change = _change(gap, text[max(0, group.start - 40) : group.start], text, bound.end)
    start, end = group.start, _close(text, group.end, bound.start, bound.end)
    return _finish(text, start, end, group, bound, change, "lab.left")


def _stated(state: _State, bound: Bound, group: Group, gap: str, fits: bool) -> bool:
    """Whether a quantity without a readable comparator is meant as a bound."""
    if not fits or len(gap) > 40 or not _gap_words(gap, 0):
        return False
    if bound.how == "lost" or bound.how == "equal":
        return True
    section = state.scan.section_at(bound.start)
    changed = _change(gap, "", state.scan.text, bound.end)
    if section is not None and section.kind in _PLAIN_SECTIONS and bound.reference != "ULN" and not changed:
        return False
    score = group.names[-1].measure is not None and group.names[-1].measure.kind == "score"
    if bound.dimension is None and bound.reference is None and not (score and len(gap.strip()) <= 12):
        return False
    if bound.dimension == "time" or gap.strip().startswith((",", ")")) and bound.reference is None:
        return False
    return not re.search(r"\b(?:mean|median|average|within|day|was|were)\b", gap)


_DOWN = re.compile(r"(?<![A-Za-z])" + pattern("change_down").pattern + r"(?![A-Za-z])", re.IGNORECASE)
_UP = re.compile(r"(?<![A-Za-z])" + pattern("change_up").pattern + r"(?![A-Za-z])", re.IGNORECASE)
_BASELINE = re.compile(r"[ ,]{0,3}(?:from|of|over|above|below|versus|vs\.?|as compared|compared|relative|in comparison)[ \n]{1,2}(?:(?:with|to|the|their|its)[ \n]{1,2}){0,3}(?:pre-?treatment[ ])?baseline(?:[ ]values?)?", re.IGNORECASE)


def _change(gap: str, before: str, text: str, end: int) -> str | None:
    """The direction of a change that the words between or before state; None for a level ("reduced to below 30")."""
    if re.search(r"\b(?:to|below|under|above)\s{0,2}(?:the\s)?$", gap, re.IGNORECASE) and not _BASELINE.match(text, end):
        return None
    direction = "decrease" if _DOWN.search(gap) else "increase" if _UP.search(gap) else None
    if direction is None and before:
        tail = re.search(r"(\w+(?:\s\w+)?)\s(?:of|in)\s(?:the\s|their\s)?$", before)
        if tail:
            direction = "decrease" if _DOWN.search(tail[1]) else "increase" if _UP.search(tail[1]) else None
    if direction and not (re.search(r"\b(?:by|of|at least|from baseline|than)\s{0,2}$", gap, re.IGNORECASE) or not gap.strip(" ,(:") or _BASELINE.match(text, end) or gap.strip().lower().endswith(("d", "e", "es", "s"))):
        return None
    return direction


def _finish(text: str, start: int, end: int, group: Group, bound: Bound, change: str | None, rule: str) -> Mention:
    baseline = _BASELINE.match(text, end)
    if baseline:
        end = baseline.end()
        bound = bound._replace(reference=bound.reference or "baseline")
    return _mention(start, end, group, bound, change, rule)


_CONTINUES = re.compile(r"[\s,;)]{0,4}(?:[(\[]|or|and|/|but)?[\s(]{0,3}(?:[A-Za-z'’-]{1,14}[ ]){0,6}[\s(:]{0,3}$", re.IGNORECASE)


def _continued(state: _State, bound: Bound, last: Mention) -> Mention | None:
    """A further bound of the measure before: "(≤ 5 × ULN if liver metastases are present)"; an equal one in other units is swallowed."""
    text = state.scan.text
    gap = text[last.end : bound.start]
    if len(gap) > 70 or _STOP.search(gap) or not _CONTINUES.match(gap):
        return None
    parts: Parts = last.parts
    group = Group(last.start, last.end, parts.names, parts.logic)
    same = bound.dimension == parts.bound.dimension and bound.reference == parts.bound.reference
    if not (same and (bound.dimension or bound.reference) or _fits(bound, group) and bound.dimension not in (None, "fraction", "time", "length")):
        return None
    i = bisect_left(state.starts, last.end)
    if i < len(state.starts) and state.starts[i] < bound.start:
        return None
    return _mention(bound.start, bound.end, Group(bound.start, bound.start, parts.names, parts.logic), bound, parts.change, "lab.continued")


def _to_right(state: _State, bound: Bound, reach: int) -> Mention | None:
    """ "≥ 50% decline in eGFR", "more than 2 cm in diameter", "≥ 30 of eGFR"."""
    scan, text = state.scan, state.scan.text
    if bound.how == "plain" and bound.dimension != "fraction" or bound.start < reach:
        return None
    at = bound.end
    change = None
    match = re.compile(r"\s{0,2}(?:or (?:more|greater)\s)?(?:(?:relative|absolute|sustained|confirmed|point|points?|degrees?|a|an|of)\s){0,2}").match(text, at)
    place = match.end() if match else at
    for direction, found in (("decrease", _DOWN.match(text, place)), ("increase", _UP.match(text, place))):
        if found:
            gap = re.compile(r"\s{0,2}(?:\([^()]{0,30}\)\s)?(?:from baseline\s)?(?:in|of|from baseline in)\s{1,2}(?:the\s|their\s)?").match(text, found.end())
            if gap is None:
                return None
            change, at = direction, gap.end()
    if change is None:
        if bound.how == "plain":
            return None
        match = _RIGHT.match(text, at)
        at = match.end() if match else at
    i = bisect_left(state.starts, at)
    if i >= len(state.hits):
        return None
    name = widen(text, state.hits[i])
    if name.start > at + 1 and not (change and name.start <= at + 20 and "\n" not in text[at : name.start]):
        return None
    if name.measure is None or i + 1 < len(state.hits) and False:
        return None
    group = Group(name.start, name.end, (name,), None)
    if change is None and (not _fits(bound, group) or bound.dimension is None or bound.dimension == "time" and name.measure.id != "gestational_age"):
        return None
    if read_comparator(text, name.end) is not None and change is None:
        return None
    return _finish(text, bound.start, name.end, group, bound, change, "lab.right")


def _unknown(state: _State, bound: Bound, reach: int) -> Mention | None:
    """A measure that no vocabulary knows, right before a bound that leaves no doubt."""
    text = state.scan.text
    if bound.dimension is not None and bound.dimension not in _GENERIC:
        return None
    if bound.how == "behind" and bound.dimension is None:
        return None
    name = name_before(text, bound.start, max(reach, bound.start - 160))
    if name is None or name.end - name.start < 2 or not any(c.isalpha() for c in text[name.start : name.end]):
        return None
    if bound.how == "range" and not bound.symbol and bound.dimension in (None, "count", "length", "fraction") and not looks_measured(text, name):
        return None
    if not bound.symbol and not looks_measured(text, name):
        return None
    if bound.dimension is None and bound.reference is None and not looks_measured(text, name):
        return None
    if bound.dimension == "fraction" and not bound.symbol and not looks_measured(text, name):
        return None
    group = Group(name.start, name.end, (name,), None)
    return _finish(text, name.start, _close(text, name.end, bound.start, bound.end), group, bound, None, "lab.unknown")


__all__ = ["CLASSED", "LABEL", "Parts", "comparator_for", "find"]
