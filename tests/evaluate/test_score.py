"""Figures: seeded errors give exactly the known report; an independent scorer and nervaluate agree."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import UsageError
from extractor.evaluate import semeval
from extractor.evaluate.formats import write_gold
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, make_document
from extractor.evaluate.matching import match
from extractor.evaluate.run import evaluate, read_predictions, to_json
from extractor.evaluate.thresholds import shortfalls

DOSE = {"low": 1e6, "high": 1e6, "unit": "{cells}/kg"}
LAB = {
    "kind": "lab",
    "analytes": ["eGFR"],
    "logic": "all",
    "low": 30,
    "low_inclusive": True,
    "unit": "mL/min/{1.73_m2}",
}
ROUTE = {"ncit": "C38276"}
SCHEDULE = {"kind": "administration", "count": 2, "interval": "P14D"}


def gold_document(id: str) -> GoldDocument:
    text = "Two infusions 14 days apart of 1e6 cells/kg MSC intravenously; eGFR >= 30 mL/min/1.73 m2; no sepsis, "
    text += "no stroke."

    def span(number: int, label: str, words: str, value: object = None, **attributes: bool) -> GoldSpan:
        start = text.index(words)
        return GoldSpan(f"T{number}", label, start, start + len(words), value=value, attributes=attributes)

    spans = [
        span(1, "SCHEDULE", "Two infusions 14 days apart", SCHEDULE),
        span(2, "CELL_DOSE", "1e6 cells/kg", DOSE),
        span(3, "CELL_PRODUCT", "MSC"),
        span(4, "ROUTE", "intravenously", ROUTE),
        span(5, "LAB_THRESHOLD", "eGFR >= 30 mL/min/1.73 m2", LAB),
        span(6, "CONDITION", "sepsis", Negated=True),
        span(7, "CONDITION", "stroke", Negated=True),
    ]
    links = [
        GoldRelation("DOSE_OF", "T2", "T3"),
        GoldRelation("ROUTE_OF", "T4", "T2"),
        GoldRelation("SCHEDULE_OF", "T1", "T2"),
    ]
    return make_document(id, text, spans, links)


def changed(document: GoldDocument, id: str, **changes: object) -> GoldDocument:
    return replace(document, spans=tuple(replace(s, **changes) if s.id == id else s for s in document.spans))


def dropped(document: GoldDocument, id: str) -> GoldDocument:
    links = tuple(k for k in document.relations if id not in (k.head, k.tail))
    return replace(document, spans=tuple(s for s in document.spans if s.id != id), relations=links)


def seeded() -> tuple[list[GoldDocument], dict[str, GoldDocument]]:
    """Four documents; the errors of the predictions are listed in test_seeded_errors."""
    gold = [gold_document(name) for name in "abcd"]
    a = changed(gold[0], "T2", value={**DOSE, "low": 1e7, "high": 1e7})
    a = changed(a, "T5", value={**LAB, "low_inclusive": False})
    b = dropped(gold[1], "T4")
    b = changed(b, "T1", end=13)
    b = changed(b, "T6", attributes={})
    c = changed(gold[2], "T5", label="AGE", value={"low": 30, "unit": "a"})
    c = replace(
        c,
        spans=(*c.spans, GoldSpan("X1", "ROUTE", 0, 3, value=ROUTE)),
        relations=(GoldRelation("DOSE_OF", "T2", "T4"),),
    )
    c = changed(c, "T7", attributes={"Negated": True, "Historical": True})
    return gold, {"a": a, "b": b, "c": c}  # d has no prediction at all


def test_seeded_errors() -> None:
    gold, predicted = seeded()
    evaluation = evaluate(gold, predicted)
    errors = sorted((r.document.id, e.kind, e.label, e.reason) for r in evaluation.results for e in r.errors)
    assert errors == [
        ("a", "value", "CELL_DOSE", "1e6 against 1e7, unit right"),
        (
            "a",
            "value",
            "LAB_THRESHOLD",
            "≥ 30 against > 30 (inclusiveness), comparator, magnitude, unit, analytes right",
        ),
        ("b", "assertion", "CONDITION", "negated against no attribute"),
        ("b", "boundary", "SCHEDULE", "end: without “14 days apart”"),
        ("b", "missed", "ROUTE", "nothing found here"),
        ("c", "assertion", "CONDITION", "negated against negated, historical"),
        ("c", "missed", "LAB_THRESHOLD", "nothing found here"),
        ("c", "relation", "CELL_DOSE", "DOSE_OF “MSC” against “intravenously”"),
        ("c", "relation", "ROUTE", "ROUTE_OF “1e6 cells/kg” against nothing"),
        ("c", "relation", "SCHEDULE", "SCHEDULE_OF “1e6 cells/kg” against nothing"),
        ("c", "spurious", "ROUTE", "nothing in the gold here"),
        *[
            ("d", "missed", label, "nothing found here")
            for label in ("CELL_DOSE", "CELL_PRODUCT", "CONDITION", "CONDITION", "LAB_THRESHOLD", "ROUTE", "SCHEDULE")
        ],
    ]
    assert evaluation.not_scored == {"AGE": 1} and evaluation.without_prediction == ["d"]
    figures = evaluation.figures

    def triple(name: str) -> tuple:
        return tuple(figures[name][k] for k in ("right", "predicted", "gold"))

    assert triple("CELL_DOSE.strict") == (3, 3, 4) and triple("CELL_DOSE.value") == (2, 3, 4)
    assert triple("LAB_THRESHOLD.type") == (2, 2, 4) and triple("LAB_THRESHOLD.value") == (1, 2, 4)
    assert (
        triple("SCHEDULE.strict") == (2, 3, 4)
        and triple("SCHEDULE.partial") == (2.5, 3, 4)
        and triple("SCHEDULE.value") == (3, 3, 4)
    )
    assert triple("ROUTE.strict") == (2, 3, 4) and triple("ROUTE.value") == (2, 3, 4)
    assert triple("CONDITION.strict") == (6, 6, 8) and "CONDITION.value" not in figures
    assert triple("micro.strict") == (18, 20, 28) and triple("micro.value") == (8, 11, 16)
    assert figures["macro.value"]["f1"] == pytest.approx((4 / 7 + 2 / 6 + 6 / 7 + 4 / 7) / 4)
    assert triple("assertion.negated") == (5, 5, 6) and triple("assertion_e2e.negated") == (5, 5, 8)
    assert triple("assertion.historical") == (0, 1, 0)
    assert (
        triple("relations.DOSE_OF") == (2, 3, 4)
        and triple("relations.ROUTE_OF") == (1, 1, 4)
        and triple("relations.SCHEDULE_OF") == (2, 2, 4)
    )
    assert evaluation.keys["LAB_THRESHOLD"] == {
        "comparator": (2, 2),
        "magnitude": (2, 2),
        "inclusiveness": (1, 2),
        "unit": (2, 2),
        "analytes": (2, 2),
    }
    assert json.loads(json.dumps(to_json(evaluation)))["figures"]["micro.strict"]["f1"] == pytest.approx(36 / 48)


def test_a_label_that_the_gold_lacks_is_scored_on_demand() -> None:
    gold, predicted = seeded()
    with_age = evaluate(gold, predicted, ["AGE", "LAB_THRESHOLD"])
    assert with_age.figures["AGE.strict"]["precision"] == 0 and with_age.figures["AGE.value"]["f1"] == 0
    reasons = {(e.kind, e.reason) for r in with_age.results for e in r.errors if r.document.id == "c"}
    assert reasons == {("missed", "found as AGE"), ("spurious", "the gold has LAB_THRESHOLD here")}
    assert (
        with_age.semeval["across_labels"]["type"]["incorrect"]
        == with_age.semeval["across_labels"]["strict"]["incorrect"]
        == 1
    )
    assert with_age.semeval["across_labels"]["exact"]["correct"] == 3
    with pytest.raises(UsageError, match="unknown label 'NOPE'"):
        evaluate(gold, predicted, ["NOPE"])


def test_thresholds_name_what_is_below() -> None:
    figures = evaluate(*seeded()).figures
    assert shortfalls(["CELL_DOSE.value_f1=0.57", "micro.strict_p=0.9", "relations.micro_f1=0.1"], figures) == []
    assert shortfalls(["CELL_DOSE.value_f1=0.58", "macro.type_recall=1"], figures) == [
        "CELL_DOSE.value_f1 is 0.5714, below the minimum 0.58",
        "macro.type_recall is 0.6667, below the minimum 1",
    ]
    for wrong in ("CELL_DOSE.value_f1", "CELL_DOSE.value_f1=2", "CELL_DOES.value_f1=0.5", "CELL_DOSE.value=0.5"):
        with pytest.raises(UsageError, match=r"--min CELL_DO"):
            shortfalls([wrong], figures)


LABELS = ("CELL_DOSE", "AGE", "CONDITION")


def random_documents(seed: int, overlapping: bool) -> tuple[list[GoldDocument], dict[str, GoldDocument]]:
    rng = random.Random(seed)
    gold, predicted = [], {}
    for number in range(6):
        sides = []
        for side in "gp":
            spans, at = [], 0
            for n in range(rng.randint(0, 12)):
                start = rng.randint(0, 300) if overlapping else at + rng.randint(0, 8)
                end = at = start + rng.randint(1, 30)
                label = rng.choice(LABELS)
                value = (
                    {"low": rng.choice((1, 2)), "unit": rng.choice("ab")}
                    if label != "CONDITION" and rng.random() < 0.9
                    else None
                )
                spans.append(GoldSpan(f"{side}{n}", label, start, end, value=value))
            sides.append(make_document(str(number), "x" * 600, spans))
        gold.append(sides[0])
        predicted[str(number)] = sides[1]
    return gold, predicted


def independent(gold: list[GoldDocument], predicted: dict[str, GoldDocument], label: str) -> dict[str, float]:
    """Another scorer, written from the definitions: counts of right, found, exact, gold, predicted."""
    out = dict.fromkeys(("gold", "pred", "found", "exact", "right", "valued", "unjudged"), 0)
    for document in gold:
        g = [s for s in document.spans if s.label == label]
        p = [s for s in predicted[document.id].spans if s.label == label]
        out["gold"] += len(g)
        out["pred"] += len(p)
        out["valued"] += sum(s.value is not None for s in g)
        while True:
            best = None
            for x in g:
                for y in p:
                    shared = len(set(range(x.start, x.end)) & set(range(y.start, y.end)))
                    key = (shared, -abs(x.start - y.start) - abs(x.end - y.end), -x.start, -x.end, -y.start, -y.end)
                    if shared and (best is None or key > best[0]):
                        best = (key, x, y)
            if best is None:
                break
            _, x, y = best
            g.remove(x)
            p.remove(y)
            out["found"] += 1
            out["exact"] += (x.start, x.end) == (y.start, y.end)
            if x.value is None:
                out["unjudged"] += 1
            else:
                keys = ("low", "high", "unit") if label == "AGE" else ("low", "high", "values", "unit")
                out["right"] += y.value is not None and all(x.value.get(k) == y.value.get(k) for k in keys)
    return out


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), overlapping=st.booleans())
def test_an_independent_scorer_agrees(seed: int, overlapping: bool) -> None:
    gold, predicted = random_documents(seed, overlapping)
    if not any(d.spans for d in gold):
        return
    figures = evaluate(gold, predicted, LABELS).figures
    for label in LABELS:
        n = independent(gold, predicted, label)
        wanted = {
            "strict": n["exact"],
            "exact": n["exact"],
            "partial": n["exact"] + (n["found"] - n["exact"]) / 2,
            "type": n["found"],
        }
        sizes = dict.fromkeys(wanted, (n["pred"], n["gold"]))
        if label != "CONDITION" and (n["valued"] or not n["gold"]):
            wanted["value"], sizes["value"] = n["right"], (n["pred"] - n["unjudged"], n["valued"])
        for name, right in wanted.items():
            pred, total = sizes[name]
            f1 = 2 * right / (pred + total) if pred + total else None
            assert figures[f"{label}.{name}"]["f1"] == (pytest.approx(f1, abs=5e-4) if f1 is not None else None), name


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), overlapping=st.booleans())
def test_nervaluate_counts_as_the_definition_says(seed: int, overlapping: bool) -> None:
    pytest.importorskip("nervaluate")
    gold, predicted = random_documents(seed, overlapping)
    results = evaluate(gold, predicted, LABELS).results if any(d.spans for d in gold) else []
    tables = semeval.tables(results, LABELS)
    for label in LABELS:
        pairs = [(g, p) for r in results for g, p, _ in r.pairs if g.label == label]
        pairs += [
            (e.gold, e.predicted)
            for r in results
            for e in r.errors
            if e.label == label and e.kind in ("missed", "spurious")
        ]
        assert tables[label] == semeval.plain_table(pairs)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nervaluate_on_its_own_agrees_where_it_can(seed: int) -> None:
    """Fed label by label with spans that do not overlap, nervaluate finds the same number of exact matches."""
    nervaluate = pytest.importorskip("nervaluate")
    gold, predicted = random_documents(seed, overlapping=False)

    def plain(document: GoldDocument, label: str) -> list[dict]:
        return [{"label": label, "start": s.start, "end": s.end - 1} for s in document.spans if s.label == label]

    for label in LABELS:
        sides = [[plain(d, label) for d in gold], [plain(predicted[d.id], label) for d in gold]]
        if any(sides[0]) or any(sides[1]):
            theirs = nervaluate.Evaluator(*sides, tags=[label], loader="dict").evaluate()["overall"]
            ours = evaluate(gold, predicted, LABELS).semeval[label] if any(d.spans for d in gold) else None
            if ours:
                assert ours["strict"]["correct"] == theirs["strict"].correct


def test_nervaluate_alone_would_miscount() -> None:
    """Why each pair is laid out apart: a prediction that overlaps an exactly matched gold span eats it."""
    nervaluate = pytest.importorskip("nervaluate")
    gold = [[{"label": "A", "start": 10, "end": 19}]]
    predicted = [[{"label": "A", "start": 0, "end": 10}, {"label": "A", "start": 10, "end": 19}]]
    alone = nervaluate.Evaluator(gold, predicted, tags=["A"], loader="dict").evaluate()["overall"]["strict"]
    assert (alone.correct, alone.spurious) == (0, 1)
    spans = [GoldSpan("p0", "A", 0, 11), GoldSpan("p1", "A", 10, 20)]
    document = make_document("d", "x" * 30, [GoldSpan("g", "A", 10, 20)])
    table = evaluate([document], {"d": make_document("d", "x" * 30, spans)}).semeval["A"]["strict"]
    assert (table["correct"], table["spurious"]) == (1, 1)


def test_matching_is_one_to_one_and_takes_the_largest_overlap() -> None:
    gold = [GoldSpan("g1", "A", 0, 10), GoldSpan("g2", "A", 10, 30)]
    predicted = [GoldSpan("p1", "A", 5, 25), GoldSpan("p2", "A", 24, 40), GoldSpan("p3", "A", 0, 2)]
    pairs = {(g.id, p.id) for g, p in match(gold, predicted)}
    assert pairs == {("g2", "p1"), ("g1", "p3")}
    assert {(g.id, p.id) for g, p in match(gold[::-1], predicted[::-1])} == pairs


def test_predictions_are_found_by_id_or_text(tmp_path: Path) -> None:
    gold, predicted = seeded()
    documents = [replace(predicted["a"], id="renamed"), replace(gold[1], id="b")]
    for document in documents:  # same text everywhere: make them differ
        assert document.text == gold[0].text
    gold = [replace(gold[0], text=gold[0].text + " A"), gold[1]]
    documents[0] = replace(documents[0], text=gold[0].text)
    path = tmp_path / "p.jsonl"
    write_gold([*documents, make_document("z", "other", [])], path, "document")
    found, losses = read_predictions(path, gold)
    assert set(found) == {"a", "b"} and [loss.document for loss in losses] == ["z"]


def test_comparison_of_two_runs() -> None:
    gold, predicted = seeded()
    perfect = {d.id: d for d in gold}
    comparison = evaluate(gold, predicted, against=perfect).comparison
    assert comparison is not None
    assert comparison.worse == ["a", "b", "c", "d"] and comparison.better == []
    changes = [(m.document, m.change, m.label) for m in comparison.mentions if m.document in "abc"]
    assert sorted(changes) == [
        ("a", "broken", "CELL_DOSE"),
        ("a", "broken", "LAB_THRESHOLD"),
        ("b", "broken", "ROUTE"),
        ("c", "broken", "LAB_THRESHOLD"),
        ("c", "new spurious", "ROUTE"),
    ]
    itself = evaluate(gold, predicted, against=predicted).comparison
    assert (
        itself is not None
        and itself.mentions == []
        and all(d.difference == 0 and d.p == 1 for d in itself.figures.values())
    )


def test_intervals_hold_the_figure_and_do_not_change() -> None:
    gold, predicted = random_documents(1, overlapping=False)
    first, second = (evaluate(gold, predicted, LABELS).figures for _ in range(2))
    assert first == second
    for figure in first.values():
        if figure["f1"] is not None and figure["ci95"]:
            assert figure["ci95"][0] - 0.05 <= figure["f1"] <= figure["ci95"][1] + 0.05
