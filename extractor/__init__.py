"""trial-extractor: cell doses, routes, schedules, lab thresholds, ages, cell products and conditions out of registry text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Document", "Extractor", "ExtractorError", "__version__"]

if TYPE_CHECKING:
    from extractor.errors import ExtractorError
    from extractor.extractor import Extractor
    from extractor.schema import Document


def __getattr__(name: str) -> Any:
    """Public names load on first use: `extractor --help` and spaCy's factory look-up stay quick."""
    if name == "Extractor":
        from extractor.extractor import Extractor

        return Extractor
    if name == "Document":
        from extractor.schema import Document

        return Document
    if name == "ExtractorError":
        from extractor.errors import ExtractorError

        return ExtractorError
    raise AttributeError(f"module 'extractor' has no attribute {name!r}")
