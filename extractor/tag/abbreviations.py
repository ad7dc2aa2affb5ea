"""Abbreviations that a text defines: "mesenchymal stem cells (MSC)" and "MSC (mesenchymal stem cells)".

After Schwartz and Hearst, PSB 2003; benchmarks/abbreviations.md compares with scispaCy's AbbreviationDetector.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple
from weakref import WeakKeyDictionary

from extractor.scan import Scan


class Abbreviation(NamedTuple):
    """A definition: the short form, its span, the span of the long form before it or in the brackets behind it (view offsets)."""

    short: str
    short_start: int
    short_end: int
    start: int
    end: int


_SHORT = r"[A-Za-z0-9α-ωΑ-Ω][A-Za-z0-9α-ωΑ-Ω+/.&-]{1,14}"
_BRACKET = re.compile(
    r"[(\[]\s?(?:(?:abbreviated as|abbreviation:?|referred to as|known as|also called|or) )?"
    rf"({_SHORT}(?: [A-Z][A-Za-z]{{0,8}}[A-Z][A-Za-z0-9-]{{0,8}})?)(?:\s?[;,][^()\[\]]{{0,90}})?\s?[)\]]"
)
# "CKD (chronic kidney disease)"; "(Disease Activity Index; DAI)"
_TURNED = re.compile(rf"(?<![\w-])({_SHORT})\s?[(\[]\s?([A-Za-z][^()\[\]\n]{{5,90}}?)\s?[)\];,]")
_INSIDE = re.compile(rf"[(\[]([^()\[\]]{{5,90}}?)\s?[;,]\s?({_SHORT})\s?[)\]<>≤≥=]")
_BREAK = re.compile(r"[.;:!?)(\]\[]\s|\n[ \t]{0,24}\n|\n[ \t]{1,24}(?=[^a-z\s])")
_WORD_ONLY = re.compile(r"[A-Z]?[a-z]{4,}(?:-[A-Z0-9])?")  # "Placebo", "Group-A"
_REACH = 20  # characters a word of a long form may take, blanks of a wrapped line among them
_LETTERS = re.compile(r"[^\W_]+(?:['’]s\b)?")


def _start_of_long(window: str, short: str) -> int | None:
    """Where the long form begins in `window`, which ends where it ends.

    The words before the end whose initials spell `short`; else its letters found backwards, the first one at a word's start.
    """
    letters = [c for c in short.lower() if c.isalnum()]
    low = window.lower()
    if not low or any(c not in low for c in letters):
        return None
    words = [m.start() for m in _LETTERS.finditer(low)][-len(letters) :]
    if len(words) == len(letters) > 1 and all(low[at] == c for at, c in zip(words, letters, strict=True)):
        return words[0]
    at = len(low)
    for i in range(len(letters) - 1, -1, -1):
        at = low.rfind(letters[i], 0, at)
        while i == 0 and at > 0 and low[at - 1].isalnum():
            at = low.rfind(letters[0], 0, at)
        if at < 0:
            return None
    return at


def _core(short: str) -> str | None:
    """The letters that a long form must have; None for what is no abbreviation."""
    if not any(c.isupper() for c in short) or short.isdigit() or _WORD_ONLY.fullmatch(short):
        return None
    return short[:-1] if short.endswith("s") and short[:-1].isupper() else short


_found: WeakKeyDictionary[Scan, list[Abbreviation]] = WeakKeyDictionary()


def find_abbreviations(scan: Scan) -> list[Abbreviation]:
    """All definitions, by place, found once a scan: not to be changed. A plural s of the short form is not required of the
    long one."""
    known = _found.get(scan)
    if known is None:
        known = _found[scan] = _find(scan.text)
    return known


def _find(text: str) -> list[Abbreviation]:
    out = [found for match in _BRACKET.finditer(text) if (found := _before(text, match))]
    brackets = {found.short_start for found in out}
    for match in _INSIDE.finditer(text):
        if match.start(2) not in brackets and (
            found := _whole(text, match.span(1), match[2], match.start(2), exact=True)
        ):
            out.append(found)
    for match in _TURNED.finditer(text):
        if match.start(1) not in brackets and (found := _whole(text, match.span(2), match[1], match.start(1))):
            out.append(found)
    return sorted(out, key=lambda a: (min(a.start, a.short_start), a.end))


def _before(text: str, match: re.Match[str]) -> Abbreviation | None:
    """The definition whose short form stands in brackets behind the long one."""
    short = match[1]
    core = _core(short)
    if core is None:
        return None
    words = min(len(core) + 5, 2 * len(core))
    end = match.start()
    while end > 0 and text[end - 1].isspace():
        end -= 1
    begin = max(0, end - _REACH * words)
    stops = list(_BREAK.finditer(text, begin, end))
    if stops:
        begin = stops[-1].end()
    window = text[begin:end]
    at = _start_of_long(window, core)
    if at is None or len(window) - at <= len(core) or len(window[at:].split()) > words:
        return None
    return Abbreviation(short, match.start(1), match.end(1), begin + at, end)


def _whole(text: str, span: tuple[int, int], short: str, at: int, exact: bool = False) -> Abbreviation | None:
    """The definition whose long form is all of `span`, or its end (`exact`: by its initials)."""
    core = _core(short)
    window = text[slice(*span)]
    if core is None or sum(c.isupper() for c in core) < 2:
        return None
    begin = _start_of_long(window, core)
    long = window[begin:] if begin is not None else ""
    initials = "".join(word[0] for word in _LETTERS.findall(long)).lower()
    if begin is None or (begin > 0 and not exact) or len(long) <= len(core):
        return None
    if (exact and initials != core.lower()) or len(long.split()) > min(len(core) + 5, 2 * len(core)):
        return None
    return Abbreviation(short, at, at + len(short), span[0] + begin, span[1])


class LongForms:
    """The definitions of one text, to look mentions up in."""

    @classmethod
    def of_scan(cls, scan: Scan) -> LongForms:
        """Made once a scan."""
        known = _forms.get(scan)
        if known is None:
            known = _forms[scan] = cls(scan)
        return known

    def __init__(self, scan: Scan) -> None:
        self._text = scan.text
        self._known: dict[str, list[Abbreviation]] = {}
        for found in find_abbreviations(scan):
            self._known.setdefault(_singular(found.short), []).append(found)
        self._starts = {short: [min(a.start, a.short_start) for a in known] for short, known in self._known.items()}

    def of(self, start: int, end: int) -> Abbreviation | None:
        """The definition of the abbreviation [start, end), wherever it stands: the nearest before it, else the first."""
        return self.nearest(self._text[start:end], start)

    def nearest(self, short: str, start: int) -> Abbreviation | None:
        """The definition of an abbreviation that holds at `start`."""
        short = _singular(short)
        known = self._known.get(short)
        return known[max(bisect_right(self._starts[short], start) - 1, 0)] if known else None


_forms: WeakKeyDictionary[Scan, LongForms] = WeakKeyDictionary()


def _singular(short: str) -> str:
    return short[:-1] if len(short) > 2 and short[-1] == "s" and short[-2].isupper() else short
