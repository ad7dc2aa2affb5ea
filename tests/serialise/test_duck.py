"""DuckDB files: the same rows give the same bytes, and DuckDB still opens and changes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractor import Extractor

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from extractor.serialise.duck import HEADER, IDENTIFIER, settle_identifier, write_duckdb  # noqa: E402

# earlier ones leave bytes of their memory in unused places of blocks
since_2 = pytest.mark.skipif(int(duckdb.__version__.split(".")[0]) < 2, reason="needs DuckDB 2.0")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("duck") / "lines.jsonl"
    extractor = Extractor(("ROUTE", "AGE"))
    texts = [f"Patients aged {n} to 70 years get cells intravenously." for n in range(18, 60)]
    path.write_text("".join(extractor.annotate(t).model_dump_json() + "\n" for t in texts), encoding="utf-8")
    return path


@since_2
def test_same_rows_same_bytes(lines: Path, tmp_path: Path) -> None:
    write_duckdb(lines, tmp_path / "a")
    with duckdb.connect() as base:  # memory that was used for something else
        base.execute("CREATE TABLE t AS SELECT uuid()::varchar AS a, random() AS b FROM range(50000)")
        base.execute("SELECT count(DISTINCT a), sum(b) FROM t").fetchall()
    write_duckdb(lines, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_bytes(b"".join(lines.read_bytes().splitlines(keepends=True)[:-1]))
    write_duckdb(fewer, tmp_path / "c")
    identifiers = [(tmp_path / name).read_bytes()[IDENTIFIER] for name in "ac"]
    assert identifiers[0] != identifiers[1] or not any(identifiers[0])


def test_duckdb_goes_on_with_such_a_file(lines: Path, tmp_path: Path) -> None:
    write_duckdb(lines, tmp_path / "a")
    with duckdb.connect(str(tmp_path / "a")) as base:
        base.execute("PRAGMA disable_checkpoint_on_shutdown")
        base.execute("CREATE TABLE notes AS SELECT id, 'seen' AS note FROM documents")
    assert (tmp_path / "a.wal").exists()  # its log is found to be its own
    with duckdb.connect(str(tmp_path / "a")) as base:
        base.execute("CHECKPOINT")
        assert base.execute("SELECT count(*) FROM notes JOIN spans ON id = document").fetchone() == (84,)
        assert base.execute("SELECT count(*) FROM documents").fetchone() == (42,)


def test_duckdb_notices_a_header_that_was_changed_otherwise(lines: Path, tmp_path: Path) -> None:
    """The checksum that we write is the one that DuckDB asks for."""
    write_duckdb(lines, tmp_path / "a")
    data = bytearray((tmp_path / "a").read_bytes())
    data[IDENTIFIER.start] ^= 1
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(duckdb.Error, match=r"(?i)checksum|corrupt"):
        duckdb.connect(str(tmp_path / "a"))


@pytest.mark.parametrize("damage", ["magic", "checksum", "short", "none"])
def test_an_unknown_header_stays_as_it_is(damage: str, lines: Path, tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_duckdb(lines, path)
    data = bytearray(path.read_bytes())
    if damage == "magic":
        data[8] ^= 1
    elif damage == "checksum":
        data[0] ^= 1
    data = data[: HEADER - 1] if damage == "short" else data
    path.write_bytes(data)
    settle_identifier(path)
    assert path.read_bytes() == data  # undamaged: settled already, so it stays as well


def test_the_rows_are_all_there(lines: Path, tmp_path: Path) -> None:
    write_duckdb(lines, tmp_path / "a")
    with duckdb.connect(str(tmp_path / "a"), read_only=True) as base:
        found = base.execute("SELECT document, entity, start FROM spans").fetchall()
    documents = [json.loads(line) for line in lines.read_bytes().splitlines()]
    assert found == [(d["id"], e["id"], e["start"]) for d in documents for e in d["entities"]]
