"""SCHEDULE: when, how often, how many times and for how long something is given or measured.

A schedule is a chain of parts (schedule_parts) that stand side by side. Parts are looked for only at numbers and at
the words that can open one; a chain grows (schedule_chain) while the next part follows, linked by a comma, "and",
"then", a role word ("for", "until") or nothing. schedule_context tells what is no schedule, schedule_frames reads the
time frames of outcomes.
"""

from __future__ import annotations

import re
from functools import cache

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.schedule_chain import event_end, extend, read_chain
from extractor.tag.schedule_context import Context, admissible
from extractor.tag.schedule_frames import merge_frames
from extractor.tag.schedule_parts import Part, read_part
from extractor.tag.schedule_patterns import anchors
from extractor.tag.schedule_words import words

LABEL = "SCHEDULE"
INSIDE = (
    "within",
    "up to",
    "up until",
    "up till",
    "upto",
    "up-to",
    "until",
    "untill",
    "till",
    "at or prior to",
    "at or before",
    "no later than",
    "not later than",
)


def lead(low: str, at: int) -> tuple[int, str]:
    """(start of the span, role) from the words right before `at`: "within the first", "for at least"."""
    window = low[max(0, at - 48) : at]
    bare = window.rstrip()
    if bare[bare.rfind(" ") + 1 :].rpartition("\n")[2].rpartition("(")[2] not in _last_words():
        return at, ""
    line = window.rfind("\n\n")
    if line >= 0:
        window = window[line + 2 :]
    tokens = [(m.start(), m.group()) for m in _WORDS.finditer(window)]
    if not tokens:
        return at, ""
    fillers, roles = words("filler"), words("role")
    offset = at - len(window)
    last = len(tokens)
    for _ in range(6):
        for size in (4, 3, 2, 1):
            if last - size >= 0:
                phrase = " ".join(t for _, t in tokens[last - size : last])
                if phrase in roles and not (
                    phrase in fillers and (last < len(tokens) or (last >= 2 and tokens[last - 2][1] in fillers))
                ):
                    start = offset + tokens[last - size][0]
                    return (start if phrase.startswith(INSIDE) else at), roles[phrase]
        if last and tokens[last - 1][1] in fillers:
            last -= 1
        else:
            break
    return at, ""


@cache
def _last_words() -> frozenset[str]:
    """Words that may stand right before the number of a time."""
    return frozenset(w.split()[-1] for kind in ("role", "filler") for w in words(kind))


_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)?|[×~]")


_LASTS = re.compile(r"(?:duration|follow(?:ed)?[ -]?up|followed)(?:\s{1,6}[a-z-]{1,12}){0,5}\s{1,6}\Z")


_FROM = re.compile(r"\bfrom\s[^.;\n]{1,50}\sto\s\Z")
# "alive to day 28"
_END = re.compile(r"(?<!compared )(?<!relative )(?<!prior )(?<!similar )(?<!close )(?<!respect )\bto\s(?:study\s)?\Z")


def _line_before(low: str, at: int) -> str:
    """The 60 characters before `at`; of its line only, where that starts at the edge."""
    window = low[max(0, at - 60) : at]
    return "" if window.endswith("\n") else window


def find(scan: Scan) -> list[Mention]:
    """All schedules of the text. Mention.parts: (chain of parts, kind)."""
    low = scan.lower
    context = Context(scan)
    out: list[Mention] = []
    at = 0
    for anchor in anchors().anchor.finditer(low):
        start = anchor.start()
        if start < at:
            continue
        first = read_part(low, start if low[start] not in "x×" else anchor.end())
        if first is None:
            if low.startswith(("before", "immediately", "just", "right"), start):
                first = _event(low, start)
            if first is None:
                continue
        begin, role = lead(low, first.start)
        lasting = False
        if first.article and role not in ("duration", "until"):
            continue
        if first.kind == "point" and role in ("", "point") and _END.search(low, max(0, begin - 24), begin):
            role = "until"
        from_to = first.kind == "time" and role == "" and low.endswith("to ", 0, begin)
        if from_to and _FROM.search(low[max(0, begin - 60) : begin]):
            role = "until"
        if role in ("", "point") and first.kind == "time" and (m := _LASTS.search(_line_before(low, start))):
            role = "duration" if "duration" in m[0] or role == "" else role
            if m[0].startswith(("follow up", "follow-up", "followup")) or m[0].strip() == "followed":
                lasting = True
        if role == "until" and low[max(0, begin - 12) : begin].rstrip().endswith(
            ("survive", "survived", "surviving", "survival")
        ):
            begin, role = first.start, "point"
        first = extend(low, first._replace(role=role))
        if lasting and first.tail:  # "follow-up 2 weeks after the injection", "followed one month later by"
            first = first._replace(role="")
        chain = read_chain(low, first)
        if len(chain) == 1 and low.startswith("before", first.start) and first.kind == "start":
            at = first.end
            continue
        if first.kind == "start" and len(chain) > 1 and _measured_from(chain[1]):
            at = first.end
            continue
        end = chain[-1].end
        at = end
        if role == "since":
            continue
        kind = admissible(context, chain, begin, end)
        if kind is None:
            continue
        end = begin + len(scan.text[begin:end].rstrip(" \n\t.,;:"))
        out.append(Mention(begin, end, LABEL, f"schedule.{first.kind}", parts=(tuple(chain), kind)))
    return merge_frames(low, out, lambda at: context.section(at) == "outcome")


_EVENT = re.compile(r"(?:immediately|just|right)\s{1,3}(?:after|before|following)|before(?=\s{0,3}(?:and\b|,|\())")


def _measured_from(part: Part) -> bool:
    """Whether the part behind "(change from) baseline" begins a schedule of its own: "at 28 weeks", "in 6 weeks"."""
    return part.joint in ("at", "on") or (part.joint == "" and part.role == "point")


def _event(low: str, at: int) -> Part | None:
    """ "immediately after the infusion", "before and 6 months after ...": time zero."""
    m = _EVENT.match(low, at)
    if m is None:
        return None
    event = event_end(low, m.end())
    if event is None and m[0] != "before":
        return None
    given = (
        m[0] == "before"
        or event is None
        or any(w.rstrip("s)") in words("giving") for w in low[m.end() : event].split())
    )
    values = ((0.0, "d"),) if given else ()
    return Part(at, event if event and m[0] != "before" else m.end(), "start", values, tail="after")
