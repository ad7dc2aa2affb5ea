"""Gold and predictions -> Evaluation, the plain data behind terminal table, JSON, thresholds and HTML report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractor.errors import UsageError
from extractor.evaluate import semeval, statistics
from extractor.evaluate.compare import Comparison, compare
from extractor.evaluate.formats import read_gold
from extractor.evaluate.gold import FLAGS, GoldDocument, Loss, NameMap
from extractor.evaluate.score import MEASURES, Result, Triple, macros, score_document, totals
from extractor.extractor import DEFAULT_MODEL
from extractor.pipeline import LABELS


@dataclass(slots=True)
class Evaluation:
    """Everything that was measured. `figures`: name -> precision, recall, f1, ci95 and (not for macro) the triple."""

    labels: list[str]
    results: list[Result]
    figures: dict[str, dict[str, Any]]
    semeval: dict[str, semeval.Table]
    keys: dict[str, dict[str, tuple[int, int]]]
    not_scored: dict[str, int]  # predicted spans of labels that the gold does not mark
    without_prediction: list[str]  # gold documents that the predictions lack
    losses: list[Loss] = field(default_factory=list)
    comparison: Comparison | None = None
    counted_by: str = ""


def evaluate(
    gold: Sequence[GoldDocument],
    predicted: Mapping[str, GoldDocument],
    labels: Collection[str] | None = None,
    against: Mapping[str, GoldDocument] | None = None,
    flags: Collection[str] | None = None,
) -> Evaluation:
    """`predicted` (by id) against `gold`. `labels`: those to score; None: those that occur in the gold.

    `flags`: the attributes of conditions to score; None: all, if the gold marks any at all.

    Raises UsageError when there is nothing to score.
    """
    marked = {span.label for document in gold for span in document.spans if not span.label.startswith("~")}
    order = [*LABELS, *sorted(marked - set(LABELS))]
    chosen = [label for label in order if label in (marked if labels is None else labels)]
    if labels is not None and (unknown := set(labels) - set(order)):
        raise UsageError(f"unknown label {sorted(unknown)[0]!r}: the gold and the extractor have {', '.join(order)}")
    if not gold or not chosen:
        raise UsageError("nothing to score: the gold has no documents, or no span of these labels")
    results = score_all(gold, predicted, chosen, flags)
    sums = totals(results)
    names = [n for n in sums if not n.startswith("micro.") and not n.endswith(".micro")]
    ranges = statistics.intervals(results, names)
    counts = Counter(s.label for d in predicted.values() for s in d.spans if s.label not in chosen)
    return Evaluation(
        labels=chosen,
        results=results,
        figures=_figures(sums, ranges),
        semeval=semeval.tables(results, chosen),
        keys=_keys(results),
        not_scored={label: counts[label] for label in order if counts[label]},
        without_prediction=[d.id for d in gold if d.id not in predicted],
        comparison=compare(results, score_all(gold, against, chosen, flags)) if against is not None else None,
        counted_by=semeval.counted_by(),
    )


def score_all(
    gold: Sequence[GoldDocument],
    predicted: Mapping[str, GoldDocument],
    labels: Sequence[str],
    flags: Collection[str] | None = None,
) -> list[Result]:
    """Results by document; a gold document without prediction counts as one with nothing found."""
    # a gold set that marks no relation, or no attribute, does not say that there are none
    relations = any(document.relations for document in gold)
    marked = {name for document in gold for span in document.spans for name in span.attributes}
    wanted = (FLAGS if flags is None else flags) if marked & set(FLAGS) else ()
    empty = {d.id: GoldDocument(d.id, d.text) for d in gold}
    return [score_document(d, predicted.get(d.id, empty[d.id]), labels, relations, wanted) for d in gold]


def _figures(sums: Mapping[str, Triple], ranges: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    figures = {
        name: {
            "right": t.right,
            "predicted": t.predicted,
            "gold": t.gold,
            "precision": t.precision,
            "recall": t.recall,
            "f1": t.f1,
            "ci95": ranges.get(name),
        }
        for name, t in sums.items()
    }
    for name, means in macros(sums).items():
        figures[name] = {**means, "ci95": ranges.get(name)}
    return {name: f for name, f in figures.items() if not name.endswith(".right")}


def _keys(results: Sequence[Result]) -> dict[str, dict[str, tuple[int, int]]]:
    out: dict[str, dict[str, tuple[int, int]]] = {}
    for result in results:
        for (label, key), (right, judged) in result.keys.items():
            a, b = out.setdefault(label, {}).get(key, (0, 0))
            out[label][key] = (a + right, b + judged)
    return out


def read_predictions(
    path: Path, gold: Sequence[GoldDocument], format: str | None = None, names: NameMap | None = None
) -> tuple[dict[str, GoldDocument], list[Loss]]:
    """Predictions in any format, by the id of the gold document; one of another id but the same text is taken for it.

    What belongs to no gold document is reported. Raises InputError when a text differs from the gold's.
    """
    from hashlib import sha256

    from extractor.errors import InputError

    by_digest = {sha256(d.text.encode()).hexdigest(): d for d in gold}
    texts = {d.id: d.text for d in gold}
    texts = {**{digest: d.text for digest, d in by_digest.items()}, **texts}
    documents, losses = read_gold(path, format, names, texts)
    by_text = {d.text: d.id for d in gold}
    out: dict[str, GoldDocument] = {}
    for document in documents:
        id = document.id if document.id in texts else by_text.get(document.text)
        if id is None:
            losses.append(Loss(document.id, "prediction for a document that is not in the gold", str(path)))
        elif texts[id] != document.text:
            raise InputError(f"{path}: the text of {id} differs from the gold's: offsets would not fit")
        else:
            out[id] = document
    return out, losses


def predict(
    gold: Sequence[GoldDocument], labels: Collection[str], model: str = DEFAULT_MODEL
) -> dict[str, GoldDocument]:
    """The extractor's own predictions for the gold texts."""
    from extractor.evaluate.formats.document import from_document
    from extractor.extractor import Extractor

    extractor = Extractor.load(labels=labels, model=model)
    return {d.id: from_document(extractor.annotate(d.text, id=d.id), d.text) for d in gold}


def to_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as JSON: figures by name, SemEval tables, value keys, errors, what was left out."""
    return {
        "documents": len(evaluation.results),
        "labels": evaluation.labels,
        "measures": list(MEASURES),
        "figures": evaluation.figures,
        "semeval": {"counted_by": evaluation.counted_by, **evaluation.semeval},
        "value_keys": {
            label: {key: {"right": r, "judged": n} for key, (r, n) in keys.items()}
            for label, keys in evaluation.keys.items()
        },
        "errors": [
            {
                "document": r.document.id,
                "kind": e.kind,
                "label": e.label,
                "reason": e.reason,
                "gold": _span(r, e.gold),
                "predicted": _span(r, e.predicted),
            }
            for r in evaluation.results
            for e in r.errors
        ],
        "not_scored": evaluation.not_scored,
        "without_prediction": evaluation.without_prediction,
        "losses": [{"document": loss.document, "what": loss.what, "where": loss.where} for loss in evaluation.losses],
        "comparison": evaluation.comparison.to_json() if evaluation.comparison else None,
    }


def _span(result: Result, span: Any) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "start": span.start,
        "end": span.end,
        "text": result.document.text[span.start : span.end],
        "value": span.value,
    }
