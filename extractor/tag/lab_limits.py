"""Bounds at a limit without a number before it: "above the ULN", "twice the upper limit", "ULN × 2.5"."""

from __future__ import annotations

import re

from extractor.scan import Scan
from extractor.tag.lab_bounds import Bound, comparator_for, sides
from extractor.tag.lab_further import with_further
from extractor.tag.lab_quantity import limit_factor
from extractor.tag.lab_vocab import pattern

_ARTICLES = re.compile(
    r"(?:(?:the|of|institutional|institution'?s?|local|laboratory'?s?|lab|respective|site'?s?|age-adjusted|"
    r"age-specific|applicable|its|their|testing|study|reference|clinical|normal|central)[ \n]{1,3}){1,4}$",
    re.IGNORECASE,
)
_ARTICLE_ENDS = (
    "the", "of", "institutional", "institution", "institution's", "institutions", "local", "laboratory", "laboratory's",
    "lab", "respective", "site", "site's", "age-adjusted", "age-specific", "applicable", "its", "their", "testing", "study",
    "reference", "clinical", "normal", "central",
)  # fmt: skip
_TWICE = re.compile(r"(?P<w>twice|double|triple|thrice)\s{1,2}(?:times\s)?(?:of\s|as\s)?(?:the\s)?$", re.IGNORECASE)
_TWICE_NORMAL = re.compile(r"(?:twice|double|triple|thrice)\s{1,2}(?:of\s)?", re.IGNORECASE)
_FACTORS = {"twice": 2.0, "double": 2.0, "triple": 3.0, "thrice": 3.0}
_FILL = re.compile(r"(?:\s|the|of|institutional|or|than|any|a|\(|local|to|its|age-adjusted){0,6}$")
_QUANTITY_BEFORE = re.compile(r"[0-9]\s?(?:[a-zA-Zµ]{1,4}/[a-zA-Z]{1,3}|%|times|fold)?\s$")
_ABBREVIATION = re.compile(r"[ \n]{0,2}\((?:the )?(?:I?ULN|LLN|UNL)s?\)")


def find_limits(scan: Scan, words: list[int]) -> list[Bound]:
    """Bounds at limits, by start. `words`: where words of limits start (lab_vocab.find_names)."""
    text = scan.text
    out: list[Bound] = []
    reach = 0
    for at in words:
        if at < reach:
            continue
        if text[at] in "tTdD":
            twice = _TWICE_NORMAL.match(text, at)
            limit = pattern("normal").match(text, twice.end()) if twice else None
            if twice and limit:
                out.extend(_at_limit(scan, twice.end(), limit.end(), "ULN"))
            continue
        begin = at - 1 if text[at - 1 : at] in ("I", "i") else at
        upper = pattern("upper").match(text, begin)
        match = upper or pattern("lower").match(text, begin)
        if match:
            led = scan.lower[max(0, begin - 24) : begin].rstrip(" \n").endswith(_ARTICLE_ENDS)
            articles = _ARTICLES.search(text, max(0, begin - 60), begin) if led else None
            reach = match.end()
            out.extend(_at_limit(scan, articles.start() if articles else begin, reach, "ULN" if upper else "LLN"))
    out.sort(key=lambda bound: (bound.start, -bound.end))
    return out


def _at_limit(scan: Scan, start: int, end: int, key: str) -> list[Bound]:
    text = scan.text
    at = start
    twice = _TWICE.search(text, max(0, start - 22), start)
    comparator = comparator_for(scan, twice.start() if twice else at)
    if comparator is None:
        fill = _FILL.search(text, max(0, at - 24), at)
        comparator = comparator_for(scan, fill.start()) if fill and fill.start() < at else None
    if comparator is None or comparator.op in ("eq", "lost"):
        return []
    if text[comparator.start : comparator.end].lower() in ("within", "from"):
        return []
    begin = comparator.start
    if twice is None and text[begin].isalpha():  # "twice higher than the ULN"
        twice = _TWICE.search(text, max(0, begin - 16), begin)
        begin = twice.start() if twice else begin
    if _QUANTITY_BEFORE.search(text, max(0, comparator.start - 10), comparator.start):
        return []  # "20 g/L more than the upper limit"
    behind = limit_factor(scan, end)
    factor, index = 1.0, scan.first_number_from(end)
    if twice:
        factor = _FACTORS[twice["w"].lower()]
    elif behind:
        factor, end, index = behind
    abbreviation = _ABBREVIATION.match(text, end)
    if abbreviation:
        end = abbreviation.end()
    low, low_in, high, high_in = sides(comparator.op, factor)
    symbol = not text[comparator.start].isalpha()
    bound = Bound(begin, end, low, low_in, high, high_in, None, None, key, "compared", None, symbol, index)
    return [with_further(scan, bound)]
