"""CONDITION: the codes of what the mention says, abbreviations read as the text defines them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from extractor.link.candidates import candidates
from extractor.link.keys import is_short
from extractor.link.parts import is_exact_name, is_name
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.abbreviations import find_abbreviations

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_CAPITALS = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z0-9]")  # what may be an abbreviation
_BRACKET = re.compile(r" \(([A-Z][A-Za-z0-9-]{1,6})\)")
_PHRASE = re.compile(r"[^\w'’ -]")
_MOST_LETTERS = 6  # of an abbreviation that is looked for as initials
_FEWEST_LETTERS = 3  # of one that is read by itself
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


def initials_of(short: str, text: str) -> str:
    """The first name in a text whose words begin with the letters of an abbreviation; blank when there is none."""
    if not (short.isalpha() and len(short) <= _MOST_LETTERS):
        return ""
    words = r"[\w'’]*[ -]".join(short)
    pattern = _pattern(rf"(?<!\w){words}[\w'’]+")
    return next((m[0] for m in pattern.finditer(text) if is_exact_name(m[0])), "")


@lru_cache(maxsize=1 << 10)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with its concepts. What the vocabulary knows of an abbreviation helps where the text defines none."""
    text = scan.text[mention.start : mention.end]
    long = written_out(text, long_forms(scan)) if _CAPITALS.search(text) else text
    if long == text and is_short(text):
        long = mention.concepts[0]["display"] if mention.concepts else long_forms(scan).get(text, "")
        if not long:
            long = long_forms(scan)[text] = initials_of(text, scan.text) or text
        if long == text and len(text) < _FEWEST_LETTERS:
            return mention.but(concepts=())  # two letters mean too much
    plain = text if _CAPITALS.search(text) else text.lower()
    return mention.but(concepts=_concepts(" ".join(plain.split()), " ".join(long.split()) if long != text else ""))


@lru_cache(maxsize=1 << 15)
def _concepts(text: str, long: str) -> tuple[dict[str, Any], ...]:
    """The candidates as the public schema has them; shared, never changed."""
    return tuple(c._asdict() for c in candidates(text, long))
