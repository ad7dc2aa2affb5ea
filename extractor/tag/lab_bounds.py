"""Bounds: a comparator with its quantity, a range, "40% or less", a pair; the other side that follows (lab_further)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from extractor.scan import Comparator, Scan, read_comparator, read_unit
from extractor.scan.comparators import NEGATED
from extractor.tag.lab_quantity import Quantity, read_quantity

Side = float | list[float] | str | None


class Bound(NamedTuple):
    """What a measure is compared to, over text[start:end].

    how: "compared" (a comparator in symbols or words), "range", "behind" ("40% or less"), "plain" (a quantity alone),
    "equal" (=) or "lost" (? or • for a comparator). `mark`: where the lost or equal comparator stands. `following`: the
    number after it. `word`: the comparator as written, in lower case. low > high: below the one or above the other.
    """

    start: int
    end: int
    low: Side
    low_inclusive: bool
    high: Side
    high_inclusive: bool
    unit: str | None
    dimension: str | None
    reference: str | None
    how: str
    mark: tuple[int, int] | None
    symbol: bool
    following: int
    counted: tuple[int, int] | None = None
    word: str = ""
    alone: Bound | None = None  # without the other side that was read behind it


_OPENING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "about",
        "approximately",
        "approx",
        "around",
        "or",
        "value",
        "values",
        "score",
        "scores",
        "level",
        "levels",
        "class",
        "grade",
        "stage",
        "total",
        "than",
        "least",
        "normal",
    ]
)
_BETWEEN = re.compile(
    r"(?:between|from|range(?:s|d)?(?:[ ]of|[ ]from|[ ]between|:)?|ranging[ ]from|"
    r"within[ ]the[ ]range[ ]of|within)\s{0,2}\(?\s?$",
    re.IGNORECASE,
)
_BETWEEN_ENDS = ("between", "from", " of", "range", "ranges", "ranged", "range:", "ranged:", "ranges:", "within")
_RANGE = re.compile(
    r"\s{0,2}(?:-{1,2}|–|—|~|∼|～|‐|‑|−|(?:down\s)?to|-\s?to\s?-|\.\.|through|till|until|\?)\s{0,2}(?:[<≤]\s?)?",
    re.IGNORECASE,
)
_FELL = re.compile(r"(?:decreas|dropp|drop|declin|reduc|fell|fall)[a-z]{0,5}\sfrom\s{1,2}$")
_DOWN_TO = re.compile(r"\s{0,2}down\sto\s{0,2}", re.IGNORECASE)
_AND = re.compile(r"\s{0,2}(?:and|&|-|–|—|~|to|or)\s{0,2}", re.IGNORECASE)
_BEHIND = re.compile(
    r"\s{0,2},?\s{0,2}(?:\((?:inclusive)\)\s)?(?:(?P<ge>(?:or|and|/)\s{0,2}(?:more|greater|higher|above|"
    r"over|larger|longer|better|plus|bigger)\b|\+(?=[,.;)]|\n|$|\s(?:or|and)\b)|or\s=?>|minimum\b(?!\s{1,16}[a-z])|"
    r"and\sup\b|or\sup\b)"
    r"|(?P<le>(?:or|and|/)\s{0,2}(?:less|lower|below|under|fewer|smaller|shorter|worse)\b|or\s=?<|"
    r"maximum\b(?!\s{1,16}[a-z])))(?:\s{1,2}than(?![a-z]))?",
    re.IGNORECASE,
)
_INCLUSIVE = re.compile(
    r"\s{0,2},?\s?[(\[]?(?:both[ ])?(?:inclusive|including|included|incl\.?)(?:[ ]limits)?[)\]]", re.IGNORECASE
)
_INCLUSIVE_BARE = re.compile(r",?\s(?:inclusive|inclusively)(?![a-z])", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:not|cannot)\s(?:to\s)?(?:(?:be|been|have been|fall|drop|go|rise|remain|stay|persistently|consistently|"
    r"currently|significantly|markedly)\s){1,2}$",
    re.IGNORECASE,
)
_THAN = re.compile(r"\b(?:times|fold)\s(?:(?P<l>less|lower|below)|more|higher|greater|above|over)\b", re.IGNORECASE)
_PAIR = re.compile(r"\s?/\s?")


def _before_opening(text: str, at: int) -> int | None:
    """Where a small word or mark that may stand between a comparator and its number starts, right before `at`."""
    end = at
    while end > 0 and end > at - 2 and text[end - 1].isspace():
        end -= 1
    if text[end - 1 : end] in ("~", "(", "≈", ":", "+"):
        return end - 1
    start = end - 1 if text[end - 1 : end] == "." else end
    last = start
    while start > 0 and start > last - 14 and text[start - 1].isalpha():
        start -= 1
    return start if text[start:last].lower() in _OPENING else None


def comparator_for(scan: Scan, at: int) -> Comparator | None:
    """The comparator that governs what starts at `at`; small words ("the", "a value of") may stand between."""
    for _ in range(5):
        found = scan.comparator_before(at)
        if found is not None:
            if scan.text[found.start : found.start + 3].lower() == "or " and found.end - found.start <= 13:
                return Comparator(found.start + 3, found.end, "gt" if found.op == "ge" else "lt")
            return found
        before = _before_opening(scan.text, at)
        if before is None:
            return None
        at = before
    return scan.comparator_before(at)


def sides(op: str, value: Any) -> tuple[Side, bool, Side, bool]:
    """(low, low_inclusive, high, high_inclusive) of a comparison."""
    if op in ("ge", "gt"):
        return value, op == "ge", None, False
    if op in ("le", "lt"):
        return None, False, value, op == "le"
    return value, True, value, True


def inclusive_end(text: str, end: int) -> int:
    """`end`, behind an "(inclusive)" that follows."""
    if text[end : end + 1] not in (" ", ",", "(", "[", "\n"):
        return end
    match = _INCLUSIVE.match(text, end) or _INCLUSIVE_BARE.match(text, end)
    return match.end() if match else end


def behind_at(text: str, end: int) -> re.Match[str] | None:
    """ "or more" (group ge) or "or less" (group le) at `end`."""
    return _BEHIND.match(text, end)


def read_bound(scan: Scan, index: int) -> Bound:
    """The bound that starts with scan.numbers[index] or the comparator before it."""
    text, numbers = scan.text, scan.numbers
    first = read_quantity(scan, index)
    comparator = comparator_for(scan, first.start)
    op = comparator.op if comparator else _more_than(text, first)
    if comparator and op in ("ge", "gt", "le", "lt"):
        begin = max(0, comparator.start - 32)
        worded = "not" in scan.lower[begin : comparator.start]
        negated = _NOT.search(text, begin, comparator.start) if worded else None
        if negated:
            op = NEGATED[op]
            comparator = Comparator(negated.start(), comparator.end, op)
    after = numbers[first.following].start if first.following < len(numbers) else -1
    if 0 <= after - first.end <= 14 and first.reference in (None, "predicted", "ULN", "normal"):
        two = _two(scan, first, comparator, text[first.end : after])
        if two is not None:
            return two
    start = comparator.start if comparator else first.start
    behind = _BEHIND.match(text, first.end) if op in (None, "eq", "lost") else None
    if behind:
        low, low_in, high, high_in = sides("ge" if behind["ge"] else "le", first.value)
        return Bound(
            first.start if comparator is None or op == "lost" else start,
            inclusive_end(text, behind.end()),
            low, low_in, high, high_in, first.unit, first.dimension, first.reference,
            "behind", None, False, first.following,
        )  # fmt: skip
    low, low_in, high, high_in = sides(op or "eq", first.value)
    mark = (comparator.start, comparator.end) if comparator and op in ("eq", "lost") else None
    symbol = comparator is not None and not text[comparator.start].isalpha()
    how = {None: "plain", "eq": "equal", "lost": "lost"}.get(op, "compared")
    return Bound(
        start, inclusive_end(text, first.end), low, low_in, high, high_in,
        first.unit, first.dimension, first.reference,
        how, mark, symbol, first.following, first.counted,
        text[comparator.start : comparator.end].lower() if comparator else "",
    )  # fmt: skip


def _more_than(text: str, first: Quantity) -> str | None:
    """The comparison inside "2 times more than the upper limit"."""
    if first.reference not in ("ULN", "LLN", "control") or not (match := _THAN.search(text, first.start, first.end)):
        return None
    return "lt" if match["l"] else "gt"


def _two(scan: Scan, first: Quantity, comparator: Comparator | None, gap: str) -> Bound | None:
    """A pair ("160/100 mm Hg") or a range ("3.6-11.0", "between 1 and 2"); `gap`: the text to the second number."""
    text = scan.text
    if _PAIR.fullmatch(gap) and first.unit is None and 60 <= first.value <= 300 and first.value == int(first.value):
        second = read_quantity(scan, first.following)
        if 20 <= second.value < first.value and second.dimension in (None, "pressure"):
            return _pair(text, first, second, comparator)
    if len(gap) > 3 and gap[-1] in "-−–" and gap[-2] == " ":  # "between -2.5 and -1.0"
        gap = text[first.end : read_quantity(scan, first.following).start]
    begin = max(0, first.start - 28)
    near = scan.lower[begin : first.start].rstrip(" (\n").endswith(_BETWEEN_ENDS)
    between = _BETWEEN.search(text, begin, first.start) if near else None
    if not (_RANGE.fullmatch(gap) or (between and _AND.fullmatch(gap))):
        return None
    second = read_quantity(scan, first.following)
    op = comparator.op if comparator else None
    compatible = first.dimension is None or second.dimension is None or first.dimension == second.dimension
    if first.value > second.value and (_DOWN_TO.fullmatch(gap) or (between and first.start - between.start() > 4)):
        worded = between is not None and between.group().lower().startswith("between") and not gap.isalpha()
        if "down" in gap and _FELL.search(scan.lower, begin, first.start):
            return None  # "decreased from 12 down to 8": what happened, not a range
        if "down" in gap or worded or first.value < 0:  # "from 60 down to 30", "between 60 and 30", "from -1.0 to -2.5"
            first, second = first._replace(value=second.value), second._replace(value=first.value)
    if not compatible or first.value >= second.value or (gap.strip() == "?" and op):
        return None
    start = comparator.start if comparator else first.start
    if between:
        start = min(start, between.start())
    unit, dimension, end = second.unit or first.unit, second.dimension or first.dimension, second.end
    if unit is None and text[end : end + 1] == ")" and text[first.start - 1 : first.start] == "(":
        outer = read_unit(text, end + 1)
        if outer is not None:
            unit, dimension, end = outer.ucum, outer.dimension, outer.end
    symbol = comparator is not None and not text[comparator.start].isalpha()
    return Bound(
        start, inclusive_end(text, end), first.value, op != "gt", second.value, "<" not in gap,
        unit, dimension, second.reference or first.reference, "range", None, symbol, second.following,
        None, text[comparator.start : comparator.end].lower() if comparator else "",
    )  # fmt: skip


def _pair(text: str, first: Quantity, second: Quantity, comparator: Comparator | None) -> Bound:
    op, start, end = (comparator.op, comparator.start, second.end) if comparator else (None, first.start, second.end)
    how = {None: "plain", "eq": "equal", "lost": "lost"}.get(op, "compared")
    mark = (comparator.start, comparator.end) if comparator and op in ("eq", "lost") else None
    behind = _BEHIND.match(text, end) if op is None else None
    if behind:
        op, how, end = "ge" if behind["ge"] else "le", "behind", behind.end()
    low, low_in, high, high_in = sides(op or "eq", [first.value, second.value])
    return Bound(
        start, end, low, low_in, high, high_in, second.unit, second.dimension, None, how, mark,
        comparator is not None and not text[comparator.start].isalpha(), second.following,
    )  # fmt: skip


def mirrored(scan: Scan, index: int) -> tuple[Quantity, Comparator] | None:
    """A quantity that stands before its comparator: "15 ≤" of "15 ≤ eGFR < 60"."""
    first = read_quantity(scan, index, limits=False)
    comparator = read_comparator(scan.text, first.end)
    if comparator is None or comparator.op not in ("ge", "gt", "le", "lt") or scan.text[comparator.start].isalpha():
        return None
    before = scan.text[max(0, first.start - 2) : first.start]
    if before[-1:] == "-" and before[:1] in (" ", "(", "\n"):
        first = first._replace(start=first.start - 1, value=-first.value)
    return first, comparator
