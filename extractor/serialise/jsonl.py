"""Documents as JSON."""

from __future__ import annotations

from extractor.schema import Document


def to_json(document: Document) -> bytes:
    """One Document as compact JSON in UTF-8, without a line break."""
    return document.model_dump_json().encode("utf-8")
