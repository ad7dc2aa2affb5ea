"""What the readers of LAB_THRESHOLD share: state, mentions, gaps between names and bounds."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound
from extractor.tag.lab_names import Group, Name
from extractor.tag.lab_vocab import Hit, pattern, words

LABEL = "LAB_THRESHOLD"

STOP = re.compile(
    r"\n[ \t\r]{0,20}\n|\n[ \t\r]{0,20}(?:[-*•·]|[0-9]{1,2}[.)])[ \t]|\n[A-Z]|"
    r"\n[ \t\r]{0,20}[A-Z](?=[^A-Z])|;(?=\s)|(?<![ (][a-z])(?<!e\.g)(?<!i\.e)[.!](?=\s|$)"
)
RUNS = re.compile(
    r"\branges?\b(?!\sof)|\branged\b|\bscale\s(?:of|from)\s", re.IGNORECASE
)  # what a scale runs from and to
NOUN_BEHIND = re.compile(
    r"[ \n]{1,2}(?!(?:for|in|if|or|and|at|with|when|on|despite|after|during|unless|without|is|are|to|by|"
    r"respectively|regardless|who|that|within|before|but|due|women|men|males?|females?|as|from|under|"
    r"patients|"
    r"subjects|using|even|while|may|will|where|allowed|acceptable|permitted|only|because|not|than|based|"
    r"provided|were|was|prior|per|of|inclusive|except)\b)[a-z]{3,20}"
)
COUNTED_BEHIND = re.compile(
    r"[ ]{0,2}(?:other\s|of the\s|additional\s|or more\s)?"
    r"(?:(?!(?:at|in|on|by|for|after|within|of|per|and|or|with|during|over|from|every|before|until|despite|to|as|"
    r"if|is|are|at|than|who|when|while|between|once|any|the|a|each)\s)[a-z-]{1,14}\s)?(?:patients|subjects|"
    r"participants|times|lines|cycles|weeks?|days?|months?|years?|hours?|minutes?|people|doses?|sites?|"
    r"events?|episodes?|of the (?:following|above)|criteria|criterion|following|cigarettes|drinks|regimens|"
    r"donors|attacks|members|children|teeth|injections|capsules|tablets)\b",
    re.IGNORECASE,
)
PARENS = re.compile(r"[(\[][^()\[\]]{0,80}[)\]]")
TOKEN = re.compile(r"[A-Za-z0-9][\w'’.-]{0,40}")
GRADED = re.compile(r"\b(?:stage|grade)\b", re.IGNORECASE)
DOWN = re.compile(r"(?<![A-Za-z])" + pattern("change_down").pattern + r"(?![A-Za-z])", re.IGNORECASE)
UP = re.compile(r"(?<![A-Za-z])" + pattern("change_up").pattern + r"(?![A-Za-z])", re.IGNORECASE)
BASELINE = re.compile(
    r"[ ,]{0,3}(?:from|of|over|above|below|versus|vs\.?|as compared|compared|relative|"
    r"in comparison)[ \n]{1,2}(?:(?:with|to|the|their|"
    r"its)[ \n]{1,2}){0,3}(?:pre-?treatment[ ])?baseline(?:[ ]values?)?",
    re.IGNORECASE,
)


class Parts(NamedTuple):
    """What the tagger read: names, logic, bound, change ("increase", "decrease" or None)."""

    names: tuple[Name, ...]
    logic: str | None
    bound: Bound
    change: str | None


class State(NamedTuple):
    scan: Scan
    hits: list[Hit]
    starts: list[int]
    ends: list[int]


def make(start: int, end: int, group: Group, bound: Bound, change: str | None, rule: str) -> Mention:
    return Mention(start, end, LABEL, rule, parts=Parts(group.names, group.logic, bound, change))


def close(text: str, gap_start: int, gap_end: int, end: int) -> int:
    """`end`, behind the closing bracket where the gap opened one."""
    gap = text[gap_start:gap_end]
    if (gap.count("(") > gap.count(")") and text[end : end + 1] == ")") or (
        gap.count("[") > gap.count("]") and text[end : end + 1] == "]"
    ):
        return end + 1
    return end


def gap_words(gap: str, unknown: int) -> bool:
    """Whether only known filler words stand in a gap, with at most `unknown` others."""
    bare = PARENS.sub(" ", gap)
    filler = words("filler")
    for token in TOKEN.findall(bare):
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


def fits_bound(bound: Bound, group: Group) -> bool:
    """Whether unit or reference of the bound fits one of the measures."""
    if bound.reference in ("ULN", "LLN", "control"):
        return any(n.measure is not None and n.measure.kind in ("lab", "vital") for n in group.names)
    wanted = bound.dimension or "none"
    return any(n.measure is not None and wanted in n.measure.dimensions for n in group.names)


_LEADING = re.compile(
    r"(?<![A-Za-z-])(?P<c>[A-Za-z]{4,14})(?:\s\([A-Za-z ]{1,24}\))?\s{1,16}(?:in|of)\s{1,16}(?:(?:the|their|his|an?|any|total|"
    r"mean|daily)\s{1,2}){0,2}$"
)
_ADJECTIVE = re.compile(r"(?<![A-Za-z-])(?P<c>[A-Za-z]{4,9}ed)\s{1,2}$")
_TO_LEVEL = re.compile(r"\b(?:to|below|under|above)\s{0,2}(?:the\s)?$", re.IGNORECASE)


def change_before(text: str, group: Group, bound: Bound, floor: int) -> tuple[str, int] | None:
    """Direction and start of a change that leads: "increase in IBDQ of at least 16 points"; None for a level."""
    tail = text[max(floor, group.start - 24) : group.start]
    match = None
    if "in" in tail or "of" in tail:
        match = _LEADING.search(text, max(floor, group.start - 60), group.start)
    if match is None and BASELINE.match(text, bound.end):
        match = _ADJECTIVE.search(text, max(floor, group.start - 16), group.start)
    if match is None or bound.reference not in (None, "baseline") or bound.word in ("below", "under", "above"):
        return None
    direction = "decrease" if DOWN.fullmatch(match["c"]) else "increase" if UP.fullmatch(match["c"]) else None
    gap = text[group.end : bound.start]
    if direction is None or _TO_LEVEL.search(gap) or ":" in gap:
        return None
    if bound.low is None and direction == "decrease" and not re.search(r"\b(?:of|by)\b", gap):
        return None  # "a reduction in LVEF < 40%": what it is reduced to
    return direction, match.start()


def finish(text: str, start: int, end: int, group: Group, bound: Bound, change: str | None, rule: str) -> Mention:
    baseline = BASELINE.match(text, end)
    if baseline:
        side = re.match(r"[ ,]{0,3}(above|over|below)", baseline.group(), re.IGNORECASE)
        if side and change is None:
            change = "decrease" if side[1].lower() == "below" else "increase"
        end = baseline.end()
        bound = bound._replace(reference=bound.reference or "baseline")
    return make(start, end, group, bound, change, rule)


def new_phrase(text: str, name: Name, bound: Bound) -> bool:
    """Whether a bound opens a phrase: "x-ray examination More than 4 cm", "CLL:\\nAt least 2"."""
    if not text[bound.start : bound.start + 2].istitle():
        return False
    between = text[name.end : bound.start]
    return "\n" in between or (not between.strip() and text[name.start : name.end].split()[-1].islower())
