"""What every tagger needs to know of one text, read once."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from extractor.repair import AlignedText
from extractor.scan.comparators import Comparator, comparator_before, find_comparators
from extractor.scan.numbers import Number, find_numbers
from extractor.sections.model import Section

BLOCK, MARGIN = 256, 64
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|\S")


class Scan:
    """The repaired text with its sections, numbers and comparators. All offsets are view offsets.

    Lazy: a tagger pays only for what it asks. Built per text, never shared between threads.
    """

    def __init__(self, aligned: AlignedText, sections: tuple[Section, ...] = ()) -> None:
        self.aligned = aligned
        self.text = aligned.text
        self.sections = sections
        self._section_starts = [s.start for s in sections]
        # by the pattern's id, since patterns hash slowly; each entry keeps its pattern alive
        self._blocks: dict[int, tuple[re.Pattern[str], dict[int, list[tuple[int, int]]]]] = {}

    @cached_property
    def lower(self) -> str:
        """Lower-cased text of the same length (characters whose lower case is longer stay as they are)."""
        low = self.text.lower()
        return (
            low if len(low) == len(self.text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        )

    @cached_property
    def numbers(self) -> list[Number]:
        return find_numbers(self.text)

    @cached_property
    def number_starts(self) -> list[int]:
        return [n.start for n in self.numbers]

    @cached_property
    def comparators(self) -> list[Comparator]:
        return find_comparators(self.lower)

    @cached_property
    def comparator_starts(self) -> list[int]:
        return [c.start for c in self.comparators]

    @cached_property
    def words(self) -> list[tuple[int, int]]:
        """Spans of words (letters and digits) and single other characters."""
        return [m.span() for m in _WORD.finditer(self.text)]

    def number_at(self, start: int) -> int | None:
        """Index of the number that starts at `start`."""
        i = bisect_left(self.number_starts, start)
        return i if i < len(self.numbers) and self.numbers[i].start == start else None

    def first_number_from(self, start: int) -> int:
        """Index of the first number that starts at or after `start` (may be len(numbers))."""
        return bisect_left(self.number_starts, start)

    def comparator_before(self, at: int, gap: int = 3) -> Comparator | None:
        """The comparator that ends right before `at`."""
        return comparator_before(self.comparators, self.comparator_starts, self.text, at, gap)

    def section_at(self, offset: int) -> Section | None:
        """The section that holds `offset`: sections are disjoint, so that only the last one to start can."""
        i = bisect_left(self._section_starts, offset + 1) - 1
        return self.sections[i] if i >= 0 and self.sections[i].end > offset else None

    def last_match(self, pattern: re.Pattern[str], start: int, end: int) -> tuple[int, int] | None:
        """Span of the last match of `pattern` over the lower-cased text that lies inside [start, end).

        Each stretch of BLOCK characters is searched once per pattern, however many windows ask for it. No match may be longer
        than MARGIN characters.
        """
        known = self._blocks.get(id(pattern))
        if known is None:
            known = self._blocks[id(pattern)] = (pattern, {})
        blocks = known[1]
        for block in range(max(end - 1, 0) // BLOCK, max(start, 0) // BLOCK - 1, -1):
            found = blocks.get(block)
            if found is None:
                found = blocks[block] = self._matches(pattern, block)
            for low, high in reversed(found):
                if high <= end:
                    return (low, high) if low >= start else None
        return None

    def _matches(self, pattern: re.Pattern[str], block: int) -> list[tuple[int, int]]:
        low, high = block * BLOCK, (block + 1) * BLOCK
        return [m.span() for m in pattern.finditer(self.lower, low, high + MARGIN) if m.start() < high]
