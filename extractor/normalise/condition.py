"""CONDITION: the codes of what the mention says, abbreviations read as the text defines them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from extractor.link.candidates import candidates
from extractor.link.keys import is_short
from extractor.link.parts import is_exact_name, is_name
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.abbreviations import LongForms, find_abbreviations

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_CAPITALS = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z0-9]")  # what may be an abbreviation
_BRACKET = re.compile(r" \(([A-Z][A-Za-z0-9-]{1,6})\)")
_PHRASE = re.compile(r"[^\w'’ -]")
_MOST_LETTERS = 6  # of an abbreviation that is looked for as initials
_FEWEST_LETTERS = 3  # of one that is read by itself
_BEFORE = 80  # characters before brackets in which the name is looked for
_NEAR = 3_000  # words on either side of an abbreviation in which a name with its initials is looked for
_MOST_TRIED = 100  # places with the right initials that are looked at
_ANY_WORD = re.compile(r"[\w'’]+")
_known: WeakKeyDictionary[Scan, dict[str, str]] = WeakKeyDictionary()
_words: WeakKeyDictionary[Scan, _Words] = WeakKeyDictionary()


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


def _meaning_at(scan: Scan, at: int) -> Callable[[str], str | None]:
    """What an abbreviation means at a place: by the nearest definition before it, where the text has several."""
    forms, longs = LongForms.of_scan(scan), long_forms(scan)

    def meaning(short: str) -> str | None:
        found = forms.nearest(short, at)
        return scan.text[found.start : found.end] if found else longs.get(short)

    return meaning


def written_out(text: str, meaning: Callable[[str], str | None]) -> str:
    """A mention with its abbreviations written out; the mention itself where it has none that is known."""
    return _WORD.sub(lambda m: meaning(m[0]) or (m[0][-1] == "s" and meaning(m[0][:-1])) or m[0], text)


class _Words(NamedTuple):
    """Where the words of a text begin and end, and the string of their first letters."""

    starts: list[int]
    ends: list[int]
    initials: str


def _words_of(scan: Scan) -> _Words:
    found = _words.get(scan)
    if found is None:
        spans = [m.span() for m in _ANY_WORD.finditer(scan.text)]
        initials = "".join(scan.text[start].lower()[0] for start, _ in spans)
        found = _words[scan] = _Words([start for start, _ in spans], [end for _, end in spans], initials)
    return found


def initials_of(short: str, scan: Scan, at: int) -> str:
    """The first name near `at` whose words, with a blank or hyphen between, begin with the letters of an abbreviation; blank
    when there is none."""
    if not (short.isalpha() and len(short) <= _MOST_LETTERS):
        return ""
    starts, ends, initials = _words_of(scan)
    middle = bisect_left(starts, at)
    first, letters = max(0, middle - _NEAR), short.lower()
    for _ in range(_MOST_TRIED):
        first = initials.find(letters, first, middle + _NEAR)
        if first < 0:
            return ""
        last = first + len(letters) - 1
        joined = all(ends[i] + 1 == starts[i + 1] and scan.text[ends[i]] in " -" for i in range(first, last))
        name = scan.text[starts[first] : ends[last]]
        if joined and is_exact_name(name):
            return name
        first += 1
    return ""


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with its concepts. What the vocabulary knows of an abbreviation helps where the text defines none."""
    text = scan.text[mention.start : mention.end]
    long = written_out(text, _meaning_at(scan, mention.start)) if _CAPITALS.search(text) else text
    if long == text and is_short(text):
        long = mention.concepts[0]["display"] if mention.concepts else long_forms(scan).get(text, "")
        if not long:
            long = long_forms(scan)[text] = initials_of(text, scan, mention.start) or text
        if long == text and len(text) < _FEWEST_LETTERS:
            return mention.but(concepts=())  # two letters mean too much
    plain = text if _CAPITALS.search(text) else text.lower()
    return mention.but(concepts=_concepts(" ".join(plain.split()), " ".join(long.split()) if long != text else ""))


@lru_cache(maxsize=1 << 15)
def _concepts(text: str, long: str) -> tuple[dict[str, Any], ...]:
    """The candidates as the public schema has them; shared, never changed."""
    return tuple(c._asdict() for c in candidates(text, long))
