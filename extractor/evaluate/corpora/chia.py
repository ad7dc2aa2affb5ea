"""CHIA (Kury et al. 2020): eligibility criteria of 1,000 phase IV trials, brat, one pair for inclusion and one for
exclusion.

Condition -> CONDITION, with Has_negation -> Negated. A Measurement and the Value that Has_value links to it ->
LAB_THRESHOLD, from the first to the last character of both. "age" (a Person) and its Value -> AGE. Values are not
scored: the comparators of this text were damaged before annotation ("BMI =36" was "≥36" in many places). Counted
neither way: a Condition inside a Condition, a Measurement without a Value or whose Value is a word. Not mapped: Drug,
Procedure, Device, Observation, Qualifier, Temporal, Mood, scopes, logic. By its rules, and not by ours: words of
severity are Qualifiers outside (as ours), but stages and classes too; "history of X" is one Condition in some places;
pregnancy is split off in others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.evaluate.corpora.common import BratFile, assemble, brat_files
from extractor.evaluate.gold import GoldDocument, Loss

_AGE = ("age", "ages", "aged", "old", "years of age", "years old")
_BOUND = re.compile(r"\d|normal|[<>≥≤=]")  # "low or high" is no bound
_FAR = 80  # a Measurement and a Value further apart are no one expression


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All pairs under `path`."""
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    for file in brat_files(path):
        documents.append(assemble(file.id, file.text, _spans(file)))
        losses += file.losses
    return documents, losses


def _spans(file: BratFile) -> Iterator[dict[str, Any]]:
    negated = {head for type, head, _ in file.relations if type == "Has_negation"}
    valued = set()
    for type, head, tail in file.relations:
        if type != "Has_value" or head not in file.spans or tail not in file.spans:
            continue
        kind, start, end, _ = file.spans[head]
        _, a, b, _ = file.spans[tail]
        if kind == "Measurement":
            valued.add(head)
            near = max(start, a) - min(end, b) <= _FAR and _BOUND.search(file.words(tail))
            yield {"label": "LAB_THRESHOLD" if near else "~LAB_THRESHOLD", "start": min(start, a), "end": max(end, b)}
        elif kind == "Person" and file.words(head).lower().strip(" :") in _AGE:
            # a field label ("Age: 18 to 65") stays outside, a word that the figure follows directly does not
            direct = not file.text[min(end, b) : max(start, a)].strip()
            yield {"label": "AGE", "start": min(start, a) if direct else a, "end": max(end, b) if direct else b}
    for id, (kind, start, end, fragments) in file.spans.items():
        if kind == "Condition":
            attributes = {"Negated": True} if id in negated else {}
            yield {"label": "CONDITION", "start": start, "end": end, "fragments": fragments, "attributes": attributes}
        elif kind == "Measurement" and id not in valued:
            yield {"label": "~LAB_THRESHOLD", "start": start, "end": end}
