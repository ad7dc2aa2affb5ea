"""Documents as a DuckDB file: tables documents, spans, relations, warnings. The extra `duckdb` brings what it needs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extractor.errors import OutputError
from extractor.serialise.parquet import SPANS, documents, write_rows
from extractor.serialise.rows import span_rows

Rows = Callable[[dict[str, Any]], Iterator[dict[str, Any]]]
_TEXT, _WHOLE = pa.string(), pa.int64()


def _documents(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        "id": document["id"],
        "text_sha256": document["text_sha256"],
        "length": document["length"],
        "offset_unit": document["offset_unit"],
        "spans": len(document["entities"]),
        "version": document["extractor"]["version"],
        "rules": document["extractor"]["rules"],
    }


def _relations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for relation in document["relations"]:
        yield {"document": document["id"], **relation}


def _warnings(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for warning in document["warnings"]:
        yield {"document": document["id"], **warning}


TABLES: dict[str, tuple[pa.Schema, Rows]] = {
    "documents": (
        pa.schema(
            [
                ("id", _TEXT),
                ("text_sha256", _TEXT),
                ("length", _WHOLE),
                ("offset_unit", _TEXT),
                ("spans", _WHOLE),
                ("version", _TEXT),
                ("rules", _TEXT),
            ]
        ),
        _documents,
    ),
    "spans": (SPANS, span_rows),
    "relations": (
        pa.schema([("document", _TEXT), ("type", _TEXT), ("head", _TEXT), ("tail", _TEXT), ("score", pa.float64())]),
        _relations,
    ),
    "warnings": (
        pa.schema([("document", _TEXT), ("code", _TEXT), ("message", _TEXT), ("entity", _TEXT)]),
        _warnings,
    ),
}


def write_duckdb(lines: Path, out: Path) -> None:
    """Make `out` of a file with a Document a line, in bounded memory, in one step. Raises OutputError."""
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name[:80]}.") as folder:
            made = Path(folder) / "made.duckdb"
            with duckdb.connect(str(made)) as base:
                base.execute("SET threads = 1")
                for name, (schema, rows) in TABLES.items():
                    table = Path(folder) / f"{name}.parquet"
                    with table.open("wb") as file:
                        write_rows(file, schema, (row for document in documents(lines) for row in rows(document)))
                    quoted = str(table).replace("'", "''")
                    base.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{quoted}')")
                    table.unlink()
            os.replace(made, out)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise OutputError(f"{out}: {error}") from None
