"""Reads age expressions: a comparison, both sides, a range, "or older"; whether it is an age is told by tag/age.py."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Comparator, Scan, read_comparator

LABEL = "AGE"
DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0, "h": 1 / 24}
_UNITS = {"y": "a", "a": "a", "m": "mo", "w": "wk", "d": "d", "h": "h"}
UNIT = re.compile(
    r"(?:\s{0,2}[-–]?\s?\(?(?P<u>years?|yrs?\.?|y(?=[ .,;)\n]|$)|ys|months?|mos?\.?(?=\W)|mths?|weeks?|"
    r"wks?|days?|hours?|hrs?)(?![A-Za-z])(?:['’]s?)?\)?)?"
    r"(?P<o>(?:\s{0,3}[-–]?\s?(?:olds?\b|of\s{1,3}ages?\b|in\s{1,2}age\b))|\s?\.?\s?(?:y\.?\s?/?o\.?|"
    r"yo)(?![A-Za-z])|\s?y/?o(?![A-Za-z])|[/.]\s?o\.?(?![A-Za-z]))?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\s{0,2}(?:-{1,2}|–|—|~|∼|～|‐|‑|−|[?\ufffd]|to|-\s?to\s?-|through|thru|till|until|up to)\s{0,2}(?:[<≤]\s?)?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s{0,2}-?\s{0,2}(?:and|an|&|or|to|-|–)\s{0,2}(?:the\s)?(?:less\sthan\s)?", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:between|from|range(?:s|d)?(?:\sof|\sfrom|\sbetween)?|ranging\sfrom|"
    r"within)\s{0,2}(?:the\s)?(?:ages?\s(?:of\s)?)?(?:of\s)?\(?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s{0,3},?\s{0,2}(?:[(])?(?:(?:or|and|and/or|&)\s{1,2}(?:(?P<ge>older|above|over|more|greater|up|"
    r"upwards?|elder|beyond|higher)|(?P<le>younger|under|below|less|lower))\b"
    r"|(?P<plus>\+)(?![A-Za-z0-9])|(?P<ge2>minimum)\b)[)]?(?:\s{1,2}than(?![a-z]))?",
    re.IGNORECASE,
)
_OF_AGE = re.compile(r"\s{0,2}(?:years?\s)?(?:of\s{1,2}age\b|old\b|in\s{1,2}age\b)", re.IGNORECASE)
_INCLUSIVE = re.compile(
    r"\s{0,2},?\s{0,2}(?:[(\[](?:both\s|ages?\s)?(?:inclusive|including|included|"
    r"incl\.?)(?:[^()\n]{0,20})[)\]]|(?:inclusive|inclusively)(?![a-z]))",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"\s{0,2}(?:,|;|/)?\s{0,2}(?:and|but|or|to|-|–|&)?\s{0,2}(?:also\s|is\s|are\s|be\s|aged?\s){0,2}", re.IGNORECASE
)
_THE_AGE = re.compile(
    r"(?P<c>(?:under|over|below|above|before|after|until|up\sto|beyond|older\sthan|younger\sthan|"
    r"greater\sthan|less\sthan|at\sleast|by|from|reached|exceeding|past|minimum|"
    r"maximum))\s{1,2}(?:the\s{1,2})?(?:minimum\s|maximum\s)?(?:ages?)\s{0,2}(?:of\s{0,2}|"
    r"limit\s(?:of\s)?)?$",
    re.IGNORECASE,
)
_THE_OPS = {
    **dict.fromkeys(("under", "below", "before", "younger than", "less than"), "lt"),
    **dict.fromkeys(("over", "above", "after", "beyond", "older than", "greater than", "exceeding", "past"), "gt"),
    **dict.fromkeys(("until", "up to", "by", "maximum"), "le"),
    **dict.fromkeys(("at least", "from", "reached", "minimum"), "ge"),
}  # fmt: skip


class Parts(NamedTuple):
    """The reading of an expression.

    how: "compared", "range", "behind", "plain", "equal", "lost", "field"; units per side, None where none is written.
    """

    low: float | None
    low_inclusive: bool
    low_unit: str | None
    high: float | None
    high_inclusive: bool
    high_unit: str | None
    how: str
    mark: tuple[int, int] | None


class Read(NamedTuple):
    start: int
    end: int
    parts: Parts
    elder: bool  # "old", "of age", "older", "younger" stand in it
    years: bool  # a unit is written
    following: int


def unit_of(found: re.Match[str] | None) -> str | None:
    if found is None or not found["u"]:
        return "a" if found is not None and found["o"] and "y" in found["o"].lower() else None
    return _UNITS[found["u"][0].lower()]


def _ends(
    op: str, value: float, unit: str | None
) -> tuple[float | None, bool, str | None, float | None, bool, str | None]:
    if op in ("ge", "gt"):
        return value, op == "ge", unit, None, False, None
    if op in ("le", "lt"):
        return None, False, None, value, op == "le", unit
    return value, True, unit, value, True, unit


def read_age(scan: Scan, index: int) -> Read:
    """The expression whose first number is numbers[index]."""
    text, numbers = scan.text, scan.numbers
    first = numbers[index]
    found = UNIT.match(text, first.end)
    end = found.end() if found else first.end
    unit, elder = unit_of(found), bool(found and found["o"])
    comparator = scan.comparator_before(first.start)
    op = comparator.op if comparator else None
    start = comparator.start if comparator else first.start
    if comparator is None and scan.lower.find("age", max(0, first.start - 18), first.start) >= 0:
        the = _THE_AGE.search(text, max(0, first.start - 40), first.start)
        if the:
            op, start, elder = _THE_OPS[re.sub(r"\s+", " ", the["c"].lower())], the.start(), True
            comparator = Comparator(the.start(), the.end(), op)
    if (
        comparator
        and text[comparator.start : comparator.start + 3].lower() == "or "
        and comparator.end - comparator.start <= 13
    ):
        comparator = Comparator(comparator.start + 3, comparator.end, "gt" if comparator.op == "ge" else "lt")
        op, start = comparator.op, comparator.start
    if comparator and re.search(r"older|younger", text[comparator.start : comparator.end], re.IGNORECASE):
        elder = True
    if index + 1 < len(numbers) and numbers[index + 1].start - end <= 20 and numbers[index + 1].exponent is None:
        second = numbers[index + 1]
        between = _BETWEEN.search(text, max(0, first.start - 36), first.start)
        closed = _INCLUSIVE.match(text, end)  # "18 years (including) to 75 years"
        gap = text[closed.end() if closed and closed.end() <= second.start else end : second.start]
        bare = text[first.end : second.start]
        if (
            _RANGE.fullmatch(gap) or _RANGE.fullmatch(bare) or (between and _AND.fullmatch(gap))
        ) and second.value <= 130:
            behind = UNIT.match(text, second.end)
            other = unit_of(behind)
            low_unit = unit if unit else other
            if first.value < second.value or (low_unit != other and low_unit is not None and other is not None):
                finish = behind.end() if behind else second.end
                elder = elder or bool(behind and behind["o"])
                if between:
                    start = min(start, between.start())
                more = _OF_AGE.match(text, finish)
                finish = more.end() if more else finish
                inclusive = _INCLUSIVE.match(text, finish)
                finish = inclusive.end() if inclusive else finish
                strict = op == "gt"
                parts = Parts(
                    first.value,
                    not strict,
                    low_unit,
                    second.value,
                    "<" not in gap and "less than" not in gap.lower(),
                    other,
                    "range",
                    None,
                )
                return Read(start, finish, parts, elder or bool(more), bool(unit or other), index + 2)
    if op in (None, "eq", "lost"):
        behind = _BEHIND.match(text, end) or (_BEHIND.match(text, first.end) if not unit else None)
        if behind:
            up = behind["ge"] or behind["plus"] or behind["ge2"]
            word = (behind["ge"] or behind["le"] or "").lower()
            finish = behind.end()
            more = _OF_AGE.match(text, finish)
            unit_behind = UNIT.match(text, finish) if not unit else None
            if more:
                finish, elder = more.end(), True
            elif unit_behind and unit_behind.end() > finish:
                unit, finish, elder = unit_of(unit_behind), unit_behind.end(), elder or bool(unit_behind["o"])
            parts = Parts(*_ends("ge" if up else "le", first.value, unit), "behind", None)
            elder = elder or word in ("older", "younger", "elder")
            return Read(first.start, finish, parts, elder, unit is not None, index + 1)
    how = {None: "plain", "eq": "equal", "lost": "lost"}.get(op, "compared")
    mark = (comparator.start, comparator.end) if comparator and op in ("eq", "lost") else None
    inclusive = _INCLUSIVE.match(text, end)
    end = inclusive.end() if inclusive else end
    read = Read(start, end, Parts(*_ends(op or "eq", first.value, unit), how, mark), elder, unit is not None, index + 1)
    return _other_side(scan, read, op, comparator) if op else read


def _other_side(scan: Scan, read: Read, op: str, comparator: Comparator | None) -> Read:
    """The expression with its second comparison ("≥ 45 and ≤ 80 years old", "> 18 years old, ≤ 65 years old")."""
    text = scan.text
    join = _JOIN.match(text, read.end)
    second = read_comparator(text, join.end() if join else read.end)
    if second is None or ("\n" in text[read.end : second.start] and text[second.start].isupper()):
        return read
    at = second.end
    while at < len(text) and text[at] == " ":
        at += 1
    index = scan.number_at(at)
    if index is None or scan.numbers[index].value > 130:
        return read
    number = scan.numbers[index]
    found = UNIT.match(text, number.end)
    unit = unit_of(found)
    end = found.end() if found else number.end
    closed = _INCLUSIVE.match(text, end) if unit is None else None
    if closed:  # "< 90 (inclusive) years of age"
        found = UNIT.match(text, closed.end())
        unit, end = unit_of(found), found.end() if found else closed.end()
    parts = read.parts
    ops = (op, second.op)
    low_op, high_op = None, None
    value = parts.low if parts.low is not None else parts.high
    if op in ("eq", "lost") and second.op in ("eq", "lost", "le", "lt") and value is not None and value < number.value:
        low_op, high_op = "ge", "le" if second.op in ("eq", "lost") else second.op
    elif op[0] == "g" and second.op in ("eq", "lost") and value is not None and value < number.value:
        low_op, high_op = op, "le"
    elif {o[0] for o in ops} == {"g", "l"} and "lost" not in ops:
        low_op, high_op = (op, second.op) if op[0] == "g" else (second.op, op)
    if low_op is None or high_op is None or value is None:
        return read
    first_unit = parts.low_unit or parts.high_unit
    units = (first_unit or unit, unit or first_unit)
    lower_first = op[0] == "g" or op in ("eq", "lost")
    one, two = (value, number.value) if lower_first else (number.value, value)
    low_unit, high_unit = units if lower_first else (units[1], units[0])
    if "h" in (low_unit, high_unit) and low_unit != high_unit:
        return read
    if one * DAYS[low_unit or "a"] >= two * DAYS[high_unit or "a"]:
        return read  # "under the age of 3 or over 80": no range, but two ages
    inclusive = _INCLUSIVE.match(text, end)
    end = inclusive.end() if inclusive else end
    how = "lost" if "lost" in ops or "eq" in ops else "compared"
    new = Parts(
        one,
        low_op == "ge",
        low_unit,
        two,
        high_op == "le" or closed is not None,
        high_unit,
        how,
        parts.mark or ((second.start, second.end) if how == "lost" else None),
    )
    elder = (
        read.elder
        or bool(found and found["o"])
        or bool(re.search("older|younger", text[second.start : second.end], re.IGNORECASE))
    )
    return Read(read.start, end, new, elder, read.years or unit is not None, index + 1)
