"""Repair: every damage rule's examples and near misses, and the properties of the alignment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.repair import AlignedText, Edit, repair
from extractor.repair.engine import character_repairs
from extractor.repair.rules import characters, damage_rules

_RULES = damage_rules()
# fragments that damage is made of, so that random texts hit the rules often
_PIECES = st.sampled_from(
    [
        "10", "106", "10\\^6", "10^", "6", " ", "\n", "x", "×", "/kg", " cells", "109/L", "&gt;", "&amp;lt;",
        "&", ";", "\\", "<br>", "<sup>6</sup>", "1,5 mg", "1000,000", "1.000.000", "30.000/mm3", "³", "Ⅲ", "²", "_x000D_", "Â",
        "µ", "â‰¥", "，", "１", "\u00a0", "≥", "=", "?", "10e6", "1.732 m2", "10 6", "ten to the sixth", "*", "(",
        ")", "-", "~", "MSC", ".", ",", "000", "\r",
    ]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=25).map("".join))


@pytest.mark.parametrize("rule", _RULES, ids=[r.id for r in _RULES])
def test_every_rule_repairs_its_examples_and_spares_its_near_misses(rule):
    for damaged, repaired in rule.examples:
        aligned = repair(damaged)
        assert aligned.text == repaired
        assert rule.id in {r.rule for r in aligned.repairs}
    for text in rule.near:
        assert rule.id not in {r.rule for r in repair(text).repairs}, text


@given(_TEXTS)
@settings(max_examples=400)
def test_pieces_reassemble_both_texts_and_unreplaced_pieces_are_the_same(text):
    aligned = repair(text)
    pieces = list(aligned.pieces())
    assert "".join(view for view, _, _ in pieces) == aligned.text
    assert "".join(original for _, original, _ in pieces) == text
    for view, original, replaced in pieces:
        if not replaced:
            assert view == original.translate(characters().translate)


@given(_TEXTS)
@settings(max_examples=400)
def test_repairing_twice_changes_nothing_more(text):
    once = repair(text).text
    again = repair(once)
    assert again.text == once
    assert again.repairs == ()


@given(_TEXTS, st.data())
@settings(max_examples=300)
def test_offsets_are_monotonic_and_stay_inside(text, data):
    aligned = repair(text)
    size = len(aligned.text)
    a = data.draw(st.integers(0, size))
    b = data.draw(st.integers(a, size))
    if a == b:
        return
    start, end = aligned.to_original(a, b)
    assert 0 <= start <= end <= len(text)
    assert aligned.start_to_original(a) <= aligned.start_to_original(b)
    assert aligned.end_to_original(a) <= aligned.end_to_original(b)
    assert aligned.to_view(start) <= a


@given(st.text("abc", min_size=1, max_size=30), st.data())
@settings(max_examples=300)
def test_edits_on_edits_keep_the_map(text, data):
    aligned = AlignedText(text)
    for _ in range(3):
        size = len(aligned.text)
        edits, at = [], 0
        while at < size and data.draw(st.booleans()):
            start = data.draw(st.integers(at, size - 1))
            end = data.draw(st.integers(start + 1, size))
            edits.append(Edit(start, end, data.draw(st.text("XYZ", max_size=3)), "test"))
            at = end
        aligned = aligned.apply(edits)
        pieces = list(aligned.pieces())
        assert "".join(v for v, _, _ in pieces) == aligned.text
        assert "".join(o for _, o, _ in pieces) == text
        assert all(v == o for v, o, replaced in pieces if not replaced)


def test_a_span_over_a_repair_maps_to_the_damaged_wording():
    text = "given 1 × 106/kg once"
    aligned = repair(text)
    start = aligned.text.index("1 × 10^6/kg")
    assert text[slice(*aligned.to_original(start, start + len("1 × 10^6/kg")))] == "1 × 106/kg"
    assert [(r.rule, text[r.start : r.end], r.read_as) for r in aligned.repairs] == [("lost-exponent", "106", "10^6")]


def test_ambiguous_repairs_carry_their_other_readings():
    (repaired,) = repair("infused at 106 cells/kg").repairs
    assert repaired.alternatives == ("106",)


def test_one_for_one_readings_are_named_too():
    text = "Age ≧ １８"
    aligned = repair(text)
    assert aligned.text == "Age ≥ 18"
    assert [(r.rule, r.start, r.end, r.read_as) for r in character_repairs(aligned, 0, len(text))] == [
        ("comparator-variant", 4, 5, "≥"),
        ("full-width", 6, 8, "18"),
    ]


def test_nested_escapes_are_read_to_the_end():
    assert repair("&amp;amp;lt;br&amp;gt; 3").text == "\n 3"
    assert repair("\\&lt; 60").text == "< 60"


@pytest.mark.parametrize(
    "piece", ["10", "1,", "&amp;", "\\", "<br ", "10 ", "10^6-", "1.000.", "106 a ", "³", "10^", "１"]
)
def test_work_grows_with_the_length_not_with_its_square(piece):
    """Counted in function calls of the engine and matched characters: doubling the text at most doubles the edits."""
    small, large = repair(piece * 2000), repair(piece * 4000)
    assert len(large.repairs) <= 2 * len(small.repairs) + 2
