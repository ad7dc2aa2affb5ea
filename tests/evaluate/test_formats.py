"""Every format gives back what it was given; what it cannot hold it reports."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.errors import InputError
from extractor.evaluate.formats import detect, read_gold, write_gold
from extractor.evaluate.gold import (
    GoldDocument,
    GoldRelation,
    GoldSpan,
    Loss,
    NameMap,
    apply_map,
    make_document,
    read_map,
)
from tests.evaluate.strategies import ODD_NAMES, folders, plain

SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TARGET = {"brat": "out", "inception": "out", "labelstudio": "o.json", "docbin": "o.spacy"}
FULL = ("brat", "inception", "prodigy", "docbin")


def round_trip(documents: list[GoldDocument], format: str) -> tuple[list[GoldDocument], list[Loss]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TARGET.get(format, "o.jsonl")
        losses = write_gold(documents, path, format)
        back, lost = read_gold(path, format)
        assert not lost
        if documents:
            assert detect(path) == format
        return back, losses


def same(given: list[GoldDocument], back: list[GoldDocument]) -> None:
    assert sorted(map(plain, given), key=repr) == sorted(map(plain, back), key=repr)


@pytest.mark.parametrize("format", FULL)
@SOME
@given(documents=folders())
def test_nothing_is_lost(format: str, documents: list[GoldDocument]) -> None:
    back, losses = round_trip(documents, format)
    unheld = [loss for loss in losses if "control characters" in loss.what]
    if format == "inception" and unheld:
        documents = [replace(d, text=d.text.translate({1: " ", 0x0B: " "})) for d in documents]
    assert losses == unheld
    same(documents, back)


@pytest.mark.parametrize("format", ("brat", "inception", "prodigy", "docbin", "labelstudio"))
@SOME
@given(documents=folders(names=ODD_NAMES, fragments=False))
def test_odd_names_come_back_or_are_reported(format: str, documents: list[GoldDocument]) -> None:
    back, losses = round_trip(documents, format)
    for document in documents:
        twin = next(d for d in back if d.id == document.id)
        changed = plain(document)[2:] != plain(twin)[2:]
        assert not changed or any(loss.document == document.id for loss in losses)


@SOME
@given(documents=folders())
def test_label_studio_holds_all_but_gaps(documents: list[GoldDocument]) -> None:
    back, losses = round_trip(documents, "labelstudio")
    assert len(losses) == sum(bool(s.fragments) for d in documents for s in d.spans)
    same([without(d, fragments=()) for d in documents], back)


@SOME
@given(documents=folders())
def test_doccano_holds_spans_and_relations(documents: list[GoldDocument]) -> None:
    back, losses = round_trip(documents, "doccano")
    spans = [s for d in documents for s in d.spans]
    assert len(losses) == sum((s.value is not None) + bool(s.fragments) + len(s.attributes) for s in spans)
    same([without(d, fragments=(), value=None, attributes={}) for d in documents], back)


OURS = [
    ("AGE", {"low": 18, "low_inclusive": True, "unit": "a"}),
    ("CELL_DOSE", {"values": [1e6, 2e6], "unit": "{cells}/kg"}),
    (
        "LAB_THRESHOLD",
        {"kind": "vital", "analytes": ["blood pressure"], "low": [160, 100], "low_inclusive": False, "unit": "mm[Hg]"},
    ),
    ("CONDITION", None),
    ("CELL_DOSE", {"low": 1e6, "unit": "{cells}", "alternatives": [{"low": 1e7, "unit": "{cells}"}]}),
    ("ROUTE", {"ncit": "C38276", "name": "INTRAVENOUS"}),
]


@SOME
@given(
    documents=folders(fragments=False),
    choices=st.lists(st.sampled_from(OURS), min_size=5, max_size=5),
    flag=st.booleans(),
)
def test_document_holds_what_the_guidelines_have(documents: list[GoldDocument], choices: list, flag: bool) -> None:
    ours = []
    for document in documents:
        spans = [
            replace(s, label=label, value=value, attributes={"Negated": True} if flag else {})
            for s, (label, value) in zip(document.spans, choices, strict=False)
        ]
        links = [replace(k, type="DOSE_OF") for k in document.relations]
        ours.append(make_document(document.id, document.text, spans, links))
    back, losses = round_trip(ours, "document")
    assert losses == []
    same(ours, back)


@SOME
@given(documents=folders())
def test_document_reports_the_rest(documents: list[GoldDocument]) -> None:
    _, losses = round_trip(documents, "document")
    assert {loss.what.split(" ")[0] for loss in losses} <= {"label", "relation"}
    assert len(losses) == sum(len(d.spans) + len(d.relations) for d in documents)


def without(document: GoldDocument, **changes: object) -> GoldDocument:
    return replace(document, spans=tuple(replace(s, **changes) for s in document.spans))


def test_document_reports_values_of_another_shape() -> None:
    span = GoldSpan("T1", "AGE", 0, 2, value={"low": "old", "unit": "a"})
    back, losses = round_trip([make_document("d", "18", [span])], "document")
    assert back[0].spans[0].value is None and [loss.what for loss in losses] == [
        "value of another shape than the guidelines'"
    ]


def test_brat_reads_what_the_tool_writes(tmp_path: Path) -> None:
    text = "Give 1 × 106/kg\n   weekly, to 𝒳 adults."
    (tmp_path / "d.txt").write_text(text, encoding="utf-8")
    (tmp_path / "d.ann").write_text(
        'T1\tCELL_DOSE 5 15\t1 × 106/kg\n#1\tAnnotatorNotes T1\t{"low": 1e6, "high": 1e6, "unit": "{cells}/kg"}\n'
        "T2\tSCHEDULE 0 15;19 25\tGive 1 × 106/kg weekly\nA1\tNegated T1\nA2\tSure T2 High\n"
        "R1\tSCHEDULE_OF Arg1:T2 Arg2:T1\t\n"
        "T3\tX 0 4;30 31\tGive 𝒳\nE1\tX:T3 Arg:T1\n*\tEquiv T1 T2\n#2\tAnnotatorNotes T3\tsee below\n",
        encoding="utf-8",
    )
    (tmp_path / "e.txt").write_text("no annotations", encoding="utf-8")
    (document,), losses = read_gold(tmp_path)
    dose = next(s for s in document.spans if s.label == "CELL_DOSE")
    schedule = next(s for s in document.spans if s.label == "SCHEDULE")
    assert dose.value == {"low": 1e6, "high": 1e6, "unit": "{cells}/kg"} and dose.attributes == {"Negated": True}
    assert (schedule.start, schedule.end, schedule.fragments, schedule.attributes) == (0, 25, (), {"Sure": "High"})
    assert next(s for s in document.spans if s.label == "X").fragments == ((0, 4), (30, 31))
    assert document.relations == (GoldRelation("SCHEDULE_OF", "T2", "T1"),)
    assert sorted(loss.what for loss in losses) == [
        "equivalence",
        "event",
        "note that is no value of a span",
        "text without .ann file, left out",
    ]


@pytest.mark.parametrize(
    ("ann", "says"),
    [
        ("T1\tX 0 9\tabc\n", "lies outside the text of 3 characters"),
        ("T1\tX 0 2\tbc\n", "says 'bc', the text has 'ab'"),
        ("T1\tX 1 1\t\n", "is empty"),
    ],
)
def test_brat_refuses_spans_that_do_not_fit(tmp_path: Path, ann: str, says: str) -> None:
    (tmp_path / "d.txt").write_text("abc")
    (tmp_path / "d.ann").write_text(ann)
    with pytest.raises(InputError, match=r"d\.ann:1: T1") as error:
        read_gold(tmp_path)
    assert says in str(error.value)


def test_label_studio_export(tmp_path: Path) -> None:
    result = [
        {
            "id": "a",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": 2, "end": 4, "labels": ["AGE", "X"]},
        },
        {
            "id": "a",
            "from_name": "sure",
            "to_name": "text",
            "type": "choices",
            "value": {"start": 2, "end": 4, "choices": ["no"]},
        },
        {"from_name": "topic", "to_name": "text", "type": "choices", "id": "q", "value": {"choices": ["trial"]}},
    ]
    task = {
        "id": 7,
        "data": {"text": "😀 18"},
        "annotations": [{"was_cancelled": True, "result": []}, {"result": result}, {"result": []}],
    }
    (tmp_path / "x.json").write_text(json.dumps([task]))
    (document,), losses = read_gold(tmp_path / "x.json")
    assert document.id == "7" and document.spans == (GoldSpan("a", "AGE", 2, 4, attributes={"sure": "no"}),)
    assert len(losses) == 3


def test_doccano_and_prodigy_variants(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 3, "data": "18 years", "label": [[0, 8, "AGE"]]}\n')
    assert read_gold(path)[0][0].spans == (GoldSpan("T1", "AGE", 0, 8),)
    path.write_text(
        '{"text": "18 years", "spans": [{"start": 0, "end": 8, "label": "AGE"}], "answer": "accept"}\n'
        '{"text": "", "answer": "reject"}\n'
    )
    documents, losses = read_gold(path)
    assert documents[0].spans == (GoldSpan("T1", "AGE", 0, 8),) and len(documents) == len(losses) == 1


def test_inception_named_entities_in_utf16(tmp_path: Path) -> None:
    ner = "http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore"
    (tmp_path / "x.xmi").write_text(
        '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:type="' + ner + '" '
        'xmlns:seg="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" xmlns:custom="http:///webanno/custom.ecore">'
        '<seg:Token xmi:id="3" sofa="1" begin="0" end="2"/>'
        '<type:NamedEntity xmi:id="4" sofa="1" begin="3" end="5" value="AGE"/>'
        '<custom:Dose xmi:id="5" sofa="1" begin="0" end="2" sure="true"/>'
        '<custom:Link xmi:id="6" sofa="1" begin="0" end="2" Governor="5" '
        'Dependent="4"/><cas:Sofa xmi:id="1" sofaString="😀 18&#10;"/></xmi:XMI>',
        encoding="utf-8",
    )
    (document,), losses = read_gold(tmp_path)
    assert [(s.label, document.text[s.start : s.end], s.attributes) for s in document.spans] == [
        ("Dose", "😀", {"sure": True}),
        ("AGE", "18", {}),
    ]
    assert document.relations == (GoldRelation("Link", "X5", "X4"),) and losses == [] and document.text == "😀 18\n"


def test_document_needs_its_text(tmp_path: Path) -> None:
    documents = [make_document("a/b", "18\r\n", [GoldSpan("T1", "AGE", 0, 2)])]
    path = tmp_path / "p.jsonl"
    write_gold(documents, path, "document")
    assert plain(read_gold(path, texts={"a/b": "18\r\n"})[0][0]) == plain(documents[0])
    (tmp_path / "p.texts" / "a%2Fb.txt").write_text("19")
    with pytest.raises(InputError, match="sha256 differs"):
        read_gold(path)
    assert [loss.what for loss in read_gold(path, texts={})[1]] == ["Document whose text is nowhere, left out"]


@pytest.mark.parametrize(
    "content",
    ["", "{broken", "[1]", "<xml/>", '{"text": 5}', '{"text": "a", "spans": [{"start": 0, "end": 9, "label": "X"}]}'],
)
def test_broken_files_are_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken"
    path.write_text(content)
    with pytest.raises(InputError, match="broken"):
        read_gold(path)


def test_maps(tmp_path: Path) -> None:
    toml, table = tmp_path / "m.toml", tmp_path / "m.csv"
    toml.write_text(
        '[labels]\nDisease = "CONDITION"\n"*" = ""\n[attributes]\nneg = "Negated"\n[relations]\nold = "DOSE_OF"\n'
    )
    table.write_text("from,to\nDisease,CONDITION\nGene,\n")
    document = make_document(
        "d",
        "abc",
        [GoldSpan("1", "Disease", 0, 1, attributes={"neg": True}), GoldSpan("2", "Gene", 1, 2)],
        [GoldRelation("old", "1", "2")],
    )
    for names in (read_map(toml), read_map(table)):
        mapped, losses = apply_map(document, names)
        assert [s.label for s in mapped.spans] == ["CONDITION"] and mapped.relations == () and len(losses) == 2
    assert read_map(toml) == NameMap({"Disease": "CONDITION", "*": ""}, {"neg": "Negated"}, {"old": "DOSE_OF"})
