"""Counts of a schedule: "3 times", "two infusions", "a single dose", "once"."""

from __future__ import annotations

import re

from extractor.tag.schedule_numbers import ADVERBS, Part, read_ends, read_value
from extractor.tag.schedule_patterns import counts
from extractor.tag.schedule_words import words

_NO_TIMES = re.compile(
    r"\s{0,6}(?:the|upper|uln|normal|as|more|greater|higher|lower|less|above|baseline|institutional|of\s{1,4}(?:the|upper|uln|normal)|per|/|limit|daily|[0-9])(?![a-z])"
)
_ONCE = re.compile(r"\s{0,6}(?:[,.;:)(]|$|\n|only|at|on|by|in|intraven|iv|via|through|during|after|before|with)")


def _noun(text: str) -> str:
    """What a counted noun tells: administration or assessment."""
    word, giving = " ".join(text.split()), words("giving")
    return giving.get(word) or giving.get(word.removesuffix("s")) or "administration"


_NUMBERED = re.compile(r"\b(?:type|grade|phase|stage|group|arm|cohort|class|level|step|part|no\.|number)[ -]\Z")
_ONE = re.compile(r"(?:(?:intra[a-z]{3,12}|iv|im|sc|subcutaneous|additional|further|full)\s{1,4})?")


# "the single dose is 1 × 10^6 cells", "(single dose, 1 × 10^6 cells)": how large each dose is
_EACH_IS = re.compile(
    r"\s{1,3}(?:is|was|are|were|will\sbe|should\sbe|being)(?:\s[a-z]{2,14}){0,2}\s[0-9(]|"
    r"\s?[,:=]\s?[0-9.]{1,4}(?:\s?[-–]\s?[0-9.]{1,4})?\s?[x×*]\s?10"
)


def read_count(low: str, at: int) -> Part | None:
    """How many times: "3 times", "7x", "once", "total of 2", "two infusions", "single intravenous dose"."""
    if m := counts().total.match(low, at):
        return Part(m.start(), m.end(), "count", ((read_value(m[1]), ""),))
    if low.startswith(("single", "one", "1 "), at) and (m := counts().single.match(low, at)):
        plain = low.startswith("one", at) and low[at + 4 : at + 10] != "single"
        if counts().no_count.match(low, m.end()) or (plain and not _ONE.fullmatch(m["adj"] or "")):
            return None
        if m["noun"] in ("dose", "dosage") and _EACH_IS.match(low, m.end()):
            return None
        single = low.find("single", at, m.start("noun"))
        end = m.end() if not m["adj"] else single + 6 if single >= 0 else at + 3
        return Part(at, end, "count", ((1.0, ""),), noun=_noun(m["noun"]))
    if _NUMBERED.search(low, max(0, at - 9), at):
        return None
    if (m := counts().given.match(low, at)) and not counts().no_count.match(low, m.end()):
        number, high = read_ends(m["n"])
        end = m.end() if not m["adj"] else m.end("n")
        if 1 <= number < 200 and number == int(number):
            values = ((number, ""),) if high is None else ((number, ""), (high, ""))
            return Part(at, end, "count", values, high is not None, noun=_noun(m["noun"]))
    if m := counts().times.match(low, at):
        if m["oo"]:
            return Part(m.start(), m.end(), "count", ((1.0, ""), (2.0, "")), True)
        if m["a"]:
            if m["a"] == "once" and not _ONCE.match(low, m.end()):
                return None
            return Part(m.start(), m.end(), "count", ((ADVERBS[m["a"]], ""),))
        if m["y"]:
            return Part(m.start(), m.end(), "count", ((read_value(m["y"]), ""),))
        if _NO_TIMES.match(low, m.end()) or "." in m["n"] or read_ends(m["n"])[0] < 1:
            return None
        number, high = read_ends(m["n"])
        return Part(
            m.start(),
            m.end(),
            "count",
            ((number, ""),) if high is None else ((number, ""), (high, "")),
            high is not None,
        )
    return None
