"""Lines that a site adds to a record."""

from __future__ import annotations

import re
from functools import cache

from extractor.sections.headings import alternation
from extractor.vocab.loader import load_table, require_known

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w{2}|https?://\S{1,200}[ \t]*$")


@cache
def _vocabulary() -> tuple[frozenset[str], re.Pattern[str]]:
    lines: list[str] = []
    starts: list[str] = []
    for row in load_table("furniture.csv", ("text", "where", "extent"), unique=["text"], required=("text", "where", "extent")):
        require_known(row, "where", ("start", "line"), "place")
        (starts if row["where"] == "start" else lines).extend(row.many("text"))
    return frozenset(text.casefold() for text in lines), re.compile(rf"(?:{alternation(starts)})", re.IGNORECASE)


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the site, not to the record: a menu, an explanation, a disclaimer, an address."""
    bare = line.strip(" \t-*•")
    lines, starts = _vocabulary()
    if len(bare) < 40 and bare.casefold() in lines:
        return True
    return bool(starts.match(bare)) or (len(bare) < 160 and "@" in bare and bool(_ADDRESS.search(bare)))
