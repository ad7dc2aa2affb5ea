"""One training run: samples in, the network's weights and a log of scores out."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from extractor.ner.model import runs
from training.batches import IGNORED, Item, batches, tensors
from training.data import Sample
from training.network import TAGS, Tagger
from training.score import Counts


@dataclass(frozen=True)
class Settings:
    """What a run is told; kept beside its weights."""

    depth: int = 6
    epochs: float = 4
    rate: float = 1e-4
    head_rate: float = 1e-3
    decay: float = 0.01
    budget: int = 2048
    warm: float = 0.1
    hint_drop: float = 0.1
    longest: int = 190
    seed: int = 13


def train(
    model: Tagger,
    learn: Sequence[Item],
    dev: Sequence[Item],
    dev_samples: Sequence[Sample],
    settings: Settings,
    out: Path,
) -> None:
    """Trains `model` in place; writes out/tagger.pt and out/log.jsonl, which has dev scores after each epoch."""
    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)
    out.mkdir(parents=True, exist_ok=True)
    steps = int(len(batches(learn, settings.budget)) * settings.epochs)
    heads = [*model.head.parameters(), *model.features.parameters()]
    known = {id(p) for p in heads}
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in model.parameters() if id(p) not in known], "lr": settings.rate},
            {"params": heads, "lr": settings.head_rate},
        ],
        weight_decay=settings.decay,
    )
    rates = [settings.rate, settings.head_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=steps + 1, pct_start=settings.warm, anneal_strategy="linear"
    )
    start, step, pieces = time.time(), 0, 0
    with (out / "log.jsonl").open("w", encoding="utf-8") as log:
        log.write(json.dumps({"settings": asdict(settings), "windows": len(learn), "steps": steps}) + "\n")
        while step < steps:
            model.train()
            total = count = 0.0
            for batch in batches(learn, settings.budget, rng)[: steps - step]:
                loss = _loss(model, batch, settings, rng)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
                total, count, step = total + loss.item(), count + 1, step + 1
                pieces += sum(len(i.ids) for i in batch)
                if step % 50 == 0:
                    seconds = time.time() - start
                    print(f"{step}/{steps} loss {total / count:.4f}, {pieces / seconds:.0f} pieces/s", flush=True)
            scores = evaluate(model, dev, dev_samples)
            row = {"step": step, "loss": round(total / count, 4), "seconds": round(time.time() - start), "dev": scores}
            print(json.dumps(row), flush=True)
            log.write(json.dumps(row) + "\n")
            log.flush()
            torch.save(model.state_dict(), out / "tagger.pt")


def _loss(model: Tagger, batch: list[Item], settings: Settings, rng: random.Random) -> torch.Tensor:
    """Cross entropy with the gold tags, or with a teacher's probabilities where an item has them."""
    ids, features, mask, labels = tensors(batch, settings.hint_drop, rng)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(ids, features, mask)
    known = labels != IGNORED
    target = functional.one_hot(labels.clamp(min=0), TAGS).float()
    for row, item in enumerate(batch):
        if item.soft is not None:
            target[row, item.firsts] = torch.from_numpy(item.soft).float()
    return functional.cross_entropy(logits.float()[known], target[known])


def last_scores(folder: Path) -> dict[str, dict[str, float]]:
    """Dev scores that a run's log ends with."""
    scores: dict[str, dict[str, float]] = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])["dev"]
    return scores


@torch.no_grad()
def probabilities(model: Tagger, all_items: Sequence[Item]) -> list[torch.Tensor]:
    """For each item the tags' probabilities of its words: (words, 3)."""
    model.eval()
    out: dict[int, torch.Tensor] = {}
    for batch in batches(all_items, 8192):
        ids, features, mask, _ = tensors(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(ids, features, mask)
        chances = logits.float().softmax(-1)
        for row, item in enumerate(batch):
            out[id(item)] = chances[row, item.firsts].clone()
    return [out[id(item)] for item in all_items]


def evaluate(model: Tagger, dev: Sequence[Item], samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Scores by corpus."""
    found: dict[int, list[tuple[int, int]]] = {}
    for item, chances in zip(dev, probabilities(model, dev), strict=True):
        places = found.setdefault(item.sample, [])
        places += [(item.words[a][0], item.words[b][1]) for a, b in runs(chances.argmax(-1).numpy())]
    counts: dict[str, Counts] = {}
    for number, sample in enumerate(samples):
        counts.setdefault(sample.corpus, Counts()).add(found.get(number, []), sample.spans, sample.unknown)
    return {corpus: c.scores() for corpus, c in counts.items()}
