"""Assertion of conditions: negated, historical, family, hypothetical, uncertain.

The ConText algorithm (Harkema et al. 2009) over the cues of vocab/assertion_cues.csv: a cue holds for the mentions that follow (or
precede) it in the same criterion, up to its reach in words, unless a stop cue stands between; it goes on over the items of a list. A
condition is never negated by standing in the exclusion criteria. benchmarks/assertion.md compares with medspaCy's ConText.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from extractor.relate.assertion_cues import ATTRIBUTES, Cue, cues
from extractor.scan import Scan
from extractor.spans import Mention

WINDOW = 200  # characters on each side in which cues are looked for
# over the text as it stands: a capital, figure or bullet at the start of a line begins a new criterion, as "No" does in a line
_BOUNDARY = re.compile(
    r"(?<!e\.g)(?<!i\.e)(?<!\bvs)[.;:](?=\s)"
    r"|\n[ \t]{0,24}(?:\n|[-*•⁃A-Z0-9(]|(?<=\n)[a-z])|•"
    r"|(?<=[a-z0-9)%])\s{1,24}(?=(?:No|Not|Must|Previously)\s)"
)
# characters of a line that is not full: what stands below it in small letters is another criterion, no wrapped line
_SHORT = 50
_WRAPPED = re.compile(r"(?:,|\b(?:of|or|and|the|with|no|other|prior|to|for|an?|by))[ \t]*\Z")  # the line goes on
_WORDS = re.compile(r"\w+")
_GLUE = frozenset((
    "and", "or", "nor", "such", "as", "including", "include", "includes", "eg", "ie", "e", "g", "i", "any", "other",
    "especially",
))  # fmt: skip
_GAP = 60  # most characters between two items of a list
_STRANGE = 2  # most words between two items that are no glue ("severe", "active")
_NOTHING = dict.fromkeys(ATTRIBUTES, False)
_NONE: frozenset[str] = frozenset()


def assertions(mentions: Sequence[Mention], scan: Scan) -> list[dict[str, bool]]:
    """One dict of ATTRIBUTES a mention; all False for labels other than CONDITION."""
    places = sorted((m.start, m.end, i) for i, m in enumerate(mentions) if m.label == "CONDITION")
    out = [_NOTHING] * len(mentions)
    if places:
        found = _Criteria(scan, [(start, end) for start, end, _ in places]).attributes()
        for (_, _, i), names in zip(places, found, strict=True):
            if names:
                out[i] = {name: name in names for name in ATTRIBUTES}
    return out


def boundaries(text: str) -> list[int]:
    """Where criteria and sentences begin, the first at 0."""
    out = [0]
    for match in _BOUNDARY.finditer(text):
        at = match.start()
        letter = match.group()[-1].isalnum()
        if letter and _WRAPPED.search(text, max(0, at - 12), at):
            continue
        if match.group()[-1].islower() and text.rfind("\n", max(0, at - _SHORT), at) < 0 and at >= _SHORT:
            continue
        out.append(match.end() - letter)
    return out


class _Criteria:
    """The criteria and cues of one text around its conditions `places`: (start, end), sorted."""

    def __init__(self, scan: Scan, places: list[tuple[int, int]]) -> None:
        self.text, self.places = scan.text, places
        self.starts = [start for start, _ in places]
        self.bounds = boundaries(scan.text)
        self.hits = _hits(scan, places)
        self.hit_starts = [start for start, _, _ in self.hits]

    def attributes(self) -> list[frozenset[str]]:
        """The attributes of each condition."""
        before: list[frozenset[str]] = []
        behind: list[frozenset[str]] = []
        left: list[frozenset[str] | None] = []  # what does not go over from the condition before; None: nothing does
        for i, place in enumerate(self.places):
            low, high = self._limits(*place)
            found, present = self._before(i, low)
            behind.append(self._behind(i, high) - present)
            left.append(self._left(i, low) if i and (before[-1] or behind[-2] or behind[-1]) else None)
            if (ends := left[-1]) is not None:
                found |= (before[-1] | behind[-2] if ends else before[-1]) - ends
            before.append(found)
        linked = False
        for i in range(len(behind) - 1, 0, -1):
            # from an item back to those before it; over a comma only in a list that ends in "and"
            gap = self.text[self.places[i - 1][1] : self.places[i][0]]
            linked = left[i] is not None and (linked or (not gap.isspace() and gap.strip() != ","))
            if linked:
                behind[i - 1] |= behind[i]
                linked = bool(behind[i])
        return [a | b for a, b in zip(before, behind, strict=True)]

    def _limits(self, start: int, end: int) -> tuple[int, int]:
        """Where the criterion of a condition begins and ends, WINDOW characters away at most."""
        i = bisect_right(self.bounds, start) - 1
        j = bisect_left(self.bounds, end)
        high = self.bounds[j] if j < len(self.bounds) else len(self.text)
        return max(self.bounds[i], start - WINDOW), min(high, end + WINDOW)

    def _words(self, start: int, end: int) -> int:
        """Words in a stretch of text, those of conditions not counted: "no fever, cough or pain"."""
        count, at = 0, start
        for i in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
            low, high = self.places[i]
            count += len(_WORDS.findall(self.text, at, low))
            at = max(at, high)
        return count + (len(_WORDS.findall(self.text, at, end)) if at < end else 0)

    def _before(self, i: int, low: int) -> tuple[frozenset[str], frozenset[str]]:
        """Attributes of a condition by the cues before it, nearest first; and those that no cue behind it may give.

        A farther cue holds only where it stands next to the nearer one ("no | family history of"), not across what that is about.
        """
        start = at = self.starts[i]
        found: set[str] = set()
        stopped: set[str] = set()
        present: set[str] = set()
        for k in range(bisect_left(self.hit_starts, start) - 1, -1, -1):
            begin, end, kinds = self.hits[k]
            if begin < low:
                break
            if end > start:
                continue
            if any(c.attribute == "stop" for c in kinds) or _closes(self.text[end:at]):
                break
            if found and len(_WORDS.findall(self.text, end, at)) > 1:
                break
            between = self._words(end, at)
            stopped.update(c.stops for c in kinds if c.stops and c.direction != "backward")
            present.update(c.stops for c in kinds if c.stops and c.direction != "forward" and between <= 1)
            hits = {c.attribute for c in kinds if c.direction == "forward" and between <= c.reach}
            hits = hits.intersection(ATTRIBUTES) - stopped
            if hits:
                found |= hits
                at = begin
        return frozenset(found), frozenset(present)

    def _behind(self, i: int, high: int) -> frozenset[str]:
        """Attributes of a condition by the cues that follow, up to the next condition."""
        end = self.places[i][1]
        if i + 1 < len(self.places):
            high = min(high, self.starts[i + 1])
        found: set[str] = set()
        for k in range(bisect_left(self.hit_starts, end), len(self.hits)):
            begin, _, kinds = self.hits[k]
            if begin >= high or any(c.attribute == "stop" for c in kinds):
                break
            between = self._words(end, begin)
            found |= {c.attribute for c in kinds if c.direction == "backward" and between <= c.reach}
        return frozenset(found.intersection(ATTRIBUTES))

    def _left(self, i: int, low: int) -> frozenset[str] | None:
        """None where condition i is no further item of the list of condition i - 1; else the attributes that end between."""
        end, start = self.places[i - 1][1], self.starts[i]
        if not 0 <= start - end <= _GAP or low > end:
            return None
        pieces, at = [], end
        stopped: set[str] = set()
        for k in range(bisect_left(self.hit_starts, end), bisect_left(self.hit_starts, start)):
            begin, behind, kinds = self.hits[k]
            if any(not c.stops and c.direction != "backward" for c in kinds):
                return None
            stopped.update(c.stops for c in kinds if c.stops and c.direction != "backward")
            pieces.append(self.text[at:begin])
            at = behind
        gap = " ".join((*pieces, self.text[at:start])).lower()
        words = _WORDS.findall(gap)
        joined = stopped or any(sign in gap for sign in ",/(") or not _GLUE.isdisjoint(words)
        if not joined or _closes(gap.lstrip(" )")) or sum(word not in _GLUE for word in words) > _STRANGE:
            return None
        return frozenset(stopped)


def _hits(scan: Scan, places: list[tuple[int, int]]) -> list[tuple[int, int, tuple[Cue, ...]]]:
    """The cues within WINDOW of the conditions: (start, end, meanings), by start."""
    pattern, meaning = cues()
    out: list[tuple[int, int, tuple[Cue, ...]]] = []
    at = 0
    for n, (start, end) in enumerate(places):
        high = end + WINDOW
        if n + 1 < len(places) and places[n + 1][0] - WINDOW <= high:
            high = places[n + 1][0]
        for match in pattern.finditer(scan.lower, max(at, start - WINDOW), high):
            out.append((*match.span(), meaning(match.group())))
            at = match.end()
        at = max(at, high)
    return out


def _closes(text: str) -> bool:
    """Whether a bracket closes that was not opened in `text`."""
    return ")" in text.partition("(")[0]
