"""What a schedule's parts are made of: Part, and its numbers and units read from matched text."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.tag.schedule_words import Frequency, number_words, words


class Part(NamedTuple):
    """One part over text[start:end].

    kind: "time" (amounts with a unit), "point" (numbers behind their unit: day 14), "start" (time zero),
    "frequency", "interval", "count". `values` are (number, unit) pairs, for a count (number, ""). `range`: the
    values are its two ends. `role` says what a time is for: "until", "duration", "interval", "point", "since" or ""
    (not said); `joint` is what links the part to the one before it. `tail` is "after" or "before" when the event
    follows that it is counted from, "prior" when it is no known event; `noun` is the kind that a counted noun tells;
    `article`: the number is an article ("a month"), which only a role word before it makes a time.
    """

    start: int
    end: int
    kind: str
    values: tuple[tuple[float, str], ...] = ()
    range: bool = False
    frequency: Frequency | None = None
    role: str = ""
    joint: str = ""
    tail: str = ""
    noun: str = ""
    article: bool = False


TO = re.compile(r"^(?:to|-{1,2}|–|—|~|through|thru|until|till|up\s{1,4}to)$")
_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?|[a-z]{2,9}")
ADVERBS = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
SIGNS = "-−–"


@cache
def _units() -> dict[str, str]:
    return {**words("letter"), **words("unit")}


def read_unit_word(text: str) -> str:
    """The UCUM code of a unit word."""
    return _units()[" ".join(text.split())]


def read_value(text: str) -> float:
    """The value of one number in figures or words."""
    number = number_words().get(text)
    return float(text) if number is None else number


def read_values(text: str) -> list[float]:
    """The numbers of a list or range, in order."""
    known = number_words()
    return [known[w] if w in known else float(w) for w in _NUMBER.findall(text) if w in known or w[0].isdigit()]


def is_range(text: str, numbers: list[float]) -> bool:
    """Whether two numbers stand with a range mark between them."""
    if len(numbers) != 2:
        return False
    first, second = [m for m in _NUMBER.finditer(text) if m[0] in number_words() or m[0][0].isdigit()][:2]
    return bool(TO.match(text[first.end() : second.start()].strip())) and numbers[0] < numbers[1]


def read_ends(text: str | None, default: float = 1.0) -> tuple[float, float | None]:
    """(low, high or None) of "4", "3-6", "two or three"; the default when there is nothing."""
    numbers = read_values(text) if text else []
    if not numbers:
        return default, None
    return numbers[0], numbers[1] if len(numbers) > 1 and numbers[1] > numbers[0] else None
