"""What the stages do together."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.pipeline import LABELS, scan_text, tag


def _found(text: str) -> list[tuple[str, str]]:
    scan = scan_text(text)
    return [(m.label, scan.text[m.start : m.end]) for m in tag(scan)]


def test_sponsors_and_addresses_carry_nothing_and_the_fields_behind_them_do():
    text = (
        "Primary sponsor\nLupus Foundation for Diabetes\n\nInclusion agemin\n18 Years\n\nInclusion agemax\n90 Years\n"
    )
    assert _found(text) == [("AGE", "18 Years"), ("AGE", "90 Years")]


def test_a_number_states_one_thing():
    assert [label for label, _ in _found("Platelets ≥ 100 × 10^9/L")] == ["LAB_THRESHOLD"]
    assert ("CELL_DOSE", "2 × 10^6 cells/kg") in _found("Patients receive 2 × 10^6 cells/kg on day 0.")


def test_products_may_lie_inside_doses():
    found = _found("A dose of 2 × 10^6 hMSC/kg is infused.")
    assert ("CELL_DOSE", "2 × 10^6 hMSC/kg") in found
    assert ("CELL_PRODUCT", "hMSC") in found


_WORDS = st.sampled_from(
    [
        "2 × 106/kg", "cells", "MSCs", "aged", "18", "to 65 years", "≥", "eGFR", "30 mL/min",
        "intravenous", "injection", "day 1, 7", "and", ".", "\n", "once", "a week", "Inclusion Criteria:",
        "diabetes", "(CKD)", "chronic kidney disease", "10\\^6", "&lt;", "³", "1,5 mg", "ALT", "2 × ULN",
        "Ⅲ", "NYHA",
    ]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=40).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_mentions_lie_inside_and_map_back(text):
    scan = scan_text(text)
    by_label: dict[str, int] = {}
    for mention in tag(scan):
        start, end = scan.aligned.to_original(mention.start, mention.end)
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        assert mention.label in LABELS
        assert start >= by_label.get(mention.label, 0), "two spans of one label share characters"
        by_label[mention.label] = end
