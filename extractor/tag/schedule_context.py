"""Where a chain stands: is it a schedule at all, and is something given or measured?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.scan import Scan
from extractor.tag.schedule_parts import Part
from extractor.tag.schedule_patterns import surroundings
from extractor.tag.schedule_words import words

SENTENCE = 220
NEAR = 60  # a word that takes a time away from schedules stands so near before it


class Context:
    """What the filters need of one text."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.low = scan.lower

    def section(self, at: int) -> str:
        found = self.scan.section_at(at)
        return "" if found is None else "furniture" if found.furniture else found.kind

    def before(self, at: int, most: int = SENTENCE) -> str:
        """The sentence (or line block) up to `at`."""
        window = self.low[max(0, at - most) : at]
        stop = window.rfind(". ")
        while stop >= 2 and window[stop - 2] == ".":  # i.v., s.c.
            stop = window.rfind(". ", 0, stop)
        cut = max(stop, window.rfind("\n\n"), window.rfind(".\n"), window.rfind("; "))
        return window[cut + 1 :] if cut >= 0 else window

    def after(self, end: int, most: int = 80) -> str:
        window = self.low[end : end + most]
        cuts = [c for c in (window.find(". "), window.find("\n\n"), window.find(".\n")) if c >= 0]
        return window[: min(cuts)] if cuts else window


_ELIGIBLE = re.compile(
    r"follow(?:ed)?[ -]?up|followed|(?:is|are|were|be)\s(?:taken|collected|done|performed|measured|assessed)|"
    r"(?:done|performed|measured|assessed) at|will receive|will be|injected|infused|administered"
)
_NOT_ELIGIBLE = re.compile(
    r"contracept|pregnan|birth control|breast|histor|washout|steril|abstain|prior|previous|study medication"
)
_RATE = re.compile(r"(?:/|per|[0-9]|[<>≥≤±]=?)[ ]?\Z")
_AFTER = re.compile(r"(?:after|post|following|since|from|before|prior to)\b[^,.;]{0,30}$")
_AGE = re.compile(r"(?:\bage[ds]?\b|\bagem\w\w\b)[^.;]{0,24}$")


_COMPARED = re.compile(r"\b(?:from|than|with|to|the|of|versus|vs\.?|and)[ ]\Z")


def is_bare_start(chain: Sequence[Part]) -> bool:
    """Whether a chain only names time zero: a schedule where it fills a line or stands in a time frame with others."""
    return all(part.kind == "start" and not part.tail for part in chain)


def admissible(context: Context, chain: list[Part], start: int, end: int) -> str | None:
    """The kind ("administration" or "assessment") of a chain; None when it is no schedule."""
    low = context.low
    section = context.section(start)
    if section in ("furniture", "contact", "title", "conditions") or (section == "design" and _short_line(low, start)):
        return None
    first, last = chain[0], chain[-1]
    before = context.before(start)
    if first.kind in ("time", "count") and _RATE.search(low[max(0, first.start - 4) : first.start]):
        return None
    alone = _alone(low, start, end)
    if is_bare_start(chain) and not alone and "(" not in low[start:end]:
        in_frame = section == "outcome" and not _COMPARED.search(low, max(0, start - 14), start)
        return "assessment" if in_frame else None
    if _NEVER.search(before[-110:]) or (
        first.role == "until" and first.tail == "before" and _ENTERED.search(low[start:end])
    ):
        return None
    if last.kind in ("time", "frequency") and not last.tail and _behind(low, last):
        return None
    if _DIMENSIONS.fullmatch(context.scan.text, start, end):
        return None
    if section == "outcome" and first.role == "duration" and len(chain) == 1 and _BOUND.search(before[-80:]):
        return None
    if (
        first.kind == "time"
        and first.tail in ("", "prior")
        and not alone
        and surroundings().before.search(before[-NEAR:])
    ) or _AGE.search(before):
        return None
    if section != "outcome" and not alone and _entry(low, chain, start):
        return None
    if section in ("inclusion", "exclusion", "eligibility") and not _in_criteria(low, chain, before, start):
        return None
    if _of_making(before[-NEAR:], context.after(end, NEAR)):
        return None
    return _kind(context, chain, section, before, start, end)


def _of_making(before: str, after: str) -> bool:
    """Whether the words around tell how cells are made: "washed three times", "after 3 hours, the lysate"."""
    cue, making = surroundings().cue, surroundings().making
    ends = [m.end() for m in making.finditer(before)]
    if ends and not cue.search(before, ends[-1]):
        return True
    made = surroundings().made.search(after)
    return made is not None and not cue.search(before) and not cue.search(after, 0, made.start())


_NEVER = re.compile(r"contracept|birth control")
_ENTERED = re.compile(r"enrol|inclusion|randomi[sz]|screen|entry|recruit|registration")


def _short_line(low: str, at: int) -> bool:
    """Whether `at` stands in a line as fields have them ("Enrollment: 20"), not in a sentence."""
    left = low.rfind("\n", max(0, at - 60), at) + 1
    right = low.find("\n", at, at + 60)
    return (left > 0 or at < 60) and 0 <= right - left < 60


def _behind(low: str, last: Part) -> bool:
    """Whether a word follows that makes no schedule of the time: "6-minute walk", "24-hour urine"."""
    m = surroundings().behind.match(low, last.end)
    if m is None:
        return False
    unit = next((u for w, u in words("behind").items() if m[1].startswith(w.rstrip("*"))), "")
    return not unit or any(u == unit for _, u in last.values)


_SINCE_ILLNESS = re.compile(r"(?:onset|diagnosis|injury|symptom|infarct|stroke|trauma|birth)")


_DIMENSIONS = re.compile(r"[2-5][ -]?D")  # 3D, EQ-5D
_BOUND = re.compile(r"[<>≥≤=]|10\^|/mm|/l\b")  # "platelets > 20 x 10^9/L for 7 days" defines the outcome
_WINDOW = re.compile(r"\b(?:within|before|prior|beyond|at least|contracept[a-z]{1,5}|gestation[a-z]{0,3})\b")


def _entry(low: str, chain: list[Part], start: int) -> bool:
    """Whether a lone time tells who is treated: an age, "within 6 months of onset"."""
    first, last = chain[0], chain[-1]
    if len(chain) > 1 or first.kind != "time":
        return False
    if (
        first.values[0][1] == "a"
        and first.values[-1][0] >= 16
        and first.role in ("", "point", "until")
        and not first.tail
    ):
        return True
    return (
        low.startswith(("within", "less than"), start)
        and _SINCE_ILLNESS.search(low, first.start, last.end + 24) is not None
    )


def _in_criteria(low: str, chain: list[Part], before: str, start: int) -> bool:
    """Whether a chain among the criteria tells when something of the trial is given or measured."""
    if any(part.tail == "before" for part in chain) or low.startswith(("within", "less than", "in the"), start):
        return False
    if chain[0].kind == "point":
        return not low.startswith("d.", start) and not _WINDOW.search(before[-70:])
    return _ELIGIBLE.search(before[-90:]) is not None and _NOT_ELIGIBLE.search(before[-160:]) is None


def _alone(low: str, start: int, end: int) -> bool:
    """Whether the span fills its line."""
    left = low.rfind("\n", max(0, start - 20), start) + 1
    right = low.find("\n", end, end + 20)
    if (left == 0 and start > 20) or (right < 0 and end + 20 < len(low)):
        return False
    return (
        low[left:start].strip() in ("", "at", "on") and low[end : right if right >= 0 else len(low)].strip(" .") == ""
    )


def _kind(context: Context, chain: list[Part], section: str, before: str, start: int, end: int) -> str:
    nouns = [part.noun for part in chain if part.noun]
    if nouns and (section != "outcome" or chain[0].noun):
        return nouns[0]
    if section == "outcome":
        return "assessment"
    counted = chain[0].tail == "after" and chain[0].kind not in ("start", "frequency")
    opens = counted and context.scan.text[max(0, start - 3) : start] in ("At ", "On ", "By ")
    if opens and (cue := surroundings().cue.search(context.after(end))):
        return str(cue.lastgroup)
    found = None
    for cue in surroundings().cue.finditer(before):
        if counted and cue[0].removesuffix("s") in words("giving"):
            continue  # "reactions to the infusion within 72 hours after it"
        rest = before[cue.end() :].strip()
        if cue[0] == "followed" and (rest.startswith("by ") or (not rest and context.low.startswith(" by ", end))):
            continue  # "followed each day by etoposide"
        if not (cue.lastgroup == "administration" and _AFTER.search(before, max(0, cue.start() - 45), cue.start())):
            found = cue
    if found is not None and len(before) - found.end() < 120:
        return str(found.lastgroup)
    if (
        chain[0].tail in ("after", "before")
        and chain[0].kind not in ("start", "frequency")
        and section not in ("arm", "intervention")
    ):
        return "assessment"
    after = surroundings().cue.search(context.after(end))
    if after is not None:
        return str(after.lastgroup)
    if (
        section in ("arm", "intervention")
        or chain[0].kind in ("count", "frequency", "interval")
        or chain[0].role == "duration"
    ):
        return "administration"
    return "assessment"
