"""The shipped taggers: whole files, one answer whoever asks, scores, and what they find."""

from __future__ import annotations

import json
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from extractor import Extractor
from extractor.errors import ModelError
from extractor.ner import SHIPPED, ConditionModel, load_model
from extractor.ner.model import model_folder
from extractor.tag.spacy_components import registry_tokenizer

SEEDS = Path(__file__).parents[2] / "annotations" / "seeds"
TEXTS = [p.read_bytes().decode("utf-8") for p in sorted(SEEDS.glob("*.txt"))]
MEGABYTE = 1_000_000


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_are_whole_and_small(name: str) -> None:
    folder = model_folder(name)
    assert load_model(name).card.name == f"conditions-{name}"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 60 * MEGABYTE
    assert (folder / "MODEL_CARD.md").is_file()


@pytest.mark.parametrize("name", SHIPPED)
def test_conditions_with_scores(name: str) -> None:
    text = "Inclusion: severe lupus nephritis. Exclusion: pregnancy, uncontrolled hypertension or a history of stroke."
    spans = load_model(name).find(text)
    assert [text[s.start : s.end] for s in spans] == ["lupus nephritis", "pregnancy", "hypertension", "stroke"]
    assert all(0.5 < s.score <= 1 for s in spans)


@pytest.mark.parametrize("text", ["", "   \n", "12 345 ≥ 6", "Written consent was given by all of them.", "中文" * 50])
def test_nothing_where_there_is_none(text: str) -> None:
    assert load_model("default").find(text) == []


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder("default"), folder)
    network = folder / "network1.onnx"
    network.write_bytes(network.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=r"network1\.onnx: sha256 is [0-9a-f]{64}, config.json says"):
        ConditionModel(folder)
    network.unlink()
    with pytest.raises(ModelError, match="no model that can be read here"):
        ConditionModel(folder)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ModelError, match="no model 'huge': use default, accurate, none, or the path"):
        Extractor.load(model="huge")


def test_the_card_changes_with_the_calibration(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder("default"), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "calibration": [[0, 0], [1, 1]]}))
    assert ConditionModel(folder).card.sha256 != load_model("default").card.sha256


@pytest.mark.parametrize("name", SHIPPED)
def test_copies_threads_and_processes_answer_alike(name: str) -> None:
    extractor = Extractor.load(model=name)
    expected = [extractor.annotate(text) for text in TEXTS]
    assert any(e.source.by == "model" for d in expected for e in d.entities)
    assert [pickle.loads(pickle.dumps(extractor)).annotate(text) for text in TEXTS] == expected
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(extractor.annotate, TEXTS)) == expected
    assert list(extractor.annotate_many(TEXTS, n_process=2)) == expected


@pytest.mark.parametrize("name", SHIPPED)
def test_spacy_pipes_answer_as_the_extractor_does(name: str, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.tokenizer = registry_tokenizer(nlp)
    nlp.add_pipe("condition", config={"model": name})
    nlp.to_disk(tmp_path)
    extractor = Extractor.load(labels=["CONDITION"], model=name)
    expected = [[(e.start, e.end, e.score) for e in extractor.annotate(text).entities] for text in TEXTS]
    for pipeline in (nlp, pickle.loads(pickle.dumps(nlp)), spacy.load(tmp_path)):
        for workers in (1, 2):
            assert [_told(doc) for doc in pipeline.pipe(TEXTS, n_process=workers)] == expected


def _told(doc: Doc) -> list[tuple[int, int, float]]:
    attrs = doc.spans["condition"].attrs
    return [(start, end, score) for (start, end), score in zip(attrs["offsets"], attrs["scores"], strict=True)]
