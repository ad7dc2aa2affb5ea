"""Codes of names of conditions: our own examples, with what must not be found beside them."""

from __future__ import annotations

import pytest

from extractor.link.base import HPO, ICD, MESH, MONDO, OMIM, SYSTEMS, base, system_of
from extractor.link.candidates import candidates
from extractor.link.keys import fold, is_short, key_of
from extractor.link.parts import parts, without_brackets


def first(mention: str, system: str, long_form: str = "") -> str | None:
    """The likeliest code of a system."""
    return next((c.code for c in candidates(mention, long_form) if c.system == system), None)


@pytest.mark.parametrize(
    ("mention", "mondo", "mesh", "icd"),
    [
        ("chronic kidney disease", "MONDO:0005300", "D051436", "N18"),
        ("Kidney Diseases, Chronic", "MONDO:0005300", "D051436", "N18"),
        ("lupus nephritis", "MONDO:0005556", "D008181", "M32.14"),
        ("Alport's syndrome", "MONDO:0018965", "D009394", "Q87.81"),
        ("multiple sclerosis", "MONDO:0005301", "D009103", "G35"),
        ("Crohn disease", "MONDO:0005011", "D003424", "K50"),
        ("cancer of the breast", "MONDO:0007254", "D001943", "C50"),
        ("hypertensive renal disease", "MONDO:0024633", None, "I12"),
        ("end stage renal disease", "MONDO:0004375", "D007676", "N18.6"),
        ("autosomal dominant polycystic kidney disease", "MONDO:0004691", "D016891", "Q61.2"),
    ],
)
def test_codes_of_a_name(mention: str, mondo: str, mesh: str | None, icd: str) -> None:
    assert first(mention, MONDO) == mondo
    assert mesh is None or first(mention, MESH) == mesh
    assert (first(mention, ICD) or "").startswith(icd)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rheumatoid arthritis", "Rheumatoid Arthritis"),
        ("leukaemia", "leukemias"),
        ("haemophilia A", "hemophilia A"),
        ("non-small cell lung cancer", "nonsmall-cell lung cancer"),
        ("Alzheimer's disease", "Alzheimer disease"),
        ("carcinoma of the pancreas", "pancreas carcinoma"),
        ("type II diabetes mellitus", "diabetes mellitus type 2"),
        ("pneumonia due to Pneumocystis", "Pneumocystis pneumonia"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert candidates(one)
    assert candidates(one)[0].code == candidates(other)[0].code


def test_words_that_mean_the_same() -> None:
    assert fold(key_of("renal disorder")) == fold(key_of("kidney disease"))
    assert fold(key_of("cancer of the ovary")) == fold(key_of("ovarian neoplasm"))
    assert fold(key_of("hepatitis")) != fold(key_of("liver disease"))
    assert fold(key_of("thrombotic")) == "thrombosis"


@pytest.mark.parametrize(
    "nonsense",
    [
        "MADEUP-123 syndrome of nothing",
        "All",
        "all",
        "the",
        "",
        "()",
        "participant",
        "QZX",
        "1",
        "of the",
        "zzzz disease",
    ],
)
def test_none_rather_than_a_wrong_one(nonsense: str) -> None:
    assert candidates(nonsense) == ()


def test_case_of_abbreviations() -> None:
    assert is_short("CKD") and is_short("HbSS") and not is_short("Lupus") and not is_short("All")
    assert first("CKD", MONDO) == "MONDO:0005300"
    assert first("ckd", MONDO) is None
    assert first("CKD", MONDO, "chronic kidney disease") == "MONDO:0005300"


def test_the_text_decides_what_an_abbreviation_means() -> None:
    assert first("AS", MONDO, "Alport syndrome") == "MONDO:0018965"
    assert first("AS", MONDO, "ankylosing spondylitis") == "MONDO:0005306"
    assert candidates("XQ", "chronic kidney disease") == candidates("chronic kidney disease")


@pytest.mark.parametrize(
    ("mention", "names"),
    [
        ("hepatitis B or C", ["hepatitis B", "hepatitis C"]),
        ("breast and ovarian cancer", ["breast cancer", "ovarian cancer"]),
        ("asthma/psoriasis", ["asthma", "psoriasis"]),
        ("type 1 or type 2 diabetes", ["type 1 diabetes", "type 2 diabetes"]),
        ("lupus nephritis", []),
        ("hand, foot and mouth disease", []),
        ("swings and roundabouts", []),
    ],
)
def test_parts(mention: str, names: list[str]) -> None:
    assert sorted(parts(mention)) == sorted(names)


def test_both_of_a_composite_mention() -> None:
    codes = {c.code for c in candidates("hepatitis B or C")}
    assert {"MONDO:0005344", "MONDO:0005231"} <= codes


def test_brackets() -> None:
    assert without_brackets("glucose (GLC) deficiency [x]") == "glucose deficiency"
    assert without_brackets("(HIV)") == "(HIV)"


def test_scores_and_order() -> None:
    found = candidates("diabetic kidney disease")
    assert all(0 < c.score <= 1 for c in found)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert len({(c.system, c.code) for c in found}) == len(found)
    assert {c.system for c in found} <= set(SYSTEMS)


@pytest.mark.parametrize(
    ("code", "system"),
    [("MONDO:0005300", MONDO), ("HP:0000790", HPO), ("D008181", MESH), ("C562839", MESH), ("D000071057", MESH),
     ("OMIM:301050", OMIM), ("N18.9", ICD), ("C34", ICD), ("I10", ICD), ("D61.01", ICD)],
)  # fmt: skip
def test_system_of(code: str, system: str) -> None:
    assert system_of(code) == system


def test_every_link_leads_somewhere() -> None:
    known = base().concepts
    for concept in known.values():
        for link in concept.links:
            assert link[0] in "=~ns9p"
            assert link[1:] in known or system_of(link[1:]) in (OMIM, MESH)


@pytest.mark.parametrize("word", ["active", "to make", "pathology", "ability to communicate", "make"])
def test_an_ordinary_word_of_a_name_is_not_the_name(word: str) -> None:
    assert candidates(word) == ()


def test_an_abbreviation_behind_a_composite_name() -> None:
    found = candidates("ADPKD", "autosomal dominant or recessive polycystic kidney disease")
    assert next(c.code for c in found if c.system == ICD) == "Q61.2"
    both = {c.code for c in candidates("autosomal dominant or recessive polycystic kidney disease")}
    assert {"Q61.2", "Q61.19"} <= both


@pytest.mark.parametrize("name", ["major adverse cardiac events", "immune related adverse events"])
def test_class_words_in_common_make_no_likeness(name: str) -> None:
    assert candidates(name) == ()


@pytest.mark.parametrize("name", ["adverse drug reactions", "renal toxicity"])
def test_a_name_all_of_which_is_in_the_mention_is_like_it(name: str) -> None:
    assert candidates(name)[0].display.startswith("Drug-Related Side Effects")


@pytest.mark.parametrize(
    ("plain", "lettered"),
    [("hepatitis", "hepatitis A"), ("hemophilia", "hemophilia A"), ("vitamin deficiency", "vitamin A deficiency")],
)
def test_the_letter_a_is_a_part_of_the_name(plain: str, lettered: str) -> None:
    codes = [next(c.code for c in candidates(name) if c.system == MONDO) for name in (plain, lettered)]
    assert codes[0] != codes[1]
