"""Definitions "long form (SHORT)"."""

from __future__ import annotations

import pytest

from extractor.extractor import Extractor
from extractor.repair import AlignedText
from extractor.scan import Scan
from extractor.tag.abbreviations import LongForms, find_abbreviations
from tests.growth import assert_linear


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
        ("in acquired anaemia (AA) only", [("AA", "acquired anaemia")]),
        ("CKD (chronic kidney disease) of any cause", [("CKD", "chronic kidney disease")]),
        ("scored (Gut Symptom Index; GSI) weekly", [("GSI", "Gut Symptom Index")]),
        ("mesenchymal stem cells (abbreviated as MSCs)", [("MSCs", "mesenchymal stem cells")]),
        ("acute graft versus host disease (acute GVHD)", [("acute GVHD", "acute graft versus host disease")]),
        ("peripheral\n          blood stem cells (PBSC)", [("PBSC", "peripheral\n          blood stem cells")]),
        ("infused in saline (Placebo)", []),
        ("in the first cohort (Group-A)", []),
        ("GVHD (grade two or more)", []),
        ("of sites (age, sex, ASX)", []),
    ],
)
def test_definitions(text: str, wanted: list[tuple[str, str]]) -> None:
    assert _found(text) == wanted


def test_short_span_lies_in_the_brackets() -> None:
    text = "umbilical cord blood ( UCB ) unit"
    (found,) = find_abbreviations(Scan(AlignedText(text)))
    assert text[found.short_start : found.short_end] == "UCB"


def test_long_forms_hold_anywhere_in_the_text() -> None:
    text = "MS patients. People with multiple sclerosis (MS), later mitral stenosis (MS). MS and chronic MS. CKD."
    forms = LongForms(Scan(AlignedText(text)))
    places = [at for at in range(len(text)) if text.startswith("MS", at)]
    found = [forms.of(at, at + 2) for at in places]
    assert [text[a.start : a.end] for a in found if a] == ["multiple sclerosis"] * 2 + ["mitral stenosis"] * 3
    assert forms.of(text.index("CKD"), text.index("CKD") + 3) is None


def test_a_document_shows_the_long_form_of_an_abbreviation() -> None:
    text = "CKD and MSC. Umbilical cord mesenchymal stem cells (MSC) in chronic kidney disease (CKD): MSC for CKD."
    entities = Extractor().annotate(text, offset_unit="utf8").entities
    short = [e for e in entities if e.text in ("CKD", "MSC")]
    assert {e.label for e in short} == {"CONDITION", "CELL_PRODUCT"}
    for entity in short:
        assert entity.expansion is not None
        assert text[entity.expansion.start : entity.expansion.end] == entity.expansion.text
        assert entity.expansion.text.split()[-1] == ("disease" if entity.text == "CKD" else "cells")
    assert all(e.expansion is None for e in entities if e not in short)


@pytest.mark.parametrize("piece", ["AB (", "AB (CD; ", "a b c (ABC) ", "(A; B; ", "ABC (a ", "[ABC]"])
def test_definitions_in_linear_time(piece: str) -> None:
    assert_linear(lambda text: LongForms(Scan(AlignedText(text))), lambda n: piece * n, 4000)
