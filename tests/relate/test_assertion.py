"""Assertion of conditions: every ⟦span⟧ with the first letters of its attributes behind it: N, H, F, Y(pothetical), U."""

from __future__ import annotations

import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from extractor.errors import VocabularyError
from extractor.relate import assertion_cues
from extractor.relate.assertion import assertions
from extractor.repair import AlignedText
from extractor.scan import Scan
from extractor.spans import Mention
from tests.growth import assert_linear

LETTERS = {"negated": "N", "historical": "H", "family": "F", "hypothetical": "Y", "uncertain": "U"}
_MARK = re.compile(r"⟦([^⟧]*)⟧([NHFYU]*)")


def _read(marked: str) -> tuple[Scan, list[Mention], list[str]]:
    text, at, mentions, wanted = "", 0, [], []
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        mentions.append(Mention(len(text), len(text) + len(match[1]), "CONDITION", "x"))
        wanted.append("".join(sorted(match[2])))
        text += match[1]
        at = match.end()
    return Scan(AlignedText(text + marked[at:])), mentions, wanted


def _given(mentions: list[Mention], scan: Scan) -> list[str]:
    return ["".join(sorted(LETTERS[n] for n, v in a.items() if v)) for a in assertions(mentions, scan)]


@pytest.mark.parametrize(
    "marked",
    [
        # negated
        "No ⟦fever⟧N, ⟦cough⟧N or ⟦chest pain⟧N",
        "without ⟦asthma⟧N but with ⟦eczema⟧",
        "No ⟦gout⟧N, severe ⟦lupus⟧N, ⟦Crohn disease⟧N, ⟦psoriasis⟧N, ⟦scleroderma⟧N, ⟦myositis⟧N, ⟦vasculitis⟧N or ⟦sarcoidosis⟧N",
        "⟦HIV⟧N negative",
        "⟦Hepatitis B⟧N surface antigen and ⟦hepatitis C⟧N antibody negative",
        "⟦hypertension⟧, ⟦HIV⟧N negative",
        "⟦pain⟧N-free",
        "not ⟦pregnant⟧N or ⟦nursing⟧N",
        "non-⟦diabetic⟧N donors, ⟦anaemia⟧",
        "Exclusion Criteria:\n- ⟦Gout⟧\n- ⟦Asthma⟧",
        "no increase in ⟦pain⟧",
        "with or without ⟦nausea⟧",
        "0 (no ⟦pain⟧N) to 10 (most severe ⟦pain⟧)",
        "0 meaning no ⟦disability⟧N and 3 meaning severe ⟦disability⟧",
        "Without chemotherapy for women with ⟦breast cancer⟧",
        "cell grafts cannot repair the ⟦damaged nerve⟧",
        "Normal lungs No ⟦angina⟧N No ⟦heart failure⟧N Renal: normal",
        "No reliable contraception\n⟦pregnancy⟧\nany ⟦cancer⟧",
        "No ⟦heart disease⟧N (e.g. severe ⟦heart failure⟧N)",
        "Negative status for ⟦hepatitis B⟧N",
        # historical
        "history of ⟦stroke⟧H",
        "No history of ⟦stroke⟧HN",
        "No other prior ⟦malignancy⟧HN except treated ⟦skin cancer⟧H or ⟦carcinoma in situ⟧H",
        "History of ⟦cancer⟧H other than ⟦skin cancer⟧H",
        "⟦Myocardial infarction⟧H or ⟦stroke⟧H within the past 6 months",
        "⟦Thrombosis⟧H within three (3) months before enrolment",
        "Active ⟦infection⟧ within 1 week of enrollment",
        "⟦relapse⟧ within 6 months after grafting",
        "subjects have had a ⟦seizure⟧H",
        "history of ⟦tumour⟧H or are currently on ⟦tumour⟧ therapy",
        "history of or current ⟦alcohol abuse⟧H",
        "history of ⟦gout⟧H or current ⟦arthritis⟧",
        "history of ⟦gout⟧H characterised by ⟦pain⟧",
        "prior radiotherapy for ⟦metastatic disease⟧",
        "history of\n        ⟦lung abscess⟧H",
        # the others
        "Family history of ⟦breast cancer⟧F",
        "No family history of ⟦glaucoma⟧FN",
        "A personal or family history of ⟦thrombosis⟧F",
        "at high risk of ⟦GVHD⟧Y or ⟦graft failure⟧Y",
        "receivers who may develop ⟦GVHD⟧Y",
        "an inborn disorder that can cause ⟦liver disease⟧",
        "Patients planning a ⟦pregnancy⟧Y should be excluded",
        "women planning a ⟦pregnancy⟧Y",
        "women of childbearing potential with ⟦anaemia⟧",
        "suspected or confirmed ⟦sepsis⟧U",
        "suspicion of ⟦abscess⟧U or documented ⟦infection⟧",
        "cells of great potential, grafted twice into the ⟦ischemic foot⟧",
        "⟦tuberculosis⟧U cannot be excluded",
    ],
)
def test_attributes(marked: str) -> None:
    scan, mentions, wanted = _read(marked)
    assert mentions
    assert _given(mentions, scan) == wanted


def test_other_labels_carry_nothing() -> None:
    text = "no history of mesenchymal stem cells"
    (given,) = assertions([Mention(14, 36, "CELL_PRODUCT", "x")], Scan(AlignedText(text)))
    assert not any(given.values())


def test_the_same_in_threads_and_after_pickling() -> None:
    scan, mentions, wanted = _read("No history of ⟦stroke⟧HN; suspected ⟦sepsis⟧U; ⟦gout⟧. " * 50)
    copy = pickle.loads(pickle.dumps(mentions))
    with ThreadPoolExecutor(4) as pool:
        for given in pool.map(lambda _: _given(copy, Scan(AlignedText(scan.text))), range(8)):
            assert given == wanted


@pytest.mark.parametrize(
    "piece", ["no fever ", "fever, ", "fever ", "history of fever or ", "fever within 6 ", "no fever (", "fever\n"]
)
def test_work_grows_with_the_text(piece: str) -> None:
    def made(n: int) -> tuple[list[Mention], Scan]:
        step, at = len(piece), piece.index("fever")
        return [Mention(i * step + at, i * step + at + 5, "CONDITION", "x") for i in range(n)], Scan(
            AlignedText(piece * n)
        )

    assert_linear(lambda given: assertions(*given), made, 500)


@pytest.mark.parametrize("row", ["no,negative,forward,8", "no,negated,up,8", "no,negated,forward,far"])
def test_a_broken_cue_is_refused_with_its_line(row: str, tmp_path, monkeypatch) -> None:
    (tmp_path / "assertion_cues.csv").write_text(f"cue,attribute,direction,reach,source\n{row},x\n")
    load = assertion_cues.load_table
    monkeypatch.setattr(assertion_cues, "load_table", lambda *a, **k: load(*a, **k, folder=tmp_path))
    with pytest.raises(VocabularyError, match=r"assertion_cues\.csv:2"):
        assertion_cues.cues.__wrapped__()


def test_a_cue_may_not_stand_twice(tmp_path, monkeypatch) -> None:
    rows = "cue,attribute,direction,reach,source\nno|without,negated,forward,8,x\nno,negated,forward,2,x\n"
    (tmp_path / "assertion_cues.csv").write_text(rows)
    load = assertion_cues.load_table
    monkeypatch.setattr(assertion_cues, "load_table", lambda *a, **k: load(*a, **k, folder=tmp_path))
    with pytest.raises(VocabularyError, match=r"assertion_cues\.csv:3.*twice"):
        assertion_cues.cues.__wrapped__()
