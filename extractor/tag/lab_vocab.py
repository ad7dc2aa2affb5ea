"""Names of measures: the table of analytes.csv and where its names stand in a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

import ahocorasick

from extractor.errors import VocabularyError
from extractor.scan import Scan
from extractor.vocab import load_table, load_toml

KINDS = ("lab", "vital", "imaging", "score")
SIDES = ("", "high", "low", "ge", "le")
COLUMNS = ("id", "kind", "alias", "loinc", "ucum", "dimension", "si", "factor", "good")


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of analytes.csv."""

    id: str
    kind: str
    display: str
    loinc: str
    ucum: str
    dimensions: frozenset[str]
    si: str
    factor: float | None
    good: str


class Hit(NamedTuple):
    """The name of a measure at text[start:end]."""

    start: int
    end: int
    measure: Measure


@cache
def measures() -> dict[str, Measure]:
    """Rows of analytes.csv by id. Raises VocabularyError: unknown kind or side, bad LOINC code, half a conversion."""
    out = {}
    for row in load_table("analytes.csv", COLUMNS, unique=["id"], required=["id", "kind", "alias"]):
        if row["kind"] not in KINDS or row["good"] not in SIDES:
            raise VocabularyError(f"{row.where}: kind {row['kind']!r} or good {row['good']!r} is not known")
        if row["loinc"] and not loinc_valid(row["loinc"]):
            raise VocabularyError(f"{row.where}: {row['loinc']!r} is no LOINC code")
        if (row["si"] and not row["factor"]) or (row["factor"] and not row["si"]):
            raise VocabularyError(f"{row.where}: si and factor go together")
        out[row["id"]] = Measure(
            row["id"], row["kind"], row.many("alias")[0], row["loinc"], row["ucum"], frozenset(row.many("dimension")),
            row["si"], float(row["factor"]) if row["factor"] else None, row["good"],
        )  # fmt: skip
    return out


def loinc_valid(code: str) -> bool:
    """Whether the check digit of a LOINC code is right (mod 10, as the LOINC Users' Guide defines it)."""
    match = re.fullmatch(r"([0-9]{1,7})-([0-9])", code)
    if not match:
        return False
    total = 0
    for place, digit in enumerate(reversed(match[1])):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(match[2])


_NOISE = {i: " " for i in range(128) if not chr(i).isalnum() and chr(i) != "+"} | {
    ord(c): " " for c in "–—‐‑’‘′·×≥≤±•˂˃“”„…°≈～∼・、，；：。（）【】"
}
_SQUEEZE = re.compile(r"[\s/()\[\]&-]{2,}")
_RUNS = re.compile(r"([\s/()\[\]&-][\s/()\[\]&-]+)")
_BREAK = re.compile(r"[,;.]\s|\n[ \t]*\n|\n\s*(?:[-*•]|[0-9]{1,2}[.)])\s|[<>≤≥=]")


def _key(text: str) -> str:
    return _SQUEEZE.sub(" ", text.lower().translate(_NOISE))


# what limits without a number before them begin with ("above the ULN", "twice the upper limit")
LIMIT_WORDS = (
    "uln",
    "unl",
    "uul",
    "unr",
    "unv",
    "lln",
    "lnl",
    "upper",
    "lower",
    "highest",
    "twice",
    "double",
    "triple",
    "thrice",
)


@cache
def _automaton() -> Any:
    """Automaton over " name " -> (length, (name in its case or None for any case, measure) pairs), and over limit words."""
    names: dict[str, dict[str | None, Measure]] = {}
    for row in load_table("analytes.csv", COLUMNS):
        measure = measures()[row["id"]]
        for alias in row.many("alias"):
            exact = alias if len(alias) <= 4 and alias != alias.lower() else None
            forms = [alias]
            if exact is None and alias[-1].isalpha() and alias[-1] != "s" and len(alias) >= 4:
                forms.append(alias + "s")
            for form in forms:
                names.setdefault(_SQUEEZE.sub(" ", f" {_key(form).strip()} "), {}).setdefault(exact, measure)
    automaton = ahocorasick.Automaton()
    for name, found in names.items():
        automaton.add_word(name, (len(name) - 2, tuple(found.items())))
    for word in LIMIT_WORDS:
        automaton.add_word(word, (len(word) - 1, None))
    automaton.make_automaton()
    return automaton


@cache
def _by_name() -> dict[str, list[Measure]]:
    named: dict[str, list[Measure]] = {}
    for row in load_table("analytes.csv", COLUMNS):
        for alias in row.many("alias"):
            named.setdefault(_key(alias).strip(), []).append(measures()[row["id"]])
    return named


def measures_named(name: str) -> list[Measure]:
    """The measures that have `name`, in any case, among their names."""
    return _by_name().get(_key(name).strip(), [])


class Names(NamedTuple):
    """Names of measures, longest first at each place, disjoint, by start; where words of limits start."""

    hits: list[Hit]
    limits: list[int]


def find_names(scan: Scan) -> Names:
    """All names of measures and words of limits, in one pass over the text with its runs of blanks and marks as one blank."""
    text = scan.text
    parts = _RUNS.split(scan.lower)
    pieces = parts[::2]
    squeezed = f" {' '.join(pieces)} ".translate(_NOISE)
    # where each piece starts in the squeezed text, and how far it has moved
    starts = list(accumulate([len(piece) + 1 for piece in pieces], initial=1))
    moved = [-1, *accumulate([len(run) - 1 for run in parts[1::2]], initial=-1)]
    found: list[tuple[int, int, Measure]] = []
    limits: list[int] = []
    for last, (length, choices) in _automaton().iter(squeezed):
        start = last - length
        piece = bisect_right(starts, start)
        begin = start + moved[piece]
        if choices is None:
            limits.append(begin)
            continue
        end = last + (
            moved[piece] if piece == len(starts) or last - 1 < starts[piece] else moved[bisect_right(starts, last - 1)]
        )
        for exact, measure in choices:
            if exact is None or text[begin:end] == exact:
                found.append((begin, -end, measure))
                break
    found.sort(key=itemgetter(0, 1))
    hits: list[Hit] = []
    reach = 0
    for begin, minus_end, measure in found:
        end = -minus_end
        if begin < reach:
            continue
        inside = text[begin:end]
        if ")" in inside and inside.count(")") > inside.count("("):
            continue
        if end - begin > 6 and _BREAK.search(inside):
            continue
        if text[end : end + 1] == "]" and "[" in inside:
            end += 1
        if text[end : end + 1] == ")" and inside.count("(") > inside.count(")"):
            end += 1
        hits.append(Hit(begin, end, measure))
        reach = end
    return Names(hits, limits)


def find_hits(scan: Scan) -> list[Hit]:
    """All names of measures, longest first at each place, disjoint, by start."""
    return find_names(scan).hits


@cache
def _phrases() -> dict[str, Any]:
    return load_toml("measures.toml")


@cache
def words(name: str) -> frozenset[str]:
    """A word list of measures.toml."""
    return frozenset(_phrases()["words"][name])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern of measures.toml, case ignored."""
    return re.compile(_phrases()["patterns"][name], re.IGNORECASE)


@cache
def reference_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """References behind a quantity: (name, pattern)."""
    table = _phrases()["references"]
    return tuple((name, re.compile(source, re.IGNORECASE)) for name, source in table.items())
