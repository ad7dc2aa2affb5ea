"""What the commands do: one plain function each, without argument parsing."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.extractor import DEFAULT_MODEL, Extractor
from extractor.pipeline import LABELS
from extractor.read import FailedInput, read_inputs
from extractor.schema import SCHEMA_VERSION, json_schema


def annotate(
    inputs: Iterable[str],
    out: str | None = None,
    format: str = "jsonl",
    labels: Collection[str] | None = None,
    offset_unit: str = "codepoint",
    workers: int = 1,
    texts: str | None = None,
    resume: bool = False,
    fail_fast: bool = False,
    progress: bool = True,
    model: str = DEFAULT_MODEL,
) -> int:
    """Annotate `inputs` (files, folders, globs, archives, "-") into `out` (for brat a folder; None or "-": stdout).

    Failed inputs are named on standard error and counted in the answer; the others are written.
    Raises UsageError and OutputError.
    """
    from extractor.batch import Options, run

    options = Options(
        out=None if out in (None, "-") else Path(out or ""),
        format=format,
        labels=tuple(labels or LABELS),
        offset_unit=offset_unit,
        workers=workers,
        texts=Path(texts) if texts else None,
        resume=resume,
        fail_fast=fail_fast,
        progress=progress,
        model=model,
    )
    return run(list(inputs), options).failed


def show(inputs: Iterable[str], labels: Collection[str] | None = None, model: str = DEFAULT_MODEL) -> int:
    """Print a table of the spans of each input; the number of failed inputs."""
    from extractor.serialise.table import TablePrinter

    extractor = Extractor.load(labels or tuple(LABELS), model=model)
    printer = TablePrinter(sys.stdout)
    failed = 0
    for item in read_inputs(inputs):
        try:
            if isinstance(item, FailedInput):
                raise item.error
            printer.show(item.text, extractor.annotate(item.text, item.id, sections=item.sections))
        except InputError as error:
            failed += 1
            print(f"extractor: {item.source}: {error.code}: {error}", file=sys.stderr)
    return failed


def schema() -> bytes:
    """The JSON Schema of a Document, as the checked-in file has it."""
    import orjson

    return orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2) + b"\n"


def info(model: str = DEFAULT_MODEL) -> dict[str, Any]:
    """Versions, model, rules, labels."""
    extractor = Extractor(model=model)
    return {
        "schema_version": SCHEMA_VERSION,
        "extractor": extractor.info.model_dump(),
        "labels": list(extractor.labels),
    }


def serve(host: str, port: int, workers: int, model: str | None = None) -> None:
    """Run the HTTP service until it is stopped. Settings: TRIAL_EXTRACTOR_* environment variables."""
    import tempfile

    import uvicorn

    if model is not None:
        os.environ["TRIAL_EXTRACTOR_MODEL"] = model
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
