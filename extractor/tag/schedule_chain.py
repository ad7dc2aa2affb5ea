"""Chains of schedule parts: what follows a part, and the event that its times are counted from."""

from __future__ import annotations

import re
from functools import cache

from extractor.tag.schedule_parts import Part, read_one, read_part
from extractor.tag.schedule_patterns import links
from extractor.tag.schedule_words import words

_MOST = 24  # parts of one chain

_NEXT = re.compile(r"[ \t\xa0(-]{0,4}(?:\r?\n[ \t]{1,16})?(post|pre)?-?[ ]?([a-z0-9][a-z0-9/+.'’]{0,30})")
_OF_WORDS = re.compile(r"\s{1,16}([a-z0-9+/-]{1,20})")


def _further(low: str, at: int) -> int | None:
    """End of another event within four words behind "of": "completion of the MTX infusion"."""
    for _ in range(4):
        m = _OF_WORDS.match(low, at)
        if m is None or m[1] in _BREAKS:
            return None
        at = m.end()
        if _is_event(m[1]):
            return at
    return None


_OF = re.compile(
    r"(?:[ ]|\r?\n[ \t]{1,16})of[ ](?:the[ ])?[a-z][a-z0-9+-]{1,20}(?:[ ](?:mscs|cells|treatment|therapy))?"
)
_MOST_WORDS = 8  # words up to the event: "after the last intravenous allogeneic cord blood derived cell infusion"
_BREAKS = {"and", "or", "then", "at", "to", "for", "by", "with", "until", "will", "was", "were", "is", "are"}


def _is_event(word: str) -> bool:
    return word in _events() or (word.endswith("s") and word[:-1] in _events())


@cache
def _events() -> frozenset[str]:
    return frozenset(words("event")) | frozenset(words("giving"))


def event_end(low: str, at: int) -> int | None:
    """End of the event that is named from `at` on: "the last infusion of cells"; None when none is near."""
    end = None
    for _ in range(_MOST_WORDS):
        m = _NEXT.match(low, at)
        word = m[2].rstrip(".'’") if m else ""
        if m is None or word in _BREAKS:
            break
        if _is_event(word):
            end = m.start(2) + len(word)
        elif end is not None:
            if word == "of" and (further := _further(low, m.end())) is not None:
                end = further
            break
        at = m.end()
        if m[2].endswith("."):
            break
    if end is not None and (m := _OF.match(low, end)):
        return m.end()
    return end


def _tail(low: str, end: int) -> tuple[int, str]:
    """(end, tail) with the event that a time is counted from: "after the infusion"; see Part."""
    if m := links().tail.match(low, end):
        kind = "before" if "before" in m[0] or "prior" in m[0] else "after"
        if (event := event_end(low, m.end())) is not None:
            return event, kind
        if m[0].endswith("later"):
            return m.end(), kind
        return end, "prior" if kind == "before" else kind if m[0].strip(" -(") in ("after", "post", "following") else ""
    if (m := _PREFIXED.match(low, end)) and (event := event_end(low, m.start(1))) is not None:
        return event, "before" if m[1] == "pre" else "after"
    return end, ""


_PREFIXED = re.compile(r"[ \t-]{0,3}(?:\r?\n[ \t]{0,16})?(post|pre)-?[ ]?[a-z]")
_TO_EVENT = re.compile(
    r"\s{1,8}(?:to|until|untill|till|through)\s{1,16}(?:the\s{1,4})?(?:date\s{1,4}of\s{1,4})?(?:[a-z-]{2,20}\s{1,8}){0,3}?"
    r"(?:completion|end\s{1,4}of\s{1,4}(?:the\s{1,4})?(?:study|treatment|trial|follow-?\s?up)|"
    r"death|progression|discharge|relapse|recovery|engraftment|resolution|toxicity|remission)(?![a-z])"
)


def extend(low: str, part: Part) -> Part:
    """`part` with the words behind it that belong to it: "or less", "to study completion", "after the infusion"."""
    if part.kind in ("time", "point") and (m := _OR_LESS.match(low, part.end)):
        part = part._replace(end=m.end(), role="until")
    if part.kind in ("time", "point") and (m := _ABOUT.match(low, part.end)):
        part = part._replace(end=m.end())
    if m := _TO_EVENT.match(low, part.end):
        part = part._replace(end=m.end())
    if part.kind == "time" and not part.role and (m := _LASTING.match(low, part.start)) and m.end(1) == part.end:
        return part._replace(role="duration")
    end, kind = _tail(low, part.end) if part.kind in ("time", "point", "start", "frequency") else (part.end, "")
    if end == part.end and (part.kind == "frequency" or (kind == "prior" and part.kind not in ("time", "point"))):
        return part
    return part._replace(end=end, tail=kind) if kind else part


_ABOUT = re.compile(
    r"\s{0,2}\(?\s?(?:±|\+/-|\+\\-|\+-|plus\sor\sminus)\s?[0-9]{1,3}(?:\.[0-9])?\s?-?"
    r"(?:days?|weeks?|wks?|months?|mo|hours?|hrs?|minutes?|min|years?|d|h|w)?(?![a-z0-9])\s?\)?"
)
# "a 24-hour infusion": how long it takes
_LASTING = re.compile(
    r"([0-9]{1,3}-(?:minute|min|hour|hr|h|day|week|month|year))[ -](?:(?:continuous|long|treatment|dosing|study|iv)[ -])?"
    r"(?:infusion|drip|course|treatment|therapy|period|regimen)(?![a-z])"
)
_OR_LESS = re.compile(r"\s{1,6}or\s{1,6}(?:less|earlier|fewer|sooner)(?![a-z])")


_EDGE = re.compile(r"[ \t]{0,8}\r?\n(?![ \t])")


def _broken(low: str, start: int, end: int) -> bool:
    """Whether a gap of blanks ends a line whose next one starts at its edge: two lines, not one wrapped line."""
    gap = low[start:end]
    return "\n" in gap and (_EDGE.match(gap) is not None or gap.count("\n") > 1)


def next_part(low: str, end: int) -> Part | None:
    """The part that goes on a chain that ends at `end`."""
    joint = links().joint.match(low, end)
    at = joint.end() if joint else end
    role = links().role.match(low, at)
    inner = role.end() if role else at
    if _TOLERANCE.match(low, at):
        return None
    part = read_part(low, inner) or (read_part(low, at) if inner != at else None)
    if part is None and role and role["role"] and (m := _ONE.search(low, at, inner)):
        part = read_one(low, m.start(), inner)
    if part is None or _broken(low, end, part.start):
        return None
    text = joint["j"].strip() if joint else ""
    name = role["role"] if role and part.start == inner else None
    kind = words("role").get(" ".join(name.split()), "") if name else ""
    if part.kind == "count" and ("and" in text or (role and "the " in role[0])):
        return None
    if part.article and kind not in ("duration", "until"):
        return None
    if kind == "since" or (not text and not name and part.kind == "start"):
        return None
    if name and text == "" and kind == "until" and name in ("through", "until", "till", "untill"):
        text = "to"
    return extend(low, part._replace(role=kind, joint=text))


_ONE = re.compile(r"(?:an?|first|next|following|entire|whole)\s{1,6}\Z")
_TOLERANCE = re.compile(r"\(?\s?(?:±|\+/-|\+-|plus or minus)")


def read_chain(low: str, first: Part) -> list[Part]:
    parts = [first]
    end = first.end
    while len(parts) < _MOST:
        following = next_part(low, end)
        if following is None:
            aside = links().aside.match(low, end)
            following = _inside(low, end, aside.end()) if aside else None
            if (
                following
                and following.kind not in ("count", "frequency", "interval")
                and parts[-1].kind not in ("count", "start", "frequency")
            ):
                following = None  # "day 28 (4 weeks)" says one thing twice
            if following is None and aside:
                following = next_part(low, aside.end())
        if following is None or (parts[-1].kind == "start" and following.kind == "frequency" and not following.joint):
            break
        often = following.kind == "frequency" and any(part.kind == "frequency" for part in parts)
        if often and ";" in following.joint and "then" not in following.joint:
            break  # "weekly for a month; every 3 months for a year": two statements
        parts.append(following)
        end = following.end
        if low.startswith(")", end) and low[first.start : end].count("(") > low[first.start : end].count(")"):
            end, kind = _tail(low, end + 1)
            parts[-1] = following._replace(end=end, tail=kind or following.tail)
    return parts


def _inside(low: str, at: int, end: int) -> Part | None:
    """The part that opens a bracket."""
    return next_part(low, low.index("(", at, end) + 1)
