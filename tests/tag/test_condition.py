"""CONDITION beyond spans: codes, keys, the vocabulary's files, speed."""

from __future__ import annotations

import pytest

from extractor.errors import VocabularyError
from extractor.repair import repair
from extractor.scan import Scan
from extractor.sections import Section, find_sections
from extractor.tag import condition_names
from extractor.tag.condition import find
from extractor.tag.condition_names import key_of, names
from tests.growth import assert_linear


def found(text: str) -> list[tuple[str, str | None]]:
    """(text, code) of each condition."""
    scan = Scan(repair(text), find_sections(text))
    return [(scan.text[m.start : m.end], m.concepts[0]["code"] if m.concepts else None) for m in find(scan)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("type 2 diabetes mellitus", "MONDO:0005148"),
        ("Rheumatoid Arthritis", "MONDO:0008383"),
        ("kidney disease, chronic", "MONDO:0005300"),
        ("multiple sclerosis", "MONDO:0005301"),
        ("bradykinesia", "HP:0002067"),
        ("CKD", "MONDO:0005300"),
    ],
)
def test_codes(text: str, code: str) -> None:
    [(_, found_code)] = found(f"Adults with {text}")
    assert found_code == code


def test_concept_names_its_system() -> None:
    scan = Scan(repair("multiple sclerosis and bradykinesia"))
    systems = [m.concepts[0]["system"] for m in find(scan)]
    assert systems == ["http://purl.obolibrary.org/obo/mondo.owl", "http://purl.obolibrary.org/obo/hp.owl"]


def test_abbreviation_takes_the_code_of_what_it_is_defined_for() -> None:
    assert found("Cystic fibrosis (CyF) is treated. CyF is rare.")[1:] == [("CyF", "MONDO:0009061")] * 2


def test_abbreviation_of_something_else_is_none() -> None:
    assert found("umbilical cord cells (UCC) for gout; UCC are frozen") == [("gout", found("gout")[0][1])]


def test_furniture_is_skipped() -> None:
    text = "A hospital for cancer"
    assert find(Scan(repair(text), (Section(0, len(text), "contact", furniture=True),))) == []
    assert len(find(Scan(repair(text), (Section(0, len(text), "summary"),)))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crohn's disease", "Crohns Disease"),
        ("graft-versus-host disease", "graft vs host diseases"),
        ("oesophageal tumours", "esophageal tumor"),
        ("diabetes type II", "diabetes type 2"),
        ("allergies", "allergy"),
        ("cirrhosis", "Cirrhosis"),
        ("abscesses", "abscess"),
    ],
)
def test_keys_are_equal(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), [("type 1", "type 2"), ("hepatitis B", "hepatitis C"), ("mass", "mas")])
def test_keys_differ(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_vocabulary_is_whole() -> None:
    vocab = names()
    assert len(vocab.concepts) > 90_000
    assert all(not c or c.code.partition(":")[0] in ("MONDO", "HP", "") for c in vocab.concepts.values())
    assert not vocab.modifiers & vocab.words["severity"]


def test_broken_vocabulary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition_names, "FILE", "no-such-file.gz")
    names.cache_clear()
    with pytest.raises(VocabularyError, match=r"no-such-file\.gz"):
        names()
    names.cache_clear()


@pytest.mark.parametrize(
    "unit",
    [
        "infection of ",
        "allergy to ",
        "or renal ",
        "type I, II ",
        "abnormal ",
        "renal ",
        "kidney disease, ",
        "(HIV) ",
        "ALL ",
        "A/B/",
    ],
)
def test_linear(unit: str) -> None:
    assert_linear(find, lambda size: Scan(repair(unit * (size // len(unit)))), 20_000)
