"""The evaluation as tables on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from extractor.evaluate.gold import summary
from extractor.evaluate.run import Evaluation

COLUMNS = (("strict", "strict"), ("partial", "partial"), ("type", "type"), ("value", "found and right"))


def show(evaluation: Evaluation) -> None:
    """Prints figures, what was left out, and the comparison if there is one."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:  # a file or a CI log has no width of its own
        console.width = 120
    title = f"F1 over {len(evaluation.results)} documents, 95 % interval by bootstrap over documents"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    table.add_column("label", no_wrap=True)
    for name in ("gold", "pred.", *(title for _, title in COLUMNS)):
        table.add_column(name, justify="right", no_wrap=True)
    for label in (*evaluation.labels, "micro", "macro"):
        if label == "micro":
            table.add_section()
        counts = evaluation.figures.get(f"{label}.strict", {})
        numbers = [f"{counts[side]:.0f}" if counts.get(side) is not None else "" for side in ("gold", "predicted")]
        wide = console.width >= 100
        cells = [_cell(evaluation.figures.get(f"{label}.{m}"), wide and m in ("strict", "value")) for m, _ in COLUMNS]
        table.add_row(label, *numbers, *cells)
    console.print(table)
    _show_pooled(evaluation, console)
    if evaluation.comparison:
        _show_comparison(evaluation, console)
    for label, n in evaluation.not_scored.items():
        console.print(f"not scored: {n} {label}, which the gold does not mark (--labels scores them)")
    if evaluation.without_prediction:
        missing = evaluation.without_prediction
        console.print(f"without prediction, all missed: {len(missing)} documents (first: {missing[0]})")
    for line in summary(evaluation.losses):
        console.print(f"left out: {line}")


def _cell(figure: Any, interval: bool) -> str:
    if figure is None or figure["f1"] is None:
        return "–"
    ci = figure.get("ci95")
    return f"{figure['f1']:.3f}" + (f" {ci[0]:.3f}–{ci[1]:.3f}" if ci and interval else "")


def _show_pooled(evaluation: Evaluation, console: Console) -> None:
    for title, prefix in (
        ("assertion", "assertion"),
        ("assertion end to end", "assertion_e2e"),
        ("relations", "relations"),
    ):
        parts = [
            f"{name.partition('.')[2]} {f['f1']:.3f}"
            for name, f in evaluation.figures.items()
            if name.startswith(f"{prefix}.") and f["f1"] is not None
        ]
        if parts:
            console.print(f"{title}: {', '.join(parts)}")


def _show_comparison(evaluation: Evaluation, console: Console) -> None:
    comparison = evaluation.comparison
    assert comparison is not None
    table = Table(
        title="Against the other run (p: approximate randomisation over documents)", title_justify="left", box=None
    )
    table.add_column("figure", no_wrap=True)
    for name in ("this", "other", "difference", "p"):
        table.add_column(name, justify="right")
    for name, d in comparison.figures.items():
        if not name.endswith(".right"):
            cells = ["–" if f is None else f"{f:.3f}" for f in (d.ours, d.theirs)]
            table.add_row(name, *cells, f"{d.difference:+.3f}", f"{d.p:.4f}")
    console.print(table)
    for title, ids in (("better", comparison.better), ("worse", comparison.worse)):
        shown = ", ".join(ids[:8]) + (" …" if len(ids) > 8 else "")
        console.print(f"{len(ids)} documents {title}{': ' + shown if ids else ''}")
    counts: dict[str, int] = {}
    for mention in comparison.mentions:
        counts[mention.change] = counts.get(mention.change, 0) + 1
    console.print(
        "mentions: " + (", ".join(f"{n} {change}" for change, n in counts.items()) or "none changed"), highlight=False
    )
