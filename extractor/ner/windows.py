"""Words, pieces and windows: how a text becomes model input. The same at training and at run time.

A word is a run of letters and digits, or one other sign. Words are cut into the encoder's WordPieces one by one, so a
table of those seen before does most of the work. A window is a stretch of whole lines and sentences of at most
`longest` pieces; a longer sentence is cut between words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer

WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_BREAK = re.compile(r"\n|[.;!?](?=\s)")
_LONGEST_WORD = 100  # characters; WordPiece itself makes [UNK] of longer ones
_PIECES_A_WORD = 16
SHAPES = 6
HINTS = 3
FEATURES = SHAPES * HINTS

Spans = Sequence[tuple[int, int]]
Pieces = Callable[[str], tuple[int, ...]]


class Window(NamedTuple):
    """One model input: `words` (code point spans), and for each word its pieces' ids and its feature number."""

    words: list[tuple[int, int]]
    pieces: list[tuple[int, ...]]
    features: list[int]

    @property
    def length(self) -> int:
        """Pieces, without the special ones."""
        return sum(map(len, self.pieces))


def piece_table(file: Path) -> Pieces:
    """word -> WordPiece ids, by the tokenizer.json `file`; remembers 200,000 words."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    unknown = tokenizer.token_to_id("[UNK]") or 0

    @lru_cache(maxsize=200_000)
    def pieces(word: str) -> tuple[int, ...]:
        ids: list[int] = tokenizer.encode(word[:_LONGEST_WORD], add_special_tokens=False).ids
        return tuple(ids[:_PIECES_A_WORD]) or (unknown,)

    return pieces


def shape(word: str) -> int:
    """Case class that an uncased encoder cannot see: 0 other, 1 lower, 2 Title, 3 UPPER (2+), 4 mixed, 5 one capital."""
    if word.islower():
        return 1
    if word.isupper():
        return 3 if len(word) > 1 else 5
    if word[0].isupper() and word[1:].islower():
        return 2
    return 4 if word.isalpha() else 0


def tags(words: Spans, spans: Spans) -> list[int]:
    """For each word 1 where a span begins, 2 inside one, 0 outside; a word belongs to a span when it lies inside it."""
    out = [0] * len(words)
    starts = [a for a, _ in words]
    for start, end in spans:
        i, tag = bisect_left(starts, start), 1
        while i < len(words) and words[i][1] <= end:
            out[i], tag = tag, 2
            i += 1
    return out


def windows(text: str, pieces: Pieces, hints: Spans = (), longest: int = 190) -> list[Window]:
    """The windows of `text`, in order, every word in one of them; `hints` are spans that a vocabulary found."""
    words = [m.span() for m in WORD.finditer(text)]
    if not words:
        return []
    strings = [text[a:b] for a, b in words]
    ids = [pieces(s) for s in strings]
    marks = tags(words, hints)
    features = [shape(s) + SHAPES * mark for s, mark in zip(strings, marks, strict=True)]
    starts = [a for a, _ in words]
    cuts = sorted({bisect_left(starts, m.end()) for m in _BREAK.finditer(text)} | {len(words)})
    out = []
    for low, high in _pack([len(i) for i in ids], cuts, longest):
        out.append(Window(words[low:high], ids[low:high], features[low:high]))
    return out


def _pack(sizes: list[int], cuts: list[int], longest: int) -> list[tuple[int, int]]:
    """Word ranges of at most `longest` pieces that end at a cut where one lies inside."""
    out: list[tuple[int, int]] = []
    low = last = total = since = 0  # window's first word, last cut in it, pieces in it, pieces since that cut
    at = 0
    for i, size in enumerate(sizes):
        while cuts[at] < i:
            at += 1
        if cuts[at] == i:
            last, since = i, 0
        if total + size > longest and i > low:
            end = last if last > low else i
            out.append((low, end))
            total = since if end == last else 0
            low = end
        total += size
        since += size
    out.append((low, len(sizes)))
    return out
