"""Concepts of CONDITION mentions, as the pipeline gives them."""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path
from string import ascii_uppercase

import pytest

from extractor.extractor import Extractor
from extractor.link.base import ICD, MONDO
from extractor.normalise.condition import initials_of, long_forms, normalise, written_out
from extractor.pipeline import scan_text
from extractor.spans import Mention
from tests.growth import assert_linear

SEEDS = Path(__file__).parents[2] / "annotations" / "seeds"
_EXTRACTOR = Extractor(labels=("CONDITION",))


def concepts(text: str, mention: str) -> dict[str, str]:
    """system -> likeliest code of the first entity with that text."""
    entity = next(e for e in _EXTRACTOR.annotate(text).entities if e.text == mention)
    return {c.system: c.code for c in reversed(entity.concepts)}


def test_several_systems() -> None:
    found = concepts("Adults with lupus nephritis take part.", "lupus nephritis")
    assert found[MONDO] == "MONDO:0005556" and found[ICD] == "M32.14"


def test_an_abbreviation_takes_the_codes_of_what_it_stands_for() -> None:
    text = "Patients with Alport syndrome (AS) are asked. AS is treated."
    assert concepts(text, "AS") == concepts(text, "Alport syndrome")


def test_long_forms() -> None:
    longs = long_forms(scan_text("In myotonic dystrophy (DM) and chronic kidney disease (CKD), not the ward (QX)."))
    assert longs["DM"] == "myotonic dystrophy"
    assert longs["CKD"] == "chronic kidney disease"
    assert longs.get("QX") is None
    assert written_out("CKDs, DM type 1", longs.get) == "chronic kidney disease, myotonic dystrophy type 1"
    assert written_out("CKDX", longs.get) == "CKDX"


def test_an_abbreviation_with_two_meanings_has_the_codes_of_the_one_defined_before_it() -> None:
    text = "People with multiple sclerosis (MS) walk. MS is told apart from mitral stenosis (MS)."
    assert concepts(text, "MS") == concepts(text, "multiple sclerosis") != concepts(text, "mitral stenosis")


def test_work_on_abbreviations_that_nothing_defines_grows_with_the_text() -> None:
    def read(text: str) -> None:
        scan = scan_text(text)
        for at in range(0, len(text) - 8, 8):
            normalise(Mention(at, at + 4, "CONDITION", "test"), scan)

    def text(n: int) -> str:
        return "".join(f"{''.join(letters)} or " for letters in islice(product(ascii_uppercase, repeat=4), n))

    assert_linear(read, text, 150)


def test_a_condition_without_codes_has_none() -> None:
    entities = _EXTRACTOR.annotate("Exclusion: asthma, allergy to any component of the study drug.").entities
    assert entities
    for entity in entities:
        assert all(c.score >= 0.25 for c in entity.concepts)


def test_an_abbreviation_that_the_text_does_not_define() -> None:
    assert initials_of("LN", scan_text("Adults with active lupus nephritis."), 0) == "lupus nephritis"
    assert initials_of("LN", scan_text("Lupus, nephritis; lymph nodes are palpated"), 0) == ""
    assert initials_of("HF", scan_text("Severe Heart Failure, hydrops fetalis"), 0) == "Heart Failure"
    text = "Treatment of lupus nephritis with cells.\n\nSummary\n\nThe purpose is to treat LN."
    mention = Mention(text.index("LN"), text.index("LN") + 2, "CONDITION", "test")
    codes = [c["code"] for c in normalise(mention, scan_text(text)).concepts]
    assert codes[0] == "MONDO:0005556"
    alone = Mention(0, 2, "CONDITION", "test")
    assert normalise(alone, scan_text("LN is treated.")).concepts == ()


@pytest.mark.parametrize(
    ("record", "mention", "mondo", "icd"),
    [
        ("000", "Alport syndrome", "MONDO:0018965", "Q87.81"),
        ("000", "AS", "MONDO:0018965", "Q87.81"),
        ("001", "diabetic nephropathy", "MONDO:0005016", "E11.21"),
        ("002", "Chronic Kidney Diseases", "MONDO:0005300", "N18"),
        ("002", "DKD", "MONDO:0005016", "E11.21"),
        ("002", "Hypertensive Nephropathy", "MONDO:0024633", "I12.9"),
        ("003", "LN", "MONDO:0005556", "M32.14"),
        ("004", "diabetic kidney disease", "MONDO:0005016", "E11.21"),
        ("004", "end stage renal disease", "MONDO:0004375", "N18.6"),
    ],
)
def test_the_main_diseases_of_the_seeds(record: str, mention: str, mondo: str, icd: str) -> None:
    (path,) = SEEDS.glob(f"{record}_*.txt")
    found = concepts(path.read_text(encoding="utf-8"), mention)
    assert (found[MONDO], found[ICD]) == (mondo, icd)
