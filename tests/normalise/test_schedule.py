"""Values of schedules: no key beyond those a case names, ISO durations, and the other reading of a range."""

from __future__ import annotations

import re

import pytest

from extractor.normalise.schedule import iso
from extractor.pipeline import finder, normaliser
from extractor.repair import repair
from extractor.scan import Scan
from extractor.sections import Section, find_sections
from extractor.spans import Mention
from tests.markup import Case, differences, read_cases

ISO = re.compile(r"-?P(?:[0-9.]+[YMWD]|T[0-9.]+[HMS])")


def read(text: str, section: str | None = None) -> list[Mention]:
    aligned = repair(text)
    scan = Scan(aligned, (Section(0, len(aligned.text), section),) if section else find_sections(aligned.text))
    return [normaliser("SCHEDULE")(m, scan) for m in finder("SCHEDULE")(scan)]


@pytest.mark.parametrize("case", read_cases("schedule"), ids=str)
def test_values_have_no_other_keys(case: Case) -> None:
    found = read(case.text, case.section)
    for wanted, mention in zip(case.values, found, strict=False):
        value = {k: v for k, v in mention.value.items() if k != "timing"}
        assert differences({k: v for k, v in wanted.items() if k != "..."}, value) == []


@pytest.mark.parametrize(
    ("number", "unit", "wanted"),
    [
        (14.0, "d", "P14D"),
        (-5.0, "d", "-P5D"),
        (2.5, "wk", "P2.5W"),
        (30.0, "min", "PT30M"),
        (3.0, "mo", "P3M"),
        (0.0, "d", "P0D"),
    ],
)
def test_iso(number: float, unit: str, wanted: str) -> None:
    assert iso(number, unit) == wanted
    assert ISO.fullmatch(wanted)


def test_a_range_of_times_keeps_its_other_reading() -> None:
    (mention,) = read("Response is assessed at 4 weeks to 9 months after treatment.")
    assert mention.value["points"] == ["P4W"]
    assert mention.value["until"] == "P9M"
    assert mention.alternatives == ({"kind": "assessment", "points": ["P4W", "P9M"]},)
    assert [w.code for w in mention.warnings] == ["SCHEDULE_RANGE"]


def test_two_points_are_not_ambiguous() -> None:
    (mention,) = read("Response is assessed at 4 weeks and 9 months after treatment.")
    assert mention.alternatives == ()
    assert mention.warnings == ()
