"""CELL_DOSE: the amount of cells or of cell-derived particles that is given."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from extractor.scan import Amount, Number, Scan, read_amount
from extractor.scan.amounts import LIST, RANGE, TOLERANCE
from extractor.spans import Mention
from extractor.tag.cell_context import is_bare_dose, is_dose, is_seeding
from extractor.tag.cell_words import Cells, read_cells
from extractor.tag.dose_units import Per, read_bound, read_per
from extractor.tag.vesicle_mass import vesicle_masses

LABEL = "CELL_DOSE"


class DoseParts(NamedTuple):
    """What was read of one dose. `unit` counts ("{cells}"), `codes` are its denominators, `bound` the op of a one-sided amount.

    `factors`: other readings of the whole amount as factors on its values, with the warning code that tells why.
    `bare`: no word for cells and no denominator stood with the amount.
    """

    kind: str
    values: tuple[float, ...]
    unit: str
    codes: tuple[str, ...]
    basis: str | None
    bound: str | None
    approximate: bool
    restated: float | None = None
    factors: tuple[tuple[float, str], ...] = ()
    bare: bool = False


class _Tail(NamedTuple):
    end: int
    cells: Cells | None
    per: Per
    restated: float | None
    factors: tuple[tuple[float, str], ...]
    word: bool  # a word follows that is no unit


_AFTER_BARE = re.compile(
    r"[ \n]{0,2}(?:\Z|[.,;:)\]/&+\n(–-]|(?:intra\w*|i\.?[vtmap]\.?|sub\w*|epi\w*|peri\w*|in|via|by|on|at|and|or|for|to|is|are|was|were|will|with|once|twice|every|each|dose|"
    r"doses|level|after|before|during|through|into|over|daily|weekly|monthly|x|per|from|than|as|respectively|depending|total|only|then|but|if|when|using|suspended|diluted|infused|"
    r"injected|administered|given|group|single|of|along|followed|plus|injections?|infusions?|respectively|delivered|within|prior|route)(?![A-Za-z]))",
    re.IGNORECASE,
)
_NO_START = re.compile(r"(?:\bper |\bevery |\bNSC[ -]?|/|\bout of )\Z")
_DOUBLE_SCALE = re.compile(r"[ ]?(?P<s>million|millions|mio|mln)(?![A-Za-z])", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?<![A-Za-z])(?:first|cohort|group|arm|level|stage|phase|part|panel|tier|step|dl|day|days|week|weeks|month|months|patient|patients|dose|scheme|visit|no\.?|number|cycle|figure|grade|type|"
    r"protocol|trial|study|regimen|stratum|d|subject|subjects)[ #:]{0,2}\Z",
    re.IGNORECASE,
)
_PER_BODY = re.compile(r"(?:cells?|MSCs?)[ ]?(?:/|per )[ ]?(?:kg|kilogram)", re.IGNORECASE)


def _large(number: Number) -> bool:
    if number.form in ("power", "scaled"):
        return 1e3 <= number.value < 1e18
    return 1e3 <= number.value < 1e15


def _first_index(scan: Scan, index: int) -> int:
    """Walks back from the large number `index` over the small ones that share its power: "0.5, 1 and 2 × 10^6"."""
    text, numbers = scan.text, scan.numbers
    first = index
    if numbers[index].form not in ("power", "scaled"):
        return first
    for _ in range(8):
        if first == 0:
            break
        previous = numbers[first - 1]
        between = text[previous.end : numbers[first].start]
        ranged = RANGE.fullmatch(between) if len(between) <= 12 else None
        if (
            previous.form != "digits"
            or previous.value >= 1000
            or not (ranged or (len(between) <= 12 and LIST.fullmatch(between)))
        ):
            break
        head = text[max(0, previous.start - 16) : previous.start]
        counted = _COUNTED.search(head)
        if counted and not (counted.group().lower().startswith("dose") and not between.startswith(" ")):
            break
        if head[-1:].isalpha() or (head[-1:] in ("/", "-") and head[-2:-1].isalpha()):
            break
        first -= 1
    return first


def _restated(scan: Scan, at: int, value: float) -> tuple[int, float] | None:
    """A second writing of the same amount in brackets: "2 × 10^8 (200 million)". End behind the bracket, and its value."""
    text = scan.text
    if text[at : at + 2].lstrip()[:1] != "(":
        return None
    i = scan.first_number_from(at)
    if i >= len(scan.numbers):
        return None
    number = scan.numbers[i]
    opening, rest = text[at : number.start], text[number.end : number.end + 2]
    if opening.strip() != "(" or not rest.startswith(")") or number.value < 1000:
        return None
    return number.end + 1, number.value


def _read_tail(scan: Scan, amount: Amount) -> _Tail:
    text, pos = scan.text, amount.end
    factors: list[tuple[float, str]] = []
    if tolerance := TOLERANCE.match(text, pos):
        pos = tolerance.end()
    last = amount.numbers[-1]
    if last.form == "power" and (scale := _DOUBLE_SCALE.match(text, pos)):
        factors.append((1e6, "DOUBLE_SCALE"))
        pos = scale.end()
    restated = _restated(scan, pos, amount.high)
    if restated:
        pos = restated[0]
    cells = read_cells(text, pos)
    if cells:
        per = read_per(text, cells.end)
        end = per.end or cells.end
    else:
        per = read_per(text, pos)
        end = per.end or pos
        if per.end and per.kinds[0] in ("body", "area", "site"):
            following = read_cells(text, per.end, 4, of=False)
            if following and not following.measured and text[per.end : following.start] == " ":
                cells, end = following, following.end
                further = read_per(text, end)
                if further.end:
                    per, end = Per(further.end, (*per.codes, *further.codes), (*per.kinds, *further.kinds)), further.end
    word = not cells and not per.end and not _AFTER_BARE.match(text, pos)
    return _Tail(end, cells, per, restated[1] if restated else None, tuple(factors), word)


def _mention(scan: Scan, amount: Amount) -> Mention | None:
    """The dose that starts with `amount`; None when it is none."""
    text = scan.text
    tail = _read_tail(scan, amount)
    number = amount.numbers[-1]
    if tail.word or "lab" in tail.per.kinds or (tail.cells and tail.cells.measured):
        return None
    bare = tail.cells is None and not [k for k in tail.per.kinds if k != "each"]
    plain = number.form in ("digits", "words")
    if (
        tail.cells is not None
        and plain
        and not tail.per.codes
        and (number.value < 10000 and "," not in text[number.start : number.end])
        and number.form == "digits"
    ):
        return None  # "2019 CAR-T cells were approved"
    if not bare and tail.cells is None:
        if tail.per.kinds[0] == "time" or (plain and (tail.per.kinds[0] != "body" or number.value < 10000)):
            return None
    elif bare and (plain or (number.form == "power" and (number.exponent or 0) < 4)):
        return None
    if (number.exponent is not None and number.exponent < 0) or (
        bare and re.match(r"[-–][0-9]", text[tail.end : tail.end + 2])
    ):
        return None
    if _NO_START.search(text[max(0, amount.start - 7) : amount.start]) or (
        plain and re.search(r"[^\W_]-?\Z", text[max(0, amount.start - 2) : amount.start])
    ):
        return None
    if (
        "time" in tail.per.kinds
        and tail.per.codes[-1] in ("min", "h")
        or ("surface" in tail.per.kinds and is_seeding(scan, amount.start, tail.end))
    ):
        return None
    start = amount.start
    kind, values = amount.kind, amount.values
    factors = list(tail.factors)
    head = text[max(0, start - 8) : start]
    multiplied = re.search(r"(?<![\w.])([0-9]{1,2}(?:\.[0-9])?)[x×*]\Z", head)
    if multiplied and number.form == "scaled" and number.mantissa == 10 and kind == "single":
        times = float(multiplied.group(1))
        start -= len(multiplied.group(0))
        values = (values[0] * times,) * 2
        factors.append((0.1, "TIMES_TEN_AMBIGUOUS"))
    bound = read_bound(scan, start, tail.end)
    judge = is_bare_dose if bare or (tail.cells is None and tail.per.kinds[0] not in ("body",)) else is_dose
    if not judge(scan, start, tail.end, bound):
        return None
    if (
        kind == "list"
        and len(values) == 2
        and re.search(r"\b(?:between|from)\s\Z", text[max(0, start - 9) : start])
        and "and" in text[amount.numbers[0].end : number.start]
    ):
        kind = "range"
    unit = tail.cells.unit if tail.cells else "{cells}"
    one_sided = bound.op if kind == "single" else None
    parts = DoseParts(
        kind, values, unit, tail.per.codes, tail.per.basis, one_sided, bound.approximate, tail.restated, tuple(factors), bare
    )  # fmt: skip
    return Mention(
        start, tail.end, LABEL, f"cell-dose.{'bare' if bare else 'words' if tail.cells else 'per'}", parts=parts
    )


def _split(amount: Amount) -> list[Amount]:
    """The levels of a list, each an amount of its own."""
    return [Amount(n.start, n.end, "single", (n.value, n.value), (n,), 0) for n in amount.numbers]


def _small_per_body(scan: Scan) -> list[int]:
    """Indices of small numbers that stand before "cells/kg": implausible, but stated."""
    out = []
    for match in _PER_BODY.finditer(scan.text):
        i = bisect_left(scan.number_starts, match.start()) - 1
        if (
            i < 0
            or _large(scan.numbers[i])
            or re.search(r"[\w^/.,-]\Z", scan.text[max(0, scan.numbers[i].start - 1) : scan.numbers[i].start])
        ):
            continue
        if match.start() - scan.numbers[i].end <= 30:
            out.append(i)
    return out


def _amounts(scan: Scan) -> list[Amount]:
    text, numbers = scan.text, scan.numbers
    small = set(_small_per_body(scan))
    out: list[Amount] = []
    index, floor = 0, 0
    anchors = [i for i, n in enumerate(numbers) if n.value >= 1e3 and _large(n)]
    if small:
        anchors = sorted({*anchors, *small})
    for index in anchors:
        if index < floor or (
            numbers[index].form == "digits" and text[numbers[index].start - 1 : numbers[index].start].isalpha()
        ):
            continue
        first = max(_first_index(scan, index), floor)
        amount = _dotted(scan, index) or read_amount(text, numbers, first)
        if amount.index <= index:  # the small ones before do not belong to it
            amount = read_amount(text, numbers, index)
        if amount.kind == "list" and not amount.shared:
            amount = _levels(amount, index)
        out.append(amount)
        floor = amount.index
    return out


def _dotted(scan: Scan, index: int) -> Amount | None:
    """ "600.000 and 1.000.000 cells": the first number shows its grouping only by the second."""
    text, second = scan.text, scan.numbers[index]
    if second.form != "digits" or index == 0:
        return None
    first = scan.numbers[index - 1]
    between = text[first.end : second.start]
    if len(between) > 12 or not re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text[first.start : first.end]):
        return None
    kind = "range" if RANGE.fullmatch(between) else "list" if LIST.fullmatch(between) else None
    if kind is None:
        return None
    value = round(first.value * 1000)
    return Amount(first.start, second.end, kind, (float(value), second.value), (first, second), index + 1)


def _levels(amount: Amount, index: int) -> Amount:
    """The leading large numbers of a list that shares no power: "50*10^6, two doses" is one number."""
    count = next((i for i, value in enumerate(amount.values) if value < 1e3), len(amount.values))
    numbers = amount.numbers[: max(count, 1)]
    values = amount.values[: len(numbers)]
    kind = "list" if len(numbers) > 1 else "single"
    return Amount(
        amount.start, numbers[-1].end, kind, values if kind == "list" else values * 2, numbers, index + len(numbers)
    )


def _merged(scan: Scan, mentions: list[Mention]) -> list[Mention]:
    """Joins "5×10^4 /kg to 1×10^7 /kg": a range whose ends both carry their unit."""
    text = scan.text
    out: list[Mention] = []
    for mention in mentions:
        last = out[-1] if out else None
        if last and mention.start - last.end <= 12:
            between = text[last.end : mention.start]
            a, b = last.parts, mention.parts
            ranged = RANGE.fullmatch(between) or (
                between.strip() == "and"
                and re.search(r"\b(?:between|from)\s\Z", text[max(0, last.start - 9) : last.start])
            )
            if (
                ranged
                and a.kind == b.kind == "single"
                and a.values[0] < b.values[0]
                and a.codes == b.codes[: len(a.codes)]
            ):
                values = (a.values[0], b.values[-1])
                parts = b._replace(kind="range", values=values, approximate=a.approximate or b.approximate, bound=None)
                out[-1] = Mention(last.start, mention.end, LABEL, "cell-dose.range", parts=parts)
                continue
            if (
                a.bare
                and len(between) <= 10
                and re.fullmatch(r",?\s?(?:and|or|and then|then|,)\s", between)
                and b.codes
            ):
                out[-1] = last.but(parts=a._replace(codes=b.codes, basis=b.basis, unit=b.unit, bare=False))
        out.append(mention)
    return out


def find(scan: Scan) -> list[Mention]:
    """All cell doses of the text, by start, disjoint."""
    found: list[Mention] = []
    for amount in _amounts(scan):
        if found and amount.start < found[-1].end:  # the second writing in brackets
            continue
        mention = _mention(scan, amount)
        if mention is None:
            continue
        if amount.kind == "list" and not amount.shared and mention.parts.bare:
            found.extend(m for part in _split(amount) if (m := _mention(scan, part)))
        else:
            found.append(mention)
    masses = vesicle_masses(scan)
    if masses:
        found = sorted(found + masses, key=lambda m: m.start)
    return _merged(scan, found)
