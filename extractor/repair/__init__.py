"""Repair: a readable view of damaged text, with exact offsets back to the text as submitted."""

from extractor.repair.aligned import AlignedText, Edit, Repair
from extractor.repair.engine import repair

__all__ = ["AlignedText", "Edit", "Repair", "repair"]
