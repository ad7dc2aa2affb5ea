"""Files, folders, globs, archives and standard input -> Sources: things that can be opened, one after the other."""

from __future__ import annotations

import glob
import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from extractor.errors import InputError

STDIN = "-"
HEAD = 64 * 1024
IN_MEMORY = 16 * 1024 * 1024
SIDE_FILES = (".ann", ".fields.json", ".errors.jsonl", ".manifest.json", ".journal", ".lock")


@dataclass(slots=True)
class Meter:
    """Bytes of the inputs read so far, packed size for archives; `total` is None while it is not known."""

    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to read. `name` for messages, `stem` the id of a text without one; `open` may be called again.

    `asked`: the user named this very file; it did not just lie in a folder or archive.
    """

    name: str
    stem: str | None
    open: Callable[[], BinaryIO]
    head: bytes
    asked: bool = True


@dataclass(frozen=True, slots=True)
class FailedInput:
    """An input that gave no text, and why."""

    source: str
    error: InputError


def find_sources(inputs: Iterable[str], meter: Meter, skip: Iterable[Path] = ()) -> Iterator[Source | FailedInput]:
    """Sources of `inputs` in order, folders and globs by path; what cannot be opened as a FailedInput in its place.

    `skip`: our own outputs, which may lie inside a folder that is read.
    """
    hidden = {os.path.abspath(path) for path in skip}
    names = list(inputs)
    meter.total = _total(names, hidden)
    for name in names:
        if name == STDIN:
            yield from guarded(STDIN, lambda: _from_stream("standard input", sys.stdin.buffer, meter))
            continue
        found = False
        for path in _paths(name, hidden):
            found = True
            if isinstance(path, FailedInput):
                yield path
            else:
                yield from guarded(str(path), partial(_from_file, path, meter, str(path) == name))
        if not found:
            why = "the folder holds no file" if os.path.isdir(name) else "no such file"
            yield FailedInput(name, InputError(why))


def guarded(name: str, sources: Callable[[], Iterator[Source | FailedInput]]) -> Iterator[Source | FailedInput]:
    try:
        yield from sources()
    except InputError as error:
        yield FailedInput(name, error)
    except OSError as error:
        yield FailedInput(name, InputError(error.strerror or str(error)))


def _paths(name: str, hidden: set[str]) -> Iterator[Path | FailedInput]:
    if os.path.isdir(name):  # False, not an error, for what can be no name
        yield from _below(name, hidden)
    elif os.path.exists(name):
        yield Path(name)
    elif glob.has_magic(name):
        for found in sorted(glob.glob(name, recursive=True)):
            if os.path.isfile(found) and os.path.abspath(found) not in hidden:
                yield Path(found)


def _below(name: str, hidden: set[str]) -> Iterator[Path | FailedInput]:
    """The files of a folder and of those in it; a folder that cannot be read as a FailedInput."""
    unread: list[OSError] = []
    for folder, folders, files in os.walk(name, onerror=unread.append):
        while unread:
            yield _no_folder(unread.pop(0))
        folders[:] = sorted(
            f for f in folders if not f.startswith(".") and os.path.abspath(Path(folder) / f) not in hidden
        )
        for file in sorted(files):
            below = Path(folder) / file
            side = file.startswith(".") or file.endswith(SIDE_FILES)
            if not side and _may_be_read(below) and os.path.abspath(below) not in hidden:
                yield below
    for error in unread:
        yield _no_folder(error)


def _no_folder(error: OSError) -> FailedInput:
    return FailedInput(str(error.filename), InputError(f"the folder cannot be read: {error.strerror}"))


def _may_be_read(path: Path) -> bool:
    """False for pipes and devices; what cannot even be looked at (a broken link) is for the reader to report."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _total(names: list[str], hidden: set[str]) -> int | None:
    if STDIN in names:
        return None
    paths = (path for name in names for path in _paths(name, hidden))
    return sum(os.path.getsize(path) for path in paths if isinstance(path, Path) and os.path.isfile(path))


class _Counted(io.RawIOBase):
    """A file whose reads move the meter, once: a second reading moves nothing."""

    def __init__(self, file: BinaryIO, meter: Meter, base: int) -> None:
        self._file, self._meter, self._base = file, meter, base

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._meter.done = max(self._meter.done, self._base + self._file.tell())
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _from_file(path: Path, meter: Meter, asked: bool) -> Iterator[Source | FailedInput]:
    base = meter.done

    def opened() -> BinaryIO:
        return io.BufferedReader(_Counted(path.open("rb"), meter, base), 256 * 1024)

    from extractor.read.archives import unpack

    with path.open("rb") as file:
        if not path.is_file():  # a pipe
            yield from _from_stream(str(path), file, meter)
            return
        head = file.read(HEAD)
    yield from unpack(Source(str(path), stem_of(path.name), opened, head, asked), path.stat().st_size)
    meter.done = base + path.stat().st_size


def _from_stream(name: str, stream: BinaryIO, meter: Meter) -> Iterator[Source | FailedInput]:
    """What can be read once only, kept for as long as it is worked on."""
    from extractor.read.archives import unpack

    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
        shutil.copyfileobj(stream, spool, 1024 * 1024)
        size = spool.tell()
        meter.done += size
        yield from unpack(spooled(name, None, spool), size)


def spooled(name: str, stem: str | None, spool: IO[bytes], asked: bool = True) -> Source:
    def opened() -> BinaryIO:
        spool.seek(0)
        return _Kept(spool)

    return Source(name, stem, opened, opened().read(HEAD), asked)


class _Kept(io.BufferedReader):
    """A reader whose end does not close what it reads from."""

    def __init__(self, spool: IO[bytes]) -> None:
        super().__init__(_Raw(spool), 256 * 1024)


class _Raw(io.RawIOBase):
    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._spool.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._spool.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def stem_of(name: str) -> str:
    """NCT01.v2.json.gz -> NCT01.v2: the name without its last extension, and without that of a packed file."""
    path = PurePosixPath(name)
    if path.suffix.lower() in (".gz", ".bz2", ".xz"):
        path = path.with_suffix("")
    return path.stem
