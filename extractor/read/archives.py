"""Archives and packed files -> the Sources inside. Nothing is written by a member's name; bombs are not unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO

from extractor.errors import InputError, TextTooLargeError
from extractor.read.sources import HEAD, IN_MEMORY, SIDE_FILES, FailedInput, Source, guarded, spooled, stem_of

# an archive may unpack to this many times its size (registry downloads shrink to a tenth), but always to SMALL bytes
MOST_RATIO = 200
SMALL = 64 * 1024 * 1024
DEEPEST = 2  # archives inside archives


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
    yield from guarded(source.name, partial(opener, source, allowance or _Allowance(packed), depth))


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
                yield from guarded(name, partial(_zip_member, archive, member, name, allowance, depth))


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
    inner = Source(name, stem_of(member.filename.rsplit("/", 1)[-1]), opened, head, False)
    if _opener(head) is None:
        yield inner
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool, opened() as file:
        shutil.copyfileobj(file, spool, 1024 * 1024)
        yield from unpack(spooled(name, inner.stem, spool), 0, depth + 1, allowance)


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
                with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
                    shutil.copyfileobj(io.BufferedReader(_Limited(file, allowance)), spool, 1024 * 1024)
                    inner = spooled(name, stem_of(member.name.rsplit("/", 1)[-1]), spool, False)
                    yield from guarded(name, partial(unpack, inner, 0, depth + 1, allowance))
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
        SIDE_FILES
    )
