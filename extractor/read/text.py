"""Bytes -> text. UTF-8, UTF-16 and UTF-32 with a byte order mark, and Windows-1252 where bytes are no UTF-8."""

from __future__ import annotations

import codecs

from extractor.errors import EncodingError
from extractor.spans import Warn

# the longer mark first: UTF-32-LE begins with the mark of UTF-16-LE
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1a\x1b")
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # no characters in Windows-1252
_MOST_CONTROLS = 0.01  # of the bytes; a few stray ones stand in real exports
_MOST_FOREIGN = 0.3  # share of bytes above 0x7F that Windows-1252 text of a European language does not reach


def decode(data: bytes) -> tuple[str, tuple[Warn, ...]]:
    """The text of `data` without its byte order mark, line ends untouched; a warning where the encoding was guessed.

    Bytes that are no UTF-8 are read as Windows-1252 one by one: a file of mixed origin keeps its good characters.
    Raises EncodingError, naming the byte offset, for binary data and for what no encoding explains.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), ()
            except UnicodeDecodeError as error:
                raise EncodingError(
                    f"byte {error.start + len(mark)}: not {encoding.upper()}, though its mark says so"
                ) from None
    _refuse_binary(data)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _as_windows_1252(data, error.start)


def _refuse_binary(data: bytes) -> None:
    count = len(data) - len(data.translate(None, _CONTROLS))
    if count > max(1, _MOST_CONTROLS * len(data)):
        at = next(i for i, byte in enumerate(data) if byte in _CONTROLS)
        hint = " (UTF-16 needs its byte order mark)" if data[at] == 0 else ""
        raise EncodingError(f"byte {at}: binary data, {count:,} of {len(data):,} bytes are control characters{hint}")


def _as_windows_1252(data: bytes, first: int) -> tuple[str, tuple[Warn, ...]]:
    where = f"byte {first}: {data[first]:#04x} is not UTF-8"
    foreign = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if foreign > max(3, _MOST_FOREIGN * len(data)):
        raise EncodingError(
            f"{where}, and too many bytes are not ASCII for Windows-1252 ({foreign:,} of {len(data):,})"
        )
    try:
        text = data.decode("utf-8", errors="extractor.windows-1252")
    except UnicodeDecodeError as error:
        raise EncodingError(f"byte {error.start}: {data[error.start]:#04x} is neither UTF-8 nor Windows-1252") from None
    return text, (Warn("ENCODING_GUESSED", f"{where}: such bytes were read as Windows-1252"),)


def _bytewise(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    if byte in _UNDEFINED:
        raise error
    return byte.decode("cp1252"), error.start + 1


codecs.register_error("extractor.windows-1252", _bytewise)
