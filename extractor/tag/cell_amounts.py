"""Amounts that may be cell doses: large numbers with the small ones that share their power, and small ones per kg."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from extractor.scan import Amount, Number, Scan, read_amount
from extractor.scan.amounts import LIST, PLUS_MINUS, RANGE, may_join

_COUNTED = re.compile(
    r"(?<![A-Za-z])(?:first|cohort|group|arm|level|stage|phase|part|panel|tier|step|dl|day|days|week|weeks|month|"
    r"months|patient|patients|dose|scheme|visit|no\.?|number|cycle|figure|grade|type|"
    r"protocol|trial|study|regimen|stratum|d|subject|subjects)[ #:]{0,2}\Z",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"[\w^/.,–—-]\Z")
_PER_BODY = re.compile(r"(?:cells?|mscs?)[ ]?(?:/|per )[ ]?\Z")


def _large(number: Number) -> bool:
    if number.form in ("power", "scaled"):
        return 1e3 <= number.value < 1e18
    return 1e3 <= number.value < 1e15


def _inside_name(text: str, number: Number) -> bool:
    """ "IL2000", "CD11b cells": digits behind a letter; but "MSC2×1,000,000" has lost a blank."""
    loose = number.form == "digits" or (number.scale is not None and len(number.scale) == 1)
    return loose and text[number.start - 1 : number.start].isalpha()


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
        if previous.form != "digits" or previous.value >= 1000 or not may_join(between):
            break
        if not (RANGE.fullmatch(between) or LIST.fullmatch(between) or PLUS_MINUS.fullmatch(between)):
            break
        head = text[max(0, previous.start - 16) : previous.start]
        counted = _COUNTED.search(head)
        if counted and not (counted.group().lower().startswith("dose") and not between.startswith(" ")):
            return index  # "on day 0, 3 and 6, 1*10^7 cells"
        if head[-1:].isalpha() or (head[-1:] in ("/", "-") and head[-2:-1].isalpha()):
            break
        first -= 1
    return first


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


def _to_power(text: str, numbers: Sequence[Number], amount: Amount) -> Amount:
    """ "1-5 × 10^6 ~ 10^7": a range of factors times a range of powers, or one that ends at the bare power.

    The factors go with both powers: up to 5e7; `other`: up to 1e7.
    """
    if amount.kind != "range" or not amount.shared or amount.following >= len(numbers):
        return amount
    last, power = amount.numbers[-1], numbers[amount.following]
    bare = power.form == "power" and text.startswith("10^", power.start) and power.mantissa == 1.0
    if not bare or last.exponent is None or power.exponent is None or power.exponent <= last.exponent:
        return amount
    if power.start - amount.end > 12 or not RANGE.fullmatch(text, amount.end, power.start):
        return amount
    high = float(f"{last.mantissa!r}e{power.exponent}")
    return amount._replace(
        end=power.end, values=(amount.low, high), numbers=(*amount.numbers, power), following=amount.following + 1,
        other=(amount.low, power.value),
    )  # fmt: skip


def _small_per_body(scan: Scan) -> list[int]:
    """Indices of small numbers that stand before "cells/kg": implausible, but stated."""
    out = []
    for needle in ("kg", "kilogram"):
        at = scan.lower.find(needle)
        while at >= 0:
            match = _PER_BODY.search(scan.lower, max(0, at - 12), at)
            at = scan.lower.find(needle, at + 1)
            i = bisect_left(scan.number_starts, match.start()) - 1 if match else -1
            if match is None or i < 0 or _large(scan.numbers[i]):
                continue
            start, end = scan.numbers[i].start, scan.numbers[i].end
            if match.start() - end <= 30 and not _INSIDE.search(scan.text, max(0, start - 1), start):
                out.append(i)
    return out


def cell_amounts(scan: Scan) -> list[Amount]:
    """All of them, by start, disjoint."""
    text, numbers = scan.text, scan.numbers
    small = set(_small_per_body(scan))
    out: list[Amount] = []
    floor = 0
    anchors = [i for i, n in enumerate(numbers) if n.value >= 1e3 and _large(n)]
    if small:
        anchors = sorted({*anchors, *small})
    for index in anchors:
        if index < floor or _inside_name(text, numbers[index]):
            continue
        first = max(_first_index(scan, index), floor)
        amount = _dotted(scan, index) or read_amount(text, numbers, first)
        if amount.following <= index:  # the small ones before do not belong to it
            amount = read_amount(text, numbers, index)
        if amount.kind == "list" and not amount.shared:
            amount = _levels(amount, index)
        amount = _to_power(text, numbers, amount)
        out.append(amount)
        floor = amount.following
    return out
