"""Documents as JSON: one a line, or one array."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractor.schema import Document


def to_json(document: Document) -> bytes:
    """One Document as compact JSON in UTF-8, without a line break."""
    return document.model_dump_json().encode("utf-8")


def jsonl_chunks(documents: Iterable[Document]) -> Iterator[bytes]:
    """A line for each Document."""
    for document in documents:
        yield to_json(document) + b"\n"


def json_chunks(documents: Iterable[Document]) -> Iterator[bytes]:
    """One JSON array, a Document a line inside it."""
    before = b"[\n"
    for document in documents:
        yield before + to_json(document)
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"
