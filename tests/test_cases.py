"""Every annotated line of tests/cases: spans, count and values together."""

from __future__ import annotations

import pytest

from extractor.pipeline import LABELS, mentions_of, normaliser
from extractor.repair import repair
from extractor.scan import Scan
from extractor.sections import Section, find_sections
from tests.markup import CASES, Case, differences, read_cases

_ALL = [
    (label, case) for label in LABELS if (CASES / f"{label.lower()}.txt").exists() for case in read_cases(label.lower())
]


def _mentions(label: str, case: Case) -> list:
    aligned = repair(case.text)
    sections = (Section(0, len(aligned.text), case.section),) if case.section else find_sections(aligned.text)
    scan = Scan(aligned, sections)
    read = normaliser(label)
    found = [read(m, scan) if read else m for m in mentions_of(label, scan)]
    return sorted(found, key=lambda m: m.start)


@pytest.mark.parametrize(("label", "case"), _ALL, ids=[str(case) for _, case in _ALL])
def test_case(label: str, case: Case) -> None:
    aligned = repair(case.text)
    found = _mentions(label, case)
    texts = [case.text[slice(*aligned.to_original(m.start, m.end))] for m in found]
    assert texts == [case.text[a:b] for a, b in case.spans]
    assert [aligned.to_original(m.start, m.end) for m in found] == case.spans
    for wanted, mention in zip(case.values, found, strict=False):
        assert differences(wanted, mention.value) == [], f"{mention.value} by {mention.rule}"
