"""The batch engine: order, workers, what fails, formats, going on after a crash."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractor.batch import Options, run
from extractor.batch.engine import FailedFast
from extractor.errors import UsageError
from extractor.extractor import Extractor
from tests.read import samples

LABELS = ("ROUTE", "AGE", "CELL_DOSE")
TEXT = "Adults aged 18 to 65 years get 2 x 10^6 cells/kg intravenously (number {n}).\n"


def write_jsonl(path: Path, count: int, bad: tuple[int, ...] = ()) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            line = json.dumps({"id": f"R{n}", "text": TEXT.format(n=n) * (1 + n % 5)})
            file.write(("{broken" if n in bad else line) + "\n")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def options(out: Path, **more: Any) -> Options:
    return replace(Options(out=out, labels=LABELS, progress=False), **more)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "in.jsonl", 100, bad=(3, 50))


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "parquet"])
def test_same_bytes_whatever_the_workers(format: str, source: Path, tmp_path: Path) -> None:
    if format == "parquet":
        pytest.importorskip("pyarrow")
    outcomes = [run([str(source)], options(tmp_path / f"out{w}", format=format, workers=w)) for w in (1, 2, 3)]
    assert {(o.done, o.failed) for o in outcomes} == {(98, 2)}
    assert len({(tmp_path / f"out{w}").read_bytes() for w in (1, 2, 3)}) == 1
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
    assert len(names) == 2 and all(name.startswith("_.._.._tmp_x~") for name in names)


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


# --- going on after a crash


def cut_short(source: Path, out: Path, after: int, **more: Any) -> None:
    """A run that is stopped in the middle, its journal and part file torn as a kill leaves them."""
    import extractor.batch.engine as module

    class Stop(Exception):
        pass

    whole = module._Run._one
    seen = 0

    def one(self: Any, *args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > after:
            raise Stop
        whole(self, *args)

    module._Run._one = one  # type: ignore[method-assign]
    try:
        with pytest.raises(Stop):
            run([str(source)], options(out, **more))
    finally:
        module._Run._one = whole  # type: ignore[method-assign]


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "brat"])
@pytest.mark.parametrize("after", [0, 1, 2, 4, 49, 51, 99])
def test_resumed_output_is_the_same(format: str, after: int, source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "whole", format=format))
    out = tmp_path / "out"
    cut_short(source, out, after, format=format)
    for part in (tmp_path / "out.part", tmp_path / "out.errors.part", tmp_path / "out.journal"):
        if part.exists():
            with part.open("ab") as file:
                file.write(b"[7,6,1,9")
    outcome = run([str(source)], options(out, format=format, resume=True, workers=2))
    assert (outcome.done, outcome.failed) == (98, 2)
    assert contents(out) == contents(tmp_path / "whole")
    assert contents(tmp_path / "out.errors.jsonl") == contents(tmp_path / "whole.errors.jsonl")
    assert not [p.name for p in tmp_path.iterdir() if p.name.endswith((".part", ".journal"))]


def contents(path: Path) -> dict[str, bytes] | bytes:
    return {p.name: p.read_bytes() for p in path.iterdir()} if path.is_dir() else path.read_bytes()


@pytest.mark.parametrize("after", ["replace", "manifest"])
def test_killed_between_the_last_steps(
    after: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([str(source)], options(tmp_path / "whole"))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if after == "replace":
        monkeypatch.setattr("extractor.batch.engine.Report.finish", killed)
    else:
        monkeypatch.setattr(
            "extractor.batch.engine.Journal.close", lambda self, remove=False: killed() if remove else None
        )
    with pytest.raises(KeyboardInterrupt):
        run([str(source)], options(tmp_path / "out"))
    monkeypatch.undo()
    assert run([str(source)], options(tmp_path / "out", resume=True)).done == 98
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    assert (tmp_path / "out.errors.jsonl").read_bytes() == (tmp_path / "whole.errors.jsonl").read_bytes()


def test_resume_without_a_run_before_begins(source: Path, tmp_path: Path) -> None:
    assert run([str(source)], options(tmp_path / "out", resume=True)).done == 98


@pytest.mark.parametrize("change", [{"labels": ("AGE",)}, {"format": "csv"}, {"offset_unit": "utf16"}])
def test_other_options_do_not_go_on(change: dict[str, Any], source: Path, tmp_path: Path) -> None:
    cut_short(source, tmp_path / "out", 40)
    with pytest.raises(UsageError, match=next(iter(change))):
        run([str(source)], options(tmp_path / "out", resume=True, **change))
    assert run([str(source)], options(tmp_path / "out", **change)).done == 98


def test_another_version_does_not_go_on(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_short(source, tmp_path / "out", 40)
    monkeypatch.setattr("extractor.batch.engine.__version__", "99")
    with pytest.raises(UsageError, match="version"):
        run([str(source)], options(tmp_path / "out", resume=True))


def test_an_input_that_changed_does_not_go_on(source: Path, tmp_path: Path) -> None:
    cut_short(source, tmp_path / "out", 40)
    source.write_text(source.read_text(encoding="utf-8").replace("number 9)", "number nine)"), encoding="utf-8")
    with pytest.raises(UsageError, match="not what it was"):
        run([str(source)], options(tmp_path / "out", resume=True))


def test_the_manifest_says_what_was_done_by_what(source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "out"))
    told = json.loads((tmp_path / "out.manifest.json").read_text(encoding="utf-8"))
    assert (told["documents"], told["failed"], told["inputs"]) == (98, 2, [str(source)])
    assert told["rules"] == lines(tmp_path / "out")[0]["extractor"]["rules"] and told["version"]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_random_moments_and_resumed(workers: int, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", 1500, bad=(11, 700))
    whole, out = tmp_path / "whole", tmp_path / "out"
    begin = [sys.executable, "-m", "extractor", "annotate", str(source), "--labels", ",".join(LABELS), "--no-progress"]
    subprocess.run([*begin, "-o", str(whole)], stderr=subprocess.DEVNULL, check=False)
    command = [*begin, "-o", str(out), "--workers", str(workers), "--resume", "--texts", str(tmp_path / "texts")]
    chance = random.Random(workers)
    kills = 0
    for _ in range(40):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        before = size(tmp_path / "out.journal")
        if kills < 4:
            while process.poll() is None and size(tmp_path / "out.journal") <= before + 200:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.3)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
        if process.wait(timeout=120) in (0, 1):
            break
    assert kills >= 2
    assert out.read_bytes() == whole.read_bytes()
    assert (tmp_path / "out.errors.jsonl").read_bytes() == (tmp_path / "whole.errors.jsonl").read_bytes()
    assert len(list((tmp_path / "texts").glob("*.txt"))) == 1498


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
