"""Raw scores to probabilities, and how far those can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from sklearn.isotonic import IsotonicRegression

from extractor.ner import ConditionModel
from training.data import Sample

KNOTS = 25
Pairs = Sequence[tuple[float, bool]]


def pairs(model: ConditionModel, samples: Iterable[Sample]) -> list[tuple[float, bool]]:
    """(score, whether the span is right to the letter) for each span that the model finds in the samples."""
    out = []
    for sample in samples:
        gold = set(sample.spans)
        for span in model.find(sample.text, sample.hints, sample.style):
            place = (span.start, span.end)
            if place in gold or not any(span.start < b and a < span.end for a, b in sample.unknown):
                out.append((span.score, place in gold))
    return out


def fit(scored: Pairs) -> list[list[float]]:
    """The table of config.json: isotonic regression, at most KNOTS points, between 0.01 and 0.995."""
    raw, right = np.array([s for s, _ in scored]), np.array([r for _, r in scored], dtype=float)
    curve = IsotonicRegression(y_min=0.01, y_max=0.995, out_of_bounds="clip").fit(raw, right)
    points = np.unique(np.quantile(raw, np.linspace(0, 1, KNOTS)).round(4))
    return [[float(x), round(float(y), 4)] for x, y in zip(points, curve.predict(points), strict=True)]


def reliability(scored: Pairs, bins: int = 10) -> tuple[list[tuple[float, float, int]], float]:
    """Rows (mean score, share that is right, spans) of equal bins of score, and the expected calibration error."""
    rows, error = [], 0.0
    for low in np.linspace(0, 1, bins + 1)[:-1]:
        inside = [(s, r) for s, r in scored if low <= s < low + 1 / bins or (s == 1.0 and low + 1 / bins >= 1)]
        if inside:
            mean, share = float(np.mean([s for s, _ in inside])), float(np.mean([r for _, r in inside]))
            rows.append((mean, share, len(inside)))
            error += abs(mean - share) * len(inside) / len(scored)
    return rows, error


def diagram(rows: Sequence[tuple[float, float, int]], title: str) -> str:
    """The reliability diagram as SVG: the dotted diagonal is what a perfect score would do; areas show numbers of spans."""
    size, edge, most = 320, 40, max(n for _, _, n in rows)

    def at(x: float, y: float) -> tuple[float, float]:
        return round(edge + x * size, 1), round(edge + (1 - y) * size, 1)

    dots = "".join(
        f'<circle cx="{at(x, y)[0]}" cy="{at(x, y)[1]}" r="{3 + 9 * (n / most) ** 0.5:.1f}"><title>{n} spans: score '
        f"{x:.2f}, right {y:.2f}</title></circle>"
        for x, y, n in rows
    )
    path = " ".join(f"{a},{b}" for a, b in (at(x, y) for x, y, _ in rows))
    labels = "".join(
        f'<text x="{at(t, 0)[0]}" y="{edge + size + 18}" text-anchor="middle">{t:.1f}</text>'
        f'<text x="{edge - 6}" y="{at(0, t)[1] + 4}" text-anchor="end">{t:.1f}</text>'
        for t in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    whole = size + 2 * edge
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole + 20}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/><text x="{edge}" y="24" font-size="13">{title}'
        f'</text><rect x="{edge}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="#888"/>'
        f'<line x1="{edge}" y1="{edge + size}" x2="{edge + size}" y2="{edge}" stroke="#888" stroke-dasharray="3 3"/>'
        f'<polyline points="{path}" fill="none" stroke="#1f5fa8"/><g fill="#1f5fa8" fill-opacity="0.6">{dots}</g>{labels}'
        f'<text x="{edge + size / 2}" y="{edge + size + 36}" text-anchor="middle">score of the span</text>'
        f'<text x="12" y="{edge + size / 2}" transform="rotate(-90 12 {edge + size / 2})" text-anchor="middle">share that '
        "is right to the letter</text></svg>\n"
    )
