"""Offsets in other units than code points: UTF-16 code units (JavaScript, Java) and UTF-8 bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from extractor.errors import UsageError


def converter(text: str, unit: str) -> Callable[[int], int]:
    """A function from code point offsets of `text` to offsets in `unit`: "codepoint", "utf16" or "utf8"."""
    if unit == "codepoint" or (unit in ("utf16", "utf8") and text.isascii()):
        return lambda offset: offset
    if unit == "utf16":
        wide = [(i, 1) for i, char in enumerate(text) if ord(char) > 0xFFFF]
    elif unit == "utf8":
        wide = [(i, len(char.encode()) - 1) for i, char in enumerate(text) if ord(char) > 0x7F]
    else:
        raise UsageError(f"unknown offset unit {unit!r}: use codepoint, utf16 or utf8")
    places = [i for i, _ in wide]
    sums = [0]
    for _, more in wide:
        sums.append(sums[-1] + more)
    return lambda offset: offset + sums[bisect_right(places, offset - 1)]
