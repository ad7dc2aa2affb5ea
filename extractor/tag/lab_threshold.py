"""LAB_THRESHOLD: measures with the bounds they are compared to.

Bounds are read at numbers and limits (lab_bounds), names come from the vocabulary (lab_vocab) or, where a bound leaves
no doubt, from the words before it (lab_names). A bound looks for its measure to the left (lab_left), then to the right
(lab_right), then takes the one of the bound before it ("(≤ 5 × ULN if ...)"), then reads the words before it as a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound, read_bound
from extractor.tag.lab_classes import ClassBound, bare_classes, classes_before, read_classes
from extractor.tag.lab_further import with_further
from extractor.tag.lab_left import continued, to_left
from extractor.tag.lab_limits import find_limits
from extractor.tag.lab_mirrored import mirrored_measure
from extractor.tag.lab_names import Group, Name, group_at, looks_measured, name_before
from extractor.tag.lab_respectively import respective
from extractor.tag.lab_right import changed_right, counted_unit, score_right, to_right, unknown_measure
from extractor.tag.lab_state import LABEL, Parts, State, close, make
from extractor.tag.lab_vocab import find_names

_HEADS = tuple(
    head + plural
    for head in ("level", "score", "index", "ratio", "concentration", "titer", "pressure", "volume")
    for plural in ("", "s")
)
_CHANGED = re.compile(r"\s?%\s(?:or (?:more|greater)\s)?(?:relative\s)?(?:reduc|decrea|improv|increa|declin)")
_LINKS = (" of", " is", " between", " from")


def find(scan: Scan) -> list[Mention]:
    """All thresholds of the text, disjoint, by start."""
    hits, limit_words = find_names(scan)
    state = State(scan, hits, [h.start for h in hits], [h.end for h in hits])
    classes = sorted([*_classes(state), *respective(state)], key=lambda m: m.start)
    taken = [(m.start, m.end) for m in classes]
    out: list[Mention] = list(classes)
    limits = find_limits(scan, limit_words)
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
            mention = mirrored_measure(state, index, reach)
            if mention is not None:
                out.append(mention)
                last, reach = mention, mention.end
                continue
            bound = with_further(scan, read_bound(scan, index))
            index += 1
        mention = _attach(state, bound, reach, last)
        used: Bound = mention.parts.bound if mention is not None else bound.alone or bound
        if used.how != "plain" and used.start == bound.start:
            index = max(index, used.following)
        if mention is not None and not _inside(taken, mention.end - 1):
            out.append(mention)
            last, reach = mention, max(reach, mention.end)
    out.sort(key=lambda m: (m.start, -m.end))
    return [m for i, m in enumerate(out) if i == 0 or m.start >= out[i - 1].end]


def _inside(taken: list[tuple[int, int]], at: int) -> bool:
    i = bisect_right(taken, (at, 1 << 60)) - 1
    return i >= 0 and taken[i][1] > at


def _worth(state: State, index: int) -> bool:
    """Whether a number may be a bound: it stands free, and a comparator or the name of a measure is near."""
    number, text = state.scan.numbers[index], state.scan.text
    before = text[number.start - 1 : number.start]
    if before == "," and number.value == 0 and number.end - number.start == 3:
        return False  # the end of a larger number: "D.100,000"
    if before.isalnum() or (before == "-" and text[number.start - 2 : number.start - 1].isalpha()) or before == "_":
        return False
    i = bisect_left(state.starts, number.end)
    if i > 0 and state.ends[i - 1] > number.start:
        return False
    if (i > 0 and state.ends[i - 1] >= number.start - 90) or (
        i < len(state.starts) and state.starts[i] <= number.end + 60
    ):
        return True
    if "%" in text[number.end : number.end + 2] and _CHANGED.match(state.scan.lower, number.end):
        return True
    comparator = state.scan.comparator_before(number.start)
    if comparator is None:
        return _headed(state.scan.lower, number.start)
    # a comparator right behind another number and no unit: no name stands before it
    last = text[max(0, comparator.start - 12) : comparator.start].rstrip().rpartition(" ")[2]
    return (
        not last.strip("<>≤≥=").isdigit()
        or text[number.end : number.end + 2].strip()[:1].isalpha()
        or ("%" in text[number.end : number.end + 2])
    )


def _headed(lower: str, at: int) -> bool:
    """Whether a word for a measure stands right before: "index of"."""
    if lower[at - 1 : at] not in (" ", ":"):
        return False
    before = lower[max(0, at - 30) : at].rstrip(" :")
    if before.endswith(_LINKS):
        for _ in range(2):
            for link in _LINKS:
                before = before.removesuffix(link)
    return before.endswith(_HEADS)


def _classes(state: State) -> list[Mention]:
    """Scores whose values are classes, and classes and scores whose name no vocabulary knows."""
    text = state.scan.text
    out = []
    floor = 0
    for i, hit in enumerate(state.hits):
        if hit.measure.kind != "score":
            continue
        found = read_classes(state.scan, hit) or classes_before(text, hit)
        if found is None:
            continue
        group = group_at(text, state.hits, i, floor)
        floor = close(text, group.end, found.start, found.end)
        out.append(make(min(group.start, found.start), floor, group, _class_bound(found), None, "lab.class"))
    taken = [(m.start, m.end) for m in out]
    for name_end, found in bare_classes(state.scan):
        if _inside(taken, found.start) or _inside(taken, name_end - 1):
            continue
        name = name_before(text, name_end, max(0, name_end - 80)) if found.scored else Name(found.at, name_end, None)
        if found.scored and name is not None and not looks_measured(text, name):
            continue
        if name is None or (found.scored and any(name.start < e and s < name.end for s, e in taken)):
            continue
        group = Group(name.start, name.end, (name,), None)
        out.append(make(name.start, found.end, group, _class_bound(found), None, "lab.class"))
    out.sort(key=lambda m: (m.start, -m.end))
    return [m for i, m in enumerate(out) if i == 0 or m.start >= out[i - 1].end]


def _class_bound(found: ClassBound) -> Bound:
    return Bound(
        found.start, found.end, found.low, found.low_inclusive, found.high, found.high_inclusive,
        None, None, None, "range", None, False, 0,
    )  # fmt: skip


def _attach(state: State, bound: Bound, reach: int, last: Mention | None) -> Mention | None:
    moved = bound.dimension == "angle" and bound.how == "range" and bound.low == 0
    if moved and "score" in state.scan.lower[max(0, bound.start - 16) : bound.start]:
        return None  # "flexion score 0º-140º": what a joint moves over
    mention = changed_right(state, bound, reach) or to_left(state, bound, reach)
    if mention is None and bound.how in ("compared", "behind", "range", "plain"):
        mention = counted_unit(state, bound, reach) or to_right(state, bound, reach) or score_right(state, bound, reach)
    if mention is None and last is not None and bound.how in ("compared", "range", "behind"):
        mention = continued(state, bound, last)
    if mention is None and bound.how in ("compared", "range", "behind"):
        mention = unknown_measure(state, bound, reach)
    return mention


__all__ = ["LABEL", "Parts", "find"]
