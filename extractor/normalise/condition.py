"""CONDITION: the codes of what the mention says, abbreviations read as the text defines them."""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakKeyDictionary

from extractor.link.candidates import candidates
from extractor.link.keys import is_short
from extractor.link.parts import is_name
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.abbreviations import find_abbreviations

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_BRACKET = re.compile(r" \(([A-Z][A-Za-z0-9-]{1,6})\)")
_PHRASE = re.compile(r"[^\w'’ -]")
_BEFORE = 80  # characters before brackets in which the name is looked for
_known: WeakKeyDictionary[Scan, dict[str, str]] = WeakKeyDictionary()


def long_forms(scan: Scan) -> dict[str, str]:
    """short -> long form of the abbreviations that the text defines.

    Also where the letters stand in another order ("myotonic dystrophy (DM)"), when the name before the brackets is one.
    """
    found = _known.get(scan)
    if found is None:
        found = {}
        for match in _BRACKET.finditer(scan.text):
            before = scan.text[max(0, match.start() - _BEFORE) : match.start()]
            long = _name_before(_PHRASE.split(before)[-1].split(), match[1])
            if long:
                found.setdefault(match[1], long)
        found |= {a.short: scan.text[a.start : a.end] for a in find_abbreviations(scan)}
        _known[scan] = found
    return found


def _name_before(words: list[str], short: str) -> str:
    """The longest name that ends the words and begins its words with letters of an abbreviation; blank when none does."""
    letters = set(short.lower())
    for first in range(max(0, len(words) - len(short)), len(words)):
        initials = {word[0].lower() for word in words[first:]}
        if initials <= letters and is_name(" ".join(words[first:])):
            return " ".join(words[first:])
    return ""


def written_out(text: str, longs: dict[str, str]) -> str:
    """A mention with its abbreviations written out; the mention itself where it has none that is known."""
    if not longs:
        return text
    return _WORD.sub(lambda m: longs.get(m[0]) or (m[0][-1] == "s" and longs.get(m[0][:-1])) or m[0], text)


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with its concepts. What the vocabulary knows of an abbreviation helps where the text defines none."""
    text = scan.text[mention.start : mention.end]
    long = written_out(text, long_forms(scan)) if any(map(str.isupper, text[1:])) else text
    if long == text and mention.concepts and is_short(text):
        long = mention.concepts[0]["display"]
    found = candidates(text, long if long != text else "")
    concepts: tuple[dict[str, Any], ...] = tuple(c._asdict() for c in found)
    return mention.but(concepts=concepts)
