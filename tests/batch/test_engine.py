"""The batch engine: order, workers, what fails, formats."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractor.batch import run
from extractor.batch.engine import FailedFast
from extractor.errors import VocabularyError
from extractor.extractor import Extractor
from tests.batch.support import contents, lines, options, write_jsonl
from tests.read import samples


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "brat", "parquet", "duckdb"])
def test_same_bytes_whatever_the_workers(format: str, source: Path, tmp_path: Path) -> None:
    for package in {"parquet": ["pyarrow"], "duckdb": ["duckdb", "pyarrow"]}.get(format, []):
        module = pytest.importorskip(package)
        if package == "duckdb" and int(module.__version__.split(".")[0]) < 2:
            pytest.skip("the same bytes need DuckDB 2.0")
    outcomes = [run([str(source)], options(tmp_path / f"out{w}", format=format, workers=w)) for w in (1, 2, 3)]
    assert {(o.done, o.failed) for o in outcomes} == {(98, 2)}
    first, *others = [contents(tmp_path / f"out{w}") for w in (1, 2, 3)]
    assert first and all(other == first for other in others)
    reports = {(tmp_path / f"out{w}.errors.jsonl").read_bytes() for w in (1, 2, 3)}
    assert len(reports) == 1


def test_order_is_the_inputs(source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "out", workers=2))
    assert [d["id"] for d in lines(tmp_path / "out")] == [f"R{n}" for n in range(100) if n not in (3, 50)]


def test_what_failed_is_named_with_its_reason(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 10)
    run([str(source), str(tmp_path / "binary"), str(tmp_path / "missing")], options(tmp_path / "out"))
    report = lines(tmp_path / "out.errors.jsonl")
    assert [r["code"] for r in report] == ["BAD_INPUT", "BAD_INPUT", "BAD_ENCODING", "BAD_INPUT"]
    assert report[0]["source"].endswith("in.jsonl: line 4") and "damaged JSON" in report[0]["message"]
    assert capsys.readouterr().err.count("\n") == 4


def test_the_report_of_an_earlier_run_goes_when_nothing_fails(source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "out"))
    write_jsonl(source, 3)
    run([str(source)], options(tmp_path / "out"))
    assert not (tmp_path / "out.errors.jsonl").exists()


def test_a_bug_on_one_text_loses_nobody_else(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_on(monkeypatch, "number 7)", lambda: 1 / 0)
    outcome = run([str(source)], options(tmp_path / "out", workers=2))
    assert outcome.done == 97
    assert [r["id"] for r in lines(tmp_path / "out.errors.jsonl") if r["code"] == "INTERNAL"] == ["R7"]


def break_on(monkeypatch: pytest.MonkeyPatch, words: str, what: Callable[[], object]) -> None:
    whole = Extractor.annotate

    def annotate(self: Extractor, text: str, *args: Any, **more: Any) -> Any:
        if words in text:
            what()
        return whole(self, text, *args, **more)

    monkeypatch.setattr(Extractor, "annotate", annotate)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork")
@pytest.mark.parametrize("culprits", [[20], [0, 21, 98], [30, 31, 32]])
def test_a_worker_that_dies_takes_nobody_with_it(
    culprits: list[int], source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([str(source)], options(tmp_path / "whole"))
    parent = os.getpid()

    def die() -> None:
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)

    whole = Extractor.annotate

    def annotate(self: Extractor, text: str, id: str | None = None, *args: Any, **more: Any) -> Any:
        if id in {f"R{n}" for n in culprits}:
            die()
        return whole(self, text, id, *args, **more)

    monkeypatch.setattr(Extractor, "annotate", annotate)
    outcome = run([str(source)], options(tmp_path / "out", workers=2))
    assert outcome.done == 98 - len(culprits)
    lost = [r["id"] for r in lines(tmp_path / "out.errors.jsonl") if r["code"] == "WORKER_LOST"]
    assert lost == [f"R{n}" for n in culprits]
    kept = [d for d in lines(tmp_path / "whole") if d["id"] not in lost]
    assert lines(tmp_path / "out") == kept


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork")
def test_rules_that_break_in_a_worker_are_named_as_such(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = os.getpid()

    def load(*_: object, **__: object) -> Extractor:
        assert os.getpid() != parent
        raise VocabularyError("routes.csv:12: ncit is blank")

    monkeypatch.setattr(Extractor, "load", load)
    with pytest.raises(VocabularyError, match=r"routes\.csv:12"):
        run([str(source)], options(tmp_path / "out", workers=2))
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.errors.jsonl").exists()


def test_fail_fast_stops_and_resume_goes_on(source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "whole"))
    with pytest.raises(FailedFast, match="line 4"):
        run([str(source)], options(tmp_path / "out", fail_fast=True))
    assert not (tmp_path / "out").exists()
    outcome = run([str(source)], options(tmp_path / "out", resume=True))
    assert (outcome.done, outcome.failed) == (98, 2)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    assert lines(tmp_path / "out.errors.jsonl") == lines(tmp_path / "whole.errors.jsonl")


def test_texts_and_places_of_fields(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([samples.v2("NCT1"), samples.v2("../../up")]), encoding="utf-8")
    run([str(path)], options(tmp_path / "out", texts=tmp_path / "texts"))
    document = lines(tmp_path / "out")[0]
    text = (tmp_path / "texts" / "NCT1.txt").read_text(encoding="utf-8")
    assert all(text[e["start"] : e["end"]] == e["text"] for e in document["entities"]) and document["entities"]
    told = json.loads((tmp_path / "texts" / "NCT1.fields.json").read_text(encoding="utf-8"))
    assert (told["source"], told["place"], told["format"]) == (str(path), "[0]", "ctgov-v2")
    summary = next(f for f in told["fields"] if f["path"].endswith("briefSummary"))
    assert text[summary["start"] : summary["end"]] == samples.SUMMARY
    kinds = {s["kind"] for s in document["sections"]}
    assert {"title", "summary", "arm", "intervention", "inclusion", "exclusion", "outcome"} <= kinds
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["texts"]
    assert len(list((tmp_path / "texts").iterdir())) == 4


def test_brat_pairs_of_odd_ids_stay_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "../../../tmp/x", "text": "orally"}\n', encoding="utf-8")
    run([str(tmp_path / "in.jsonl")], options(tmp_path / "brat", format="brat"))
    names = [p.name for p in (tmp_path / "brat").iterdir()]
    assert len(names) == 2 and all(name.startswith("%2E.%2F..%2F..%2Ftmp%2Fx.") for name in names)


# --- tables


def test_parquet_has_a_row_a_span_with_values_in_columns(source: Path, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    run([str(source)], options(tmp_path / "out.parquet", format="parquet"))
    run([str(source)], options(tmp_path / "out.jsonl"))
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    spans = [(d["id"], e["id"], e["start"]) for d in lines(tmp_path / "out.jsonl") for e in d["entities"]]
    assert [(r["document"], r["entity"], r["start"]) for r in rows] == spans
    dose = next(r for r in rows if r["label"] == "CELL_DOSE")
    assert (dose["value_low"], dose["value_unit"], dose["value_ncit"]) == (2e6, "{cells}/kg", None)


def test_duckdb_joins_with_a_table_of_ones_own(source: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    run([str(source)], options(tmp_path / "out.duckdb", format="duckdb"))
    (tmp_path / "mine.csv").write_text("id,phase\nR1,Phase 2\nR2,Phase 3\n", encoding="utf-8")
    query = f"""SELECT phase, count(*) FROM spans JOIN '{tmp_path}/mine.csv' AS mine ON spans.document = mine.id
                WHERE label = 'AGE' GROUP BY 1 ORDER BY 1"""
    with duckdb.connect(str(tmp_path / "out.duckdb"), read_only=True) as base:
        assert base.execute(query).fetchall() == [("Phase 2", 2), ("Phase 3", 3)]
        assert base.execute("SELECT count(*) FROM documents").fetchone() == (98,)


def test_csv_of_nothing_has_its_header(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Nothing here.", encoding="utf-8")
    run([str(tmp_path / "x.txt")], options(tmp_path / "out.csv", format="csv"))
    assert len(list(csv.reader((tmp_path / "out.csv").open(encoding="utf-8")))) == 1
