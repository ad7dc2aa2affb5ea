"""The ordered steps, and the registry of labels: a new label is one module in tag/, one in normalise/ and one line here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from extractor.repair import AlignedText, repair
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.overlap import resolve

if TYPE_CHECKING:
    from extractor.ner import ConditionModel
    from extractor.sections.known import Known

# label -> module name in tag/ (find) and normalise/ (normalise; "" where the span itself is the value)
LABELS: dict[str, tuple[str, str]] = {
    "CONDITION": ("condition", "condition"),
    "CELL_PRODUCT": ("cell_product", ""),
    "CELL_DOSE": ("cell_dose", "cell_dose"),
    "DRUG_DOSE": ("drug_dose", "drug_dose"),
    "ROUTE": ("route", "route"),
    "SCHEDULE": ("schedule", "schedule"),
    "LAB_THRESHOLD": ("lab_threshold", "lab_threshold"),
    "AGE": ("age", "age"),
}
DEFAULT_MODEL = "default"


@cache
def finder(label: str) -> Callable[[Scan], Iterable[Mention]]:
    """The find function of a label."""
    return import_module(f"extractor.tag.{LABELS[label][0]}").find


@cache
def normaliser(label: str) -> Callable[[Mention, Scan], Mention] | None:
    """The normalise function of a label; None where the span itself is the value."""
    module = LABELS[label][1]
    return import_module(f"extractor.normalise.{module}").normalise if module else None


def condition_model(name: str, labels: Collection[str]) -> ConditionModel | None:
    """The tagger of conditions by name ("default", "accurate", a folder's path), loaded once a process; None for "none", and
    where no condition is asked for. Raises ModelError."""
    if name == "none" or "CONDITION" not in labels:
        return None
    from extractor.ner import load_model

    return load_model(name)


def scan_text(text: str, sections: Sequence[Known] = ()) -> Scan:
    """read -> repair -> sections: the scanned view of one text; `sections` that the source names take the place of guesses."""
    from extractor.sections import find_sections
    from extractor.sections.known import with_known

    aligned: AlignedText = repair(text)
    found = find_sections(aligned.text)
    return Scan(aligned, with_known(found, sections, aligned) if sections else found)


def tag(scan: Scan, labels: Collection[str] = tuple(LABELS), model: ConditionModel | None = None) -> list[Mention]:
    """All mentions of `labels`, normalised, in view offsets, by start; conditions by `model`, where one is given."""
    found = [mention for label in labels for mention in mentions_of(label, scan, model)]
    kept = []
    for mention in resolve(found, scan):
        read = normaliser(mention.label)
        kept.append(read(mention, scan) if read else mention)
    return kept


def mentions_of(label: str, scan: Scan, model: ConditionModel | None = None) -> Iterable[Mention]:
    """What is found of one label, in view offsets; conditions by `model`, where one is given, and none in proper names."""
    if label != "CONDITION":
        return finder(label)(scan)
    from extractor.tag.condition_veto import veto

    if model is None:
        return veto(scan, finder(label)(scan))
    from extractor.tag.condition_model import find

    return veto(scan, find(scan, model))


def warm_up(labels: Collection[str], model: ConditionModel | None = None) -> None:
    """Compile rules and load vocabularies by reading a line that touches every stage."""
    tag(
        scan_text(
            "Adults aged 18 years with eGFR ≥ 30 mL/min receive 1 × 106/kg mesenchymal stem cells intravenously weekly."
        ),
        labels,
        model,
    )
