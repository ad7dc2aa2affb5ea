"""The cues of assertion: vocab/assertion_cues.csv as one pattern and a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.scan.trie import trie_pattern
from extractor.spans import ASSERTIONS
from extractor.vocab import load_table

ATTRIBUTES = ASSERTIONS
KINDS = (*ATTRIBUTES, "stop", "pseudo", *(f"stop-{name}" for name in ATTRIBUTES))
DIRECTIONS = ("forward", "backward", "both")
COLUMNS = ("cue", "attribute", "direction", "reach")
# "#" in a cue: "6 months", "the last year" without its article
TIME = (
    r"(?:(?:\d{1,3}(?:\s?[-–]\s?\d{1,3})?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)(?:\s\(\d{1,3}\))?\s{1,24})?"
    r"(?:hour|day|week|month|year)s?"
)
_BLANKS = re.compile(r"\s+")


class Cue(NamedTuple):
    """One meaning of a cue; `reach`: words that may stand between it and a condition."""

    attribute: str
    direction: str
    reach: int

    @property
    def stops(self) -> str | None:
        """The attribute that does not go past this cue, which ends nothing else."""
        return self.attribute[5:] if self.attribute.startswith("stop-") else None


@cache
def cues() -> tuple[re.Pattern[str], Callable[[str], tuple[Cue, ...]]]:
    """A pattern over lower-cased text whose matches are the cues, longest first, and what a match means.

    Raises VocabularyError for an unknown attribute or direction, a reach that is no number, a cue that stands twice.
    """
    table: dict[str, tuple[Cue, ...]] = {}
    for row in load_table("assertion_cues.csv", COLUMNS, required=COLUMNS):
        if row["attribute"] not in KINDS or row["direction"] not in DIRECTIONS or not row["reach"].isdigit():
            raise VocabularyError(f"{row.where}: attribute, direction or reach unknown: {', '.join(row.values())}")
        new = Cue(row["attribute"], row["direction"], int(row["reach"]))
        for cue in row.many("cue"):
            known = table.get(cue, ())
            if any(k.attribute == new.attribute and k.direction == new.direction for k in known):
                raise VocabularyError(f"{row.where}: cue {cue!r} stands twice")
            table[cue] = (*known, new)
    blank = r"\s{1,24}"
    words = trie_pattern((cue for cue in table if cue[0].isalnum()), blank)
    tails = trie_pattern((cue for cue in table if not cue[0].isalnum()), blank)
    source = rf"(?:(?<![\w-])(?:{words})|(?<=\w)(?:{tails}))(?!\w)"
    time = re.compile(rf"(?<!\w){TIME}(?!\w)")

    def meaning(match: str) -> tuple[Cue, ...]:
        phrase = _BLANKS.sub(" ", match)
        return table.get(phrase) or table[time.sub("#", phrase)]

    return re.compile(source.replace(r"\#", TIME)), meaning
