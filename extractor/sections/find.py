"""Finds the sections of a record."""

from __future__ import annotations

from extractor.sections.model import Section


def find_sections(text: str) -> tuple[Section, ...]:
    return ()
