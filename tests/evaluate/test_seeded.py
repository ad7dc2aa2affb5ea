"""A gold set with known errors gives exactly the known report: one document for each seeded error, by the command line."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from extractor.cli import main
from extractor.evaluate.formats import write_gold
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, make_document

TEXT = (
    "Adults aged 18 to 65 years with lupus nephritis but without sepsis get 2 x 10^6 cells/kg of MSCs intravenously once a "
    "week for 4 weeks, then 100 mg of prednisone. eGFR above 30 mL/min is required."
)
SPANS: dict[str, tuple[str, Any, str]] = {
    "aged 18 to 65 years": (
        "AGE", {"low": 18, "low_inclusive": True, "high": 65, "high_inclusive": True, "unit": "a"}, "",
    ),
    "lupus nephritis": ("CONDITION", None, ""),
    "sepsis": ("CONDITION", None, "Negated"),
    "2 x 10^6 cells/kg": ("CELL_DOSE", {"low": 2e6, "high": 2e6, "unit": "{cells}/kg"}, ""),
    "MSCs": ("CELL_PRODUCT", None, ""),
    "intravenously": ("ROUTE", {"ncit": "C38276", "name": "INTRAVENOUS"}, ""),
    "once a week for 4 weeks": (
        "SCHEDULE",
        {"kind": "administration", "frequency": 1, "period": 1, "period_unit": "wk", "duration": "P4W"},
        "",
    ),
    "100 mg": ("DRUG_DOSE", {"low": 100, "high": 100, "unit": "mg"}, ""),
    "eGFR above 30 mL/min": (
        "LAB_THRESHOLD",
        {"kind": "lab", "analytes": ["eGFR"], "low": 30, "low_inclusive": False, "unit": "mL/min"},
        "",
    ),
}  # fmt: skip
LINKS = (
    ("DOSE_OF", "2 x 10^6 cells/kg", "MSCs"),
    ("ROUTE_OF", "intravenously", "2 x 10^6 cells/kg"),
    ("SCHEDULE_OF", "once a week for 4 weeks", "2 x 10^6 cells/kg"),
)
OF_LABEL = {label: words for words, (label, *_) in SPANS.items() if label != "CONDITION"}

# (label, changes to its value, the keys that are wrong, the reason)
VALUES = [
    ("AGE", {"low": 16}, "magnitude", "≥ 18 ≤ 65 against ≥ 16 ≤ 65 (magnitude), comparator, inclusiveness, unit right"),
    ("AGE", {"high": None}, "comparator magnitude", ""),
    ("AGE", {"high_inclusive": False}, "inclusiveness", ""),
    ("AGE", {"unit": "mo"}, "unit", ""),
    ("CELL_DOSE", {"low": 2e7, "high": 2e7}, "magnitude", "2e6 against 2e7, unit right"),
    ("CELL_DOSE", {"low": None, "high": None, "values": [2e6, 4e6]}, "magnitude", ""),
    ("CELL_DOSE", {"unit": "{cells}"}, "unit", "unit {cells}/kg against {cells}, magnitude right"),
    ("DRUG_DOSE", {"high": 200}, "magnitude", "100 against 100 to 200, unit right"),
    ("DRUG_DOSE", {"unit": "g"}, "unit", ""),
    ("ROUTE", {"ncit": "C38299", "name": "SUBCUTANEOUS"}, "ncit", "ncit C38276 against C38299"),
    ("SCHEDULE", {"kind": "assessment"}, "kind", ""),
    ("SCHEDULE", {"count": 4}, "count", ""),
    ("SCHEDULE", {"frequency": 2}, "frequency", ""),
    ("SCHEDULE", {"period": 2}, "period", ""),
    ("SCHEDULE", {"period_unit": "mo"}, "period_unit", ""),
    ("SCHEDULE", {"interval": "P7D"}, "interval", ""),
    ("SCHEDULE", {"duration": "P4M"}, "duration", ""),
    ("SCHEDULE", {"points": ["P0D"]}, "points", ""),
    ("SCHEDULE", {"until": "P4W"}, "until", ""),
    ("LAB_THRESHOLD", {"low": 3}, "magnitude", ""),
    ("LAB_THRESHOLD", {"low": None, "low_inclusive": None, "high": 30, "high_inclusive": False}, "comparator", ""),
    ("LAB_THRESHOLD", {"low_inclusive": True}, "inclusiveness", ""),
    ("LAB_THRESHOLD", {"unit": "mL/s"}, "unit", ""),
    ("LAB_THRESHOLD", {"reference": "ULN"}, "reference", ""),
    ("LAB_THRESHOLD", {"change": "decrease"}, "change", ""),
    ("LAB_THRESHOLD", {"analytes": ["creatinine"]}, "analytes", ""),
    ("LAB_THRESHOLD", {"analytes": ["eGFR", "creatinine"]}, "analytes", ""),
]
ALSO = {"interval", "points", "until", "count", "reference", "change"}  # judged where one side states them


def gold(id: str) -> GoldDocument:
    spans = []
    for words, (label, value, attribute) in SPANS.items():
        start = TEXT.index(words)
        spans.append(
            GoldSpan(
                words, label, start, start + len(words), value=value, attributes={attribute: True} if attribute else {}
            )
        )
    return make_document(id, TEXT, spans, [GoldRelation(*link) for link in LINKS])


def change(document: GoldDocument, words: str, **changes: Any) -> GoldDocument:
    return replace(document, spans=tuple(replace(s, **changes) if s.id == words else s for s in document.spans))


def without(document: GoldDocument, words: str) -> GoldDocument:
    links = tuple(k for k in document.relations if words not in (k.head, k.tail))
    return replace(document, spans=tuple(s for s in document.spans if s.id != words), relations=links)


def relinked(document: GoldDocument, *links: tuple[str, str, str]) -> GoldDocument:
    return replace(document, relations=tuple(GoldRelation(*link) for link in links))


def seeds() -> list[tuple[GoldDocument, list[tuple[str, str, str]]]]:
    """Predictions, and the errors (kind, label, reason) that are in them."""
    whole = gold("")
    out: list[tuple[GoldDocument, list[tuple[str, str, str]]]] = [(whole, [])]
    for label, words in [*OF_LABEL.items(), ("CONDITION", "sepsis")]:
        out.append((without(whole, words), [("missed", label, "nothing found here")]))
        start = TEXT.index(words)
        out.append((change(whole, words, end=start + 3), [("boundary", label, f"end: without “{words[3:].strip()}”")]))
        extra = GoldSpan("X", label, len(TEXT) - 9, len(TEXT) - 1, value=SPANS[words][1])
        out.append((replace(whole, spans=(*whole.spans, extra)), [("spurious", label, "nothing in the gold here")]))
    out.append(
        (
            change(whole, "lupus nephritis", start=TEXT.index("with lupus")),
            [("boundary", "CONDITION", "start: with “with”")],
        )
    )
    out.append(
        (
            change(whole, "MSCs", label="CONDITION"),
            [
                ("missed", "CELL_PRODUCT", "found as CONDITION"),
                ("spurious", "CONDITION", "the gold has CELL_PRODUCT here"),
            ],
        )
    )
    for attributes, reason in (
        ({}, "negated against no attribute"),
        ({"Negated": True, "Historical": True}, "negated against negated, historical"),
        ({"Hypothetical": True}, "negated against hypothetical"),
    ):
        out.append((change(whole, "sepsis", attributes=attributes), [("assertion", "CONDITION", reason)]))
    out.append((relinked(whole, *LINKS[1:]), [("relation", "CELL_DOSE", "DOSE_OF “MSCs” against nothing")]))
    out.append(
        (
            relinked(whole, *LINKS, ("DOSE_OF", "100 mg", "MSCs")),
            [("relation", "DRUG_DOSE", "DOSE_OF nothing against “MSCs”")],
        )
    )
    out.append(
        (
            relinked(whole, LINKS[0], ("ROUTE_OF", "intravenously", "100 mg"), LINKS[2]),
            [("relation", "ROUTE", "ROUTE_OF “2 x 10^6 cells/kg” against “100 mg”")],
        )
    )
    for label, changes, _, reason in VALUES:
        value = {k: v for k, v in {**SPANS[OF_LABEL[label]][1], **changes}.items() if v is not None}
        out.append((change(whole, OF_LABEL[label], value=value), [("value", label, reason)]))
    return [(replace(d, id=f"{n:02}"), errors) for n, (d, errors) in enumerate(out)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("seeded")
    predicted = [d for d, _ in seeds()]
    write_gold([gold(d.id) for d in predicted], folder / "gold", "brat")
    write_gold(predicted, folder / "predicted", "brat")
    command = [
        "evaluate",
        "--gold",
        folder / "gold",
        "--predictions",
        folder / "predicted",
        "--json",
        folder / "r.json",
    ]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as end:
        patch.setattr(sys, "argv", ["extractor", *map(str, command)])
        main()
    assert not end.value.code
    found: dict[str, Any] = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    return found


def test_every_seeded_error_is_named_and_nothing_else(report: dict[str, Any]) -> None:
    named: dict[str, list[tuple[str, str, str]]] = {}
    for e in report["errors"]:
        named.setdefault(e["document"], []).append((e["kind"], e["label"], e["reason"]))
    for document, errors in seeds():
        found = named.get(document.id, [])
        assert [e[:2] for e in found] == [e[:2] for e in errors], document.id
        assert all(wanted[2] in ("", told[2]) for wanted, told in zip(errors, found, strict=True)), found


def test_every_wrong_value_is_wrong_by_its_key(report: dict[str, Any]) -> None:
    documents = len(seeds())
    wrong = Counter((label, key) for label, _, keys, _ in VALUES for key in keys.split())
    lost = 1  # of each label one document lacks the span
    for label in {label for label, *_ in VALUES}:
        keys = report["value_keys"][label]
        for key, counts in keys.items():
            judged = wrong[label, key] if key in ALSO else documents - lost
            assert (counts["judged"], counts["judged"] - counts["right"]) == (judged, wrong[label, key]), (label, key)
        assert set(keys) == {key for other, key in wrong if other == label}


def test_the_figures_follow_from_the_seeds(report: dict[str, Any]) -> None:
    errors = Counter(e[:2] for _, es in seeds() for e in es)
    documents = len(seeds())

    def triple(name: str) -> tuple[float, ...]:
        return tuple(report["figures"][name][side] for side in ("right", "predicted", "gold"))

    for label in {label for label, *_ in SPANS.values()}:
        total = documents * sum(label == other for other, *_ in SPANS.values())
        missed, spurious, ends, values = (errors[kind, label] for kind in ("missed", "spurious", "boundary", "value"))
        predicted = total - missed + spurious
        assert triple(f"{label}.strict") == triple(f"{label}.exact") == (total - missed - ends, predicted, total)
        assert triple(f"{label}.partial") == (total - missed - ends / 2, predicted, total)
        assert triple(f"{label}.type") == (total - missed, predicted, total)
        if label in {other for other, *_ in VALUES}:
            assert triple(f"{label}.value") == (total - missed - values, predicted, total)
        else:
            assert f"{label}.value" not in report["figures"]
    found = documents - 1  # one prediction lacks sepsis
    assert triple("assertion.negated") == (found - 2, found - 2, found)
    assert triple("assertion_e2e.negated") == (found - 2, found - 2, documents)
    assert triple("assertion.historical") == (0, 1, 0) and triple("assertion.hypothetical") == (0, 1, 0)
    # lost with an end: the dose (three relations), the product, the route, the schedule; the product under a wrong label
    assert triple("relations.DOSE_OF") == (documents - 4, documents - 2, documents)
    assert triple("relations.ROUTE_OF") == (documents - 3, documents - 2, documents)
    assert triple("relations.SCHEDULE_OF") == (documents - 2, documents - 2, documents)
