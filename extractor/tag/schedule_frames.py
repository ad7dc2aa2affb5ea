"""Time frames of outcomes: a line that tells only when something is measured is one schedule, to its last word."""

from __future__ import annotations

import re
from collections.abc import Callable

from extractor.spans import Mention
from extractor.tag.schedule_context import is_bare_start
from extractor.tag.schedule_parts import Part

LONGEST = 300
_LEAD = re.compile(
    r"(?:\W{0,3}time\s?frame\s?:?|at|on|from|over|in|assessed|measured|evaluated|"
    r"time point(?:\(?s\)?)?:?)[ \t]{1,3}|[\[(•*-][ \t]{0,3}"
)
_OPENS = re.compile(
    r"(?:at|on|from|after|before|up ?to|through|until|till|within|during|over|by|in|between|since|time|start|end|"
    r"every|each|follow|follow-?up|assessed|measured|duration|an? (?:average|minimum|maximum)|at least|one|two|three|"
    r"four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty|thirty|first)\b|"
    r"pre|post|baseline|day|week|month|year|hour|minute|visit|screen|random|enrol|inclusion|change from|daily|monthly|"
    r"once|immediately|approximately|about|intra|admission|discharge|continu|[0-9~<≤(\[+-]"
)
_ENDS = re.compile(r"\b(?:until|till|through|throughout|up to|upto|to|completion|assessed up to|whichever)\b")
_WORDY = re.compile(r"[.?!] [a-z]|\bwill be\b|\bwere\b|\bis\b|\bare\b")


def _line(low: str, at: int) -> tuple[int, int]:
    """Start and end of the line of `at`; of a longer line than a frame can be, no more than that."""
    right = low.find("\n", at, at + LONGEST + 1)
    left = low.rfind("\n", max(0, at - LONGEST - 1), at) + 1
    return left or max(0, at - LONGEST - 1), right if right >= 0 else min(len(low), at + LONGEST + 1)


def _is_frame(low: str, left: int, right: int) -> bool:
    """The last line of an outcome (a blank line or the end follows) that opens like a time, or one named Time frame."""
    line = low[left:right].strip()
    if not 2 <= len(line) <= LONGEST or _WORDY.search(line):
        return False
    if "time frame" in line[:20] or "timeframe" in line[:20]:
        return True
    rest = low[right + 1 : right + 40]
    last = right + 1 >= len(low) or rest.lstrip(" \t\r").startswith("\n") or rest.strip() == ""
    return last and _OPENS.match(line) is not None


def _roles(parts: list[Part], before: str) -> list[Part]:
    """A lone time behind "from ... until", "through ..." is an end."""
    timed = [p for p in parts if p.kind in ("time", "point")]
    if len(timed) == 1 and not timed[0].range and timed[0].role in ("", "point") and _ENDS.search(before):
        return [p._replace(role="until") if p is timed[0] else p for p in parts if p.kind != "start"]
    return parts


def _only_in_frames(low: str, mention: Mention) -> bool:
    """Whether a mention is a bare name of time zero inside other words."""
    left, right = _line(low, mention.start)
    alone = mention.end - mention.start >= len(low[left:right].strip(" \t\r.")) - 3
    return is_bare_start(mention.parts[0]) and not alone and "(" not in low[mention.start : mention.end]


def merge_frames(low: str, mentions: list[Mention], is_outcome: Callable[[int], bool]) -> list[Mention]:
    """`mentions` with those on one time frame line of an outcome made one, from the line's first word to its last."""
    out: list[Mention] = []
    i = 0
    while i < len(mentions):
        first = mentions[i]
        left, right = _line(low, first.start)
        j = i + 1
        while j < len(mentions) and mentions[j].start < right:
            j += 1
        group = mentions[i:j]
        i = j
        if not is_outcome(first.start) or group[-1].end > right or not _is_frame(low, left, right):
            out.extend(m for m in group if not _only_in_frames(low, m))
            continue
        start = left + len(low[left:right]) - len(low[left:right].lstrip())
        while (m := _LEAD.match(low, start, first.start)) and m.end() <= first.start:
            start = m.end()
        parts = [part for mention in group for part in mention.parts[0]]
        parts = _roles(parts, low[left : max(p.start for p in parts)])
        end = start + len(low[start:right].rstrip(" \t\r.,;:"))
        if (low[end - 1] == "]" and "[" not in low[start:end]) or (low[end - 1] == ")" and "(" not in low[start:end]):
            end -= 1
        out.append(
            first.but(
                start=start, end=max(end, group[-1].end), rule="schedule.frame", parts=(tuple(parts), "assessment")
            )
        )
    return out
