"""SCHEDULE: when, how often, how many times and for how long something is given or measured.

A schedule is a chain of parts (schedule_parts) that stand side by side. Parts are looked for only at numbers and at the words that
can open one; a chain grows while the next part follows, linked by a comma, "and", "then", a role word ("for", "until") or nothing.
"""

from __future__ import annotations

import re

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.schedule_context import Context, admissible
from extractor.tag.schedule_frames import merge_frames
from extractor.tag.schedule_parts import Part, read_part
from extractor.tag.schedule_words import patterns, words

LABEL = "SCHEDULE"
INSIDE = ("within", "up to", "upto", "up-to", "until", "untill", "till", "at or prior to", "at or before", "no later than", "not later than")
_MOST = 24  # parts of one chain


def lead(low: str, at: int) -> tuple[int, str]:
    """(start of the span, role) from the words right before `at`: "within the first", "for at least", "up to an average of"."""
    window = low[max(0, at - 48) : at]
    line = window.rfind("\n\n")
    if line >= 0:
        window = window[line + 2 :]
    tokens = [(m.start(), m.group()) for m in _WORDS.finditer(window)]
    if tokens and tokens[-1][0] + len(tokens[-1][1]) < len(window.rstrip()):
        return at, ""
    fillers, roles = words("filler"), words("role")
    offset = at - len(window)
    last = len(tokens)
    for _ in range(6):
        for size in (4, 3, 2, 1):
            if last - size >= 0:
                phrase = " ".join(t for _, t in tokens[last - size : last])
                if phrase in roles and not (phrase in fillers and last >= 2 and tokens[last - 2][1] in fillers):
                    start = offset + tokens[last - size][0]
                    return (start if phrase.startswith(INSIDE) else at), roles[phrase]
        if last and tokens[last - 1][1] in fillers:
            last -= 1
        else:
            break
    return at, ""


_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)?|[×~]")


def _tail(low: str, end: int) -> tuple[int, str]:
    """(end, "after" | "before" | "") with the event that a time is counted from: "after the last infusion", "post-transplant"."""
    p = patterns()
    if m := p.tail.match(low, end):
        kind = "before" if "before" in m[0] or "prior" in m[0] else "after"
        if event := p.tail_event.match(low, m.end()):
            return event.end(), kind
        return end, kind if m[0].strip(" -(") in ("after", "post", "following", "later") else ""
    if m := p.hyphened_tail.match(low, end):
        return m.end(), "before" if "pre" in m[0][:8] else "after"
    return end, ""


_TO_EVENT = re.compile(
    r"\s{1,8}(?:to|until|untill|till|through)\s{1,16}(?:the\s{1,4})?(?:date\s{1,4}of\s{1,4})?(?:[a-z-]{2,20}\s{1,8}){0,3}?(?:completion|end\s{1,4}of\s{1,4}(?:the\s{1,4})?"
    r"(?:study|treatment|trial|follow-?\s?up)|death|progression|discharge|relapse|recovery|engraftment|resolution|toxicity|remission)(?![a-z])"
)


def _extend(low: str, part: Part) -> Part:
    if part.kind in ("time", "point") and (m := _OR_LESS.match(low, part.end)):
        part = part._replace(end=m.end(), role="until")
    if m := _TO_EVENT.match(low, part.end):
        part = part._replace(end=m.end())
    end, kind = _tail(low, part.end) if part.kind in ("time", "point", "start") else (part.end, "")
    return part._replace(end=end, tail=kind) if kind else part


_OR_LESS = re.compile(r"\s{1,6}or\s{1,6}(?:less|earlier|fewer|sooner)(?![a-z])")


def _broken(low: str, start: int, end: int) -> bool:
    """Whether a gap of blanks ends a line whose next one starts at its edge: two lines, not one wrapped line."""
    gap = low[start:end]
    return "\n" in gap and (gap.strip() == "" and not gap.endswith((" ", "\t")) or gap.count("\n") > 1)


def next_part(low: str, end: int) -> Part | None:
    """The part that goes on a chain that ends at `end`."""
    p = patterns()
    joint = p.joint.match(low, end)
    at = joint.end() if joint else end
    role = p.role.match(low, at)
    inner = role.end() if role else at
    if _TOLERANCE.match(low, at):
        return None
    part = read_part(low, inner) or (read_part(low, at) if inner != at else None)
    if part is None or _broken(low, end, part.start):
        return None
    text = joint["j"].strip() if joint else ""
    name = role["role"] if role and part.start == inner else None
    kind = words("role").get(" ".join(name.split()), "") if name else ""
    if part.kind == "count" and ("and" in text or (role and "the " in role[0])):
        return None
    if kind == "since" or (not text and not name and part.kind == "start"):
        return None
    if name and text == "" and kind == "until" and name in ("through", "until", "till", "untill"):
        text = "to"
    return _extend(low, part._replace(role=kind, joint=text))


_TOLERANCE = re.compile(r"\(?\s?(?:±|\+/-|\+-|plus or minus)")
_LASTS = re.compile(r"(?:duration|follow(?:ed)?[ -]?up|followed)(?:\s{1,6}[a-z-]{1,12}){0,5}\s{1,6}$")


def _chain(low: str, first: Part) -> list[Part]:
    parts = [first]
    end = first.end
    while len(parts) < _MOST:
        following = next_part(low, end)
        if following is None:
            aside = patterns().aside.match(low, end)
            following = _inside(low, end, aside.end()) if aside else None
            if following is not None:
                close = low.find(")", following.end, following.end + 2)
                following = following._replace(end=close + 1) if close >= 0 else following
            elif aside:
                following = next_part(low, aside.end())
        if following is None:
            break
        parts.append(following)
        end = following.end
    return parts


def _inside(low: str, at: int, end: int) -> Part | None:
    """The part that opens a bracket."""
    return next_part(low, low.index("(", at, end) + 1)


def find(scan: Scan) -> list[Mention]:
    """All schedules of the text. Mention.parts: (chain of parts, kind)."""
    low = scan.lower
    context = Context(scan)
    out: list[Mention] = []
    at = 0
    for anchor in patterns().anchor.finditer(low):
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
        if role in ("", "point") and first.kind == "time" and (m := _LASTS.search(low[max(0, start - 60) : start])):
            role = "duration" if "duration" in m[0] or role == "" else role
        if role == "until" and low[max(0, begin - 12) : begin].rstrip().endswith(("survive", "survived", "surviving", "survival")):
            begin, role = first.start, "point"
        chain = _chain(low, _extend(low, first._replace(role=role)))
        if first.kind == "start" and len(chain) > 1 and chain[1].joint in ("at", "on"):
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


_EVENT = re.compile(r"(?:immediately|just|right)\s{1,3}(?:after|before|following)|before(?=\s{1,3}(?:and|,|the|treat|inf|inj|trans))")


def _event(low: str, at: int) -> Part | None:
    """ "immediately after the infusion", "before and 6 months after ...": time zero."""
    m = _EVENT.match(low, at)
    if m is None:
        return None
    event = patterns().tail_event.match(low, m.end())
    if event is None and not low.startswith(" and", m.end()):
        return None
    given = event is None or any(w.rstrip("s)") in words("giving") for w in event[0].split())
    values = ((0.0, "d"),) if given else ()
    return Part(at, event.end() if event and not low.startswith(" and", m.end()) else m.end(), "start", values, tail="after")
