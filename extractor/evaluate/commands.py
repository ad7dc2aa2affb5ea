"""What `extractor evaluate` and `extractor convert` do, without argument parsing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from extractor import __version__
from extractor.errors import InputError, UsageError
from extractor.evaluate.formats import FORMATS, detect, read_gold, write_gold
from extractor.evaluate.gold import GoldDocument, Loss, NameMap, read_map, summary
from extractor.evaluate.run import Evaluation, evaluate, predict, read_predictions, to_json
from extractor.evaluate.thresholds import shortfalls
from extractor.extractor import DEFAULT_MODEL
from extractor.pipeline import LABELS
from extractor.serialise.atomic import write_atomically


def run_evaluate(
    gold: Path,
    predictions: Path | None = None,
    against: Path | None = None,
    labels: Sequence[str] | None = None,
    minima: Sequence[str] = (),
    json_out: Path | None = None,
    html_out: Path | None = None,
    format: str | None = None,
    map: Path | None = None,
    corpus: str | None = None,
    model: str = DEFAULT_MODEL,
) -> int:
    """Measures, prints, writes; answers 1 when a minimum was not reached, else 0."""
    documents, losses = _gold(gold, format, read_map(map) if map else None, corpus)
    marked = {s.label for d in documents for s in d.spans}
    if predictions is not None:
        found, lost = read_predictions(predictions, documents)
    else:
        found, lost = predict(documents, [x for x in LABELS if x in (labels or marked)], model), []
    other = None
    if against is not None:
        other, lost_there = read_predictions(against, documents)
        lost += lost_there
    # a corpus marks some attributes only; our own guidelines have them all
    flags = {name for d in documents for s in d.spans for name in s.attributes} if corpus else None
    evaluation = evaluate(documents, found, labels, other, flags)
    evaluation.losses = losses + lost
    short = shortfalls(minima, evaluation.figures)
    _report(evaluation, gold, predictions, against, json_out, html_out)
    for sentence in short:
        print(f"extractor: {sentence}", file=sys.stderr)
    return 1 if short else 0


def _gold(
    path: Path, format: str | None, names: NameMap | None, corpus: str | None
) -> tuple[list[GoldDocument], list[Loss]]:
    if corpus is None:
        return read_gold(path, format, names)
    from extractor.evaluate.corpora import read_corpus

    if format or names:
        raise UsageError("--corpus brings its own format and names: leave out --format and --map")
    return read_corpus(corpus, path)


def _report(
    evaluation: Evaluation,
    gold: Path,
    predictions: Path | None,
    against: Path | None,
    json_out: Path | None,
    html_out: Path | None,
) -> None:
    from extractor.evaluate.terminal import show

    show(evaluation)
    if json_out is not None:
        text = json.dumps(to_json(evaluation), ensure_ascii=False, indent=1)
        write_atomically(json_out, (text + "\n").encode())
    if html_out is not None:
        from extractor.evaluate.report import build

        about = {
            "Gold": f"{gold}, {len(evaluation.results)} documents",
            "Predictions": str(predictions) if predictions else f"extractor {__version__}",
            "Counted by": evaluation.counted_by,
        }
        if against:
            about["Against"] = str(against)
        write_atomically(html_out, build(evaluation, about).encode())


def run_convert(
    source: Path, out: Path, to: str, format: str | None = None, map: Path | None = None, texts: Path | None = None
) -> int:
    """Reads annotations in one format, writes them in another, and says on standard error what was lost.

    Answers how many documents were left out. Raises InputError, and writes nothing, when none is left.
    """
    if to not in FORMATS:
        raise UsageError(f"--to {to}: use {', '.join(FORMATS)}")
    if out.exists() and source.resolve() == out.resolve():
        raise UsageError(f"{out}: input and output are the same")
    documents, lost = read_gold(source, format or detect(source), read_map(map) if map else None, texts)
    left_out = sum(loss.whole for loss in lost)
    if not documents:
        why = f"; {summary(lost)[0]}" if lost else ""
        raise InputError(f"{source}: no document is left to write, so {out} was not written{why}")
    losses = lost + write_gold(documents, out, to)
    print(
        f"extractor: {len(documents)} documents, {sum(len(d.spans) for d in documents)} spans written to {out}",
        file=sys.stderr,
    )
    for line in summary(losses):
        print(f"extractor: not held: {line}", file=sys.stderr)
    if left_out:
        print(f"extractor: {left_out} of {left_out + len(documents)} documents were left out", file=sys.stderr)
    return left_out
