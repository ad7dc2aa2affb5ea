"""Public corpora as gold: what each marks, under our labels. The user brings the files; nothing of them is in this
package.

A corpus measures only what it marks. Each module's docstring says what does not map. Spans that it marks by rules of
its own, and that are neither right nor wrong by ours, get the label "~LABEL": a prediction on one of them counts
neither way.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from extractor.errors import InputError, UsageError
from extractor.evaluate.gold import GoldDocument, Loss

CORPORA = ("lct", "chia", "bc5cdr", "ncbi", "neurotrialner", "phee")


def read_corpus(name: str, path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All documents of the corpus `name` under the folder (or in the file) `path`. Raises UsageError, InputError."""
    if name not in CORPORA:
        raise UsageError(f"unknown corpus {name!r}: use {', '.join(CORPORA)}")
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    documents: list[GoldDocument]
    documents, losses = import_module(f"extractor.evaluate.corpora.{name}").read(path)
    if not documents:
        raise InputError(f"{path}: no files of {name} here")
    return documents, losses
