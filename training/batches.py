"""Samples as batches of tensors."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from extractor.ner.windows import SHAPES, Pieces, Window, tags, windows
from training.data import STYLES, Sample

CLS, SEP, IGNORED = 101, 102, -100


class Item(NamedTuple):
    """One window: model input with a label for the first piece of each word, and where the words stand in the text."""

    sample: int
    corpus: str
    ids: list[int]
    features: list[int]
    labels: list[int]
    firsts: list[int]
    words: list[tuple[int, int]]
    soft: np.ndarray | None = None  # a teacher's probabilities of O, B, I, (words, 3)


def style_id(style: str) -> int:
    """The vocabulary entry [unusedN] that stands for a style."""
    return 1 + STYLES.index(style)


def items(samples: Sequence[Sample], pieces: Pieces, longest: int) -> list[Item]:
    """All windows of the samples."""
    out = []
    for number, sample in enumerate(samples):
        for window in windows(sample.text, pieces, sample.hints, longest):
            labels = tags(window.words, sample.spans)
            for a, b in sample.unknown:
                labels = [IGNORED if a < d and c < b else tag for tag, (c, d) in zip(labels, window.words, strict=True)]
            out.append(item(number, sample.corpus, sample.style, window, labels))
    return out


def item(
    number: int, corpus: str, style: str, window: Window, labels: Sequence[int], soft: np.ndarray | None = None
) -> Item:
    """A window with a label for each word."""
    ids, features, marks, firsts = [CLS, style_id(style)], [0, 0], [IGNORED, IGNORED], []
    for word, feature, label in zip(window.pieces, window.features, labels, strict=True):
        firsts.append(len(ids))
        ids += word
        features += [feature] * len(word)
        marks += [label] + [IGNORED] * (len(word) - 1)
    return Item(number, corpus, [*ids, SEP], [*features, 0], [*marks, IGNORED], firsts, window.words, soft)


def batches(all_items: Sequence[Item], budget: int, rng: random.Random | None = None) -> list[list[Item]]:
    """Batches of items of like length, of about `budget` pieces with padding; in random order when `rng` is given."""
    ordered = sorted(all_items, key=lambda i: len(i.ids) + (rng.random() * 12 if rng else 0))
    out: list[list[Item]] = [[]]
    for item in ordered:
        if out[-1] and len(item.ids) * (len(out[-1]) + 1) > budget:
            out.append([])
        out[-1].append(item)
    if rng:
        rng.shuffle(out)
    return [batch for batch in out if batch]


def tensors(
    batch: Sequence[Item], hint_drop: float = 0.0, rng: random.Random | None = None
) -> tuple[torch.Tensor, ...]:
    """ids, features, mask, labels; with probability `hint_drop` a window loses its vocabulary hints."""
    longest = max(len(i.ids) for i in batch)
    rows: list[list[int]] = []
    for item in batch:
        drop = rng is not None and rng.random() < hint_drop
        rows.append([f % SHAPES for f in item.features] if drop else item.features)

    def pad(lists: Sequence[list[int]], value: int) -> torch.Tensor:
        return torch.tensor([row + [value] * (longest - len(row)) for row in lists])

    ids = pad([i.ids for i in batch], 0)
    return ids, pad(rows, 0), (ids != 0).long(), pad([i.labels for i in batch], IGNORED)
