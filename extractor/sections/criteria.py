"""Where a list of criteria without headings turns from inclusion to exclusion: the likeliest change point."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from extractor.sections.headings import alternation, line_spans
from extractor.vocab.loader import load_table, require_known

_ITEM = re.compile(r"[ \t]*(?:[-*•⁃·●▪○]|\(?\d{1,2}[.)]|\([a-z]\))[ \t]+\S")
_MARKER = re.compile(r"[\s\-*•⁃·●▪○]*(?:\(?\d{1,2}[.)]\s*|\([a-z]\)\s*)?")
_FEWEST_HEADS = 2  # items that make a list
_LOOK_AT = 400  # characters of a criterion that are read
_WRAPPED = 75  # characters from which on a line may have been wrapped
_LEAST = 2.0  # log likelihood a reading must win over "all of the other kind" before a list is split or named
_ALL_EXCLUSION = 4.0  # lists of exclusion criteria alone are rare


class Split(NamedTuple):
    """[start, turn) are inclusion criteria, [turn, end) exclusion criteria."""

    start: int
    turn: int
    end: int


@cache
def _cues() -> tuple[tuple[re.Pattern[str], re.Pattern[str] | None, float], ...]:
    """(pattern of starts, pattern anywhere, log likelihood ratio of exclusion) per entry."""
    rows = []
    for row in load_table("criterion_cues.csv", ("cue", "kind", "weight"), required=("cue", "kind", "weight")):
        require_known(row, "kind", ("inclusion", "exclusion"), "kind")
        sign = 1 if row["kind"] == "exclusion" else -1
        starts = [cue[1:] for cue in row.many("cue") if cue.startswith("^")]
        inside = [cue for cue in row.many("cue") if not cue.startswith("^")]
        anywhere = re.compile(rf"\b(?:{alternation(inside, 60)})\b") if inside else None
        start = re.compile(rf"(?:{alternation(starts, 60)})(?!\w)" if starts else r"(?!)")
        rows.append((start, anywhere, sign * float(row["weight"])))
    return tuple(rows)


def criterion_score(text: str) -> float:
    """Log likelihood ratio of exclusion against inclusion for one criterion."""
    text = text[:_LOOK_AT].lower()
    score = 0.0
    for start, anywhere, weight in _cues():
        if start.match(text) or (anywhere and anywhere.search(text)):
            score += weight
    return max(-4.0, min(4.0, score))


def items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Criteria of text[start:end]: bulleted lines, else paragraphs, else lines."""
    spans = line_spans(text, start, end)
    lines = [a for a, _ in spans]
    bulleted = [(match.end() - a, a) for a in lines if (match := _ITEM.match(text, a, end))]
    margin = min(bulleted, default=(0, 0))[0] + 2  # deeper bullets belong to the criterion above
    heads = [a for indent, a in bulleted if indent <= margin]
    if len(heads) < _FEWEST_HEADS:
        heads = [a for (_, before), (a, _) in pairwise(spans) if a - before > 1]
    if len(heads) < _FEWEST_HEADS:
        heads = [a for i, (a, _) in enumerate(spans) if i == 0 or not _goes_on(text, *spans[i - 1], a)]
    elif lines[0] < heads[0]:
        heads = [lines[0], *heads]
    return list(zip(heads, [*heads[1:], end], strict=True)) if heads else []


def _goes_on(text: str, start: int, end: int, below: int) -> bool:
    """Whether the line text[start:end] was wrapped and goes on at `below`."""
    if text[start:end].rstrip().endswith((".", ";", ":")):
        return False
    return end - start > _WRAPPED or text[below : below + _WRAPPED].lstrip()[:1].islower()


def split_criteria(text: str, start: int, end: int) -> Split | None:
    """Where a list without headings turns; None where it does not tell. A list of one kind has turn == start or end."""
    spans = items(text, start, end)
    if len(spans) < 2:
        return None
    scores = []
    for a, b in spans:
        scores.append(criterion_score(text[_MARKER.match(text, a, b).end() : b]))  # type: ignore[union-attr]
    total = sum(scores)
    # likelihood of the reading "the first k are inclusion": exclusion scores behind it less those before it
    behind, best, turn = total, total - _ALL_EXCLUSION * 2, 0
    readings = [best]
    for k, score in enumerate(scores, 1):
        behind -= 2 * score
        readings.append(behind)
        if behind > best:
            best, turn = behind, k
    if best < _LEAST:
        return None
    if 0 < turn < len(spans) and (best - readings[-1] < 3 * _LEAST or max(scores[turn:]) < 1):
        turn = len(spans)
        if readings[-1] < _LEAST:
            return None
    return Split(spans[0][0], spans[turn][0] if turn < len(spans) else end, end)
