"""Bounds: a comparator with its quantity, a range, "40% or less", "twice the upper limit of normal"."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from extractor.scan import Comparator, Scan, read_comparator, read_unit
from extractor.tag.lab_quantity import Quantity, limit_factor, read_quantity
from extractor.tag.lab_vocab import pattern

Side = float | list[float] | str | None


class Bound(NamedTuple):
    """What a measure is compared to, over text[start:end].

    how: "compared" (a comparator in symbols or words), "range", "behind" ("40% or less"), "plain" (a quantity alone),
    "equal" (=) or "lost" (? or • for a comparator). `mark`: where the lost or equal
    comparator stands. `following`: the number after it. `word`: the comparator as written, in lower case.
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


_OPENING = re.compile(
    r"(?:\b(?:a|an|the|of|to|about|approximately|approx\.?|around|or|value|score|scores|level|class|grade|"
    r"stage|total|than|least|normal|grade|values? of|levels? of)|[~(≈:+])\s{0,2}$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:between|from|range(?:s|d)?(?:[ ]of|[ ]from|[ ]between|:)?|ranging[ ]from|"
    r"within[ ]the[ ]range[ ]of|within)\s{0,2}\(?\s?$",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\s{0,2}(?:-{1,2}|–|—|~|∼|～|‐|‑|−|to|-\s?to\s?-|\.\.|through|till|until|\?)\s{0,2}(?:[<≤]\s?)?", re.IGNORECASE
)
_AND = re.compile(r"\s{0,2}(?:and|&|-|–|—|~|to|or)\s{0,2}", re.IGNORECASE)
_JOIN = re.compile(
    r"\s{0,2}(?:,|;)?\s{0,2}(?:and|but|or|to|-|–|&|,|with)?\s{0,2}(?:also|is|are|be|the)?\s{0,2}", re.IGNORECASE
)
_BEHIND = re.compile(
    r"\s{0,2},?\s{0,2}(?:\((?:inclusive)\)\s)?(?:(?P<ge>(?:or|and|/)\s{0,2}(?:more|greater|higher|above|"
    r"over|larger|longer|better|plus|bigger)\b|\+(?=[,.;)]|\n|$|\s(?:or|and)\b)|or\s=?>|minimum\b|"
    r"and\sup\b|or\sup\b)"
    r"|(?P<le>(?:or|and|/)\s{0,2}(?:less|lower|below|under|fewer|smaller|shorter|worse)\b|or\s=?<|"
    r"maximum\b))(?:\s{1,2}than(?![a-z]))?",
    re.IGNORECASE,
)
_INCLUSIVE = re.compile(
    r"\s{0,2},?\s?[(\[]?(?:both[ ])?(?:inclusive|including|included|incl\.?)(?:[ ]limits)?[)\]]", re.IGNORECASE
)
_INCLUSIVE_BARE = re.compile(r",?\s(?:inclusive|inclusively)(?![a-z])", re.IGNORECASE)
_PAIR = re.compile(r"\s?/\s?")
_TWICE = re.compile(r"(?P<w>twice|double|triple|thrice)\s{1,2}(?:of\s|as\s)?(?:the\s)?$", re.IGNORECASE)
_FACTORS = {"twice": 2.0, "double": 2.0, "triple": 3.0, "thrice": 3.0}
_FILL = re.compile(r"(?:\s|the|of|institutional|or|than|any|a|\(|local|to|its|age-adjusted){0,6}$")


def comparator_for(scan: Scan, at: int) -> Comparator | None:
    """The comparator that governs what starts at `at`; small words ("the", "a value of") may stand between."""
    found = scan.comparator_before(at)
    for _ in range(3):
        if found is not None:
            if scan.text[found.start : found.start + 3].lower() == "or " and found.end - found.start <= 13:
                return Comparator(found.start + 3, found.end, "gt" if found.op == "ge" else "lt")
            return found
        match = _OPENING.search(scan.text, max(0, at - 16), at)
        if match is None:
            return None
        at = match.start()
        found = scan.comparator_before(at)
    return found


def _sides(op: str, value: Any) -> tuple[Side, bool, Side, bool]:
    if op in ("ge", "gt"):
        return value, op == "ge", None, False
    if op in ("le", "lt"):
        return None, False, value, op == "le"
    return value, True, value, True


def _inclusive_end(text: str, end: int) -> int:
    match = _INCLUSIVE.match(text, end) or _INCLUSIVE_BARE.match(text, end)
    return match.end() if match else end


def _common(first: Quantity, second: Quantity) -> tuple[str | None, str | None, str | None]:
    """Unit, dimension and reference of two ends."""
    return second.unit or first.unit, second.dimension or first.dimension, second.reference or first.reference


def read_bound(scan: Scan, index: int) -> Bound:
    """The bound that starts with scan.numbers[index] or the comparator before it."""
    text, numbers = scan.text, scan.numbers
    first = read_quantity(scan, index)
    comparator = comparator_for(scan, first.start)
    start = comparator.start if comparator else first.start
    after = numbers[first.following].start if first.following < len(numbers) else -1
    op = comparator.op if comparator else None
    mark = (comparator.start, comparator.end) if comparator and op in ("eq", "lost") else None
    symbol = comparator is not None and not text[comparator.start].isalpha()
    if 0 <= after - first.end <= 12 and first.reference in (None, "predicted", "ULN", "normal"):
        gap = text[first.end : after]
        pair = (
            _PAIR.fullmatch(gap) and first.unit is None and 60 <= first.value <= 300 and first.value == int(first.value)
        )
        second = read_quantity(scan, first.following)
        if pair and 20 <= second.value < first.value and second.dimension in (None, "pressure"):
            low, low_in, high, high_in = _sides(op or "eq", [first.value, second.value])
            how = _how(op)
            behind = _BEHIND.match(text, second.end)
            end = second.end
            if behind and op is None:
                low, low_in, high, high_in = _sides("ge" if behind["ge"] else "le", [first.value, second.value])
                how, end = "behind", behind.end()
            return Bound(
                start,
                end,
                low,
                low_in,
                high,
                high_in,
                second.unit,
                second.dimension,
                None,
                how,
                mark,
                symbol,
                second.following,
            )
        between = _BETWEEN.search(text, max(0, first.start - 24), first.start)
        joined = _RANGE.fullmatch(gap) or (between and _AND.fullmatch(gap))
        compatible = first.dimension is None or second.dimension is None or first.dimension == second.dimension
        if joined and compatible and first.value < second.value and not (gap.strip() == "?" and op):
            if between:
                start = min(start, between.start())
            unit, dimension, reference = _common(first, second)
            end = second.end
            if unit is None and text[end : end + 1] == ")" and text[first.start - 1 : first.start] == "(":
                outer = read_unit(text, end + 1)
                if outer is not None:
                    unit, dimension, end = outer.ucum, outer.dimension, outer.end
            end = _inclusive_end(text, end)
            strict = "<" in gap
            low_in = op != "gt"
            return Bound(
                start,
                end,
                first.value,
                low_in,
                second.value,
                not strict,
                unit,
                dimension,
                reference,
                "range",
                None,
                symbol,
                second.following,
            )
    behind = _BEHIND.match(text, first.end) if op in (None, "eq", "lost") else None
    if behind:
        low, low_in, high, high_in = _sides("ge" if behind["ge"] else "le", first.value)
        end = _behind_end(scan, first, behind.end())
        start = first.start if comparator is None or op == "lost" else start
        return Bound(
            start,
            end,
            low,
            low_in,
            high,
            high_in,
            first.unit,
            first.dimension,
            first.reference,
            "behind",
            None,
            False,
            first.following,
        )
    low, low_in, high, high_in = _sides(op or "eq", first.value)
    bound = Bound(
        start, _inclusive_end(text, first.end), low, low_in, high, high_in,
        first.unit, first.dimension, first.reference,
        _how(op), mark, symbol, first.following, first.counted,
        text[comparator.start : comparator.end].lower() if comparator else "",
    )  # fmt: skip
    return _second_side(scan, bound, op) if op in ("ge", "gt", "le", "lt") else bound


def _how(op: str | None) -> str:
    return {None: "plain", "eq": "equal", "lost": "lost"}.get(op, "compared")


def _behind_end(scan: Scan, first: Quantity, end: int) -> int:
    """End of "40% or less", with what belongs to it ("than the ULN" does not)."""
    return _inclusive_end(scan.text, end)


def _second_side(scan: Scan, bound: Bound, op: str) -> Bound:
    """The bound with its other side, where one follows: "≥ 30 and ≤ 60", "> 30 but less than 60"."""
    text = scan.text
    join = _JOIN.match(text, bound.end)
    comparator = read_comparator(text, join.end() if join else bound.end)
    if comparator is None or comparator.op not in ("ge", "gt", "le", "lt") or comparator.op[0] == op[0]:
        return bound
    at = comparator.end
    while at < len(text) and text[at] in " \n" and at < comparator.end + 3:
        at += 1
    index = scan.number_at(at)
    if index is None:
        return bound
    second = read_quantity(scan, index)
    compatible = bound.dimension is None or second.dimension is None or bound.dimension == second.dimension
    low, high = (bound.low, second.value) if op[0] == "g" else (second.value, bound.high)
    if (
        not compatible
        or not isinstance(low, float)
        or not isinstance(high, float)
        or low >= high
        or bound.reference != second.reference
    ):
        return bound
    low_in = (op if op[0] == "g" else comparator.op) == "ge"
    high_in = (op if op[0] == "l" else comparator.op) == "le"
    return bound._replace(
        end=_inclusive_end(text, second.end), low=low, low_inclusive=low_in, high=high, high_inclusive=high_in,
        unit=second.unit or bound.unit, dimension=second.dimension or bound.dimension, following=second.following,
    )  # fmt: skip


def mirrored(scan: Scan, index: int) -> tuple[Quantity, Comparator] | None:
    """A quantity that stands before its comparator: "15 ≤" of "15 ≤ eGFR < 60"."""
    first = read_quantity(scan, index, limits=False)
    comparator = read_comparator(scan.text, first.end)
    if comparator is None or comparator.op not in ("ge", "gt", "le", "lt") or scan.text[comparator.start].isalpha():
        return None
    if scan.text[first.start - 1 : first.start] == "-" and scan.text[first.start - 2 : first.start - 1] in (
        " ",
        "(",
        "\n",
    ):
        first = first._replace(start=first.start - 1, value=-first.value)
    return first, comparator


_ANCHOR = re.compile(
    r"(?:I?U[LN][LNRV]R?|L[LN][NL])s?(?![A-Za-z])|[Uu]pper[ \n-]|UPPER|[Ll]ower[ \n-]|LOWER|[Hh]ighest[ ]"
)
_ARTICLES = re.compile(
    r"(?:(?:the|of|institutional|institution'?s?|local|laboratory'?s?|lab|respective|site'?s?|age-adjusted|"
    r"age-specific|applicable|its|their|testing|study|reference|clinical|normal|central)[ \n]{1,3}){1,4}$",
    re.IGNORECASE,
)
_TWICE_NORMAL = re.compile(r"(?:twice|double|triple|thrice)\s{1,2}(?:of\s)?", re.IGNORECASE)


def find_limits(scan: Scan) -> list[Bound]:
    """Bounds at a limit without a number before it: "above the ULN", "twice the upper limit", "ULN × 2.5"."""
    text = scan.text
    out = []
    for anchor in _ANCHOR.finditer(text):
        for name, key in (("upper", "ULN"), ("lower", "LLN")):
            match = pattern(name).match(text, anchor.start())
            if match:
                articles = _ARTICLES.search(text, max(0, match.start() - 60), match.start())
                out.extend(_at_limit(scan, articles.start() if articles else match.start(), match.end(), key))
                break
    for word in _FACTORS:
        at = scan.lower.find(word)
        while at >= 0:
            twice = _TWICE_NORMAL.match(text, at)
            limit = pattern("normal").match(text, twice.end()) if twice else None
            if twice and limit:
                out.extend(_at_limit(scan, twice.end(), limit.end(), "ULN"))
            at = scan.lower.find(word, at + 1)
    out.sort(key=lambda bound: (bound.start, -bound.end))
    return out


def _at_limit(scan: Scan, start: int, end: int, key: str) -> list[Bound]:
    text = scan.text
    factor, index = 1.0, scan.first_number_from(end)
    behind = limit_factor(scan, end)
    at = start
    twice = _TWICE.search(text, max(0, start - 16), start)
    if twice:
        factor, at = _FACTORS[twice["w"].lower()], twice.start()
    elif behind:
        factor, end, index = behind
    comparator = comparator_for(scan, at)
    if comparator is None:
        fill = _FILL.search(text, max(0, at - 24), at)
        comparator = comparator_for(scan, fill.start()) if fill and fill.start() < at else None
    abbreviation = re.compile(r"[ \n]{0,2}\((?:the )?(?:I?ULN|LLN|UNL)s?\)").match(text, end)
    if abbreviation:
        end = abbreviation.end()
    if comparator is None or text[comparator.start : comparator.end].lower() in ("within", "from"):
        return []
    symbol = not text[comparator.start].isalpha()
    if comparator.op in ("eq", "lost"):
        return []
    low, low_in, high, high_in = _sides(comparator.op, factor)
    return [Bound(comparator.start, end, low, low_in, high, high_in, None, None, key, "compared", None, symbol, index)]
