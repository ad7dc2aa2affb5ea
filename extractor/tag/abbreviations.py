"""Abbreviations that a text defines: "mesenchymal stem cells (MSC)", after Schwartz and Hearst, PSB 2003."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Scan


class Abbreviation(NamedTuple):
    """A definition: the short form, its span in the brackets, the span of the long form before them (view offsets)."""

    short: str
    short_start: int
    short_end: int
    start: int
    end: int


_BRACKET = re.compile(r"\(\s?([A-Za-z0-9][A-Za-z0-9+/.&-]{1,14})(?:\s?[;,][^()]{0,40})?\s?\)")
_BREAK = re.compile(r"[.;:!?)(\n]\s|\n\s*\n")


def _start_of_long(window: str, short: str) -> int | None:
    """Where the long form begins in `window`, which ends where it ends.

    The letters of `short` are found backwards, the first one at a word's start.
    """
    letters = [c for c in short.lower() if c.isalnum()]
    low = window.lower()
    at = len(low)
    for i in range(len(letters) - 1, -1, -1):
        at = low.rfind(letters[i], 0, at)
        while i == 0 and at > 0 and low[at - 1].isalnum():
            at = low.rfind(letters[0], 0, at)
        if at < 0:
            return None
    return at


def find_abbreviations(scan: Scan) -> list[Abbreviation]:
    """All definitions "long form (SHORT)", by place. A plural s of the short form is not required of the long one."""
    text, out = scan.text, []
    for match in _BRACKET.finditer(text):
        short = match[1]
        if not any(c.isupper() for c in short) or short.isdigit():
            continue
        core = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
        words = min(len(core) + 5, 2 * len(core))
        end = match.start()
        while end > 0 and text[end - 1].isspace():
            end -= 1
        begin = max(0, end - 12 * words)
        for stop in _BREAK.finditer(text, begin, end):
            begin = stop.end()
        window = text[begin:end]
        at = _start_of_long(window, core)
        if at is None or len(window) - at <= len(core) or len(window[at:].split()) > words:
            continue
        out.append(Abbreviation(short, match.start(1), match.end(1), begin + at, end))
    return out
