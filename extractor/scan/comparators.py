"""Comparators: symbols and words that say on which side of a number a bound lies."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.vocab import load_table


class Comparator(NamedTuple):
    """A comparator in the text. op: "ge", "gt", "le", "lt", "eq", or "lost" (a character that stands for a lost ≥ or ≤)."""

    start: int
    end: int
    op: str


OPPOSITE = {"ge": "le", "gt": "lt", "le": "ge", "lt": "gt", "eq": "eq", "lost": "lost"}
NEGATED = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "eq", "lost": "lost"}


@cache
def _table() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    ops: dict[str, str] = {}
    for row in load_table("comparators.csv", ["text", "op"], required=["text", "op"]):
        for text in row.many("text"):
            ops[text] = row["op"]
    symbols = sorted((t for t in ops if not t[0].isalpha()), key=len, reverse=True)
    words = sorted((t for t in ops if t[0].isalpha()), key=len, reverse=True)
    symbol = "|".join(re.escape(s).replace(r"\ ", "[ ]{0,2}") for s in symbols)
    blank = r"(?:[ \t\xa0]{1,2}|\s{0,2}\n[ \t]{0,16})"  # lines are wrapped inside of them
    word = "|".join(re.escape(w).replace(r"\ ", blank) for w in words)
    forward = re.compile(rf"\s{{0,3}}(?P<c>{symbol}|(?<![A-Za-z])(?:{word})(?![A-Za-z]))", re.IGNORECASE)
    return forward, re.compile(rf"(?:{symbol}|(?<![A-Za-z])(?:{word})(?![A-Za-z]))", re.IGNORECASE), ops


def _op(text: str, ops: dict[str, str]) -> str:
    key = re.sub(r"\s+", " ", text.lower())
    return ops.get(key) or ops[key.replace(" ", "")] if key not in ops else ops[key]


def read_comparator(text: str, at: int) -> Comparator | None:
    """The comparator that starts at `at` (blanks skipped)."""
    forward, _, ops = _table()
    match = forward.match(text, at)
    return Comparator(match.start("c"), match.end("c"), _op(match["c"], ops)) if match else None


def find_comparators(text: str) -> list[Comparator]:
    """All comparators of `text`, longest match first at each place."""
    _, anywhere, ops = _table()
    return [Comparator(m.start(), m.end(), _op(m.group(), ops)) for m in anywhere.finditer(text)]


def comparator_before(comparators: list[Comparator], starts: list[int], text: str, at: int, gap: int = 3) -> Comparator | None:
    """The comparator that ends right before `at`, with at most `gap` blanks or one line break between. `starts`: their starts, sorted."""
    from bisect import bisect_left

    i = bisect_left(starts, at) - 1
    if i >= 0 and comparators[i].end <= at <= comparators[i].end + 20:
        between = text[comparators[i].end : at]
        if not between.strip() and (len(between) <= gap or between.count("\n") == 1):
            return comparators[i]
    return None
