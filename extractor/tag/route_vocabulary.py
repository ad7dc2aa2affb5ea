"""What ROUTE knows: routes, their terms, places and abbreviations, and the patterns of the words around them."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import ahocorasick

from extractor.vocab import load_table, load_toml, require_known

COLUMNS = ("name", "ncit", "free", "bound", "stop")


class Route(NamedTuple):
    """A row of routes.csv; `stop`: matches what may not follow."""

    name: str
    ncit: str | None
    stop: re.Pattern[str] | None


def any_of(entries: list[str]) -> str:
    return "|".join(
        re.escape(w[:-1]) + "[a-z]{0,10}" if w.endswith("*") else re.escape(w)
        for w in sorted(entries, key=len, reverse=True)
    )


@cache
def routes() -> dict[str, Route]:
    """Routes by name."""
    rows = load_table("routes.csv", COLUMNS, unique=["name", "ncit"], required=["name"])
    out = {}
    for row in rows:
        stop = row.many("stop")
        out[row["name"]] = Route(
            row["name"], row["ncit"] or None, re.compile("|".join(map(re.escape, stop))) if stop else None
        )
    return out


def variants(term: str) -> list[str]:
    """The spellings of a term: `~` stands for nothing, a hyphen, a blank."""
    return [term.replace("~", gap) for gap in ("", "-", " ", "- ")] if "~" in term else [term]


def adverb_of(term: str) -> str | None:
    """The adverb of an adjective: intrathecally, topically; None for other words."""
    if term.endswith(("al", "ous", "ar", "eal", "ary")):
        return term + "ly" if not term.endswith("ary") else None
    return term + "ally" if term.endswith("ic") else None


@cache
def terms() -> ahocorasick.Automaton:
    """Automaton over all terms and places: word -> (length, route, kind)."""
    found: dict[str, tuple[str, str]] = {}
    for row in load_table("routes.csv", COLUMNS):
        for column in ("free", "bound"):
            for entry in row.many(column):
                for term in variants(entry):
                    found[term] = (row["name"], column)
                    adverb = adverb_of(term)
                    if adverb:
                        found[adverb] = (row["name"], "adverb")
    for row in load_table("route_sites.csv", ["head", "name"], unique=["head"], required=["head", "name"]):
        require_known(row, "name", routes(), "route")
        for head in row.many("head"):
            found.setdefault(head, (row["name"], "site"))
    automaton = ahocorasick.Automaton()
    for word, (name, kind) in found.items():
        automaton.add_word(word, (len(word), name, kind))
    automaton.make_automaton()
    return automaton


@cache
def heads() -> str:
    heads = [h for row in load_table("route_sites.csv", ["head", "name"]) for h in row.many("head")]
    return "|".join(re.escape(h).replace(r"\ ", r"\s") for h in sorted(heads, key=len, reverse=True))


class Patterns(NamedTuple):
    """Patterns over lower-cased text; those that look back end in $."""

    noun: re.Pattern[str]
    beside: re.Pattern[str]
    lead: re.Pattern[str]
    technique: re.Pattern[str]
    tail: re.Pattern[str]
    into: re.Pattern[str]
    giving: re.Pattern[str]
    taking: re.Pattern[str]
    roman: re.Pattern[str]
    no_place: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The compiled patterns."""
    words = load_toml("route_words.toml")
    nouns, given = any_of(words["nouns"]), any_of(words["given"])
    return Patterns(
        noun=re.compile(
            rf"(?:\s?\([a-z.]{{2,6}}\)(?=[\s-]{{1,3}}(?:{nouns})\b))?(?:[\s-]{{1,2}}(?:catheter|cell|bolus|drip)(?=[\s-](?:{nouns})\b))?[\s-]{{1,3}}(?:{nouns})\b"
        ),
        beside=re.compile(rf"[\s-]{{1,3}}(?:[a-z0-9-]{{1,16}}[\s-]){{0,1}}(?:{nouns}|{given})\b"),
        lead=re.compile(rf"\b(?:{any_of(words['lead'])})[:,]?\s(?:(?:a|an|the|single|one)\s){{0,2}}$"),
        technique=re.compile(rf"(?<![a-z-])(?:(?:{any_of(words['technique'])})[\s-]){{1,3}}$"),
        tail=re.compile(
            r"\s(?:(?:via|through|by|into|using|with|under)\s"
            r"|(?:in|at)\s(?=(?:the\s|both\s|each\s|left\s|right\s|target\s|affected\s|knee|hip)))"
            r"(?:(?:the|a|an|each|both|his|her|one)\s)?((?:[a-z'’-]{1,16}\s){0,3}?"
            rf"(?:{heads()}|(?:ultrasound|ultrasonic|fluoroscopic|ct|image) guidance|fluoroscopy))\b(?!-)"
        ),
        into=re.compile(
            r"\b(into|via|through|by|to|in|inside|within|intra)\s"
            r"(?:(?:the|a|an|each|both|one|his|her|their|either|any|two|patients?['’]s?)\s){0,2}"
            r"((?:(?:[a-z-]{1,14}\s){0,3}(?:zones?|areas?|regions?|walls?|layers?|parts?|edges?|margins?|cent(?:er|re)|base|"
            r"apex|side)\sof\s(?:the\s)?)?(?:(?!and\b|or\b|of\b|to\b|the\b|from\b|with\b|for\b|in\b|is\b|by\b)[a-z'’/-]{1,16}\s){0,4})$"
        ),
        giving=re.compile("|".join(words["giving"])),
        taking=re.compile("|".join(words["taking"])),
        no_place=re.compile(rf"-|\s(?:{any_of(words['no_place'])})"),
        roman=re.compile(
            rf"(?:\b(?:{any_of(words['roman'])})[\s:=\])/-]{{0,3}}(?:[a-d]\s?[-,/]\s?)?"
            r"|(?<![a-z])(?:i{2,3}[a-c]?|i|v)\s?(?:[-–/,~&]|to|or|and|and/or|vs\.?|versus|,\s?or)\s?)"
            r"(?:(?:or|and|of|stage|grade|than|to)\s?){0,2}$"
        ),
    )


@cache
def abbreviations() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, ...], str]]]:
    """(pattern, abbreviation -> (route names, likeliest first; policy))."""
    found = {}
    for row in load_table(
        "route_abbreviations.csv", ["text", "name", "policy"], unique=["text"], required=["text", "name", "policy"]
    ):
        require_known(row, "name", routes(), "route")
        require_known(row, "policy", ("always", "context"), "policy")
        for text in row.many("text"):
            found[text] = (row.many("name"), row["policy"])
    pattern = "|".join(sorted(map(re.escape, found), key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9_])"), found


@cache
def definitions(name: str) -> tuple[str, ...]:
    """What may spell out an abbreviation of the route `name`."""
    for row in load_table("routes.csv", COLUMNS):
        if row["name"] == name:
            return tuple(
                v for column in ("free", "bound") for entry in row.many(column) for v in variants(entry) if len(v) >= 4
            )
    return ()
