"""Files, folders and standard input -> Records, one at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import InputError, TextTooLargeError
from extractor.read.record import Record
from extractor.read.text import decode

STDIN = "-"
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FailedInput:
    """An input that gave no text, and why."""

    source: str
    error: InputError


def read_inputs(inputs: Iterable[str], max_bytes: int = MAX_BYTES) -> Iterator[Record | FailedInput]:
    """Records of `inputs` in order: a file, a folder (every .txt below it, by path) or "-" for standard input.

    One that cannot be read yields a FailedInput in its place.
    """
    for name in inputs:
        for path in _files(name):
            try:
                yield _read(path, max_bytes)
            except InputError as error:
                yield FailedInput(path, error)


def _files(name: str) -> list[str]:
    if name != STDIN and Path(name).is_dir():
        return sorted(str(path) for path in Path(name).rglob("*.txt") if path.is_file()) or [name]
    return [name]


def _read(name: str, max_bytes: int) -> Record:
    if name == STDIN:
        data, stem = sys.stdin.buffer.read(max_bytes + 1), None
    else:
        path = Path(name)
        if path.is_dir():
            raise InputError("the folder holds no .txt file")
        try:
            with path.open("rb") as file:
                data = file.read(max_bytes + 1)
        except OSError as error:
            raise InputError(error.strerror or str(error)) from None
        stem = path.stem
    if len(data) > max_bytes:
        raise TextTooLargeError(f"more than {max_bytes:,} bytes")
    text, warnings = decode(data)
    return Record(stem, text, name, warnings=warnings)
