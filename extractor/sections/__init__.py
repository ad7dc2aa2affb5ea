"""Sections: headings, criteria lists, arms, outcomes, furniture."""

from extractor.sections.find import find_sections
from extractor.sections.model import KINDS, Section

__all__ = ["KINDS", "Section", "find_sections"]
