"""What follows a bound and belongs to it: the same bound in another unit in brackets, and its other side.

"< 1.5 mg/dL (133 µmol/L)", "≥ 30 and ≤ 60", "30 mL/min or more and less than 60 mL/min", "lower than 18 or greater than
45 kg/m2", "> 90 mmHg diastolic and/or 180 mmHg systolic".
"""

from __future__ import annotations

import re

from extractor.scan import Scan, read_comparator
from extractor.tag.lab_bounds import Bound, Side, behind_at, inclusive_end, sides
from extractor.tag.lab_quantity import Quantity, read_quantity

_JOIN = re.compile(
    r"\s{0,2}[,;]?\s{0,16}(?:(?P<w>and/or|and|but|or|to|-|–|&|,)(?![A-Za-z]))?\s{0,16}"
    r"(?:(?:also|is|are|be|the|an?|of|it|either)\s{1,2}){0,2}\s{0,2}",
    re.IGNORECASE,
)
_RESTATED = re.compile(
    r"\s{0,2}[(\[]\s{0,2}(?:(?:i\.?e\.?|or|=|~|≈|equal to|equivalent to|approximately|about|approx\.?)[ ,]{1,2}){0,2}"
    r"(?P<c>(?:less than|greater than|[<>≥≤=]{1,2})\s{0,2})?(?=[0-9])"
)
_SAME_RANGE = re.compile(r"\s{0,2}(?:-|–|—|to|~)\s{0,2}")
_NO_QUANTITY = re.compile(r"\s{0,2}(?:weeks?|days?|months?|years?|hours?)\b", re.IGNORECASE)
_NOUN = re.compile(
    r"[ ]{1,2}(?!(?:for|in|if|or|and|at|with|when|on|after|during|unless|without|is|are|to|by|as|from|who|that|within|"
    r"before|but|due|prior|per|inclusive|including|respectively|using|based|will|despite|except|because|while|even|"
    r"body|by)\b)[A-Za-z]{3,20}"
)
_DIASTOLIC = re.compile(
    r"\s{0,2}\(?(?P<a>systolic|diastolic)(?:\s(?:blood\s)?pressure)?\)?\s{0,2},?\s{0,2}(?:and/or|or|and|/|over)\s{0,2}"
    r"(?:(?:greater|more|higher)\sthan\s|[>≥]=?\s?|above\s|over\s)?(?=[0-9])",
    re.IGNORECASE,
)
_DIASTOLIC_END = re.compile(r"\s{0,2}\(?(?P<b>systolic|diastolic)(?:\s(?:blood\s)?pressure)?", re.IGNORECASE)
_ONE_SIDED = frozenset({"compared", "behind"})


def with_further(scan: Scan, bound: Bound) -> Bound:
    """The bound with its restated value and its other side; `alone` is the bound without the other side."""
    if bound.how not in ("compared", "behind", "range", "equal", "lost"):
        return bound
    bound = _restated(scan, bound)
    if bound.how not in _ONE_SIDED or not isinstance(bound.low if bound.low is not None else bound.high, float):
        return bound
    pair = _pressures(scan, bound)
    if pair is not None:
        return pair
    both = _other_side(scan, bound)
    return bound if both is None else _restated(scan, both)._replace(alone=bound)


def _restated(scan: Scan, bound: Bound) -> Bound:
    """ "≥ 100 000/µL (≥ 100 × 10^9/L)": the same bound in another unit, in brackets."""
    text = scan.text
    if "(" not in text[bound.end : bound.end + 3] and "[" not in text[bound.end : bound.end + 3]:
        return bound
    match = _RESTATED.match(text, bound.end)
    index = scan.number_at(match.end()) if match else None
    if match is None or index is None:
        return bound
    again = read_quantity(scan, index)
    if bound.how == "range" and again.following < len(scan.numbers):
        after = scan.numbers[again.following].start
        if after - again.end <= 8 and _SAME_RANGE.fullmatch(text, again.end, after):
            again = read_quantity(scan, again.following)
    close = again.end
    if text[close : close + 1] == " ":
        close += 1
    if text[close : close + 1] not in (")", "]") or again.dimension in ("time", "fraction"):
        return bound
    if again.reference is not None or again.unit is None or again.unit == bound.unit:
        return bound
    return bound._replace(end=close + 1, following=max(bound.following, again.following))


def _second(scan: Scan, at: int, up: bool) -> tuple[str, Quantity, int] | None:
    """Comparator, quantity and end of the one-sided bound that starts at `at`; `up`: it must bound from above."""
    text = scan.text
    comparator = read_comparator(text, at)
    if comparator is not None and comparator.op in ("ge", "gt", "le", "lt"):
        if (comparator.op[0] == "g") == up:
            return None
        at = comparator.end
        while at < len(text) and text[at] in " \n" and at < comparator.end + 16:
            at += 1
        index = scan.number_at(at)
        if index is None:
            return None
        quantity = read_quantity(scan, index)
        return comparator.op, quantity, quantity.end
    index = scan.number_at(at) if comparator is None else None
    if index is None:
        return None
    quantity = read_quantity(scan, index)
    behind = behind_at(text, quantity.end)
    return ("ge" if behind["ge"] else "le", quantity, behind.end()) if behind else None


def _agree(bound: Bound, second: Quantity) -> bool:
    """Whether two ends may be of one measure: dimension and reference are the same, or one end shares the other's."""
    if bound.dimension is not None and second.dimension is not None and bound.dimension != second.dimension:
        return False
    if bound.reference != second.reference:
        return (bound.reference is None or second.reference is None) and (
            (bound.reference is None and bound.dimension == second.dimension) or bound.unit == second.unit
        )
    return True


def _other_side(scan: Scan, bound: Bound) -> Bound | None:
    text = scan.text
    join = _JOIN.match(text, bound.end)
    up = bound.low is not None
    found = _second(scan, join.end() if join else bound.end, up)
    if join is None or found is None:
        return None
    op, second, end = found
    if (op[0] == "g") == up or not _agree(bound, second):
        return None
    if second.unit is None and second.reference is None and _NO_QUANTITY.match(text, second.end):
        return None
    low: Side = bound.low if up else second.value
    high: Side = second.value if up else bound.high
    if not isinstance(low, float) or not isinstance(high, float) or low == high:
        return None
    if low > high and (bound.dimension != second.dimension and second.unit is None):
        return None
    if low > high and (join["w"] or ",").lower() not in ("or", "and/or", "and", ","):
        return None
    if bound.unit and second.unit and bound.unit != second.unit:
        return None
    if bound.dimension is None and second.dimension is not None and _NOUN.match(text, second.end):
        return None  # "ratio < 200 and at least 8 cm H2O pressure": the second bound has a name of its own
    if up:
        low_in, high_in = bound.low_inclusive, op == "le"
    else:
        low_in, high_in = op == "ge", bound.high_inclusive
    return bound._replace(
        end=inclusive_end(text, end), low=low, low_inclusive=low_in, high=high, high_inclusive=high_in,
        unit=second.unit or bound.unit, dimension=second.dimension or bound.dimension,
        reference=second.reference or bound.reference, following=second.following,
    )  # fmt: skip


def _pressures(scan: Scan, bound: Bound) -> Bound | None:
    """ "> 90 mmHg diastolic and/or 180 mmHg systolic": a pair, systolic first."""
    if bound.dimension not in (None, "pressure") or bound.reference is not None:
        return None
    text = scan.text
    match = _DIASTOLIC.match(text, bound.end)
    index = scan.number_at(match.end()) if match else None
    if match is None or index is None:
        return None
    second = read_quantity(scan, index)
    behind = _DIASTOLIC_END.match(text, second.end)
    if behind is None or behind["b"].lower() == match["a"].lower() or second.dimension not in (None, "pressure"):
        return None
    value = bound.low if bound.low is not None else bound.high
    values = [value, second.value] if match["a"].lower() == "systolic" else [second.value, value]
    op = ("g" if bound.low is not None else "l") + ("e" if bound.low_inclusive or bound.high_inclusive else "t")
    low, low_in, high, high_in = sides(op, values)
    return bound._replace(
        end=behind.end(), low=low, low_inclusive=low_in, high=high, high_inclusive=high_in,
        following=second.following, how="compared",
        unit=second.unit or bound.unit, dimension=second.dimension or bound.dimension,
    )  # fmt: skip
