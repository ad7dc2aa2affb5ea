"""Relations and regimens on lines of dosing text."""

from __future__ import annotations

import pytest

from extractor import Extractor
from extractor.pipeline import scan_text, tag
from extractor.relate.links import Places, around, nearest

EXTRACTOR = Extractor.load()


def _read(text: str):
    document = EXTRACTOR.annotate(text)
    names = {e.id: e.text for e in document.entities}
    return document, names, {(r.type, names[r.head], names[r.tail]) for r in document.relations}


def test_dose_route_and_schedule_of_one_sentence():
    _, _, links = _read(
        "Patients receive 2 × 10^6 cells/kg of allogeneic MSCs by intravenous infusion once a week for 4 weeks."
    )
    assert links == {
        ("DOSE_OF", "2 × 10^6 cells/kg", "allogeneic MSCs"),
        ("ROUTE_OF", "intravenous infusion", "2 × 10^6 cells/kg"),
        ("SCHEDULE_OF", "once a week for 4 weeks", "2 × 10^6 cells/kg"),
    }


def test_what_a_neighbouring_sentence_says_of_the_product_is_said_of_its_dose():
    document, names, links = _read(
        "The group gets a total of 2 intravenous infusions of umbilical cord mesenchymal stem cells (UC-MSC). "
        "The interval between the two infusions is 14 days and each dose is 1 × 10^6 cells/kg."
    )
    assert ("ROUTE_OF", "intravenous infusions", "1 × 10^6 cells/kg") in links
    assert ("DOSE_OF", "1 × 10^6 cells/kg", "umbilical cord mesenchymal stem cells") in links
    (regimen,) = document.regimens
    assert names[regimen.dose] == "1 × 10^6 cells/kg"
    assert regimen.administrations == 2
    assert regimen.total_dose is not None
    assert (regimen.total_dose.low, regimen.total_dose.unit) == (2e6, "{cells}/kg")
    assert regimen.timing == {"repeat": {"count": 2, "frequency": 1, "period": 14, "periodUnit": "d"}}


def test_a_total_is_not_multiplied():
    document, _, _ = _read("A total dose of 3 × 10^6 cells/kg of autologous NK cells is given intravenously 3 times.")
    (regimen,) = document.regimens
    assert regimen.total_dose is None


def test_two_doses_of_one_paragraph_keep_their_own_schedules():
    _, _, links = _read(
        "Cohort 1 receives 1 × 10^6 CAR-T cells/kg on day 0. Cohort 2 receives 3 × 10^6 CAR-T cells/kg on days 0 and 7."
    )
    schedules = {(head, tail) for kind, head, tail in links if kind == "SCHEDULE_OF"}
    assert schedules == {("day 0", "1 × 10^6 CAR-T cells/kg"), ("days 0 and 7", "3 × 10^6 CAR-T cells/kg")}


@pytest.mark.parametrize(
    "text",
    [
        "Inclusion Criteria:\n\n- Prior intravenous infusion of 1 × 10^6 MSC/kg",
        "Primary Outcome Measures\nTumour volume\nevery 3 months",
    ],
)
def test_criteria_and_outcomes_have_no_relations(text):
    assert _read(text)[2] == set()


def test_arms_name_their_regimens():
    document, names, _ = _read(
        "Arms\nLow dose\nEXPERIMENTAL\nIntravenous injection of 1 × 10^6 cells/kg hUC-MSC once.\n\n"
        "High dose\nEXPERIMENTAL\nIntravenous injection of 5 × 10^6 cells/kg hUC-MSC once.\n"
    )
    assert [(r.arm and r.arm.name, names[r.dose]) for r in document.regimens] == [
        ("Low dose", "1 × 10^6 cells/kg"),
        ("High dose", "5 × 10^6 cells/kg"),
    ]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Family history of breast cancer", {"family"}),
        ("History of myocardial infarction", {"historical"}),
        ("No evidence of active tuberculosis", {"negated"}),
        ("Women planning a pregnancy", {"hypothetical"}),
        ("Suspected sepsis", {"uncertain"}),
        ("Exclusion Criteria:\n- Hypertension", set()),
        ("Hyperkalemia that cannot be controlled", set()),
        ("Patients with asthma but without heart failure", set()),
    ],
)
def test_assertion_of_the_first_condition(text, flags):
    conditions = [e for e in EXTRACTOR.annotate(text).entities if e.label == "CONDITION"]
    assert conditions, text
    given = conditions[0].assertion.model_dump()
    assert {name for name, value in given.items() if value} >= flags
    if not flags:
        assert not any(given.values())


def test_the_nearest_is_found_without_looking_at_all():
    text = "".join(
        f"Given intravenously. {'Then. ' * (n % 4)}1 × 10^6 cells/kg of MSCs{', ' if n % 3 else '. '}"
        for n in range(40)
    )
    scan = scan_text(text)
    mentions = tag(scan, ("CELL_PRODUCT", "CELL_DOSE", "ROUTE"))
    doses = [(i, m) for i, m in enumerate(mentions) if m.label == "CELL_DOSE"]
    starts, places = [m.start for _, m in doses], Places(scan)
    routes = [m for m in mentions if m.label == "ROUTE"]
    assert len(routes) == len(doses) == 40
    for route in routes:
        assert nearest(route, around(route, doses, starts), places) == nearest(route, doses, places)
        assert len(around(route, doses, starts)) <= 3
