"""What each part of the recipe contributes: a small network, trained without it, on the gold alone."""

from __future__ import annotations

from typing import Any

from training import data
from training.network import Tagger
from training.recipe import Places, repeated, samples, trained
from training.train import last_scores

WITHOUT = ("nothing", *data.CORPORA, "style token", "vocabulary hints", "pre-training")


def ablation(places: Places, config: dict[str, Any]) -> str:
    """Markdown: strict and overlap F1 on every dev part, without each part in turn."""
    learn, dev = samples(places, "train"), samples(places, "dev")
    names = data.SCORED
    rows = ["| without | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for left_out in WITHOUT:
        scores = _scores(left_out, places, config, learn, dev)
        cells = [f"{scores[n]['strict']:.3f} / {scores[n]['overlap']:.3f}" for n in names]
        rows.append(f"| {left_out} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _scores(
    left_out: str, places: Places, config: dict[str, Any], learn: list[data.Sample], dev: list[data.Sample]
) -> dict[str, dict[str, float]]:
    """Dev scores of one run."""
    folder = places.work / "ablation" / left_out.replace(" ", "-")
    kept = [s for s in learn if s.corpus != left_out]
    if left_out == "vocabulary hints":
        kept, dev = [s._replace(hints=()) for s in kept], [s._replace(hints=()) for s in dev]
    if left_out == "style token":
        kept, dev = [s._replace(style="record") for s in kept], [s._replace(style="record") for s in dev]
    blank = Tagger(config["ablation"]["depth"]) if left_out == "pre-training" else None
    gold = repeated(kept, config["repeats"], places.tokenizer)
    trained(folder, places, config["ablation"], gold, dev, start=blank)
    return last_scores(folder)
