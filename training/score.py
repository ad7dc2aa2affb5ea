"""Strict and overlap F1 of spans, the two figures by which models are chosen."""

from __future__ import annotations

from collections.abc import Sequence

Spans = Sequence[tuple[int, int]]


class Counts:
    """Running counts of one test set."""

    def __init__(self) -> None:
        self.right = self.found = self.gold = self.met = self.hit = 0

    def add(self, found: Spans, gold: Spans, unknown: Spans = ()) -> None:
        """One document; what is found on an `unknown` stretch counts neither way."""
        found = [f for f in found if f in gold or not any(f[0] < b and a < f[1] for a, b in unknown)]
        self.right += len(set(found) & set(gold))
        self.found += len(found)
        self.gold += len(gold)
        self.met += sum(any(a < d and c < b for c, d in gold) for a, b in found)
        self.hit += sum(any(a < d and c < b for c, d in found) for a, b in gold)

    def scores(self) -> dict[str, float]:
        """strict and overlap F1, strict precision and recall."""
        p, r = self.met / max(self.found, 1), self.hit / max(self.gold, 1)
        return {
            "strict": round(2 * self.right / max(self.found + self.gold, 1), 4),
            "overlap": round(2 * p * r / max(p + r, 1e-9), 4),
            "precision": round(self.right / max(self.found, 1), 4),
            "recall": round(self.right / max(self.gold, 1), 4),
        }
