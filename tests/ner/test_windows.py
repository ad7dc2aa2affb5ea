"""Words and windows: every word in exactly one window, none too long, hints and case in the features."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.ner.model import model_folder
from extractor.ner.windows import SHAPES, WORD, piece_table, shape, tags, windows

PIECES = piece_table(model_folder("default") / "tokenizer.json")
TEXT = st.text(st.sampled_from("abC1 .\n;!?-_é中①\u0301"), max_size=400)


@given(TEXT, st.integers(20, 60))
def test_every_word_is_in_one_window(text: str, longest: int) -> None:
    cut = windows(text, PIECES, longest=longest)
    assert [word for window in cut for word in window.words] == [m.span() for m in WORD.finditer(text)]
    for window in cut:
        assert window.length <= longest
        assert len(window.words) == len(window.pieces) == len(window.features)


def test_windows_end_where_lines_and_sentences_end() -> None:
    text = "Adults with asthma.\nNo diabetes; no stroke. Others may\nenter"
    cut = windows(text, PIECES, longest=9)
    assert [text[w.words[0][0] : w.words[-1][1]] for w in cut] == [
        "Adults with asthma.\nNo diabetes;",
        "no stroke. Others may\nenter",
    ]


def test_a_long_word_costs_a_bounded_number_of_pieces() -> None:
    assert [w.length for w in windows("x" * 1_000_000, PIECES)] == [16]


@pytest.mark.parametrize(
    ("word", "expected"), [("asthma", 1), ("Asthma", 2), ("CKD", 3), ("hUC", 4), ("A", 5), ("12", 0), ("-", 0)]
)
def test_shape(word: str, expected: int) -> None:
    assert shape(word) == expected


def test_hints_mark_the_words_inside_them() -> None:
    words = [(0, 4), (5, 8), (9, 12), (13, 20)]
    assert tags(words, [(5, 12)]) == [0, 1, 2, 0]
    assert tags(words, [(6, 8)]) == [0, 0, 0, 0]  # half a word is no word
    (window,) = windows("Type two is diabetes", PIECES, hints=[(12, 20)])
    assert [f // SHAPES for f in window.features] == [0, 0, 0, 1]
