"""Comparators: symbols and words that say on which side of a number a bound lies."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from extractor.scan.trie import trie_pattern
from extractor.vocab import load_table

LONGEST = 90  # no comparator is longer
WRAP = r"\s{1,16}"  # words of a comparator may stand on two indented lines


class Comparator(NamedTuple):
    """A comparator in the text. op: "ge", "gt", "le", "lt", "eq", or "lost" (a character that stands for a lost ≥ or ≤)."""

    start: int
    end: int
    op: str


OPPOSITE = {"ge": "le", "gt": "lt", "le": "ge", "lt": "gt", "eq": "eq", "lost": "lost"}
NEGATED = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "eq", "lost": "lost"}


@cache
def _table() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """(symbols, words, op by text without needless blanks). Symbols begin with a sign: the search skips from sign to sign."""
    ops: dict[str, str] = {}
    signs: list[str] = []
    words: list[str] = []
    for row in load_table("comparators.csv", ["text", "op"], required=["text", "op"]):
        for text in row.many("text"):
            (words if text[0].isalpha() else signs).append(text)
            ops[text if text[0].isalpha() else text.replace(" ", "")] = row["op"]
    return (
        re.compile(trie_pattern(signs, blank="[ ]{0,2}")),
        re.compile(rf"\b(?:{trie_pattern(words, blank=WRAP)})(?![a-z])"),
        ops,
    )


def _comparator(match: re.Match[str], at: int, ops: dict[str, str]) -> Comparator:
    text = match.group()
    key = _BLANKS.sub(" ", text) if text[0].isalpha() else _BLANKS.sub("", text)
    return Comparator(at + match.start(), at + match.end(), ops[key])


_BLANKS = re.compile(r"\s+")


def read_comparator(text: str, at: int) -> Comparator | None:
    """The comparator that starts at `at` (up to three blanks skipped)."""
    signs, words, ops = _table()
    for _ in range(3):
        if not text[at : at + 1].isspace():
            break
        at += 1
    low = text[at : at + LONGEST].lower()
    match = signs.match(low)
    if match is None and not (at and text[at - 1].isalpha()):
        match = words.match(low)
    return _comparator(match, at, ops) if match else None


def find_comparators(lower: str) -> list[Comparator]:
    """All comparators of a lower-cased text, by start, disjoint; the longest at each place."""
    signs, words, ops = _table()
    found = [_comparator(m, 0, ops) for m in words.finditer(lower)]
    found += [_comparator(m, 0, ops) for m in signs.finditer(lower)]
    found.sort()
    out: list[Comparator] = []
    for comparator in found:
        if not out or comparator.start >= out[-1].end:
            out.append(comparator)
    return out


def comparator_before(
    comparators: list[Comparator], starts: list[int], text: str, at: int, gap: int = 3
) -> Comparator | None:
    """The comparator that ends right before `at`, with at most `gap` blanks or one line break between. `starts`: their starts, sorted."""
    i = bisect_left(starts, at) - 1
    if i >= 0 and comparators[i].end <= at <= comparators[i].end + 40:
        between = text[comparators[i].end : at]
        if not between.strip() and (len(between) <= gap or between.count("\n") == 1):
            return comparators[i]
    return None
