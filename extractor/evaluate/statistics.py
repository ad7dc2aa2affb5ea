"""Confidence intervals and paired tests; documents are the units, for mentions of one document are not independent.

- Intervals: percentile bootstrap over documents, 95 %, 1,000 resamples, fixed seed; documents are drawn with
  replacement and every figure is computed anew from the sums.
- Paired test: approximate randomisation over documents, 10,000 rounds, fixed seed: in each round the two runs'
  results of a document are swapped with probability 1/2; p is the share of rounds (plus one) whose difference of F1
  is at least the one seen (Noreen 1989; Yeh 2000). McNemar's test on mentions is not used: it would take mentions as
  independent, and has no place for spurious ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from extractor.evaluate.score import Result, groups

SEED = 20130607
RESAMPLES = 1_000
ROUNDS = 10_000
Interval = tuple[float, float]


def matrix(results: Sequence[Result], names: Sequence[str]) -> np.ndarray:
    """Triples as an array of documents x figures x (right, predicted, gold)."""
    out = np.zeros((len(results), len(names), 3))
    for row, result in enumerate(results):
        for column, name in enumerate(names):
            if triple := result.triples.get(name):
                out[row, column] = triple.right, triple.predicted, triple.gold
    return out


def f1(sums: np.ndarray) -> np.ndarray:
    """F1 along the last axis (right, predicted, gold); nan where there is nothing."""
    both = sums[..., 1] + sums[..., 2]
    return np.where(both > 0, 2 * sums[..., 0] / np.where(both > 0, both, 1), np.nan)


def intervals(
    results: Sequence[Result], names: Sequence[str], resamples: int = RESAMPLES
) -> dict[str, Interval | None]:
    """The interval of the F1 of each basic, pooled and macro figure; None where too few resamples have one."""
    counts = matrix(results, names)
    draws = np.random.default_rng(SEED).multinomial(len(results), np.full(len(results), 1 / len(results)), resamples)
    sums = np.tensordot(draws, counts, axes=1)  # resamples x figures x 3
    scores = {name: f1(sums[:, column]) for column, name in enumerate(names)}
    place = {name: column for column, name in enumerate(names)}
    for pooled, parts in groups(names).items():
        columns = [place[part] for part in parts]
        scores[pooled] = f1(sums[:, columns].sum(axis=1))
        with np.errstate(invalid="ignore"):
            each = np.stack([scores[part] for part in parts])
            seen = ~np.isnan(each)
            scores[pooled.replace("micro", "macro")] = np.where(
                seen.any(axis=0), np.where(seen, each, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1), np.nan
            )
    return {name: _interval(values) for name, values in scores.items()}


def _interval(values: np.ndarray) -> Interval | None:
    values = values[~np.isnan(values)]
    if len(values) < 20:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def paired_test(ours: np.ndarray, theirs: np.ndarray, rounds: int = ROUNDS) -> tuple[float, float]:
    """Difference of F1 (ours minus theirs) and its p; both arrays: the same documents x (right, predicted, gold)."""
    difference = float(np.nan_to_num(f1(ours.sum(axis=0)) - f1(theirs.sum(axis=0))))
    swap = np.random.default_rng(SEED).integers(0, 2, (rounds, len(ours))).astype(float)
    moved = swap @ (theirs - ours)
    shuffled = np.nan_to_num(f1(ours.sum(axis=0) + moved) - f1(theirs.sum(axis=0) - moved))
    # 1e-12: a shuffled difference equal to the one seen must not be lost to rounding
    extreme = int((np.abs(shuffled) >= abs(difference) - 1e-12).sum())
    return difference, (extreme + 1) / (rounds + 1)
