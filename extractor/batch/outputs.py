"""Where encoded Documents go: a part file that becomes the output, a folder of brat pairs, standard output."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import BinaryIO, Protocol

from extractor.batch.work import Job
from extractor.errors import OutputError
from extractor.serialise.atomic import write_atomically
from extractor.serialise.names import file_name

FORMATS = ("jsonl", "json", "csv", "brat", "parquet", "duckdb")


class Output(Protocol):
    """`open(at)`: `at` bytes stay of an earlier run, None begins anew; it and `write` answer the bytes written so far.

    `finish` answers the sha256 of a file of Documents as written (parquet, duckdb: of the JSON lines it is made of).
    """

    def holds(self, at: int) -> bool: ...
    def open(self, at: int | None) -> int: ...
    def write(self, job: Job, payload: bytes, first: bool) -> int: ...
    def finish(self, count: int) -> str | None: ...
    def close(self) -> None: ...


class PartFile:
    """`OUT.part`, appended to; at the end it takes the place of OUT, or a table is made of it that does."""

    def __init__(self, path: Path, format: str) -> None:
        self.path, self.format = path, format
        self.part = beside(path, ".part")
        self._file: BinaryIO | None = None
        self._at = 0

    def holds(self, at: int) -> bool:
        """Does the part file have the bytes that the journal speaks of?"""
        return self.part.exists() and self.part.stat().st_size >= at

    def open(self, at: int | None) -> int:
        try:
            if at is None:
                self.part.write_bytes(head(self.format))
            else:
                with self.part.open("r+b") as file:
                    file.truncate(at)
            self._at = self.part.stat().st_size
            self._file = self.part.open("ab", buffering=0)
        except OSError as error:
            raise OutputError(f"{self.part}: {error.strerror}") from None
        return self._at

    def write(self, job: Job, payload: bytes, first: bool) -> int:
        assert self._file is not None
        if self.format == "json":
            payload = (b"[\n" if first else b",\n") + payload
        view = memoryview(payload)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise OutputError(f"{self.part}: {error.strerror}") from None
        self._at += len(payload)
        return self._at

    def finish(self, count: int) -> str | None:
        assert self._file is not None
        try:
            if self.format == "json":
                self._file.write(tail(count))
            os.fsync(self._file.fileno())
            self.close()
            digest = _sha256(self.part)
            if self.format in ("parquet", "duckdb"):
                self._convert()
                self.part.unlink()
            else:
                os.replace(self.part, self.path)
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror or error}") from None
        return digest

    def _convert(self) -> None:
        if self.format == "parquet":
            from extractor.serialise.parquet import write_parquet

            write_parquet(self.part, self.path)
        else:
            from extractor.serialise.duck import write_duckdb

            write_duckdb(self.part, self.path)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class BratFolder:
    """Pairs of files, each written in one step; writing one again changes nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, at: int) -> bool:
        return self.path.is_dir()

    def open(self, at: int | None) -> int:
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror}") from None
        return 0

    def write(self, job: Job, payload: bytes, first: bool) -> int:
        name = file_name(job.id)
        write_atomically(self.path / f"{name}.txt", job.text.encode("utf-8"))
        write_atomically(self.path / f"{name}.ann", payload)
        return 0

    def finish(self, count: int) -> str | None:
        return None

    def close(self) -> None:
        pass


class StandardOutput:
    """As it comes: nothing to go on from."""

    def __init__(self, format: str) -> None:
        self.format, self._file = format, sys.stdout.buffer

    def holds(self, at: int) -> bool:
        return False

    def open(self, at: int | None) -> int:
        self._file.write(head(self.format))
        return 0

    def write(self, job: Job, payload: bytes, first: bool) -> int:
        self._file.write(payload if self.format != "json" else (b"[\n" if first else b",\n") + payload)
        self._file.flush()
        return 0

    def finish(self, count: int) -> str | None:
        if self.format == "json":
            self._file.write(tail(count))
        self._file.flush()
        return None

    def close(self) -> None:
        pass


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def head(format: str) -> bytes:
    """What stands before the first Document."""
    if format != "csv":
        return b""
    from extractor.serialise.csv_rows import csv_chunks

    return next(iter(csv_chunks([])))


def tail(count: int) -> bytes:
    """What closes a JSON array."""
    return b"\n]\n" if count else b"[]\n"


def beside(path: Path, suffix: str) -> Path:
    """A file of the run next to its output."""
    return path.with_name(path.name + suffix)
