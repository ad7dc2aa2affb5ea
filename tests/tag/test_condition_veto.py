"""Conditions inside proper names are none, whoever proposes them: here every ⟦span⟧ is proposed, as by a model."""

from __future__ import annotations

import pytest

from extractor.repair import AlignedText
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.condition_veto import veto
from tests.growth import assert_linear


def _proposed(marked: str, label: str = "CONDITION") -> tuple[Scan, list[Mention]]:
    text = marked.replace("⟦", "").replace("⟧", "")
    mentions, at = [], 0
    for piece in marked.split("⟦")[1:]:
        inside = piece.partition("⟧")[0]
        at = text.index(inside, at)
        mentions.append(Mention(at, at + len(inside), label, "ner.x", by="model"))
        at += len(inside)
    return Scan(AlignedText(text)), mentions


@pytest.mark.parametrize(
    "marked",
    [
        "funded by the ⟦Lupus⟧ Foundation of the north",
        "⟦Multiple Sclerosis⟧ International Federation",
        "National ⟦Heart⟧, Lung and Blood Institute",
        "the Institute of ⟦Arthritis⟧ and Skin Research",
        "Society for the Study of ⟦Diabetes⟧ in Children",
        "Journal of Clinical ⟦Hypertension⟧",
        "meets the ⟦SLE⟧ Classification Criteria",
        "⟦Parkinson's Disease⟧ Questionnaire",
        "⟦Diabetes⟧ Quality-of-Life Measure",
        "(Lakeside Universities ⟦Osteoarthritis⟧) Index",
        "the ⟦AIDS⟧ Clinical Trials Group grades",
        "⟦pain⟧ severity index",
        "⟦fatigue⟧ scale at week 4",
        "⟦urticaria⟧ activity score",
        "⟦tumor⟧ necrosis factor alpha",
        "⟦leukemia⟧ inhibitory factor was added",
        "an infusion of Cordacell-⟦CKD⟧ twice",
        "write to trials@⟦lupus⟧.example",
        "see www.⟦stroke⟧.example/help",
        "Sex: ⟦All⟧",
        "Sex: ⟦ALL⟧",
        "⟦All⟧ patients with leukaemia",
        "⟦ALL⟧ patients are seen at week 2",
    ],
)
def test_a_part_of_a_proper_name_is_no_condition(marked: str) -> None:
    scan, mentions = _proposed(marked)
    assert len(mentions) == 1
    assert veto(scan, mentions) == []


@pytest.mark.parametrize(
    "marked",
    [
        "a stroke foundation paid for ⟦stroke⟧ care",
        "Diagnostic criteria for ⟦type 2 diabetes⟧",
        "Visual analogue scale for ⟦pain⟧",
        "score of ⟦fatigue⟧",
        "⟦Lupus⟧. Foundation of the centre was laid",
        "⟦Osteogenesis imperfecta⟧\nGene transfer",
        "⟦Heart Failure⟧\nIndex event within a week",
        "⟦Immune deficiency⟧\n\nFactors of risk",
        "⟦HIV⟧ antibody positive",
        "Anti-⟦HIV⟧ drugs, post-⟦ARDS⟧ weakness, Non-⟦ALL⟧ leukaemia",
        "⟦GVHD⟧ Prophylaxis with tacrolimus",
        "PATIENTS WITH ⟦ACUTE LEUKEMIA⟧ IN AN INDEX TRIAL",
        "relapsed ⟦ALL⟧ without other disease",
        "acute leukaemia; ⟦ALL⟧ patients are treated first",
        "⟦Sepsis⟧ group and ⟦Stroke⟧ Group",
    ],
)
def test_a_condition_beside_such_words_stays(marked: str) -> None:
    scan, mentions = _proposed(marked)
    assert mentions
    assert veto(scan, mentions) == mentions


def test_other_labels_are_not_looked_at() -> None:
    scan, mentions = _proposed("the ⟦Lupus⟧ Foundation", label="CELL_PRODUCT")
    assert veto(scan, mentions) == mentions


@pytest.mark.parametrize("piece", ["ALL ", "Lupus and ", "Heart, ", "Society of ", "www.", "Lupus\n  ", "Ab-"])
def test_work_grows_with_the_text(piece: str) -> None:
    def proposed(n: int) -> tuple[Scan, list[Mention]]:
        step = len(piece)
        places = range(0, n * step, step)
        return Scan(AlignedText(piece * n)), [Mention(at, at + 3, "CONDITION", "ner.x") for at in places]

    assert_linear(lambda given: veto(*given), proposed, 1000)
