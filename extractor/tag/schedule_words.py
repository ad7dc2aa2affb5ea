"""The words of schedules, from schedule_words.csv and frequency_codes.csv, and how a pattern is made of them.

Patterns run on lower-cased text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.vocab import load_table, require_known

WS = r"[ \t\xa0]{0,6}(?:\r?\n[ \t]{0,16})?"  # blanks, at most one line break
GAP = r"(?:[ \t\xa0]{1,6}(?:\r?\n[ \t]{0,16})?|\r?\n[ \t]{0,16})"
HYPHEN = r"[ \t\xa0]{0,4}(?:\r?\n[ \t]{1,16}|-[ \t]{0,2})?"  # blanks or a hyphen
UNITS = ("s", "min", "h", "d", "wk", "mo", "a")
_KINDS = ("administration", "assessment")
_VALUES = {
    "unit": UNITS, "letter": UNITS, "label": UNITS, "role": ("until", "duration", "point", "since", "interval"),
    "giving": _KINDS, "cue": _KINDS, "start": ("P0D",), "event": ("",), "filler": ("",),
    "behind": ("", "h"), "before": ("",), "making": ("", "both"),
    "opener": ("",), "no adjective": ("",), "no single": ("",), "no total": ("",), "no count": ("",),
}  # fmt: skip


class Frequency(NamedTuple):
    """`frequency` times each `period` `unit`; ranges have their upper end in the _max fields."""

    frequency: float
    period: float
    unit: str
    frequency_max: float | None = None
    period_max: float | None = None


@cache
def words(kind: str) -> dict[str, str]:
    """word -> value of one kind of schedule_words.csv."""
    out: dict[str, str] = {}
    for row in load_table("schedule_words.csv", ["word", "kind", "value"], required=["word", "kind"]):
        require_known(row, "kind", _VALUES, "kind of schedule word")
        if row["value"] not in _VALUES[row["kind"]]:
            raise VocabularyError(f"{row.where}: {row['value']!r} is no value of kind {row['kind']!r}")
        if row["kind"] == kind:
            for word in row.many("word"):
                if word in out:
                    raise VocabularyError(f"{row.where}: {word!r} stands twice as {kind}")
                out[word] = row["value"]
    return out


@cache
def frequencies() -> dict[str, tuple[Frequency, bool]]:
    """text -> (frequency, whether a number of times before it multiplies it)."""
    columns = ["text", "frequency", "period", "period_unit", "multiply"]
    out = {}
    for row in load_table("frequency_codes.csv", columns, unique=["text"], required=columns):
        require_known(row, "period_unit", UNITS, "unit of time")
        for text in row.many("text"):
            frequency = Frequency(float(row["frequency"]), float(row["period"]), row["period_unit"])
            out[text] = frequency, row["multiply"] == "yes"
    return out


@cache
def number_words() -> dict[str, float]:
    """Number words up to ninety-nine (once, twice and thrice are no part of them)."""
    columns = ["word", "value", "kind"]
    rows = load_table("number_words.csv", columns, unique=["word"], required=columns)
    small = [row for row in rows if row["kind"] == "unit" and float(row["value"]) < 100]
    return {word: float(row["value"]) for row in small for word in row.many("word")}


def alternation(entries: list[str] | dict[str, str]) -> str:
    """A regular expression of `entries`, longest first, sorted for the engine; a blank stands for one to many."""
    ordered = sorted(entries, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace(r"\ ", GAP).replace(r"\*", "[a-z]{0,12}") for w in ordered)


def first_letters(entries: list[str]) -> str:
    """Like alternation, grouped by the first letter, so that the engine leaves early."""
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry[0], []).append(entry[1:])
    parts = []
    for letter, rests in sorted(groups.items()):
        parts.append(re.escape(letter) + "(?:" + alternation(rests) + ")")
    return "|".join(parts)
