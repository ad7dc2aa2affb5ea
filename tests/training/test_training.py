"""What of the training recipe runs without torch: its data, its scores, its configuration."""

from __future__ import annotations

import csv
import json
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from extractor.evaluate.gold import GoldDocument, GoldSpan
from extractor.ner.model import RUN_TIME_STYLES, model_folder
from training.data import CORPORA, STYLES, annotated, conditions, is_dev, registry_gold, sample
from training.score import Counts

ROWS = Path(__file__).parents[2] / "training" / "registry_conditions.tsv"


def test_annotations_of_records_are_offsets_without_text() -> None:
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {row["part"] for row in rows} == {"train", "dev", "test"}
    for _, group in groupby(rows, key=lambda row: row["id"]):
        record = list(group)
        assert len({(row["part"], row["sha256"]) for row in record}) == 1
        places = [(int(row["start"]), int(row["end"])) for row in record]
        assert all(start < end for start, end in places)
        assert all(a[1] <= b[0] for a, b in pairwise(places))
    assert len(annotated()) == 140


def test_a_record_with_another_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cell_therapy").mkdir()
    for id in annotated():
        (tmp_path / "cell_therapy" / f"{id}.txt").write_text("another text")
    with pytest.raises(ValueError, match="is not the text that was annotated"):
        registry_gold(tmp_path, "train")


def test_outermost_spans_in_the_view_of_run_time() -> None:
    text = "Severe lupus nephritis with eGFR \\< 30 and lupus."
    spans = [("CONDITION", 7, 22), ("CONDITION", 7, 12), ("~CONDITION", 43, 48), ("AGE", 0, 6)]
    document = GoldDocument("NCT7", text, tuple(GoldSpan(str(i), *s) for i, s in enumerate(spans)))
    assert conditions(document) == ([(7, 22)], [(43, 48)])
    found = sample("lct", document)
    assert [found.text[a:b] for a, b in found.spans] == ["lupus nephritis"]
    assert [found.text[a:b] for a, b in found.unknown] == ["lupus"]
    assert "\\" not in found.text


def test_styles_of_training_and_of_run_time() -> None:
    document = GoldDocument("NCT7", "Severe asthma", ())
    assert [sample(c, document).style for c in ("registry", "lct", "ncbi", "chia")] == [
        "record",
        "criteria",
        "abstract",
        "loose",
    ]
    assert set(CORPORA.values()) == set(STYLES) and STYLES[: len(RUN_TIME_STYLES)] == RUN_TIME_STYLES


@pytest.mark.parametrize(("id", "expected"), [("NCT00000007", True), ("NCT00000070", False), ("NCT7_exc", True)])
def test_one_document_in_ten_is_for_choosing(id: str, expected: bool) -> None:
    assert is_dev(id) is expected


def test_counts() -> None:
    counts = Counts()
    counts.add([(0, 5), (10, 15), (20, 25), (30, 31)], [(0, 5), (11, 15), (40, 45)], unknown=[(29, 32)])
    # found 3 (one on unknown ground), right 1, overlapping 2; gold 3, met 2
    assert counts.scores() == {"strict": 0.3333, "overlap": 0.6667, "precision": 0.3333, "recall": 0.3333}


@pytest.mark.parametrize("name", ["default", "accurate"])
def test_calibration_never_falls(name: str) -> None:
    table = json.loads((model_folder(name) / "config.json").read_text())["calibration"]
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(table))
    assert 0 < table[0][1] < table[-1][1] < 1
