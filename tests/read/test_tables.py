"""Tables with stray quotes and ragged rows; AACT tables that find no room."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from extractor.read import FailedInput, Record, read_inputs
from extractor.read.formats import aact

HEAD = "id,text,phase\n"


def read(path: Path, text: str) -> list[str]:
    """Ids of records, reasons of what failed, in order."""
    path.write_text(text, encoding="utf-8")
    return told(path)


def told(path: Path) -> list[str]:
    return [str(i.error) if isinstance(i, FailedInput) else str(i.id) for i in read_inputs([str(path)])]


def test_a_quote_that_is_never_closed_is_named_by_its_line(tmp_path: Path) -> None:
    found = read(tmp_path / "x.csv", f'\n\n{HEAD}a,Given orally,1\nb,"Given\ntwice",2\nc,"Given weekly,3\nd,Given,4\n')
    assert found[:2] == ["a", "b"] and len(found) == 3
    assert found[2].startswith("line 7: a quote is opened")


def test_a_download_that_was_cut_keeps_its_last_row_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f'{HEAD}a,"Given\ntwice",1\nb,"Given orally,\nthen', encoding="utf-8")
    found = [r for r in read_inputs([str(tmp_path / "x.csv")]) if isinstance(r, Record)]
    assert [(r.id, r.text) for r in found] == [("a", "Given\ntwice"), ("b", "Given orally,\nthen")]
    assert [[w.code for w in r.warnings] for r in found] == [[], ["TABLE_CUT"]]
    assert "line 4" in found[1].warnings[0].message


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_table_that_ends_well_is_not_blamed(end: str, tmp_path: Path) -> None:
    assert read(tmp_path / "x.csv", f'{HEAD}a,"Given ""twice"" daily","1"{end}') == ["a"]


def test_rows_that_a_stray_quote_joined_are_not_mixed(tmp_path: Path) -> None:
    found = read(tmp_path / "x.csv", f'{HEAD}a,Given,1\nb,"Given,2\nc,Given,3\nd,Given,"4"\ne,Given,5\n')
    assert (found[0], found[2]) == ("a", "e") and len(found) == 3
    assert found[1].startswith("lines 3 to 5 read as one row") and "quote" in found[1]


def test_ragged_rows_are_read(tmp_path: Path) -> None:
    assert read(tmp_path / "x.csv", f'{HEAD}a,Given\nb,"Given\ntwice"\nc,Given,3,\n') == ["a", "b", "c"]


def test_a_cell_that_is_too_long_is_named_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import csv

    before = csv.field_size_limit(50)
    try:
        found = read(tmp_path / "x.csv", f"{HEAD}a,Given,1\nb,{'x' * 60},2\n")
    finally:
        csv.field_size_limit(before)
    assert found[0] == "a" and "begins at line 3" in found[1]


def test_a_table_of_texts_keeps_them_whatever_else_it_has(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,title,text,phase\na,One,Given orally,2\n", encoding="utf-8")
    (record,) = read_inputs([str(tmp_path / "x.csv")])
    assert isinstance(record, Record) and (record.id, record.text) == ("a", "Given orally")
    (tmp_path / "x.csv").write_text("id,title,eligibility criteria\na,One,Adults\n", encoding="utf-8")
    (record,) = read_inputs([str(tmp_path / "x.csv")])
    assert isinstance(record, Record) and record.id == "a" and "One" in record.text and "Adults" in record.text


AACT = "id|nct_id|description\n1|NCT1|First\n2|NCT2|Second\n"


def folder(tmp_path: Path) -> Path:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "brief_summaries.txt").write_text(AACT, encoding="utf-8")
    (tmp_path / "z.txt").write_text("Given orally", encoding="utf-8")
    return tmp_path


def test_a_stray_quote_in_an_aact_table_loses_its_rows_alone(tmp_path: Path) -> None:
    found = read(tmp_path / "brief_summaries.txt", AACT + '3|NCT3|"Third\n4|NCT4|Fourth" more|x\n5|NCT5|Fifth\n')
    assert found[0].startswith("lines 4 to 5") and found[1:] == ["NCT1", "NCT2", "NCT5"]


def test_an_aact_database_without_room_loses_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(aact.tempfile, "TemporaryDirectory", full)
    assert told(folder(tmp_path)) == ["z", "No space left on device"]


@pytest.mark.parametrize("words", ["INSERT INTO row", "CREATE INDEX", "SELECT tab"])
def test_an_aact_database_that_breaks_loses_nothing_else(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, base: sqlite3.Connection) -> None:
            self.base = base

        def execute(self, sql: str, *more: Any) -> Any:
            if sql.startswith(words):
                raise sqlite3.OperationalError("database or disk is full")
            return self.base.execute(sql, *more)

        def close(self) -> None:
            self.base.close()

    opened = aact.Tables._opened
    monkeypatch.setattr(aact.Tables, "_opened", lambda self: Broken(opened(self)))
    found = told(folder(tmp_path))
    assert found[0] == "z" and len(found) == 2 and "disk is full" in found[1]
