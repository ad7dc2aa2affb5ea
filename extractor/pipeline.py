"""The ordered steps, and the registry of labels: a new label is one module in tag/, one in normalise/ and one line here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from importlib import import_module

from extractor.repair import AlignedText, repair
from extractor.scan import Scan
from extractor.spans import Mention

# label -> module name in tag/ (find) and normalise/ (normalise; "" where the span itself is the value)
LABELS: dict[str, tuple[str, str]] = {
    "CONDITION": ("condition", ""),
    "CELL_PRODUCT": ("cell_product", ""),
    "CELL_DOSE": ("cell_dose", "cell_dose"),
    "DRUG_DOSE": ("drug_dose", "drug_dose"),
    "ROUTE": ("route", "route"),
    "SCHEDULE": ("schedule", "schedule"),
    "LAB_THRESHOLD": ("lab_threshold", "lab_threshold"),
    "AGE": ("age", "age"),
}


@cache
def finder(label: str) -> Callable[[Scan], Iterable[Mention]]:
    """The find function of a label."""
    return import_module(f"extractor.tag.{LABELS[label][0]}").find


@cache
def normaliser(label: str) -> Callable[[Mention, Scan], Mention] | None:
    """The normalise function of a label; None where the span itself is the value."""
    module = LABELS[label][1]
    return import_module(f"extractor.normalise.{module}").normalise if module else None


def scan_text(text: str) -> Scan:
    """read -> repair -> sections: the scanned view of one text."""
    from extractor.sections import find_sections

    aligned: AlignedText = repair(text)
    return Scan(aligned, find_sections(aligned.text))


def tag(scan: Scan, labels: Collection[str] = tuple(LABELS)) -> list[Mention]:
    """All mentions of `labels`, normalised, in view offsets, by start."""
    mentions: list[Mention] = []
    for label in labels:
        read = normaliser(label)
        for mention in finder(label)(scan):
            mentions.append(read(mention, scan) if read else mention)
    mentions.sort(key=lambda m: (m.start, -m.end, m.label))
    return mentions
