"""CONDITION by the trained tagger, and what the vocabulary adds to it.

The policy, decided on the dev parts (models/README.md has the figures):
1. The vocabulary's findings are one of the tagger's inputs, the kind of text (`style_of`) another; the tagger's spans stand.
2. Our guidelines rule in records and in short texts: a name that the vocabulary lists takes in the tagger's spans that lie
   inside it ("[osteoarthritis of the knee]"), bare class words ("toxicity", "illness") are left out, and listed names that
   the tagger left out are added. Criteria alone, and abstracts, are read as the corpora of such texts have them: there,
   what the tagger does not want is dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from extractor.ner import ConditionModel
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag import condition
from extractor.tag.condition_names import key_of, names

LABEL = condition.LABEL
_MISSED = 0.5  # share of the names that the tagger left out that is right to the letter, on the dev records
_OF_RECORDS = {"title", "conditions", "design", "contact"}  # sections that no bare list of criteria has
_OF_CRITERIA = {"inclusion", "exclusion", "eligibility"}
_ABSTRACT = 500  # characters; fewer are no abstract
_PROSE = 200  # characters a line, on average; a list has fewer
_LIST = 3  # lines


def find(scan: Scan, model: ConditionModel) -> list[Mention]:
    """Conditions of a text, by start, disjoint; none in furniture."""
    listed = condition.find(scan)
    rule = f"ner.{model.card.name}"
    style = style_of(scan)
    spans = model.find(scan.text, [(m.start, m.end) for m in listed], style)
    found = [Mention(start, end, LABEL, rule, score, "model") for start, end, score in spans]
    found = [m for m in found if not _in_furniture(scan, m)]
    if style == "record":
        generic = names().words["generic"]
        found = [
            m
            for m in _with_missed(_widened(found, listed), listed)
            if key_of(scan.text[m.start : m.end]) not in generic
        ]
    return found


def style_of(scan: Scan) -> str:
    """What kind of text this is, by its headings, else by its lines: "record", "criteria", "abstract", or "loose" for a
    list without headings (ner.RUN_TIME_STYLES). A text too short to tell is read as a record."""
    if any(s.kind in _OF_RECORDS and s.evidence == "header" for s in scan.sections):
        return "record"
    if any(s.kind in _OF_CRITERIA for s in scan.sections):
        return "criteria"
    lines = [line for line in scan.text.split("\n") if line.strip()]
    length = sum(map(len, lines))
    if length >= max(_ABSTRACT, _PROSE * len(lines)):
        return "abstract"
    return "loose" if len(lines) >= _LIST else "record"


def _in_furniture(scan: Scan, mention: Mention) -> bool:
    section = scan.section_at(mention.start)
    return section is not None and section.furniture


def _with_missed(found: list[Mention], listed: Iterable[Mention]) -> list[Mention]:
    """The mentions and the listed names that touch none of them."""
    starts = [m.start for m in found]
    missed = []
    for name in listed:
        at = bisect_right(starts, name.start)
        if (at == 0 or found[at - 1].end <= name.start) and (at == len(found) or starts[at] >= name.end):
            missed.append(name.but(score=_MISSED))
    return sorted(found + missed, key=lambda m: m.start)


def _widened(found: list[Mention], listed: Iterable[Mention]) -> list[Mention]:
    """A listed name that holds whole spans, and parts of none, takes their place, with the least of their scores."""
    out: list[Mention] = []
    queue = list(found)
    at = 0
    for name in listed:
        while at < len(queue) and queue[at].end <= name.start:
            out.append(queue[at])
            at += 1
        inside = []
        while at < len(queue) and queue[at].start >= name.start and queue[at].end <= name.end:
            inside.append(queue[at])
            at += 1
        split = at < len(queue) and queue[at].start < name.end
        if not inside or split or (out and out[-1].end > name.start):
            out += inside
        else:
            score = min(m.score for m in inside)
            out.append(inside[0].but(start=name.start, end=name.end, score=score))
    return out + queue[at:]
