"""Adapters, on small files of our own making in the corpora's formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractor.errors import InputError, UsageError
from extractor.evaluate.corpora import read_corpus
from extractor.evaluate.gold import GoldDocument, GoldSpan, make_document
from extractor.evaluate.run import evaluate


def shown(document: GoldDocument) -> list[tuple]:
    return [(s.label, document.text[s.start : s.end], s.value, sorted(s.attributes)) for s in document.spans]


class Brat:
    """Writes a pair: spans by their words, then any lines."""

    def __init__(self, text: str) -> None:
        self.text, self.lines, self.count = text, [], 0

    def span(self, type: str, words: str) -> str:
        self.count += 1
        start = self.text.index(words)
        self.lines.append(f"T{self.count}\t{type} {start} {start + len(words)}\t{words}")
        return f"T{self.count}"

    def line(self, line: str) -> None:
        self.lines.append(line)

    def write(self, folder: Path, id: str) -> None:
        (folder / f"{id}.txt").write_text(self.text, encoding="utf-8", newline="")
        (folder / f"{id}.ann").write_text("\n".join(self.lines) + "\n", encoding="utf-8")


def test_lct(tmp_path: Path) -> None:
    text = "Adults aged 18 to 75 years; eGFR > 30 mL/min and < 90 mL/min; ANC > 1x109/L; no prior mild asthma; "
    b = Brat(text + "lives > 3 months")
    age, between, low, high, years = (
        b.span("Age", "aged"),
        b.span("Eq-Operator", "to"),
        b.span("Eq-Value", "18"),
        b.span("Eq-Value", "75"),
        b.span("Eq-Temporal-Unit", "years"),
    )
    b.line(f"E1\tAge:{age} Numeric-Filter:E2")
    whole = b.span("Eq-Comparison", "18 to 75 years")
    b.line(f"E2\tEq-Comparison:{whole} Operator:{between} Value:{low} Value2:{high} Temporal-Unit:{years}")
    b.line(f"A1\tEq-Operator-Value {between} BETWEEN\nA2\tEq-Temporal-Unit-Value {years} year")
    egfr, more, less = b.span("Observation", "eGFR"), b.span("Eq-Operator", "> 30"[:1]), b.span("Eq-Operator", "<")
    ml, per = b.span("Eq-Unit", "mL"), b.span("Eq-Unit", "min")
    b.line(f"E3\tObservation:{egfr} Numeric-Filter:E4 Numeric-Filter2:E5\nA3\tObservation-Type-Value E3 lab")
    whole, figure = b.span("Eq-Comparison", "> 30 mL/min"), b.span("Eq-Value", "30")
    b.line(f"E4\tEq-Comparison:{whole} Operator:{more} Value:{figure} Unit:{ml} Per:{per}")
    whole, figure = b.span("Eq-Comparison", "< 90 mL/min"), b.span("Eq-Value", "90")
    b.line(f"E5\tEq-Comparison:{whole} Operator:{less} Value:{figure} Unit:{ml} Per:{per}")
    b.line(f"A4\tEq-Operator-Value {more} GT\nA5\tEq-Operator-Value {less} LT")
    b.line(f"E6\tObservation:{b.span('Observation', 'ANC')} Numeric-Filter:E7\nA6\tObservation-Type-Value E6 lab")
    figures = f"Value:{b.span('Eq-Value', '1x109'[:1])} Value2:{b.span('Eq-Value', '109')}"
    b.line(f"E7\tEq-Comparison:{b.span('Eq-Comparison', '> 1x109/L')} Operator:{more} {figures}")
    b.line(f"E8\tCondition:{b.span('Condition', 'asthma')} Name:{b.span('Condition-Name', 'asthma')} Temporality:E9")
    past = b.span("Eq-Temporal-Period", "prior")
    b.line(f"E9\tEq-Comparison:{b.span('Eq-Comparison', 'prior')} Temporal-Period:{past}")
    b.line(f"A7\tEq-Temporal-Period-Value {past} past")
    b.line(f"E10\tNegation:{b.span('Negation', 'no')} Negates:E8")
    b.line(f"E11\tObservation:{b.span('Observation', 'lives')} Numeric-Filter:E12")
    whole, figure = b.span("Eq-Comparison", "> 3 months"), b.span("Eq-Value", "3")
    b.line(f"E12\tEq-Comparison:{whole} Operator:{more} Value:{figure}")
    b.write(tmp_path, "NCT1")
    (document,), losses = read_corpus("lct", tmp_path)
    bounds = {
        "low": 30.0,
        "low_inclusive": False,
        "high": 90.0,
        "high_inclusive": False,
        "analytes": ["eGFR"],
        "unit": "mL/min",
    }
    assert losses == []
    assert shown(document)[:4] == [
        (
            "AGE",
            "aged 18 to 75 years",
            {"low": 18.0, "low_inclusive": True, "high": 75.0, "high_inclusive": True, "unit": "a"},
            [],
        ),
        ("LAB_THRESHOLD", "eGFR > 30 mL/min and < 90 mL/min", bounds, []),
        ("LAB_THRESHOLD", "ANC > 1x109/L", None, []),
        ("CONDITION", "asthma", None, ["Historical", "Negated"]),
    ]
    assert document.spans[4].label == "~LAB_THRESHOLD"


def test_chia(tmp_path: Path) -> None:
    b = Brat("Age: 18 to 60\r\nno renal failure\r\nCreatinine = 2 mg/dl, low calcium")
    age, figures = b.span("Person", "Age"), b.span("Value", "18 to 60")
    failure, no = b.span("Condition", "renal failure"), b.span("Negation", "no")
    b.span("Condition", "failure")
    creatinine, bound = b.span("Measurement", "Creatinine"), b.span("Value", "= 2 mg/dl")
    calcium, word = b.span("Measurement", "calcium"), b.span("Value", "low")
    for n, (type, head, tail) in enumerate(
        [
            ("Has_value", age, figures),
            ("Has_negation", failure, no),
            ("Has_value", creatinine, bound),
            ("Has_value", calcium, word),
        ],
        1,
    ):
        b.line(f"R{n}\t{type} Arg1:{head} Arg2:{tail}\t")
    b.line("*\tOR T1 T2\nT99\tCondition 0 3\txyz")
    b.write(tmp_path, "NCT2_inc")
    (document,), losses = read_corpus("chia", tmp_path)
    assert [loss.what for loss in losses] == ["span that does not fit the text"]
    assert shown(document) == [
        ("AGE", "18 to 60", None, []),
        ("CONDITION", "renal failure", None, ["Negated"]),
        ("~CONDITION", "failure", None, []),
        ("LAB_THRESHOLD", "Creatinine = 2 mg/dl", None, []),
        ("~LAB_THRESHOLD", "low calcium", None, []),
    ]


def test_pubtator(tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_text(
        "12|t|A case of gout.\n12|a|Aspirin did not help.\n12\t10\t14\tgout\tDisease\tD006073\n"
        "12\t16\t23\tAspirin\tChemical\tD001241\n\n"
        "12|t|Gout families.\n12|a|\n12\t0\t4\tGout\tModifier\tD006073\n12\t2\t4\txx\tDisease\tD1\n"
    )
    documents, losses = read_corpus("bc5cdr", tmp_path)
    assert [(d.id, shown(d)) for d in documents] == [("12", [("CONDITION", "gout", None, [])]), ("12-2", [])]
    assert len(losses) == 1
    documents, _ = read_corpus("ncbi", tmp_path / "set.txt")
    assert [shown(d) for d in documents] == [[], [("CONDITION", "Gout", None, [])]]


def test_neurotrialner(tmp_path: Path) -> None:
    marked = "[(0, 6, 'DRUG', 'Drug X'), (12, 18, 'CONDITION', 'stroke')]"
    rows = f'tokens,nct_id,text,ner_manual_ct_target\n[],NCT3,Drug X in 😀 stroke,"{marked}"\n'
    (tmp_path / "dev.csv").write_text(rows, encoding="utf-8")
    (document,), _ = read_corpus("neurotrialner", tmp_path)
    assert document.id == "NCT3" and shown(document) == [("CONDITION", "stroke", None, [])]


def test_phee(tmp_path: Path) -> None:
    text = "Rash after overdose and 20 mg oral Y infusion twice daily for gout."

    def argument(*words: str) -> dict:
        return {"text": [[w] for w in words], "start": [[text.index(w)] for w in words]}

    treatment = {
        **argument("Y"),
        "Dosage": argument("overdose", "20 mg"),
        "Route": argument("oral", "infusion"),
        "Freq": argument("twice daily"),
        "Disorder": argument("gout"),
    }
    row = {
        "id": "1_2",
        "context": text,
        "annotations": [{"events": [{"Effect": argument("Rash"), "Treatment": treatment}]}],
    }
    (tmp_path / "dev.json").write_text(json.dumps(row) + "\n")
    (document,), _ = read_corpus("phee", tmp_path)
    assert [x[:2] for x in shown(document)] == [
        ("~CONDITION", "Rash"),
        ("~DRUG_DOSE", "overdose"),
        ("DRUG_DOSE", "20 mg"),
        ("ROUTE", "oral"),
        ("~ROUTE", "infusion"),
        ("SCHEDULE", "twice daily"),
        ("CONDITION", "gout"),
    ]


def test_spans_that_count_neither_way() -> None:
    gold = make_document("d", "x" * 40, [GoldSpan("1", "AGE", 0, 5), GoldSpan("2", "~AGE", 10, 20)])
    found = [GoldSpan("a", "AGE", 0, 5), GoldSpan("b", "AGE", 12, 15), GoldSpan("c", "AGE", 30, 35)]
    evaluation = evaluate([gold], {"d": make_document("d", "x" * 40, found)})
    figure = evaluation.figures["AGE.strict"]
    assert evaluation.labels == ["AGE"] and (figure["right"], figure["predicted"], figure["gold"]) == (1, 2, 1)
    assert [e.predicted.id for r in evaluation.results for e in r.errors if e.predicted] == ["c"]


def test_wrong_names_and_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown corpus"):
        read_corpus("nope", tmp_path)
    with pytest.raises(InputError, match="no files of lct"):
        read_corpus("lct", tmp_path)
