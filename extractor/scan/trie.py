"""One pattern for many phrases or fragments: alternatives share their beginnings, so that each place of the text is tried once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import ascii_lowercase
from typing import Any

_END = ""


def trie_pattern(phrases: Iterable[str], blank: str = r"\s{1,2}") -> str:
    """A regular expression that matches the longest of `phrases`; a blank in a phrase matches `blank`."""
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for char in phrase:
            node = node.setdefault(char, {})
        node[_END] = {}
    return _source(root, blank)


def _source(node: dict[str, Any], blank: str) -> str:
    prefix = ""
    while len(node) == 1 and _END not in node:
        ((char, node),) = node.items()
        prefix += blank if char == " " else re.escape(char)
    branches = [
        (blank if char == " " else re.escape(char)) + _source(child, blank)
        for char, child in node.items()
        if char != _END
    ]
    if not branches:
        return prefix
    group = f"(?:{'|'.join(branches)})"
    return f"{prefix}{group}?" if _END in node else f"{prefix}{group}"


def by_first_letter(fragments: Iterable[str]) -> str:
    """The alternation of patterns, those that begin with one small letter (behind a \\b or not) sharing it.

    Patterns of one first letter keep their order; the others come last.
    """
    groups: dict[str, list[str]] = {}
    others = []
    for fragment in fragments:
        word = fragment.removeprefix(r"\b")
        letter, rest = word[:1], word[1:]
        if not letter or letter not in ascii_lowercase or rest[:1] in tuple("?*+{") or _parted(fragment):
            others.append(fragment)
        else:
            groups.setdefault(letter, []).append(rest if word == fragment else rf"(?<=\b{letter}){rest}")
    grouped = [f"{letter}(?:{'|'.join(rests)})" for letter, rests in groups.items()]
    return "|".join([*grouped, *others])


def _parted(pattern: str) -> bool:
    """Whether a | stands outside all brackets."""
    depth = 0
    for char in pattern:
        depth += (char in "([") - (char in ")]")
        if char == "|" and depth == 0:
            return True
    return False
