"""Which prediction answers which gold span: one to one, within one label.

Pairs that share at least one character are taken in this order, each span at most once: largest overlap; then
smallest sum of the distances of the two starts and the two ends (an exact match before any other with the same
overlap); then leftmost gold, leftmost prediction. A discontinuous span counts from its first to its last character.
The order of the input does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.evaluate.gold import GoldSpan


def match(gold: Sequence[GoldSpan], predicted: Sequence[GoldSpan]) -> list[tuple[GoldSpan, GoldSpan]]:
    """Pairs of spans of one label, by start of the gold span."""
    ordered = sorted(predicted, key=lambda s: s.start)
    candidates = []
    for g in gold:
        for p in ordered:
            if p.start >= g.end:
                break
            if p.end > g.start:
                overlap = min(g.end, p.end) - max(g.start, p.start)
                distance = abs(g.start - p.start) + abs(g.end - p.end)
                candidates.append(((-overlap, distance, g.start, g.end, p.start, p.end, g.id, p.id), g, p))
    candidates.sort(key=lambda c: c[0])
    taken_gold: set[str] = set()
    taken_predicted: set[str] = set()
    pairs = []
    for _, g, p in candidates:
        if g.id not in taken_gold and p.id not in taken_predicted:
            taken_gold.add(g.id)
            taken_predicted.add(p.id)
            pairs.append((g, p))
    return sorted(pairs, key=lambda pair: (pair[0].start, pair[0].end))
