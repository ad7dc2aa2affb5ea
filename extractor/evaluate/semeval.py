"""The SemEval-2013 task 9 table (correct, incorrect, partial, missed, spurious), counted by nervaluate.

nervaluate 1.2.1 finds its own pairs, prediction by prediction, and three things in that are not what we want, so each
pair of ours is laid out on a stretch of its own, where it can find no other:
- a prediction takes the first gold span that it overlaps, although a later prediction may match that span exactly;
  results depend on the order (MantisAI/nervaluate#40), and overlapping spans are declared unsupported (#84): ours
  nest across labels;
- an overlap of less than 1 % of the gold span does not count as one, SemEval's any character does;
- ends are inclusive. It needs Python 3.11; on 3.10 the same table is made from the same pairs by `plain_table`, and
  the tests hold the two equal.

Label by label, as our figures are, there is no wrong type; `across_labels` pairs what is left over of different
labels, so that its type figure has "incorrect" and its exact and partial figures ignore the label, as SemEval defines
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from typing import Any

from extractor.evaluate.gold import GoldSpan
from extractor.evaluate.matching import match
from extractor.evaluate.score import Result

STRATEGIES = ("strict", "exact", "partial", "type")
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious")
Pair = tuple[GoldSpan | None, GoldSpan | None]
Table = dict[str, dict[str, int]]


def counted_by() -> str:
    """Name and version of what counts."""
    try:
        return f"nervaluate {metadata.version('nervaluate')}"
    except metadata.PackageNotFoundError:
        return "trial-extractor"


def tables(results: Sequence[Result], labels: Sequence[str]) -> dict[str, Table]:
    """The table of each label, and of "across_labels"."""
    pairs: dict[str, list[Pair]] = {label: [] for label in labels}
    across: list[Pair] = []
    for result in results:
        matched: list[Pair] = [(g, p) for g, p, _ in result.pairs]
        missed = [e.gold for e in result.errors if e.kind == "missed" and e.gold]
        spurious = [e.predicted for e in result.errors if e.kind == "spurious" and e.predicted]
        alone: list[Pair] = [*((g, None) for g in missed), *((None, p) for p in spurious)]
        for g, p in matched + alone:
            pairs[(g or p).label].append((g, p))  # type: ignore[union-attr]
        across += matched + _pair_leftovers(missed, spurious)
    count = _nervaluate_table if counted_by() != "trial-extractor" else plain_table
    return {**{label: count(pairs[label]) for label in labels}, "across_labels": count(across)}


def _pair_leftovers(missed: Sequence[GoldSpan], spurious: Sequence[GoldSpan]) -> list[Pair]:
    # ids may collide between gold and prediction, not within either
    crossed: list[Pair] = list(match(missed, spurious))
    gold, predicted = {g.id for g, _ in crossed if g}, {p.id for _, p in crossed if p}
    crossed += [(g, None) for g in missed if g.id not in gold]
    return crossed + [(None, p) for p in spurious if p.id not in predicted]


def plain_table(pairs: Sequence[Pair]) -> Table:
    """The table by its definition."""
    table: Table = {strategy: dict.fromkeys(COUNTS, 0) for strategy in STRATEGIES}
    for g, p in pairs:
        for strategy in STRATEGIES:
            table[strategy][_category(strategy, g, p)] += 1
    return table


def _category(strategy: str, g: GoldSpan | None, p: GoldSpan | None) -> str:
    if p is None:
        return "missed"
    if g is None:
        return "spurious"
    exact, same_label = (g.start, g.end) == (p.start, p.end), g.label == p.label
    if strategy == "partial":
        return "correct" if exact else "partial"
    right = {"strict": exact and same_label, "exact": exact, "type": same_label}[strategy]
    return "correct" if right else "incorrect"


def _nervaluate_table(pairs: Sequence[Pair]) -> Table:
    from nervaluate import Evaluator

    table: Table = {strategy: dict.fromkeys(COUNTS, 0) for strategy in STRATEGIES}
    # a few at a time: nervaluate compares every prediction with every gold span of a document
    for first in range(0, len(pairs), 50):
        gold, predicted, labels = [], [], set()
        for number, (g, p) in enumerate(pairs[first : first + 50]):
            shift = number * 10
            g, p = _squeezed(g, p)
            gold += [_entity(g, shift)] if g else []
            predicted += [_entity(p, shift)] if p else []
            labels |= {s.label for s in (g, p) if s}
        evaluator = Evaluator([gold], [predicted], tags=sorted(labels), loader="dict")
        counted: dict[str, Any] = evaluator.evaluate()["overall"]
        for strategy in STRATEGIES:
            entry = counted["ent_type" if strategy == "type" else strategy]
            for name in COUNTS:
                table[strategy][name] += getattr(entry, name)
    return table


def _squeezed(g: GoldSpan | None, p: GoldSpan | None) -> Pair:
    """The pair with its up to four boundaries renumbered 0 to 3: order and equality stay, lengths do not matter."""
    places = sorted({place for span in (g, p) if span for place in (span.start, span.end)})
    at = {place: n for n, place in enumerate(places)}
    small = [replace(s, start=at[s.start], end=at[s.end]) if s else None for s in (g, p)]
    return small[0], small[1]


def _entity(span: GoldSpan, shift: int) -> dict[str, Any]:
    return {"label": span.label, "start": span.start + shift, "end": span.end - 1 + shift}
