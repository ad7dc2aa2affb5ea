"""Sections: headings, inferred criteria, furniture, arms; and properties that hold for any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.sections import KINDS, Section, find_sections
from tests.growth import assert_linear

SEEDS = sorted((Path(__file__).parents[2] / "annotations" / "seeds").glob("*.txt"))


def kinds(text: str) -> list[tuple[str, str]]:
    """(kind, text without the heading) of the sections that say something and are no furniture."""
    return [
        (s.kind, text[s.body : s.end].strip())
        for s in find_sections(text)
        if not s.furniture and text[s.body : s.end].strip()
    ]


def kind_of(text: str, phrase: str) -> str | None:
    """The kind of the section that holds `phrase`."""
    at = text.index(phrase)
    return next((s.kind for s in find_sections(text) if s.start <= at < s.end), None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Title\nCells for gout\n\nConditions\nGout\n", [("title", "Cells for gout"), ("conditions", "Gout")]),
        (
            "Inclusion Criteria:\n1. gout\nExclusion Criteria:\n1. asthma",
            [("inclusion", "1. gout"), ("exclusion", "1. asthma")],
        ),
        (
            "Inclusion Criteria: 1. gout; 2. adults. Exclusion Criteria: 1. asthma.",
            [("inclusion", "1. gout; 2. adults."), ("exclusion", "1. asthma.")],
        ),
        ("Enrollment criteria:\n- gout\n\nExclusion:\n- asthma", [("inclusion", "- gout"), ("exclusion", "- asthma")]),
        (
            "E.3 Principal inclusion criteria: gout\nE.4 Principal exclusion criteria: asthma",
            [("inclusion", "gout"), ("exclusion", "asthma")],
        ),
        (
            "Key inclusion criteria for donors:\nhealth\nNon-inclusion criteria\ncough",
            [("inclusion", "health"), ("exclusion", "cough")],
        ),
        (
            "**Inclusion Criteria**\ngout\n## Exclusion Criteria ##\ncough",
            [("inclusion", "gout"), ("exclusion", "cough")],
        ),
        ("- Brief Summary\nA trial.\n- Primary Outcome Measures\nPain", [("summary", "A trial."), ("outcome", "Pain")]),
        (
            "Minimum Age: 18\nSex\nAll\nPhase\nPhase 2",
            [("eligibility", "18"), ("eligibility", "All"), ("design", "Phase 2")],
        ),
        (
            "Health Condition(s) or Problem(s) studied:\nGout\nIntervention(s)\nCells",
            [("conditions", "Gout"), ("intervention", "Cells")],
        ),
        (
            "⁃ Only adults with gout who meet all of the following criteria are eligible for inclusion:\n• pain",
            [("inclusion", "• pain")],
        ),
        ("Patients will be excluded if they have one of the following:\n- asthma\n", [("exclusion", "- asthma")]),
        ("Summary\nA trial. Primary endpoint: pain at rest.\nPhase:\n2", [
            ("summary", "A trial."), ("outcome", "pain at rest."), ("design", "2")]),
    ],
)  # fmt: skip
def test_headings(text: str, wanted: list[tuple[str, str]]) -> None:
    assert kinds(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "patients who did not meet the inclusion criteria of the first study",
        "Any condition not fulfilling inclusion criteria",
        "Participants must have pain, swelling and stiffness of the knee.",
        "Blood is drawn at inclusion: 20 mL.",
    ],
)
def test_no_heading(text: str) -> None:
    assert find_sections(text) == ()


def test_names_of_arms_are_no_headings() -> None:
    text = "Arms\nIntervention\nExperimental\nCells in the knee\n\nControl Group\nNo Intervention\nnothing\n"
    sections = find_sections(text)
    assert [s.kind for s in sections] == ["arm", "arm"]
    assert [text[slice(*s.name)] for s in sections if s.name] == ["Intervention", "Control Group"]


def test_labelled_arms() -> None:
    text = (
        "Treatments\nExperimental: Cells\nOne infusion\nPlacebo Comparator: Saline\n"
        "The same volume\nSponsors\nA company"
    )
    sections = [s for s in find_sections(text) if s.kind == "arm"]
    assert [text[slice(*s.name)] for s in sections if s.name] == ["Cells", "Saline"]
    assert kind_of(text, "A company") == "contact"


def test_interventions_with_the_type_last() -> None:
    text = (
        "Interventions\n\nSaline\n\nGiven once.\n\nIntervention Type DRUG\n\nCells\n\n"
        "Given twice.\n\nIntervention Type DRUG\n"
    )
    assert [text[slice(*s.name)] for s in find_sections(text) if s.name] == ["Saline", "Cells"]


LIST = """Eligibility
Sex: All
- Adults aged 30 to 60 years
- Diagnosed with rheumatoid arthritis
- Able to understand the study and give written informed consent
- Patients with another rheumatic disease
- Known allergy to dextran
- Pregnant or breastfeeding women
- Participation in another clinical trial within 30 days
- Anyone whom the investigator considers unsuitable
"""


def test_turn_of_a_list_without_headings() -> None:
    sections = {s.kind: s for s in find_sections(LIST) if s.evidence == "inferred"}
    assert set(sections) == {"inclusion", "exclusion"}
    assert LIST[sections["exclusion"].start :].startswith("- Patients with another rheumatic disease")


def test_list_of_inclusion_alone() -> None:
    text = "Criteria\n- Age over 20 years\n- Diagnosed with gout\n- Willing to give written informed consent\n"
    assert [s.kind for s in find_sections(text)] == ["eligibility", "inclusion"]


def test_list_that_tells_nothing() -> None:
    assert [s.kind for s in find_sections("Criteria\n- green\n- blue\n- red\n")] == ["eligibility"]


def test_turn_without_any_heading() -> None:
    assert [s.kind for s in find_sections(LIST.partition("All\n")[2])] == ["inclusion", "exclusion"]


def test_furniture() -> None:
    text = (
        "Conditions\n\nSee the medical conditions and disease areas that this research targets.\n\n"
        "Gout\n\nView Document\n\n"
        "Locations\nSt. Vitus Hospital\nContact\nA. Person\n+41 000 000\n"
    )
    bare = "".join(text[s.start : s.end] for s in find_sections(text) if not s.furniture)
    assert bare.split() == ["Conditions", "Gout"]


def test_outcomes_without_heading() -> None:
    text = (
        "Enrollment\n20\nPain\nPain was asked for at each visit.\nTime frame: 2 weeks\nSwelling\n"
        "Measured.\nTime frame: 2 weeks\n"
    )
    assert kinds(text)[1:] == [("outcome", text[text.index("Pain") :].strip())]


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem[:3])
def test_seed_records_are_covered(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    sections = find_sections(text)
    assert "".join("".join(text[s.start : s.end].split()) for s in sections) == "".join(text.split())


def test_seed_records_criteria() -> None:
    for number, turn in (
        ("001", "- Patients with kidney biopsy"),
        ("002", "* Extremely severe"),
        ("004", "- Patients with kidney diseases"),
    ):
        text = next(p for p in SEEDS if p.stem.startswith(number)).read_text(encoding="utf-8")
        assert kind_of(text, turn) == "exclusion"
        before = text[: text.index(turn)].rstrip()
        before = before.removesuffix("Exclusion criteria:").removesuffix("Exclusion Criteria").rstrip()
        assert kind_of(text, before[-30:]) == "inclusion"


_LINES = st.sampled_from(
    ["Title", "Arms", "Interventions", "Inclusion Criteria:", "- Known gout", "Sex", "All",
     "Time frame: 2 d", "Experimental", "", "  ",
     "View", "Exclusion criteria: 1. x Inclusion Criteria: 2. y",
     "This group of patients received", "a@b.ch", "- Willing to consent",
     "Contact", "Endpoints:Primary endpoint: z", "x" * 401, "Group Type A", "Intervention Type B", "Status:"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(_LINES, max_size=14).map("\n".join), st.text(max_size=200)))
def test_sections_are_sorted_disjoint_and_inside(text: str) -> None:
    sections = find_sections(text)
    at = 0
    for s in sections:
        assert at <= s.start <= s.body <= s.end <= len(text) and s.start < s.end
        assert s.kind in KINDS
        assert s.name is None or s.start <= s.name[0] < s.name[1] <= s.end
        at = s.end
    assert isinstance(sections, tuple) and all(isinstance(s, Section) for s in sections)


@pytest.mark.parametrize(
    "unit",
    ["- Known gout\n", "Inclusion Criteria: 1. x ", "a " * 50 + "\n", "Time frame: x\n",
     "Experimental\n", " ", "\n", "- - ", "(", "E.1.1.",
     "must … meet ", "be included if ", "a@", "Key ", "Sex\n"],
)  # fmt: skip
def test_linear(unit: str) -> None:
    assert_linear(find_sections, lambda size: "Criteria\n" + unit * (size // len(unit)), 20_000)


def test_headings_in_small_letters() -> None:
    text = (
        "inclusion criteria for recipients :\ngout\n(ii) Exclusion Criteria for all:\ncough\nthe exclusion criteria\n"
    )
    assert [kind for kind, _ in kinds(text)] == ["inclusion", "exclusion"]
