"""Texts beside the output: what offsets point into, and which field of the source every piece of it came from."""

from __future__ import annotations

import json
from pathlib import Path

from extractor.offsets import converter
from extractor.read import Record
from extractor.serialise.atomic import write_atomically
from extractor.serialise.names import file_name


def write_text(folder: Path, record: Record, offset_unit: str) -> None:
    """`<id>.txt`, and `<id>.fields.json` with source, place and the range of every field. Raises OutputError."""
    at = converter(record.text, offset_unit)
    fields = [{"start": at(f.start), "end": at(f.end), "kind": f.kind, "path": f.path} for f in record.fields]
    told = {"id": record.id, "source": record.source, "place": record.place, "format": record.format, "fields": fields}
    name = file_name(record.id or "")
    write_atomically(folder / f"{name}.txt", record.text.encode("utf-8"))
    data = json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    write_atomically(folder / f"{name}.fields.json", data + b"\n")
