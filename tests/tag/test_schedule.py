"""Schedules: sections decide, and the time taken grows with the text only."""

from __future__ import annotations

import pytest

from extractor.errors import VocabularyError
from extractor.pipeline import finder
from extractor.repair.aligned import AlignedText
from extractor.scan import Scan
from extractor.sections import Section
from extractor.tag import schedule_words
from tests.growth import assert_linear


def found(text: str, section: str | None = None) -> list[str]:
    scan = Scan(AlignedText(text), (Section(0, len(text), section),) if section else ())
    return [text[m.start : m.end] for m in finder("SCHEDULE")(scan)]


@pytest.mark.parametrize("section", ["exclusion", "inclusion", "eligibility", "design", "contact", "title"])
def test_sections_without_schedules(section: str) -> None:
    text = "Chemotherapy within 3 months before enrollment; surgery in the last 2 weeks"
    assert found(text, section) == []


def test_furniture_has_no_schedules() -> None:
    text = "Updated every 2 weeks"
    scan = Scan(AlignedText(text), (Section(0, len(text), "other", furniture=True),))
    assert list(finder("SCHEDULE")(scan)) == []


def test_two_lines_are_two_frames() -> None:
    assert found("Response by day 28\n28 days\n\nSurvival\n100 days\n", "outcome") == ["day 28", "28 days", "100 days"]


HOSTILE = [
    "1, ",
    "day 1, ",
    "1 and 2 to ",
    "single a ",
    "3 intravenous ",
    "interval of the ",
    "total of 3 a ",
    "every ",
    "(7 times) ",
    "after the ",
    "2 days after the first of ",
    "within the first ",
    "\n",
    "3 days, ",
    "- ",
    "2 months and then every 6 weeks until ",
]


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_time_is_linear(piece: str) -> None:
    assert_linear(finder("SCHEDULE"), lambda size: Scan(AlignedText(piece * (size // len(piece)))), 10_000)


def test_vocabulary_refuses_unknown_values(tmp_path, monkeypatch) -> None:
    rows = "word,kind,value,source\nfortnight,unit,fn,x\n"
    (tmp_path / "schedule_words.csv").write_text(rows, encoding="utf-8")
    original = schedule_words.load_table
    monkeypatch.setattr(schedule_words, "load_table", lambda name, *a, **k: original(name, *a, **k, folder=tmp_path))
    schedule_words.words.cache_clear()
    try:
        with pytest.raises(VocabularyError, match=r"schedule_words\.csv:2"):
            schedule_words.words("unit")
    finally:
        schedule_words.words.cache_clear()
