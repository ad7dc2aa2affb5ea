"""CONDITION by the trained tagger: what it finds, with the vocabulary's findings as a hint to it.

The policy between the two, decided on the dev parts (models/README.md has the figures): the model's spans stand; the
vocabulary is one of its inputs, and what it finds and the model does not want is dropped.
"""

from __future__ import annotations

from extractor.ner import ConditionModel
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag import condition

LABEL = condition.LABEL


def find(scan: Scan, model: ConditionModel) -> list[Mention]:
    """Conditions of a text, by start, disjoint; none in furniture."""
    listed = condition.find(scan)
    by_span = {(m.start, m.end): m for m in listed}
    found = []
    for start, end, score in model.find(scan.text, [(m.start, m.end) for m in listed]):
        section = scan.section_at(start)
        if section is not None and section.furniture:
            continue
        known = by_span.get((start, end))
        concepts = known.concepts if known else ()
        found.append(Mention(start, end, LABEL, f"ner.{model.card.name}", score, "model", concepts=concepts))
    return found
