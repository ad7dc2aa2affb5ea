"""What CELL_PRODUCT knows: words, heads, abbreviations and contexts, read once from the vocabulary."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import ahocorasick

from extractor.vocab import load_table, load_toml, require_known

POLICIES = ("cell", "context", "product", "derived", "graft", "vaccine", "never", "name")
ROLES = ("relation", "species", "tissue", "strong", "type", "process", "weak", "target", "link")


class Context(NamedTuple):
    """Patterns of the words around a name."""

    after: re.Pattern[str]
    done: re.Pattern[str]
    before: re.Pattern[str]
    never_after: re.Pattern[str]
    hard_after: re.Pattern[str]
    never_before: re.Pattern[str]
    roaming: re.Pattern[str]


@cache
def roles() -> dict[str, str]:
    """Role of each word that may stand before a head."""
    found: dict[str, str] = {}
    for row in load_table("cell_words.csv", ["role", "words"], required=["role", "words"]):
        require_known(row, "role", ROLES, "role")
        for word in row.many("words"):
            found.setdefault(word, row["role"])
    return found


@cache
def heads() -> ahocorasick.Automaton:
    """Automaton over heads and names, lower case: word -> (length, policy, cl)."""
    found: dict[str, tuple[str, str]] = {}
    for row in load_table("cell_heads.csv", ["head", "policy", "cl"], unique=["head"], required=["head", "policy"]):
        require_known(row, "policy", POLICIES, "policy")
        for head in row.many("head"):
            found[head] = (row["policy"], row["cl"])
    for row in load_table("cell_products.csv", ["name", "cells"], unique=["name"], required=["name", "cells"]):
        for name in row.many("name"):
            found[name] = ("name", "")
    automaton = ahocorasick.Automaton()
    for word, (policy, cl) in found.items():
        automaton.add_word(word, (len(word), policy, cl))
    automaton.make_automaton()
    return automaton


@cache
def cores() -> ahocorasick.Automaton:
    """Automaton over abbreviations, with their case: core -> (length, policy, cl)."""
    automaton = ahocorasick.Automaton()
    columns = ["core", "policy", "cl"]
    for row in load_table("cell_abbreviations.csv", columns, unique=["core"], required=["core", "policy"]):
        require_known(row, "policy", POLICIES, "policy")
        for core in row.many("core"):
            automaton.add_word(core, (len(core), row["policy"], row["cl"] if row["cl"].startswith("CL:") else ""))
    automaton.make_automaton()
    return automaton


@cache
def kinds() -> dict[str, frozenset[str]]:
    """Sets of words by name, from the table [kinds]."""
    return {name: frozenset(words) for name, words in load_toml("cell_context.toml")["kinds"].items()}


def _any(entries: list[str] | frozenset[str]) -> str:
    longest = sorted(entries, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w[:-1]) + "[a-z]{0,10}" if w.endswith("*") else re.escape(w) for w in longest)


@cache
def context() -> Context:
    """The compiled contexts."""
    words, sets = load_toml("cell_context.toml"), kinds()
    bracket = r"(?:\s?\([^()\n]{1,40}\))?"
    per = r"\s?/\s?kg\b|\sper\s(?:kg|kilo|eye|site|knee|dose|infusion|injection|patient)"
    be = r"(?:are|is|were|was|will\sbe|to\sbe|being|be|have\sbeen|has\sbeen|can\sbe)"
    done = _any(words["done"])
    return Context(
        after=re.compile(rf"{bracket}(?:{per}|[\s/-]{{1,3}}(?:[a-z-]{{1,14}}\s)?(?:{_any(words['after'])})\b)"),
        done=re.compile(
            rf"{bracket}(?:\s{{1,8}}(?:that\s|which\s|then\s)?{be}\s(?:[a-z-]{{1,14}}\s){{0,3}}?(?:{done})\b"
            rf"|\s(?:{done})\s)"
        ),
        before=re.compile(
            rf"(?<![a-z])(?:{_any(words['before'])})[\s:/-]{{1,3}}(?:(?:{_any(sets['filler'])})\s{{1,8}}){{0,4}}$"
        ),
        never_after=re.compile(rf"{bracket}(?:\s|-){{1,3}}(?:{_any(words['never_after'])})\b"),
        hard_after=re.compile(rf"(?:\s|-){{1,3}}(?:{_any(words['hard_after'])})\b"),
        never_before=re.compile(rf"(?<![a-z])(?:{_any(words['never_before'])})\s(?:the\s|of\s)?$"),
        roaming=re.compile(
            rf"(?:{_any(sets['roaming_heads'])})$|^[a-z]{{0,3}}$"
            rf"|^(?:{_any(sets['roaming_before'])}|cd[0-9]{{1,3}}\+?) cell"
        ),
    )
