"""Lists that belong to each other item by item: "hemoglobin and platelets > 8 g/dL and 50 × 10^9/L, respectively".

Each measure gets its own mention: the first over all the names and the first bound, each further one over its bound.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from extractor.scan import Comparator, read_comparator
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound, comparator_for, sides
from extractor.tag.lab_names import Group, Name, widen
from extractor.tag.lab_quantity import Quantity, read_quantity
from extractor.tag.lab_state import STOP, State, gap_words, make

_REACH = 220
_WORD = "respectively"
_CLOSING = re.compile(r"[\s,(]{0,4}\Z")
_NEXT = re.compile(r"[\s)]{0,3}(?:,|;|/|,?\s{0,2}(?:and|or|&))\s{0,3}(?:the\s)?", re.IGNORECASE)
_BRACKET = re.compile(r"\s{0,2}[(\[][^()\[\]\n]{1,40}[)\]]")
_MOST = 6


_Item = tuple[Comparator | None, Quantity]  # a bound of the list, with its own comparator where it has one


def respective(state: State) -> list[Mention]:
    """Mentions of all such lists of the text, by start."""
    out: list[Mention] = []
    at = state.scan.lower.find(_WORD)
    while at >= 0:
        out.extend(_listed(state, at, out[-1].end if out else 0))
        at = state.scan.lower.find(_WORD, at + 1)
    return out


def _listed(state: State, at: int, reach: int) -> list[Mention]:
    """The mentions of the list that ends before the word at `at`."""
    text = state.scan.text
    floor = max(reach, at - _REACH)
    for stop in STOP.finditer(text, floor, at):
        floor = stop.end()
    for count in range(_MOST, 1, -1):
        items = _items(state, floor, at, count)
        names = _names(state, floor, items[0], count) if items else []
        if names:
            return _mentions(names, items)
    return []


def _items(state: State, floor: int, at: int, count: int) -> list[_Item]:
    """The `count` bounds right before `at`, joined by commas and "and"; [] where there are fewer or more."""
    scan, text = state.scan, state.scan.text
    index = scan.first_number_from(floor)
    while index < len(scan.numbers) and scan.numbers[index].start < at:
        items: list[_Item] = []
        following: int | None = index
        while following is not None and following < len(scan.numbers) and len(items) < count:
            quantity = read_quantity(scan, following)
            items.append((comparator_for(scan, quantity.start), quantity))
            following = _following(state, quantity.end)
        if len(items) == count and following is None and _CLOSING.fullmatch(text, items[-1][1].end, at):
            return items if items[0][0] is not None else []
        index += 1
    return []


def _following(state: State, end: int) -> int | None:
    """Index of the number of the next bound of the list, past a comparator of its own."""
    text = state.scan.text
    joint = _NEXT.match(text, end)
    if joint is None:
        return None
    comparator = read_comparator(text, joint.end())
    at = comparator.end if comparator is not None else joint.end()
    while at < len(text) and text[at] == " ":
        at += 1
    return state.scan.number_at(at)


def _names(state: State, floor: int, item: _Item, count: int) -> list[Name]:
    """The `count` names before the first bound, joined likewise; [] where there are not so many."""
    text = state.scan.text
    start = item[0].start if item[0] is not None else item[1].start
    i = bisect_right(state.ends, start) - 1
    names: list[Name] = []
    while i >= 0 and state.starts[i] >= floor:
        name = widen(text, state.hits[i])
        short = names and names[0].measure == name.measure
        if short and _BRACKET.fullmatch(text, name.end, min(len(text), names[0].end + 1)):  # "hemoglobin (Hb)"
            names[0] = name
        elif len(names) == count:
            break
        elif not (_joined(text, name.end, names[0].start) if names else gap_words(text[name.end : start], 0)):
            return []
        else:
            names.insert(0, name)
        i -= 1
    return names if len(names) == count else []


def _joined(text: str, end: int, start: int) -> bool:
    bracket = _BRACKET.match(text, end)
    return bool(_NEXT.fullmatch(text, bracket.end() if bracket else end, start))


def _mentions(names: list[Name], items: list[_Item]) -> list[Mention]:
    out: list[Mention] = []
    comparator = items[0][0]
    unit = next(((q.unit, q.dimension, q.reference) for _, q in reversed(items) if q.unit or q.reference), None)
    for name, (own, quantity) in zip(names, items, strict=True):
        comparator = own or comparator
        assert comparator is not None
        code, dimension, reference = quantity.unit, quantity.dimension, quantity.reference
        if unit is not None and not code and not reference:
            code, dimension, reference = unit
        low, low_in, high, high_in = sides(comparator.op, quantity.value)
        start = own.start if own is not None else quantity.start
        how = {"eq": "equal", "lost": "lost"}.get(comparator.op, "compared")
        bound = Bound(
            start, quantity.end, low, low_in, high, high_in, code, dimension, reference, how,
            (own.start, own.end) if own is not None and how != "compared" else None, True, quantity.following,
        )  # fmt: skip
        group = Group(names[0].start, quantity.end, (name,), None)
        out.append(make(names[0].start if not out else start, quantity.end, group, bound, None, "lab.respectively"))
    return out
