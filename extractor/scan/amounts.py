"""Amounts: one number, a range, a list of levels or a value with its tolerance; a power or scale at the end is shared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.scan.numbers import Number


class Amount(NamedTuple):
    """An amount over text[start:end]. kind: "single" (low == high), "range" or "list" (levels in `values`).

    `numbers` are its numbers as written; `following` is the position of the first one after it. `shared`: the power or scale of
    the last number was given to earlier ones ("0.5, 1 and 2 × 10^6"). `other`: another reading of the values.
    """

    start: int
    end: int
    kind: str
    values: tuple[float, ...]
    numbers: tuple[Number, ...]
    following: int
    shared: bool = False
    other: tuple[float, ...] | None = None

    @property
    def low(self) -> float:
        return self.values[0]

    @property
    def high(self) -> float:
        return self.values[-1]


RANGE = re.compile(r"\s{0,2}(?:-{1,2}|–|—|~|to|-\s?to\s?-|\.\.|through|up to|till|until)\s{0,2}", re.IGNORECASE)
LIST = re.compile(
    r"\s{0,2}(?:,|;|/|,?\s{0,2}(?:and|or|&|versus|vs\.?)|,\s{0,2}(?:and|or)/?(?:or)?|and/or)\s{0,2}", re.IGNORECASE
)
PLUS_MINUS = re.compile(r"\s{0,2}(?:±|\+/-|\+-|\+\\-)\s{0,2}")
TOLERANCE = re.compile(r"\s?[(\[]?\s?(?:±|\+/-|\+-)\s?[0-9]{1,3}(?:\.[0-9]{1,3})?\s?%\s?[)\]]?")


def _given(number: Number, last: Number) -> float:
    """Value of `number` when it shares the power or scale of `last`."""
    if number.form != "digits" or last.form not in ("power", "scaled") or last.mantissa == 0:
        return number.value
    if last.exponent is not None:
        return float(f"{number.mantissa!r}e{last.exponent}")
    return number.mantissa * (last.value / last.mantissa)


def _shares(numbers: Sequence[Number]) -> bool:
    """Only plain small numbers share what follows: "1-2 × 10^6", not "100,000 to 1 × 10^6"."""
    last = numbers[-1]
    bare_power = last.form == "power" and last.mantissa == 1.0 and last.end - last.start == 3 + len(str(last.exponent))
    return (
        last.form in ("power", "scaled")
        and not bare_power
        and all(n.form != "digits" or n.value < 1000 for n in numbers[:-1])
        and any(n.form == "digits" for n in numbers[:-1])
    )


def _fraction(first: Number, between: str, second: Number) -> bool:
    """1/2, 1/3, 3/4: one number, or a lost µ ("10 1/2g"), but no list of levels."""
    return between == "/" and first.value in (1, 3) and second.value in (2, 3, 4)


_JOINTS = frozenset("-–—~.,;/&±+tTuUaAoOvV")  # what RANGE, LIST and PLUS_MINUS begin with behind their blanks


def may_join(between: str) -> bool:
    """Whether RANGE, LIST or PLUS_MINUS can match `between`, by its length and first sign: most texts between numbers cannot."""
    return len(between) <= 12 and between.lstrip()[:1] in _JOINTS


def read_amount(text: str, numbers: Sequence[Number], index: int, lists: bool = True) -> Amount:
    """The amount whose first number is numbers[index]. Lists are read only where `lists` is set."""
    first = numbers[index]
    if index + 1 < len(numbers):
        second = numbers[index + 1]
        between = text[first.end : second.start]
        if not may_join(between):
            return Amount(first.start, first.end, "single", (first.value, first.value), (first,), index + 1)
        if PLUS_MINUS.fullmatch(between):
            shared = _shares([first, second])
            value = _given(first, second) if shared else first.value
            end = second.end + (1 if text[second.end : second.end + 1] == "%" else 0)
            return Amount(first.start, end, "single", (value, value), (first, second), index + 2, shared)
        if RANGE.fullmatch(between):
            shared = _shares([first, second])
            low = _given(first, second) if shared else first.value
            if low <= second.value:
                return Amount(first.start, second.end, "range", (low, second.value), (first, second), index + 2, shared)
    if lists:
        found = [first]
        at = index + 1
        while at < len(numbers) and len(found) < 12:
            between = text[found[-1].end : numbers[at].start]
            if not may_join(between) or not LIST.fullmatch(between) or _fraction(found[-1], between, numbers[at]):
                break
            found.append(numbers[at])
            at += 1
        if len(found) > 1:
            shared = _shares(found)
            values = tuple(_given(n, found[-1]) if shared else n.value for n in found)
            return Amount(first.start, found[-1].end, "list", values, tuple(found), at, shared)
    return Amount(first.start, first.end, "single", (first.value, first.value), (first,), index + 1)
