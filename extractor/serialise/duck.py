"""Documents as a DuckDB file: tables documents, spans, relations, warnings. The extra `duckdb` brings what it needs.

The same rows give the same bytes with DuckDB 2.0 or later (Python 3.11 or later). One thread writes the tables in order and
closes the file with one checkpoint; what then still differs between two files is the identifier in the main header (16
random bytes, by which DuckDB tells a file's own write-ahead log from another's) and the checksum over that header. Our file
is closed, without a log and not encrypted: its identifier is made of its content instead, so that other content still has
another. DuckDB before 2.0 also leaves a few bytes of its memory in unused places of blocks, which no setting prevents: there
only the rows are the same.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extractor.errors import OutputError
from extractor.serialise.parquet import SPANS, documents, write_rows
from extractor.serialise.rows import span_rows

HEADER = 4096  # bytes of the main header: checksum, "DUCK", version, flags, library, metadata, identifier
MAGIC, IDENTIFIER = slice(8, 12), slice(124, 140)

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
            settle_identifier(made)
            os.replace(made, out)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise OutputError(f"{out}: {error}") from None


def settle_identifier(path: Path) -> None:
    """Put a digest of the content in place of the random identifier of a closed DuckDB file.

    A header that is not laid out as we know it (its checksum tells) or that has no identifier (DuckDB before 1.4) stays.
    """
    with path.open("r+b") as file:
        header = bytearray(file.read(HEADER))
        known = len(header) == HEADER and header[MAGIC] == b"DUCK" and header[:8] == _checksum(header[8:])
        if not known or not any(header[IDENTIFIER]):
            return
        header[:8], header[IDENTIFIER] = bytes(8), bytes(16)
        digest = hashlib.sha256(header)
        while piece := file.read(1024 * 1024):
            digest.update(piece)
        header[IDENTIFIER] = digest.digest()[:16]
        header[:8] = _checksum(header[8:])
        file.seek(0)
        file.write(header)


def _checksum(data: bytes | bytearray) -> bytes:
    """DuckDB's checksum of a block: its 64-bit words, each multiplied, joined by exclusive or."""
    result = 5381
    for (word,) in struct.iter_unpack("<Q", data):
        result ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return struct.pack("<Q", result)
