"""Plain text: whatever no other reader takes, as long as it is text."""

from __future__ import annotations

from collections.abc import Iterator

from extractor.errors import InputError
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import read_all
from extractor.read.text import decode

MOST = 64 * 1024 * 1024


def sniff(source: Source, head: str) -> bool:
    """Always: `decode` refuses what is no text."""
    return True


def records(source: Source) -> Iterator[Record | FailedInput]:
    """One record, its text exactly as it stands."""
    data = read_all(source, MOST)
    if data.startswith(b"%PDF-"):
        raise InputError("a PDF: extract its text first")
    text, warnings = decode(data)
    yield Record(source.stem, text, source.name, warnings=warnings)
