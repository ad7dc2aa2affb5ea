"""Files, folders, globs, archives and standard input -> Sources: things that can be opened, one after the other."""

from __future__ import annotations

import bz2
import glob
import gzip
import io
import lzma
import os
import shutil
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from extractor.errors import InputError, TextTooLargeError

STDIN = "-"
HEAD = 64 * 1024
_IN_MEMORY = 16 * 1024 * 1024
# an archive may unpack to this many times its size (registry downloads shrink to a tenth), but always to SMALL bytes
MOST_RATIO = 200
SMALL = 64 * 1024 * 1024
DEEPEST = 2  # archives inside archives
_SIDE_FILES = (".ann", ".fields.json", ".errors.jsonl", ".manifest.json", ".journal")


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
    hidden = {path.absolute() for path in skip}
    names = list(inputs)
    meter.total = _total(names, hidden)
    for name in names:
        if name == STDIN:
            yield from _guarded(STDIN, partial(_from_stdin, meter))
            continue
        found = False
        for path in _paths(name, hidden):
            found = True
            yield from _guarded(str(path), partial(_from_file, path, meter, str(path) == name))
        if not found:
            why = "the folder holds no file" if Path(name).is_dir() else "no such file"
            yield FailedInput(name, InputError(why))


def _guarded(name: str, sources: Callable[[], Iterator[Source | FailedInput]]) -> Iterator[Source | FailedInput]:
    try:
        yield from sources()
    except InputError as error:
        yield FailedInput(name, error)
    except OSError as error:
        yield FailedInput(name, InputError(error.strerror or str(error)))


def _paths(name: str, hidden: set[Path]) -> Iterator[Path]:
    path = Path(name)
    if path.is_dir():
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(
                f for f in folders if not f.startswith(".") and (Path(folder) / f).absolute() not in hidden
            )
            for file in sorted(files):
                below = Path(folder) / file
                side = file.startswith(".") or file.endswith(_SIDE_FILES)
                if not side and below.is_file() and below.absolute() not in hidden:
                    yield below
    elif path.exists():
        yield path
    elif glob.has_magic(name):
        for found in sorted(glob.glob(name, recursive=True)):
            if Path(found).is_file() and Path(found).absolute() not in hidden:
                yield Path(found)


def _total(names: list[str], hidden: set[Path]) -> int | None:
    if STDIN in names:
        return None
    return sum(path.stat().st_size for name in names for path in _paths(name, hidden) if path.is_file())


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

    with path.open("rb") as file:
        head = file.read(HEAD)
    yield from unpack(Source(str(path), _stem(path.name), opened, head, asked), path.stat().st_size)
    meter.done = base + path.stat().st_size


def _from_stdin(meter: Meter) -> Iterator[Source | FailedInput]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        shutil.copyfileobj(sys.stdin.buffer, spool, 1024 * 1024)
        size = meter.done = spool.tell()
        yield from unpack(_spooled("standard input", None, spool), size)


def _spooled(name: str, stem: str | None, spool: IO[bytes], asked: bool = True) -> Source:
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


def _stem(name: str) -> str:
    """NCT01.v2.json.gz -> NCT01.v2: the name without its last extension, and without that of a packed file."""
    path = PurePosixPath(name)
    if path.suffix.lower() in (".gz", ".bz2", ".xz"):
        path = path.with_suffix("")
    return path.stem


# --- archives


class _Allowance:
    """How many bytes an archive may still unpack to, whatever its headers say."""

    def __init__(self, packed: int) -> None:
        self.left = max(SMALL, packed * MOST_RATIO)

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TextTooLargeError(f"unpacks to more than {MOST_RATIO} times its size: not read further")


class _Limited(io.RawIOBase):
    def __init__(self, file: IO[bytes], allowance: _Allowance) -> None:
        self._file, self._allowance = file, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except (
            zipfile.BadZipFile,
            tarfile.TarError,
            EOFError,
            lzma.LZMAError,
            zlib.error,
            ValueError,
            OSError,
        ) as error:
            raise InputError(f"the archive is damaged: {error}") from None
        except RuntimeError as error:  # zipfile: a password is needed
            raise InputError(str(error)) from None
        self._allowance.take(len(data))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def unpack(
    source: Source, packed: int, depth: int = 0, allowance: _Allowance | None = None
) -> Iterator[Source | FailedInput]:
    """`source` itself, or the members of the archive that its bytes are."""
    opener = _opener(source.head)
    if opener is None:
        yield source
        return
    if depth >= DEEPEST:
        raise InputError("an archive in an archive in an archive: not opened")
    yield from _guarded(source.name, partial(opener, source, allowance or _Allowance(packed), depth))


Opener = Callable[[Source, _Allowance, int], Iterator["Source | FailedInput"]]


def _opener(head: bytes) -> Opener | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip
    if head.startswith(b"\x1f\x8b"):
        return _packed(gzip.open)
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return _packed(bz2.open)
    if head.startswith(b"\xfd7zXZ\x00"):
        return _packed(lzma.open)
    if head[257:262] == b"ustar":
        return _tar
    return None


def _zip(source: Source, allowance: _Allowance, depth: int) -> Iterator[Source | FailedInput]:
    try:
        archive = zipfile.ZipFile(source.open())
    except (zipfile.BadZipFile, ValueError) as error:
        raise InputError(f"the archive is damaged: {error}") from None
    with archive:
        if "[Content_Types].xml" in archive.NameToInfo:
            raise InputError("a spreadsheet or text document of an office program: save it as CSV or plain text")
        for member in archive.infolist():
            if not member.is_dir() and not _left_out(member.filename):
                name = f"{source.name}!{member.filename}"
                yield from _guarded(name, partial(_zip_member, archive, member, name, allowance, depth))


def _zip_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, allowance: _Allowance, depth: int
) -> Iterator[Source | FailedInput]:
    def opened() -> BinaryIO:
        try:
            return io.BufferedReader(_Limited(archive.open(member), allowance), 256 * 1024)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise InputError(f"the archive is damaged or packed in an unknown way: {error}") from None
        except RuntimeError as error:
            raise InputError(str(error)) from None

    with opened() as file:
        head = file.read(HEAD)
    inner = Source(name, _stem(member.filename.rsplit("/", 1)[-1]), opened, head, False)
    if _opener(head) is None:
        yield inner
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool, opened() as file:
        shutil.copyfileobj(file, spool, 1024 * 1024)
        yield from unpack(_spooled(name, inner.stem, spool), 0, depth + 1, allowance)


def _tar(source: Source, allowance: _Allowance, depth: int) -> Iterator[Source | FailedInput]:
    """Members in turn, each unpacked to a temporary file without a name; links and devices are not followed."""
    stream = source.open()
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if not member.isfile() or _left_out(member.name):
                    continue
                name = f"{source.name}!{member.name}"
                file = archive.extractfile(member)
                assert file is not None
                with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
                    shutil.copyfileobj(io.BufferedReader(_Limited(file, allowance)), spool, 1024 * 1024)
                    inner = _spooled(name, _stem(member.name.rsplit("/", 1)[-1]), spool, False)
                    yield from _guarded(name, partial(unpack, inner, 0, depth + 1, allowance))
    except (tarfile.TarError, EOFError) as error:
        raise InputError(f"the archive is damaged: {error}") from None


def _packed(open_packed: Callable[[BinaryIO], Any]) -> Opener:
    """gzip, bzip2, xz: one file, or a tar archive."""

    def sources(source: Source, allowance: _Allowance, depth: int) -> Iterator[Source | FailedInput]:
        def opened() -> BinaryIO:
            return io.BufferedReader(_Limited(open_packed(source.open()), allowance), 256 * 1024)

        with opened() as file:
            head = file.read(HEAD)
        yield from unpack(
            Source(source.name, source.stem, opened, head), 0, depth if _is_tar(head) else depth + 1, allowance
        )

    return sources


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _left_out(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any((part.startswith(".") and part != ".") or part == "__MACOSX" for part in parts) or name.endswith(
        _SIDE_FILES
    )
