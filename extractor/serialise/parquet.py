"""Documents as Parquet: one row a span (serialise/rows.py). Needs pyarrow: the extra `parquet`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from extractor.errors import OutputError
from extractor.serialise.atomic import atomic_writer
from extractor.serialise.rows import COLUMNS, span_rows

GROUP = 20_000  # rows
_TYPES = {
    "string": pa.string(),
    "int": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "strings": pa.list_(pa.string()),
    "doubles": pa.list_(pa.float64()),
}
SPANS = pa.schema([(name, _TYPES[type]) for name, type in COLUMNS.items()])


def write_parquet(lines: Path, out: Path) -> None:
    """Make `out` of a file with a Document a line, in bounded memory, in one step. Raises OutputError."""
    try:
        with atomic_writer(out) as file:
            write_rows(file, SPANS, (row for document in documents(lines) for row in span_rows(document)))
    except pa.ArrowException as error:
        raise OutputError(f"{out}: {error}") from None


def documents(lines: Path) -> Iterator[dict[str, Any]]:
    """Documents of a JSONL file, as JSON."""
    with lines.open("rb") as file:
        for line in file:
            if line.strip():
                yield orjson.loads(line)


def write_rows(file: Any, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
    """Write `rows` in groups of GROUP."""
    remaining = iter(rows)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(remaining, GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
