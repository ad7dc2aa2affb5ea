"""Texts that nobody annotated, tagged by a trained model: its probabilities are what the next model learns from."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from extractor.ner import ConditionModel
from extractor.pipeline import scan_text
from training.batches import Item, item
from training.data import hints


def records(registry: Path, number: int, without: Collection[str], seed: int) -> list[str]:
    """Texts drawn from the cell-therapy records (half of `number`) and from the other records, but for those named."""
    rng = random.Random(seed)
    paths = [p for p in sorted((registry / "cell_therapy").glob("*.txt")) if p.stem not in without]
    texts = [p.read_bytes().decode("utf-8") for p in rng.sample(paths, number // 2)]
    others = (registry / "bulk" / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return texts + [json.loads(line)["text"] for line in rng.sample(others, number - len(texts))]


def silver(texts: Iterable[str], teacher: ConditionModel) -> Iterator[Item]:
    """Windows of `texts`, furniture left out, with the teacher's probabilities as labels."""
    for text in texts:
        scan = scan_text(text)
        for window, chances in teacher.chances(scan.text, hints(scan)):
            section = scan.section_at(window.words[0][0])
            if section is not None and section.furniture:
                continue
            yield item(-1, "silver", "record", window, [0] * len(window.words), chances)
