"""Units: aliases to UCUM codes and dimensions, composed with / and per, from units.csv."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.vocab import load_table


class Unit(NamedTuple):
    """A unit in the text: UCUM code ("mg/dL", "/kg", "mL/min/{1.73_m2}") and dimension ("mass/volume")."""

    start: int
    end: int
    ucum: str
    dimension: str


@cache
def _table() -> tuple[re.Pattern[str], dict[str, tuple[str, str]], re.Pattern[str], dict[str, tuple[str, str]]]:
    exact: dict[str, tuple[str, str]] = {}
    folded: dict[str, tuple[str, str]] = {}
    for row in load_table(
        "units.csv", ["alias", "ucum", "dimension"], unique=["alias"], required=["alias", "ucum", "dimension"]
    ):
        for alias in row.many("alias"):
            exact[alias] = (row["ucum"], row["dimension"])
            if len(alias) >= 3:
                folded.setdefault(alias.casefold(), (row["ucum"], row["dimension"]))

    def alternation(aliases: dict[str, tuple[str, str]]) -> str:
        ordered = sorted(aliases, key=len, reverse=True)
        return "|".join(re.escape(a).replace(r"\ ", r"\s{0,2}") for a in ordered)

    tail = r"(?![A-Za-z])(?!\^?[0-9])"
    return (
        re.compile(rf"(?:{alternation(exact)}){tail}"),
        exact,
        re.compile(rf"(?:{alternation(folded)}){tail}", re.IGNORECASE),
        folded,
    )


_LEAD = re.compile(
    r"\s{0,2}(?:/|\bper\b|\bin\s(?:1|one)\b)\s{0,2}(?:(?:1|one|a|an|each)\s{1,2}(?=[A-Za-zµ]))?", re.IGNORECASE
)
_SURFACE = re.compile(r"\s{0,2}[(·*.x×⋅•∙-]?\s{0,2}(?=1\.7[0-9])")  # "mL/min 1.73 m2": the quotient sign is lost
_NAMED_TWICE = re.compile(r"\s?\([A-Za-zµ]{1,5}\)\s?/\s?")  # "milliliter (mL)/min"
_BLANKS = re.compile(r"[ \t]{0,2}(?:\n[ \t]{0,24})?")
_SQUASH = re.compile(r"\s+")


def _atom(text: str, at: int) -> tuple[int, str, str] | None:
    exact_pattern, exact, folded_pattern, folded = _table()
    match = exact_pattern.match(text, at)
    if match:
        ucum, dimension = exact.get(match.group()) or exact[_nearest(match.group(), exact)]
        return match.end(), ucum, dimension
    match = folded_pattern.match(text, at)
    if match:
        key = match.group().casefold()  # as IGNORECASE matches: Greek mu is the micro sign, long s is s
        ucum, dimension = folded.get(key) or folded[_nearest(key, folded)]
        return match.end(), ucum, dimension
    return None


def _nearest(found: str, table: dict[str, tuple[str, str]]) -> str:
    """The alias that `found` stands for when its blanks differ."""
    one = _SQUASH.sub(" ", found)
    if one in table:
        return one
    bare = _SQUASH.sub("", found)
    return bare if bare in table else next(a for a in table if a.replace(" ", "") == bare)


def read_unit(text: str, at: int) -> Unit | None:
    """The unit that starts at `at` (blanks skipped), longest; None when there is none.

    "mg/kg/day" -> mg/kg/d; "/kg" -> /kg; "per microliter" -> /uL. Blanks and one line break may stand between the parts.
    """
    blanks = _BLANKS.match(text, at)
    start = blanks.end() if blanks else at
    lead = _LEAD.match(text, at)
    parts: list[tuple[str, str]] = []
    if lead:
        first = _atom(text, lead.end())
        if first is None:
            return None
        start = lead.start() + len(lead.group()) - len(lead.group().lstrip())
        parts.append(("", "1"))
    else:
        first = _atom(text, start)
        if first is None:
            return None
    end, ucum, dimension = first
    parts.append((ucum, dimension))
    for _ in range(3):
        lead = _LEAD.match(text, end) or (_SURFACE.match(text, end) if parts[-1][0] == "min" else None)
        if lead is None and "(" in text[end : end + 2]:
            lead = _NAMED_TWICE.match(text, end)
        following = _atom(text, lead.end()) if lead else None
        if following is None:
            break
        end = following[0]
        parts.append((following[1], following[2]))
    return Unit(start, end, "/".join(p[0] for p in parts), "/".join(p[1] for p in parts))
