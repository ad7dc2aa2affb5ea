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


_STOP = re.compile(r"\n[ \t\r]{0,20}\n|\n[ \t\r]{0,20}(?:[-*•·]|[0-9]{1,2}[.)])[ \t]|\n[A-Z]|\n[ \t\r]{0,20}[A-Z](?=[^A-Z])|;(?=\s)|(?<![ (][a-z])(?<!e\.g)(?<!i\.e)[.!](?=\s|$)")
_PARENS = re.compile(r"[(\[][^()\[\]]{0,80}[)\]]")
_TOKEN = re.compile(r"[A-Za-z0-9][\w'’.-]{0,40}")
_PLAIN_SECTIONS = frozenset({"summary", "description", "outcome", "arm", "title", "design", "intervention", "contact", "conditions"})
_GENERIC = frozenset({
    "mass/volume", "substance/volume", "arbitrary/volume", "catalytic/volume", "1/volume", "count/volume", "charge/volume", "fraction", "length", "area", "pressure",
    "temperature", "rate", "mass/area", "volume/time", "volume/time/area", "angle", "optics", "count", "mass/mass", "substance/substance", "mass/substance", "level", "volume/mass/time",
    "arbitrary", "score", "length/time", "ratio", "field", "count/field", "resistance",
})  # fmt: skip
_RIGHT = re.compile(r"['’]?\s{0,2}(?:in|of|on|for)?\s{0,2}(?:(?:the|a|an|their|maximum|maximal|greatest|largest|longest|total|baseline|any|mean|peak|serum)\s{1,2}){0,2}", re.IGNORECASE)


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


_HEADED = re.compile(r"(?:level|score|index|ratio|concentration|titer|pressure|volume)s?[ :](?:of|between|from|is)?[ ]?(?:between[ ]|from[ ])?$")


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
    if state.scan.comparator_before(number.start) is not None:
        return True
    return _HEADED.search(text, max(0, number.start - 24), number.start) is not None


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
    mention = _changed_right(state, bound, reach) or _to_left(state, bound, reach)
    if mention is None and bound.how in ("compared", "behind", "range", "plain"):
        mention = _counted(state, bound, reach) or _to_right(state, bound, reach) or _score_right(state, bound, reach)
    if mention is None and last is not None and bound.how in ("compared", "range", "behind"):
        mention = _continued(state, bound, last)
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
    group = group_at(text, state.hits, i, reach, bound.reference in ("ULN", "LLN"))
    fits = _fits(bound, group)
    gap = text[group.end : bound.start]
    tight = _gap_words(gap, 0)
    if bound.dimension == "time" and (not fits or bound.word == "within"):
        return None
    if not fits and bound.dimension is not None and bound.dimension.startswith("mass") and not bound.dimension.startswith(("mass/volume", "mass/mass", "mass/substance")):
        return None
    if hit.measure.kind != "score" and _GRADED.search(text, bound.start, bound.end):
        return None
    if not fits and bound.dimension == "count" or _FORMULA_BEHIND.match(text, bound.end) or bound.how in ("plain", "range") and "\n" in gap and not _WRAPPED.search(gap):
        return None
    if _FORMULA.search(gap) or bound.how != "plain" and gap.strip() and gap.strip()[-1] in "<>≤≥":
        return None
    if not fits and bound.unit is None and bound.reference is None and state.scan.numbers[max(0, bound.index - 1)].form == "words":
        return None
    if bound.how == "range" and bound.unit is None and isinstance(bound.low, float) and 1900 <= bound.low <= 2100:
        return None
    if text[hit.start : hit.end].lower() in words("weak") and not _WEAK_GAP.fullmatch(text[hit.end : bound.start]):
        return None
    if hit.measure.kind == "score" and (bound.how == "range" and _is_scale(gap + bound.word, bound) or bound.word == "from" and bound.how == "compared"):
        return None
    if bound.unit is None and bound.reference is None and _TIMES_BEHIND.match(text, bound.end):
        if not re.search(r"\bnormal(?:\s(?:value|range|limit))?\s?$", gap, re.IGNORECASE) or hit.measure.kind != "lab":
            return None
        bound = bound._replace(reference="ULN", end=_TIMES_BEHIND.match(text, bound.end).end())  # type: ignore[union-attr]
    if bound.how == "plain":
        bound = _sided(text, group, gap, bound, state)
    if bound.how in ("plain", "equal", "lost") and not _stated(state, bound, group, gap, fits):
        return None
    if not tight:
        allowed = 8 if fits and (bound.dimension not in (None, "fraction", "length") or bound.reference) else 2 if fits else 0
        if not _gap_words(gap, allowed):
            return None
    if not fits and bound.dimension is not None and (bound.dimension.startswith("mass") or bound.dimension == "volume") and hit.measure.kind != "lab":
        return None
    change = _change(gap, text[max(0, group.start - 40) : group.start], text, bound.end) if bound.word not in ("below", "under", "above") else None
    start, end = group.start, _close(text, group.end, bound.start, bound.end)
    return _finish(text, start, end, group, bound, change, "lab.left")


_TIMES_BEHIND = re.compile(r"[ -]?(?:times|fold)\b", re.IGNORECASE)
_GRADED = re.compile(r"\b(?:stage|grade)\b", re.IGNORECASE)
_FORMULA_BEHIND = re.compile(r"[ ]{0,2}[*×+][ ]{0,2}(?:ln|log|\(|[0-9])")
_WRAPPED = re.compile(r"\n[ ]{4,24}\S|\n[ ]{0,24}[a-z(]|\n[ ]{4,24}$")
_FORMULA = re.compile(r"[+*^]|\bln\b")
_WEAK_GAP = re.compile(r"[\s(:,]{0,3}(?:(?:is|of|was|score|in diameter|in size|size|diameter|level|intensity|by|increase[ds]?|decrease[ds]?)[\s(]{0,2}){0,2}(?:\([^()]{1,12}\)\s?)?")
_RANGE_WORDS = re.compile(r"\brang|\bscale\b|\bscor|\bfrom\b|\bout of\b|[(\[]|markings|points?", re.IGNORECASE)
_AT_LEAST = re.compile(r"(?P<w>minimum|maximum|max\.?|min\.?)\s{1,2}(?:of\s)?(?:a\s)?$", re.IGNORECASE)


def _is_scale(gap: str, bound: Bound) -> bool:
    """Whether a range is what a scale runs from and to: "VAS (0-10)"."""
    if not isinstance(bound.low, float) or not isinstance(bound.high, float):
        return False
    return bound.low <= 1 and bound.high in (5, 7, 10, 12, 20, 21, 24, 27, 30, 42, 52, 56, 63, 68, 100, 105) and _RANGE_WORDS.search(gap) is not None


def _sided(text: str, group: Group, gap: str, bound: Bound, state: _State) -> Bound:
    """A plain quantity whose side is told elsewhere: "> ASA II", "minimum pain score of 5", "increases to 80 × 10^9/L"."""
    name = group.names[0]
    first = text[name.start : name.end].split(maxsplit=1)[0].lower()
    least = _AT_LEAST.search(text, max(0, group.start - 14), group.start)
    word = first if first in ("minimum", "maximum") else least["w"].lower() if least else ""
    comparator = comparator_for(state.scan, group.start) if not word else None
    if word:
        op = "ge" if word.startswith("min") else "le"
    elif comparator is not None and comparator.op in ("ge", "gt", "le", "lt") and bound.dimension is None:
        op = comparator.op
    elif re.search(r"\bto\s{1,2}(?:the\s)?$", gap):
        op = "ge" if _UP.search(gap) else "le" if _DOWN.search(gap) else ""
    else:
        return bound
    if not op:
        return bound
    value = bound.low
    if op[0] == "g":
        return bound._replace(low=value, low_inclusive=op == "ge", high=None, how="compared")
    return bound._replace(low=None, high=value, high_inclusive=op == "le", how="compared")


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
        side = re.match(r"[ ,]{0,3}(above|over|below)", baseline.group(), re.IGNORECASE)
        if side and change is None:
            change = "decrease" if side[1].lower() == "below" else "increase"
        end = baseline.end()
        bound = bound._replace(reference=bound.reference or "baseline")
    return _mention(start, end, group, bound, change, rule)


_NOUN_BEHIND = re.compile(
    r"[ \n]{1,2}(?!(?:for|in|if|or|and|at|with|when|on|despite|after|during|unless|without|is|are|to|by|respectively|regardless|who|that|within|before|but|due|women|men|males?|females?|as|from|under|patients|"
    r"subjects|using|even|while|may|will|where|allowed|acceptable|permitted|only|because|not|than|based|provided|were|was|prior|per|of|inclusive|except)\b)[a-z]{3,20}"
)
_CONTINUES = re.compile(r"[\s,;)]{0,4}(?:[(\[]|or|and|/|but)?[\s(]{0,3}(?:\([A-Za-z]{1,8}\)[ ])?(?:[A-Za-z'’-]{1,14},?[ ]){0,6}[\s(:]{0,3}$", re.IGNORECASE)


def _continued(state: _State, bound: Bound, last: Mention) -> Mention | None:
    """A further bound of the measure before: "(≤ 5 × ULN if liver metastases are present)"; an equal one in other units is swallowed."""
    text = state.scan.text
    gap = text[last.end : bound.start]
    if len(gap) > 70 or _STOP.search(gap) or not _CONTINUES.match(gap):
        return None
    if _NOUN_BEHIND.match(text, bound.end) or any(word.lower() in words("head") for word in _TOKEN.findall(gap)):
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


_CHANGE_BEHIND = re.compile(r"[ ]{0,2}(?:or (?:more|greater)\s)?(?:(?:relative|absolute|sustained|confirmed|degrees?|points?|grade|a|an|of)\s){0,2}", re.IGNORECASE)
_CHANGE_OF = re.compile(r"[ ]{0,2}(?:\([^()]{0,30}\)\s)?(?:from baseline\s)?(?:in|of)\s{1,2}(?:(?:the|their|his|a)\s)?", re.IGNORECASE)
_CHANGE_BEFORE = re.compile(r"(?P<c>[A-Za-z]{4,14})(?:\s\([A-Za-z ]{1,24}\))?\s(?:of|by)\s(?:a\s)?$")
_DEGREE_IN = re.compile(r"\s(?:(?:points?|units?)\s)?(?:in|of|on)\s(?:the\s)?", re.IGNORECASE)


def _name_at(state: _State, at: int, slack: int = 1) -> tuple[Name, int] | None:
    """The name that starts within `slack` characters of `at`, and its place among the hits."""
    i = bisect_left(state.starts, at)
    if i >= len(state.hits):
        return None
    name = widen(state.scan.text, state.hits[i])
    between = state.scan.text[at : name.start]
    return (name, i) if name.start <= at + slack and "\n" not in between and "." not in between else None


def _changed_right(state: _State, bound: Bound, reach: int) -> Mention | None:
    """ "≥ 50% decline in eGFR", "increase of at least 1 point in EDSS score"."""
    text = state.scan.text
    if bound.start < reach or bound.how not in ("compared", "behind", "range", "plain") or bound.reference not in (None, "baseline"):
        return None
    match = _CHANGE_BEHIND.match(text, bound.end)
    place = match.end() if match else bound.end
    change, at, start = None, bound.end, bound.start
    for direction, found in (("decrease", _DOWN.match(text, place)), ("increase", _UP.match(text, place))):
        of = _CHANGE_OF.match(text, found.end()) if found else None
        if of:
            change, at = direction, of.end()
    if change is None:
        before = _CHANGE_BEFORE.search(text, max(0, bound.start - 44), bound.start)
        of = _DEGREE_IN.match(text, bound.end)
        if before and of:
            change = "decrease" if _DOWN.fullmatch(before["c"]) else "increase" if _UP.fullmatch(before["c"]) else None
            at, start = of.end(), before.start()
    if change is None or start < reach or bound.how == "plain" and bound.unit is None or bound.dimension == "time":
        return None
    found_name = _name_at(state, at, 24)
    if found_name is None:
        return None
    name, _ = found_name
    if bound.dimension == "angle" and name.measure is not None and "angle" not in name.measure.dimensions:
        bound = bound._replace(unit="{degree}", dimension=None)
    return _finish(text, start, name.end, Group(name.start, name.end, (name,), None), bound, change, "lab.change")


def _counted(state: _State, bound: Bound, reach: int) -> Mention | None:
    """ "fewer than 200 T cells/µL": what is counted stands between number and unit."""
    if bound.counted is None or bound.start < reach or bound.how == "plain" or bound.dimension not in ("1/volume", "1/area", "1/field"):
        return None
    start, end = bound.counted
    i = bisect_left(state.starts, start)
    measure = state.hits[i].measure if i < len(state.hits) and state.starts[i] < end else None
    if measure is None and state.scan.text[start:end].lower() in ("cells", "cell"):
        return None
    return _mention(bound.start, bound.end, Group(start, end, (Name(start, end, measure),), None), bound, None, "lab.counted")


def _to_right(state: _State, bound: Bound, reach: int) -> Mention | None:
    """ "more than 2 cm in diameter", "≥ 30 mL/min of eGFR", "> 20% blasts"."""
    text = state.scan.text
    if bound.how == "plain" or bound.start < reach or bound.dimension is None:
        return None
    match = _RIGHT.match(text, bound.end)
    found = _name_at(state, match.end() if match else bound.end)
    if found is None:
        return None
    name, _ = found
    group = Group(name.start, name.end, (name,), None)
    if not _fits(bound, group) or bound.dimension == "time" and (name.measure is None or name.measure.id != "gestational_age" or bound.word == "within"):
        return None
    after = read_comparator(text, name.end)
    if after is not None and not text[after.start].isalpha() or bound.word in ("within", "up to", "from"):
        return None
    return _finish(text, bound.start, name.end, group, bound, None, "lab.right")


_ON = re.compile(r"(?:\s(?:points?|score|or (?:more|greater|higher)))?\s(?:on|in|by|of|for|at)\s(?:the\s|a\s)?(?:total\s)?", re.IGNORECASE)
_SCORE_OF = re.compile(r"(?:\b(?:total|minimum|maximum)\s)?\bscores?\s(?:of\s)?$", re.IGNORECASE)


def _score_right(state: _State, bound: Bound, reach: int) -> Mention | None:
    """ "score of 24 or above on the MMSE", "≥ 22 on the MADRS"."""
    text = state.scan.text
    if bound.how == "plain" or bound.start < reach or bound.dimension not in (None, "score", "count") or bound.reference is not None:
        return None
    if bound.how == "range" and isinstance(bound.low, float) and bound.low <= 1:
        return None
    match = _ON.match(text, bound.end)
    found = _name_at(state, match.end(), 16) if match else None
    if found is None or found[0].measure is None or found[0].measure.kind != "score":
        return None
    name = found[0]
    before = _SCORE_OF.search(text, max(reach, bound.start - 20), bound.start)
    after = read_comparator(text, name.end)
    if after is not None and not text[after.start].isalpha():
        return None
    start = before.start() if before else bound.start
    return _mention(start, name.end, Group(name.start, name.end, (name,), None), bound, None, "lab.score")


_PEOPLE_BEHIND = re.compile(r"[ ]{0,2}(?:other\s|of the\s|additional\s|or more\s)?(?:[a-z-]{1,14}\s)?(?:patients|subjects|participants|times|lines|cycles|weeks?|days?|months?|years?|hours?|minutes?|people|doses?|sites?|events?|episodes?|of the (?:following|above)|criteria|criterion|following|cigarettes|drinks|regimens|donors|attacks|members|children|teeth|injections|capsules|tablets)\b", re.IGNORECASE)


def _unknown(state: _State, bound: Bound, reach: int) -> Mention | None:
    """A measure that no vocabulary knows, right before a bound that leaves no doubt."""
    text = state.scan.text
    if bound.dimension is not None and bound.dimension not in _GENERIC and not (bound.unit in ("s", "ms") and bound.symbol):
        return None
    if bound.how == "behind" and bound.dimension is None:
        return None
    if bound.word in ("over", "from", "within", "up to", "under", "minimum", "maximum", "below", "above") and bound.dimension is None:
        return None
    if bound.unit is not None and bound.unit.startswith("10*") and "/" not in bound.unit:
        return None
    if bound.unit is None and _PEOPLE_BEHIND.match(text, bound.end) or state.scan.numbers[max(0, bound.index - 1)].form == "words":
        return None
    if bound.how == "range" and isinstance(bound.low, float) and isinstance(bound.high, float):
        worded = text[bound.start].isalpha()
        if bound.unit is None and (bound.low >= 1900 or bound.low <= 1 and bound.high > 3) or bound.low <= 1 and (worded or bound.unit == "{points}"):
            return None
    name = name_before(text, bound.start, max(reach, bound.start - 160))
    if name is None or name.end - name.start < 2 or not any(c.isalpha() for c in text[name.start : name.end]):
        return None
    i = bisect_left(state.ends, name.end)
    if i < len(state.hits) and state.starts[i] < name.end or _GRADED.search(text, bound.start, bound.end):
        return None  # a known measure was turned down here
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
