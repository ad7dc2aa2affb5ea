"""Aligned text: a view of an original string and the exact map between the two."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

_PLACE = attrgetter("start", "end")
LONGEST = 400  # no repair spans more characters than this


class Edit(NamedTuple):
    """Replace view[start:end] (never empty) by `text`, because of `rule`."""

    start: int
    end: int
    text: str
    rule: str
    alternatives: tuple[str, ...] = ()


class Repair(NamedTuple):
    """What was read differently: offsets into the original text."""

    rule: str
    start: int
    end: int
    read_as: str
    alternatives: tuple[str, ...] = ()


class _Block(NamedTuple):
    """view[view_start:view_end] stands for original[start:end]; outside blocks the two are identical."""

    view_start: int
    view_end: int
    start: int
    end: int


class AlignedText:
    """An original and its repaired view.

    `to_original` maps a half-open view span to the tightest original span that covers all it was read from:
    an offset inside a replaced block moves to the block's outer edge, deleted characters at a span's edge stay outside.
    """

    __slots__ = ("_blocks", "_repair_reach", "_starts", "_view_starts", "original", "repairs", "text")

    def __init__(
        self, original: str, text: str | None = None, blocks: Sequence[_Block] = (), repairs: tuple[Repair, ...] = ()
    ) -> None:
        self.original = original
        self.text = original if text is None else text
        self._blocks = blocks
        self._view_starts = [b.view_start for b in blocks]
        self._starts = [b.start for b in blocks]
        self._repair_reach = list(accumulate((r.end for r in repairs), max))
        self.repairs = repairs

    def translate(self, text: str) -> AlignedText:
        """The same alignment over a view in which single characters were replaced one for one."""
        assert len(text) == len(self.text)
        return AlignedText(self.original, text, self._blocks, self.repairs)

    def start_to_original(self, offset: int) -> int:
        """Original offset of the first character at or after view `offset`."""
        i = bisect_right(self._view_starts, offset) - 1
        if i < 0:
            return offset
        block = self._blocks[i]
        if offset < block.view_end:
            return block.start
        return block.end + offset - block.view_end

    def end_to_original(self, offset: int) -> int:
        """Original end of a span that ends at view `offset`."""
        i = bisect_left(self._view_starts, offset) - 1
        if i < 0:
            return offset
        block = self._blocks[i]
        if block.view_start < offset < block.view_end:
            return block.end
        return block.end + offset - block.view_end

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Original span of a non-empty view span."""
        return self.start_to_original(start), self.end_to_original(end)

    def to_view(self, offset: int) -> int:
        """View offset of an original offset; inside a replaced block: the block's start."""
        i = bisect_right(self._starts, offset) - 1
        if i < 0:
            return offset
        block = self._blocks[i]
        if offset < block.end:
            return block.view_start
        return block.view_end + offset - block.end

    def pieces(self) -> Iterator[tuple[str, str, bool]]:
        """(view piece, original piece, replaced?) in order: joined they give the view and the original.

        Pieces that are not replaced have one length and differ at most by one-for-one character readings.
        """
        view_at, at = 0, 0
        for block in self._blocks:
            yield self.text[view_at : block.view_start], self.original[at : block.start], False
            yield self.text[block.view_start : block.view_end], self.original[block.start : block.end], True
            view_at, at = block.view_end, block.end
        yield self.text[view_at:], self.original[at:], False

    def repairs_in(self, start: int, end: int) -> list[Repair]:
        """Repairs that touch original [start, end), in order."""
        first = bisect_right(self._repair_reach, start)
        out = []
        for i in range(first, len(self.repairs)):
            repair = self.repairs[i]
            if repair.start >= end:
                break
            if repair.end > start:
                out.append(repair)
        return out

    def apply(self, edits: Sequence[Edit]) -> AlignedText:
        """A new alignment with `edits` (sorted, disjoint, in this view's offsets) carried out."""
        if not edits:
            return self
        text = self.text
        pieces, at = [], 0
        new_blocks: list[_Block] = []
        old = self._blocks
        i, shift = 0, 0
        log = []
        for edit in edits:
            while i < len(old) and old[i].view_end <= edit.start and old[i].view_start != edit.start:
                block = old[i]
                new_blocks.append(_Block(block.view_start + shift, block.view_end + shift, block.start, block.end))
                i += 1
            start, end = edit.start, edit.end
            if old:
                start, end = self.start_to_original(start), self.end_to_original(end)
            low, high, block_start, block_end = edit.start, edit.end, start, end
            while i < len(old) and old[i].view_start < edit.end:
                low, high = min(low, old[i].view_start), max(high, old[i].view_end)
                block_start, block_end = min(block_start, old[i].start), max(block_end, old[i].end)
                i += 1
            growth = len(edit.text) - (edit.end - edit.start)
            view_start, view_end = low + shift, high + shift + growth
            if new_blocks and new_blocks[-1].view_end > view_start:
                last = new_blocks.pop()
                view_start, block_start = last.view_start, last.start
                view_end, block_end = max(view_end, last.view_end + growth), max(block_end, last.end)
            new_blocks.append(_Block(view_start, view_end, block_start, block_end))
            log.append(Repair(edit.rule, start, end, edit.text, edit.alternatives))
            pieces.append(text[at : edit.start])
            pieces.append(edit.text)
            at = edit.end
            shift += growth
        new_blocks.extend(_Block(b.view_start + shift, b.view_end + shift, b.start, b.end) for b in old[i:])
        pieces.append(text[at:])
        repairs = tuple(sorted((*self.repairs, *log), key=_PLACE) if self.repairs else log)
        return AlignedText(self.original, "".join(pieces), new_blocks, repairs)
