"""Sources as text streams: encodings by mark or by trial, line by line, in bounded memory."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import TextIO

from extractor.errors import InputError, TextTooLargeError
from extractor.read.sources import Source

LONGEST_LINE = 64 * 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head: bytes) -> str:
    """By byte order mark; else UTF-8, of which single bad bytes are read as Windows-1252."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def head_text(source: Source) -> str:
    """The decoded beginning of a source."""
    return source.head.decode(encoding_of(source.head), errors="ignore")


def open_text(source: Source) -> TextIO:
    """A text stream with line ends as they are."""
    return io.TextIOWrapper(source.open(), encoding=encoding_of(source.head), errors="extractor.lenient", newline="")


def lines(source: Source) -> Iterator[str]:
    """Lines with their ends. Raises TextTooLargeError for one that does not end."""
    with open_text(source) as stream:
        while line := stream.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise TextTooLargeError(f"a line of more than {LONGEST_LINE:,} characters")
            yield line


def read_all(source: Source, most: int) -> bytes:
    """All bytes, at most `most`. Raises TextTooLargeError."""
    with source.open() as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TextTooLargeError(f"more than {most:,} bytes in one piece")
    return data


class Utf8(io.RawIOBase):
    """A source's bytes as UTF-8, whatever they are encoded in."""

    def __init__(self, source: Source) -> None:
        self._stream, self._rest = open_text(source), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = self._stream.read(64 * 1024).encode("utf-8", "replace")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def _lenient(error: UnicodeError) -> tuple[str, int]:
    """One bad byte as Windows-1252, or as the replacement character: a cell is not worth the whole table."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        raise InputError(f"damaged {error.encoding.upper()} at byte {error.start}")
    return error.object[error.start : error.start + 1].decode("cp1252", "replace"), error.start + 1


codecs.register_error("extractor.lenient", _lenient)
