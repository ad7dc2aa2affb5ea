"""The steps: a teacher on the gold; "accurate" on the gold and on the teacher's probabilities for unannotated records;
"default" on the gold and on those of "accurate". Each then once more on gold alone, at a lower rate.

With the models of an earlier version at hand, its "accurate" is the teacher, and the networks of "accurate" go on from its.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from extractor.ner import RUN_TIME_STYLES, ConditionModel
from extractor.ner.windows import piece_table
from training import calibrate
from training.batches import Item, items
from training.data import Sample, annotated, load
from training.earlier import read_back
from training.export import describe, export
from training.network import Tagger, from_encoder
from training.silver import records, silver
from training.train import Settings, train

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

CALIBRATED_ON = ("registry", "lct")


class Places(NamedTuple):
    """Where things lie."""

    corpora: Path
    registry: Path
    encoder: Path
    work: Path
    earlier: Path | None = None

    @property
    def tokenizer(self) -> Path:
        return self.encoder / "tokenizer.json"


def read_config() -> dict[str, Any]:
    """training/config.toml."""
    return tomllib.loads((Path(__file__).parent / "config.toml").read_text(encoding="utf-8"))


def run(places: Places, config: dict[str, Any], out: Path) -> None:
    """Everything, into out/default and out/accurate."""
    learn, dev = samples(places, "train"), samples(places, "dev")
    gold = repeated(learn, config["repeats"], places.tokenizer)
    teacher = places.earlier / "accurate" if places.earlier else _teacher(places, config, gold, dev)
    for name in ("accurate", "default"):
        few = repeated(learn, config["finish"][name]["repeats"], places.tokenizer)
        networks = []
        for number, seed in enumerate(
            config[name]["seeds"], 1
        ):  # trained apart, they are better together than any of them
            folder = places.work / f"{name}-{number}"
            if places.earlier and name == "accurate":
                model = read_back(places.earlier / name / f"network{number}.onnx")
            else:
                learned = [*gold, *_silver(places, config[name], ConditionModel(teacher))]
                model = trained(folder, places, {**config[name]["train"], "seed": seed}, learned, dev)
            finish = {**config["finish"][name]["train"], "seed": seed}
            before = {key: weight.clone() for key, weight in model.state_dict().items()}
            model = trained(folder / "finish", places, finish, few, dev, start=model)
            networks.append(_between(before, model, config["finish"][name]["share"]))
        package(networks, name, places, config, dev, out / name)
        teacher = out / name


def _between(before: dict[str, torch.Tensor], model: Tagger, share: float) -> Tagger:
    """The weights that lie `share` of the way from `before` to those of `model`: nearly as good as these on what the last
    pass was for, and nearly as good as those on the rest."""
    after = model.state_dict()
    model.load_state_dict({key: before[key] * (1 - share) + after[key] * share for key in after})
    return model


def _teacher(places: Places, config: dict[str, Any], gold: list[Item], dev: list[Sample]) -> Path:
    folder = places.work / "teacher" / "model"
    if not (folder / "config.json").exists():
        network = trained(places.work / "teacher", places, config["teacher"], gold, dev)
        export([network], places.tokenizer, folder, card("teacher", config, [[0.0, 0.0], [1.0, 1.0]]))
    return folder


def samples(places: Places, part: str) -> list[Sample]:
    """The gold of `part`, read once."""
    file = places.work / f"{part}.pickle"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(load(places.corpora, places.registry, part)))
    found: list[Sample] = pickle.loads(file.read_bytes())
    return found


def repeated(learn: Sequence[Sample], repeats: dict[str, float], tokenizer: Path, longest: int = 190) -> list[Item]:
    """Windows of the samples, as often as `repeats` says of their corpus; 0.3: three in ten."""
    rng = random.Random(3)
    out: list[Item] = []
    for item in items(learn, piece_table(tokenizer), longest):
        times = repeats[item.corpus]
        out += [item] * (int(times) + (rng.random() < times % 1))
    return out


def trained(
    folder: Path,
    places: Places,
    config: dict[str, Any],
    learn: list[Item],
    dev: list[Sample],
    start: Tagger | None = None,
) -> Tagger:
    """The network of a step: from its run in `folder` where there is one, else trained now, from `start` or the
    encoder's weights."""
    settings = Settings(**config)
    done = folder / "done"
    torch.manual_seed(settings.seed)
    if done.exists():
        model = Tagger(settings.depth)
    else:
        model = start or from_encoder(places.encoder, settings.depth)
    if done.exists():
        model.load_state_dict(torch.load(folder / "tagger.pt"))
    else:
        train(model, learn, items(dev, piece_table(places.tokenizer), settings.longest), dev, settings, folder)
        done.touch()
    return model


def _silver(places: Places, config: dict[str, Any], teacher: ConditionModel) -> list[Item]:
    file = places.work / f"silver-{teacher.config['name']}.pickle"
    if not file.exists():
        texts = records(places.registry, config["silver"], annotated(), config["silver_seed"])
        file.write_bytes(pickle.dumps(list(silver(texts, teacher))))
    found: list[Item] = pickle.loads(file.read_bytes())
    return found


def package(
    models: Sequence[Tagger], name: str, places: Places, config: dict[str, Any], dev: Sequence[Sample], folder: Path
) -> None:
    """Writes the model's folder: calibrated on half of the dev documents of registry text, checked on the other half."""
    export(models, places.tokenizer, folder, card(name, config, [[0.0, 0.0], [1.0, 1.0]]))
    raw = ConditionModel(folder)
    known = [s for s in dev if s.corpus in CALIBRATED_ON]
    first, second = calibrate.pairs(raw, known[::2]), calibrate.pairs(raw, known[1::2])
    describe(folder, {**raw.config, "calibration": calibrate.fit(first)})
    rows, error = calibrate.reliability(calibrate.pairs(ConditionModel(folder), known[1::2]))
    title = f"{name}: calibration error {error:.3f} on {len(second)} spans"
    (folder / "reliability.svg").write_text(calibrate.diagram(rows, title), encoding="utf-8")
    describe(folder, {**raw.config, "calibration": calibrate.fit([*first, *second])})


def card(name: str, config: dict[str, Any], calibration: list[list[float]]) -> dict[str, Any]:
    """config.json, but for the digests."""
    return {
        "name": f"conditions-{name}",
        "version": config["version"],
        "longest": Settings(**config.get(name, {}).get("train", {})).longest,
        "styles": list(RUN_TIME_STYLES),
        "training": {"first": config[name], "finish": config.get("finish", {}).get(name)},
        "calibration": calibration,
    }
