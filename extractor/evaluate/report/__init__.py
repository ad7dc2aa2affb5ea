"""The HTML error report: one file, no network. Figures are static HTML; documents are drawn by report.js from embedded
JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from extractor.evaluate.compare import Comparison
from extractor.evaluate.gold import GoldSpan
from extractor.evaluate.run import Evaluation
from extractor.evaluate.score import Result
from extractor.evaluate.values import VALUED
from extractor.offsets import converter

FOLDER = Path(__file__).parent
COLUMNS = (
    ("strict", "Strict: same ends"),
    ("partial", "Partial: half for other ends"),
    ("type", "Type: any overlap"),
    ("value", "Found and right"),
)


def build(evaluation: Evaluation, about: Mapping[str, str]) -> str:
    """The report as HTML. `about`: what was compared, shown as it is under the title."""
    parts = {
        "css": (FOLDER / "report.css").read_text(encoding="utf-8"),
        "js": (FOLDER / "report.js").read_text(encoding="utf-8"),
        "about": "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in about.items()),
        "figures": _figures(evaluation),
        "more": _keys(evaluation) + _others(evaluation) + _left_out(evaluation),
        "comparison": _comparison(evaluation.comparison) if evaluation.comparison else "",
        "data": _embedded({"labels": evaluation.labels, "documents": [_document(r) for r in evaluation.results]}),
    }
    return Template((FOLDER / "report.html").read_text(encoding="utf-8")).substitute(parts)


def _embedded(data: Any) -> str:
    """JSON that may stand inside a script element."""
    return (
        json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    )


def _document(result: Result) -> dict[str, Any]:
    """Offsets in UTF-16 units, as JavaScript counts."""
    to = converter(result.document.text, "utf16")
    scored = {name.partition(".")[0] for name in result.triples}
    # a span is drawn by what is worst about it
    gold_kind = {e.gold.id: e.kind for e in reversed(result.errors) if e.gold and e.kind != "relation"}
    pred_kind = {e.predicted.id: e.kind for e in reversed(result.errors) if e.predicted and e.kind != "relation"}

    def spans(all: tuple[GoldSpan, ...], kinds: dict[str, str]) -> list[list[Any]]:
        return [[to(s.start), to(s.end), s.label, kinds.get(s.id, "right")] for s in all if s.label in scored]

    def place(span: GoldSpan | None) -> dict[str, Any] | None:
        return {"s": to(span.start), "e": to(span.end), "v": span.value} if span else None

    return {
        "id": result.document.id,
        "text": result.document.text,
        "gold": spans(result.document.spans, gold_kind),
        "pred": spans(result.predicted.spans, pred_kind),
        "errors": [
            {"kind": e.kind, "label": e.label, "reason": e.reason, "gold": place(e.gold), "pred": place(e.predicted)}
            for e in result.errors
        ],
    }


def _figures(evaluation: Evaluation) -> str:
    head = "".join(
        f'<th role="columnheader" scope="col">{title}</th>'
        for title in ("Label", "Gold", "Predicted", *(c for _, c in COLUMNS))
    )
    rows = "".join(_figure_row(label, label, evaluation) for label in evaluation.labels)
    rows += _figure_row("micro", "All, pooled (micro)", evaluation) + _figure_row(
        "macro", "Mean of labels (macro)", evaluation
    )
    return (
        '<table role="table" class="figures">'
        "<caption>F1, with its 95 % interval over documents; below it precision and recall.</caption>"
        f'<thead><tr role="row">{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _figure_row(name: str, title: str, evaluation: Evaluation) -> str:
    counts = evaluation.figures.get(f"{name}.strict", {})
    cells = "".join(
        _cell(side.title(), f"{counts[side]:,.0f}" if counts.get(side) is not None else "–", "count")
        for side in ("gold", "predicted")
    )
    for measure, column in COLUMNS:
        if measure == "value" and name not in VALUED and name not in ("micro", "macro"):
            cells += _cell(column, "no value", "none")
        else:
            cells += _figure_cell(column, evaluation.figures.get(f"{name}.{measure}"))
    total = ' class="total"' if name in ("micro", "macro") else ""
    return f'<tr role="row"{total}><th role="rowheader" scope="row">{escape(title)}</th>{cells}</tr>'


def _cell(column: str, content: str, kind: str = "") -> str:
    # roles: the narrow layout takes the table's display away, and with it what a screen reader makes of it
    return f'<td role="cell" data-title="{escape(column)}" class="{kind}">{content}</td>'


def _figure_cell(column: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["f1"] is None:
        return _cell(column, "not measured", "none")
    bar, ci = "", figure.get("ci95")
    interval = ""
    if ci:
        interval = f' <span class="ci">{ci[0]:.3f}–{ci[1]:.3f}</span>'
        place = f"--at:{figure['f1']:.4f};--low:{ci[0]:.4f};--high:{ci[1]:.4f}"
        bar = f'<span class="bar" style="{place}" aria-hidden="true"></span>'
    pr = " · ".join(
        f"{s} {figure[k]:.3f}" if figure[k] is not None else f"{s} –" for s, k in (("P", "precision"), ("R", "recall"))
    )
    return _cell(column, f'<b>{figure["f1"]:.3f}</b>{interval}{bar}<span class="pr">{pr}</span>')


def _table(title: str, columns: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f"<details><summary>{escape(title)}</summary>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _keys(evaluation: Evaluation) -> str:
    rows = [
        [label, key, f"{right:,}", f"{judged:,}", f"{right / judged:.3f}"]
        for label, keys in evaluation.keys.items()
        for key, (right, judged) in keys.items()
    ]
    return _table("Values, key by key", ["Label", "Key", "Right", "Judged", "Share"], rows)


def _others(evaluation: Evaluation) -> str:
    out = ""
    for title, prefix in (
        ("Assertion of matched conditions", "assertion."),
        ("Assertion, end to end", "assertion_e2e."),
        ("Relations", "relations."),
    ):
        rows = []
        for name, f in evaluation.figures.items():
            if name.startswith(prefix):
                counts = [f"{f[k]:,.0f}" if k in f else "" for k in ("right", "predicted", "gold")]
                rows.append(
                    [name.removeprefix(prefix), *(_number(f[k]) for k in ("f1", "precision", "recall")), *counts]
                )
        out += _table(title, ["", "F1", "Precision", "Recall", "Right", "Predicted", "Gold"], rows)
    return out


def _number(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.3f}"


def _left_out(evaluation: Evaluation) -> str:
    rows = [
        [label, f"{n:,} predicted, not scored: the gold does not mark this label"]
        for label, n in evaluation.not_scored.items()
    ]
    rows += [
        [id, "no prediction for this document: all its spans count as missed"] for id in evaluation.without_prediction
    ]
    rows += [[loss.document, f"{loss.what}: {loss.where}"] for loss in evaluation.losses]
    return _table(f"Left out ({len(rows)})", ["What", "Why"], rows)


def _comparison(comparison: Comparison) -> str:
    figures = [
        [name, _number(d.ours), _number(d.theirs), f"{d.difference:+.3f}", f"{d.p:.4f}"]
        for name, d in comparison.figures.items()
        if not name.endswith(".right") or name == "micro.right"
    ]
    documents = sorted(comparison.documents.items(), key=lambda item: (item[1][0] or 0) - (item[1][1] or 0))
    rows = [
        [id, _number(a), _number(b), f"{(a or 0) - (b or 0):+.3f}", "better" if (a or 0) > (b or 0) else "worse"]
        for id, (a, b) in documents
        if a != b
    ]
    mentions = [
        [m.document, m.change, m.label, f"{m.start}–{m.end}", " ".join(m.text.split())] for m in comparison.mentions
    ]
    columns = ["Figure", "This run", "Other run", "Difference", "p"]
    return (
        '<section aria-labelledby="h-against"><h2 id="h-against">Against the other run</h2>'
        f"<p>{len(comparison.better)} documents better, {len(comparison.worse)} worse, "
        f"{len(comparison.documents) - len(comparison.better) - len(comparison.worse)} the same. "
        "p: approximate randomisation over documents.</p>"
        + _table("F1 of both runs", columns, figures).replace("<details>", "<details open>")
        + _table("Documents", ["Document", "This run", "Other run", "Difference", ""], rows)
        + _table("Mentions", ["Document", "Change", "Label", "Place", "Text"], mentions)
        + "</section>"
    )
