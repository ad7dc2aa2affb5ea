"""The table of the model card: a shipped model, inside the whole extractor, on the dev parts (or on other gold)."""

from __future__ import annotations

from pathlib import Path

from extractor import Extractor
from extractor.evaluate.gold import GoldDocument
from training.data import conditions, documents, registry_gold
from training.score import Counts

TITLES = {
    "registry": "cell-therapy records, dev",
    "registry-test": "cell-therapy records, test",
    "lct": "Leaf Clinical Trials, dev",
    "chia": "CHIA, dev",
    "bc5cdr": "BC5CDR disease, dev",
    "ncbi": "NCBI-disease, dev",
}


def gold(corpora: Path, registry: Path | None, name: str) -> list[GoldDocument]:
    """The dev part of a corpus, or our test records."""
    if name == "registry-test":
        return registry_gold(registry, "test") if registry else []
    return documents(corpora, registry, name, "dev")


def score(extractor: Extractor, texts: list[GoldDocument]) -> dict[str, float]:
    """Scores of the CONDITION spans of the whole pipeline; outermost gold spans, discontinuous ones count neither way."""
    counts = Counts()
    for document in texts:
        found = [(e.start, e.end) for e in extractor.annotate(document.text).entities if e.label == "CONDITION"]
        counts.add(found, *conditions(document))
    return counts.scores()


def table(corpora: Path, registry: Path | None, models: list[str]) -> str:
    """Markdown: one row for each set of texts and each model."""
    rows = [
        "| texts | documents | model | strict F1 | overlap F1 | precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    extractors = {name: Extractor.load(labels=["CONDITION"], model=name) for name in models}
    for name, title in TITLES.items():
        texts = gold(corpora, registry, name)
        for model, extractor in extractors.items():
            s = score(extractor, texts)
            cells = (
                title,
                len(texts),
                model,
                *(f"{s[k]:.3f}" for k in ("strict", "overlap", "precision", "recall")),
            )
            rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows) + "\n"
