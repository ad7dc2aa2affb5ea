"""Lines that a site adds to a record."""

from __future__ import annotations

import re
from functools import cache

from extractor.sections.headings import alternation
from extractor.vocab.loader import load_table, require_known

_LONGEST_BUTTON = 40
_LONGEST_ADDRESS = 160
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w{2}|https?://\S{1,200}[ \t]*$")


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    """Whole lines, first words of starts, starts."""
    lines: list[str] = []
    starts: list[str] = []
    for row in load_table("furniture.csv", ("text", "where"), unique=["text"], required=("text", "where")):
        require_known(row, "where", ("start", "line"), "place")
        (starts if row["where"] == "start" else lines).extend(row.many("text"))
    return (
        frozenset(text.casefold() for text in lines),
        frozenset(text.split()[0] for text in starts),
        re.compile(rf"(?:{alternation(starts)})"),
    )


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the site, not to the record: a menu, an explanation, a disclaimer, an address."""
    bare = line.strip(" \t-*•")
    lines, first_words, starts = _vocabulary()
    if len(bare) < _LONGEST_BUTTON and bare.casefold() in lines:
        return True
    if bare.partition(" ")[0] in first_words and starts.match(bare):
        return True
    return len(bare) < _LONGEST_ADDRESS and ("@" in bare or "://" in bare) and bool(_ADDRESS.search(bare))
