"""What comes out when the ordinary does not happen: letters for figures, failures first, full disks, inputs as outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extractor.batch import Options, run
from extractor.batch.engine import FailedFast
from extractor.errors import OutputError, UsageError


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "b.txt"
    path.write_text("Exclusion Criteria: Child-Pugh class B or C; ALT > 40 U/L.", encoding="utf-8")
    return path


def go(source: Path, out: Path | None, **more: Any) -> int:
    return run([str(source)], Options(out=out, labels=("LAB_THRESHOLD",), progress=False, **more)).done


def test_classes_of_scores_have_columns_of_their_own(text: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    go(text, tmp_path / "out", format="parquet")
    rows = parquet.read_table(tmp_path / "out").to_pylist()
    assert [(r["value_low"], r["value_low_class"], r["value_high_class"]) for r in rows] == [
        (None, "B", "C"),
        (40.0, None, None),
    ]


def test_classes_of_scores_in_duckdb(text: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    go(text, tmp_path / "out", format="duckdb")
    with duckdb.connect(str(tmp_path / "out"), read_only=True) as base:
        assert base.sql("SELECT value_low_class, value_low FROM spans").fetchall() == [("B", None), (None, 40.0)]


@pytest.mark.parametrize("format", ["jsonl", "json", "csv"])
def test_resumed_after_failures_alone(format: str, text: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_bytes(bytes(100))
    text.rename(tmp_path / "in" / "b.txt")
    with pytest.raises(FailedFast):
        go(tmp_path / "in", tmp_path / "out", format=format, fail_fast=True)
    go(tmp_path / "in", tmp_path / "out", format=format, resume=True)
    go(tmp_path / "in", tmp_path / "whole", format=format)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize("other", ["{}", "{folder}/../{name}/b.txt", "link"])
def test_an_input_is_not_overwritten(other: str, text: Path, tmp_path: Path) -> None:
    before = text.read_bytes()
    out = Path(other.format(text, folder=tmp_path, name=tmp_path.name))
    if other == "link":
        out = tmp_path / "link"
        out.symlink_to(text)
    elif other == "{}":
        out = text
    with pytest.raises(UsageError, match="is an input"):
        go(text, out)
    assert text.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_no_traceback(text: Path) -> None:
    command = [sys.executable, "-m", "extractor", "annotate", str(text), "--labels", "AGE"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"No space left" in done.stderr and b"Traceback" not in done.stderr


def test_a_report_that_cannot_be_written_is_an_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(bytes(100))

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("extractor.batch.engine.Report.add", broken)
    with pytest.raises(OutputError, match="No space left"):
        go(tmp_path / "a", tmp_path / "out")
