"""Reads the words that count cells behind a number, from cell_units.csv."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.tag.dose_units import read_per
from extractor.vocab import load_table

ROLES = ("noun", "short", "token", "phrase", "stop", "measured")
LONGEST = 8  # words of a name in front of the word that counts


class Cells(NamedTuple):
    """A counting expression text[start:end]: UCUM unit, and whether its words say that the cells are measured."""

    start: int
    end: int
    unit: str
    measured: bool


class _Words(NamedTuple):
    noun: re.Pattern[str]
    units: dict[str, str]
    phrases: dict[str, str]
    stop: frozenset[str]
    measured: frozenset[str]


@cache
def _words() -> _Words:
    found: dict[str, dict[str, str]] = {role: {} for role in ROLES}
    for row in load_table("cell_units.csv", ["word", "role", "unit"], required=["word", "role"]):
        if row["role"] not in ROLES or (row["role"] in ("stop", "measured")) == bool(row["unit"]):
            raise VocabularyError(
                f"{row.where}: role {row['role']!r} is none of {ROLES}, or its unit is blank, or should be"
            )
        for word in row.many("word"):
            if word in found[row["role"]]:
                raise VocabularyError(f"{row.where}: word {word!r} stands twice as {row['role']}")
            found[row["role"]][word] = row["unit"]

    def alternation(role: str) -> str:
        return "|".join(map(re.escape, sorted(found[role], key=len, reverse=True)))

    noun = re.compile(
        rf"(?:.{{0,40}}?(?P<noun>(?i:{alternation('noun')}))|.{{0,40}}?(?P<short>{alternation('short')})|"
        rf"(?:.{{0,30}}-)?(?P<token>{alternation('token')}))"
        r"(?:['`]?s|-?S)?"
    )
    units = {**found["noun"], **found["short"], **found["token"]}
    return _Words(noun, units, found["phrase"], frozenset(found["stop"]), frozenset(found["measured"]))


_TOKEN = re.compile(
    r"(?:,?[ \t]{0,3}|[ ]{0,2}\n[ ]{4,14}|"
    r"[ ]?/[ ]?)(?P<open>\()?(?P<w>[A-Za-z0-9αβγδ][A-Za-z0-9αβγδ+®™'`-]{0,40}(?:/[A-Z][A-Z0-9]{1,7}\+?(?=[ -]))?|"
    r"\+(?=[ )]))(?P<close>\))?"
)
_ABBREVIATION = re.compile(r"[ ]?[(\[][A-Za-z0-9αβγδ+®™/ -]{1,30}[)\]]")


def _unit_of(token: str, before: str, singular: bool = False) -> str | None:
    words = _words()
    match = words.noun.fullmatch(token)
    if match and not (token.startswith(("anti-", "Anti-")) and not match["noun"]):
        if match["noun"]:  # "2 million hepatocytes", but no "granulocyte colony"
            one = match["noun"].lower() not in ("cell", "celll") and not token.endswith(("s", "S"))
            return None if one and not singular else words.units[match["noun"].lower()]
        return words.units[match["short"] or match["token"]]
    return words.phrases.get(f"{before} {token}".lower().rstrip("s")) if before else None


def read_cells(text: str, at: int, longest: int = LONGEST, of: bool = True) -> Cells | None:
    """The counting expression from `at` on: "autologous CD34+ cells", "of MSC", "(aMBMC)"; None if there is none."""
    if text[at : at + 2].lstrip(" ").startswith("/"):
        return None
    words = _words()
    pos, before, measured, start = at, "", False, -1
    for count in range(longest):
        match = _TOKEN.match(text, pos)
        if match is None or (match.end("w") == pos):
            return None
        if match["w"].isdigit():
            return None
        token, low = match["w"].strip("'`-"), match["w"].lower()
        if "," in text[pos : match.start("w")] and count == 0:
            return None
        if "/" in text[pos : match.start("w")] and (count == 0 or read_per(text, pos).end):
            return None
        if match["open"] and not (match["close"] and count == 0):
            return None
        if low == "of":
            if start >= 0 or not of:
                return None
            pos = match.end() + (4 if text.startswith(" the ", match.end()) else 0)
            continue
        if count == 0 and low in ("unit", "units") and text[match.end() : match.end() + 4] == " of ":
            pos = match.end()
            continue
        start = match.start("w") if start < 0 else start
        unit = _unit_of(token, before) or (_unit_of(token, "", True) if read_per(text, match.end("w")).end else None)
        if unit is not None:
            end = match.end("w") if not match["open"] else match.end()
            end = _extend(text, end, match["w"])
            return Cells(start, end, unit, measured)
        if (
            low in words.stop
            or (low[0].isdigit() and not low[-1].isalpha() and not low.endswith("+"))
            or match["open"]
            or match["close"]
        ):
            return None
        measured = measured or low in words.measured
        pos, before = match.end(), low
    return None


def _extend(text: str, end: int, last: str) -> int:
    """Goes on over further counting words: "MSC cells", "CD34 + cells", "cells (MSC)" before a denominator."""
    for _ in range(3):
        match = _TOKEN.match(text, end)
        if match and not match["open"] and "/" not in text[end : match.start("w")]:
            token = match["w"]
            if token == "+" or _unit_of(token, ""):
                end = match.end("w")
                continue
            further = read_cells(text, end, 3, of=False) if last.upper() == last or last.startswith("CD") else None
            if (
                further
                and text[end : end + 1] == " "
                and _unit_of(text[further.start : further.end].split()[-1], "")
                and not further.measured
            ):
                end = further.end
                continue
        abbreviation = _ABBREVIATION.match(text, end)
        if abbreviation and not read_per(text, end).end:
            if read_per(text, abbreviation.end()).end:
                return abbreviation.end()
            following = _TOKEN.match(text, abbreviation.end())
            if (
                following
                and _unit_of(following["w"], "")
                and not following["open"]
                and "/" not in text[abbreviation.end() : following.start("w")]
            ):
                end = following.end("w")
                continue
        break
    return end
