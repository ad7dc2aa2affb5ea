"""Inputs and options of the batch tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from extractor.batch import Options

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


def contents(path: Path) -> dict[str, bytes] | bytes:
    """Bytes of an output: a file, or the files of a folder by name."""
    return {p.name: p.read_bytes() for p in path.iterdir()} if path.is_dir() else path.read_bytes()
