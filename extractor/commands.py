"""What the commands do: one plain function each, without argument parsing."""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from extractor.errors import InputError, UsageError
from extractor.extractor import Extractor
from extractor.pipeline import LABELS
from extractor.read import FailedInput, Record, read_inputs
from extractor.schema import SCHEMA_VERSION, Document, DocumentWarning, json_schema

FORMATS = ("jsonl", "json", "brat", "csv")
Annotated = tuple[Record, Document]


def annotate(
    inputs: Iterable[str],
    out: str | None = None,
    format: str = "jsonl",
    labels: Collection[str] | None = None,
    offset_unit: str = "codepoint",
    workers: int = 1,
) -> int:
    """Annotate `inputs` (files, folders, "-") into `out` (a file; for brat a folder; None or "-": standard output).

    Failed inputs are named on standard error and counted in the answer; the others are written.
    Raises UsageError and OutputError.
    """
    _check(out, format, offset_unit)
    failures = Failures()
    pairs = annotated(inputs, Extractor.load(labels or tuple(LABELS)), offset_unit, workers, failures)
    if format == "brat":
        assert out is not None
        _write_brat(Path(out), pairs)
    else:
        with ExitStack() as stack:
            file = _open(out, stack)
            for chunk in _chunks(format, (document for _, document in pairs)):
                file.write(chunk)
    return failures.count


def show(inputs: Iterable[str], labels: Collection[str] | None = None) -> int:
    """Print a table of the spans of each input; the number of failed inputs."""
    from extractor.serialise.table import TablePrinter

    failures = Failures()
    printer = TablePrinter(sys.stdout)
    for record, document in annotated(inputs, Extractor.load(labels or tuple(LABELS)), "codepoint", 1, failures):
        printer.show(record.text, document)
    return failures.count


def schema() -> bytes:
    """The JSON Schema of a Document, as the checked-in file has it."""
    import orjson

    return orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2) + b"\n"


def info() -> dict[str, Any]:
    """Versions, model, rules, labels."""
    extractor = Extractor()
    return {
        "schema_version": SCHEMA_VERSION,
        "extractor": extractor.info.model_dump(),
        "labels": list(extractor.labels),
    }


class Failures:
    """Names each failed input on standard error and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, source: str, error: InputError) -> None:
        self.count += 1
        print(f"extractor: {source}: {error.code}: {error}", file=sys.stderr)


def annotated(
    inputs: Iterable[str], extractor: Extractor, offset_unit: str, workers: int, failures: Failures
) -> Iterator[Annotated]:
    """Record and Document of each good input, in order; bad ones go to `failures`."""
    under_way: deque[Record] = deque()

    def pairs() -> Iterator[tuple[str | None, str]]:
        for item in read_inputs(inputs):
            if isinstance(item, FailedInput):
                failures.add(item.source, item.error)
            else:
                under_way.append(item)
                yield item.id, item.text

    for outcome in extractor.try_annotate_many(pairs(), n_process=workers, offset_unit=offset_unit):
        record = under_way.popleft()
        if isinstance(outcome, InputError):
            failures.add(record.source, outcome)
            continue
        for warning in record.warnings:
            outcome.warnings.append(DocumentWarning(code=warning.code, message=warning.message))
            print(f"extractor: {record.source}: {warning.code}: {warning.message}", file=sys.stderr)
        yield record, outcome


def _check(out: str | None, format: str, offset_unit: str) -> None:
    to_file = out not in (None, "-")
    if format not in FORMATS:
        raise UsageError(f"unknown format {format!r}: use {', '.join(FORMATS)}")
    if format == "brat" and not to_file:
        raise UsageError("brat writes a folder of file pairs: name it with -o")
    if format == "brat" and offset_unit != "codepoint":
        raise UsageError("brat offsets are code points: leave --offset-unit as it is")
    if to_file:
        path = Path(out or "")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"{path.parent}: no such folder")
        if format == "brat" and path.exists() and not path.is_dir():
            raise UsageError(f"{path}: brat needs a folder, this is a file")
        if format != "brat" and path.is_dir():
            raise UsageError(f"{path}: {format} needs a file, this is a folder")


def _open(out: str | None, stack: ExitStack) -> BinaryIO:
    if out in (None, "-"):
        return sys.stdout.buffer
    from extractor.serialise.atomic import atomic_writer

    return stack.enter_context(atomic_writer(Path(out or "")))


def _chunks(format: str, documents: Iterator[Document]) -> Iterator[bytes]:
    if format == "csv":
        from extractor.serialise.csv_rows import csv_chunks

        return csv_chunks(documents)
    from extractor.serialise.jsonl import json_chunks, jsonl_chunks

    return json_chunks(documents) if format == "json" else jsonl_chunks(documents)


def _write_brat(folder: Path, pairs: Iterator[Annotated]) -> None:
    from extractor.serialise.atomic import write_atomically
    from extractor.serialise.brat import to_ann

    folder.mkdir(exist_ok=True)
    taken: set[str] = set()
    for record, document in pairs:
        name = stem = re.sub(r"[^\w.-]+", "_", document.id).lstrip(".")[:120] or "document"
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}~{number}"
        taken.add(name)
        write_atomically(folder / f"{name}.txt", record.text.encode("utf-8"))
        write_atomically(folder / f"{name}.ann", to_ann(document).encode("utf-8"))


def serve(host: str, port: int, workers: int) -> None:
    """Run the HTTP service until it is stopped. Settings: TRIAL_EXTRACTOR_* environment variables."""
    import tempfile

    import uvicorn

    with ExitStack() as stack:
        if workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            # each process counts for itself: the metrics route adds up what they leave in this folder
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="extractor-")
            )
        uvicorn.run(
            "extractor.api.app:create_app", factory=True, host=host, port=port, workers=workers, access_log=False,
            server_header=False, timeout_keep_alive=30, limit_concurrency=512,
        )  # fmt: skip
