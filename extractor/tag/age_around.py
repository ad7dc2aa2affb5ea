"""Ages around their word: "18 ≤ age ≤ 65"."""

from __future__ import annotations

import re
from bisect import bisect_left

from extractor.scan import Scan, read_comparator
from extractor.spans import Mention
from extractor.tag.age_read import LABEL, UNIT, Parts, unit_of

_MIRROR_AGE = re.compile(
    r"\s{0,2}(?:the\s)?(?:patient'?s?\s|subject'?s?\s)?(?P<a>ages?|aged)(?![A-Za-z])(?:\s{0,2}\((?:years?|"
    r"yrs?)\))?\s{0,2}",
    re.IGNORECASE,
)


def age_around(scan: Scan, index: int, starts: list[int]) -> tuple[Mention, int] | None:
    """ "18 ≤ age ≤ 65": the word stands between."""
    text, number = scan.text, scan.numbers[index]
    i = bisect_left(starts, number.end)
    if i >= len(starts) or starts[i] > number.end + 20 or scan.comparator_before(number.start) is not None:
        return None
    found = UNIT.match(text, number.end)
    at = found.end() if found else number.end
    if text[at : at + 4].lstrip()[:1].isalnum():
        return None  # a word: only signs may stand between
    comparator = read_comparator(text, at)
    if comparator is None or text[comparator.start].isalpha():
        return None
    word = _MIRROR_AGE.match(text, comparator.end)
    if word is None:
        return None
    unit = unit_of(found)
    lost = comparator.op in ("eq", "lost")
    low = number.value if comparator.op in ("le", "lt") or lost else None
    high = None if low is not None else number.value
    inclusive = comparator.op in ("le", "ge") or lost
    end, following = word.end("a"), index + 1
    parts = Parts(low, inclusive, unit, high, inclusive, unit, "compared", None)
    second = read_comparator(text, word.end())
    if second is not None:
        at = second.end
        while at < len(text) and text[at] == " ":
            at += 1
        other = scan.number_at(at)
        if other is not None and scan.numbers[other].value <= 130:
            more = UNIT.match(text, scan.numbers[other].end)
            value, second_unit = scan.numbers[other].value, unit_of(more)
            end, following = (more.end() if more else scan.numbers[other].end), other + 1
            if low is not None and value > low:
                parts = Parts(
                    low, inclusive, unit or second_unit, value, second.op != "lt", second_unit or unit, "compared", None
                )
            elif high is not None and value < high:
                parts = Parts(
                    value,
                    second.op != "gt",
                    second_unit or unit,
                    high,
                    inclusive,
                    unit or second_unit,
                    "compared",
                    None,
                )
    if lost:
        if parts.high is None:
            return None
        parts = parts._replace(how="lost", mark=(comparator.start, comparator.end))
    return Mention(number.start, end, LABEL, "age.around", parts=parts), following
