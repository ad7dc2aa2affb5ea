"""Definitions "long form (SHORT)"."""

from __future__ import annotations

import pytest

from extractor.repair import AlignedText
from extractor.scan import Scan
from extractor.tag.abbreviations import find_abbreviations


def _found(text: str) -> list[tuple[str, str]]:
    return [(a.short, text[a.start : a.end]) for a in find_abbreviations(Scan(AlignedText(text)))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("treated with mesenchymal stem cells (MSCs) twice", [("MSCs", "mesenchymal stem cells")]),
        ("in chronic kidney disease (CKD) at stage 3", [("CKD", "chronic kidney disease")]),
        ("graft-versus-host disease (GVHD)", [("GVHD", "graft-versus-host disease")]),
        ("type 2 diabetes (T2D)", [("T2D", "type 2 diabetes")]),
        ("blood pressure (see below)", []),
        ("one arm. Day seven (QX)", []),
        ("glucose (5 mg)", []),
    ],
)
def test_definitions(text: str, wanted: list[tuple[str, str]]) -> None:
    assert _found(text) == wanted


def test_short_span_lies_in_the_brackets() -> None:
    text = "umbilical cord blood ( UCB ) unit"
    (found,) = find_abbreviations(Scan(AlignedText(text)))
    assert text[found.short_start : found.short_end] == "UCB"
