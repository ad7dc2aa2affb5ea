"""The policy between tagger and vocabulary, with a tagger that finds what the test says: «so»."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, cast

import pytest

from extractor.ner import ConditionModel, ModelCard, NerSpan
from extractor.pipeline import scan_text
from extractor.tag.condition_model import find, style_of

RECORD = "Title\nCells for the heart\n\nConditions\nAsthma\n\nEligibility Criteria\n"
CRITERIA = "Inclusion Criteria:\n\n- "


class Told(NamedTuple):
    """A tagger that finds given spans."""

    spans: list[NerSpan]
    card: ModelCard = ModelCard("told", "1", "")

    def find(self, text: str, hints: Any = (), style: str = "record") -> list[NerSpan]:
        return self.spans


def found(marked: str) -> list[tuple[str, str]]:
    """(text, by whom) of what the policy leaves of the spans between « and », each tagged with 0.9."""
    text, spans = "", []
    for piece in re.split(r"(«[^»]*»)", marked):
        plain = piece.strip("«»")
        if piece.startswith("«"):
            spans.append(NerSpan(len(text), len(text) + len(plain), 0.9))
        text += plain
    scan = scan_text(text)
    assert scan.text == text
    mentions = find(scan, cast(ConditionModel, Told(spans)))
    return [(text[m.start : m.end], m.by) for m in mentions if m.start >= len(RECORD) or not text.startswith(RECORD)]


@pytest.mark.parametrize(
    ("start", "line", "expected"),
    [
        # a listed name takes in the spans inside it
        (RECORD, "«osteoarthritis» of the «knee»", [("osteoarthritis of the knee", "model")]),
        (CRITERIA, "«osteoarthritis» of the knee", [("osteoarthritis", "model")]),
        # but not when the tagger's span goes beyond it
        (RECORD, "«painful lupus» nephritis", [("painful lupus", "model")]),
        # bare class words name no condition; with a word that names it they do
        (RECORD, "«toxicity» and «disease progression»", []),
        (RECORD, "«liver toxicity» and «heart disease»", [("liver toxicity", "model"), ("heart disease", "model")]),
        (CRITERIA, "«toxicity»", [("toxicity", "model")]),
        # listed names that the tagger left out are added in records only
        (RECORD, "asthma or «fainting fits»", [("asthma", "vocabulary"), ("fainting fits", "model")]),
        (CRITERIA, "asthma or «fainting fits»", [("fainting fits", "model")]),
    ],
)
def test_policy(start: str, line: str, expected: list[tuple[str, str]]) -> None:
    assert found(start + line) == expected


PROSE = "We treated forty patients with refractory disease and followed them for a year; none of them died. " * 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RECORD + "- asthma", "record"),
        (CRITERIA + "asthma", "criteria"),
        ("asthma\nstroke\npregnancy", "loose"),
        ("Cells for asthma\n" + PROSE, "abstract"),
        ("Cells for asthma\n" + CRITERIA + PROSE, "criteria"),
        ("Patients with asthma are included.", "record"),
        ("", "record"),
    ],
)
def test_kind_of_text(text: str, expected: str) -> None:
    assert style_of(scan_text(text)) == expected


def test_scores_of_what_the_policy_makes() -> None:
    text = RECORD + "osteoarthritis of the knee, asthma"
    at = text.index("osteoarthritis")
    spans = [NerSpan(at, at + 14, 0.9), NerSpan(at + 22, at + 26, 0.6)]
    scores = {text[m.start : m.end]: m.score for m in find(scan_text(text), cast(ConditionModel, Told(spans)))}
    assert scores == {"Asthma": 0.5, "osteoarthritis of the knee": 0.6, "asthma": 0.5}
