"""The spaCy pipes, as a spaCy user meets them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens.underscore import Underscore

from extractor.pipeline import LABELS
from extractor.tag.spacy_components import registry_tokenizer
from tests.texts import RECORD

TEXT = "Patients (18 years) get 2x106/kg MSCs (intravenous infusion), then 4 × 10^7 cells orally."


def blank(*pipes: str, tokenizer: bool = True) -> Language:
    nlp = spacy.blank("en")
    if tokenizer:
        nlp.tokenizer = registry_tokenizer(nlp)
    for pipe in pipes:
        nlp.add_pipe(pipe)
    return nlp


def told(doc: Doc, key: str) -> list[tuple[str, str, Any]]:
    group = doc.spans[key]
    return [(span.text, span.label_, group.attrs["values"][int(span.id_)]) for span in group]


DOSES = [
    ("2x106/kg MSCs", "CELL_DOSE", {"low": 2e6, "high": 2e6, "unit": "{cells}/kg", "basis": "per_kg"}),
    ("4 × 10^7 cells", "CELL_DOSE", {"low": 4e7, "high": 4e7, "unit": "{cells}", "basis": "total"}),
]


@pytest.mark.parametrize("label", LABELS)
def test_every_label_is_a_factory_by_name(label: str) -> None:
    doc = blank(LABELS[label][0])(RECORD)
    group = doc.spans[label.lower()]
    assert len(group) > 0
    assert {span.label_ for span in group} == {label}
    assert all(len(column) == len(group) for column in group.attrs.values())
    assert [RECORD[start:end] for start, end in group.attrs["offsets"]] == [span.text for span in group]
    assert not any(group.attrs["expanded"])


def test_spans_values_and_codes() -> None:
    doc = blank("cell_dose", "route")(TEXT)
    assert told(doc, "cell_dose") == DOSES
    assert [(span.text, span.kb_id_) for span in doc.spans["route"]] == [
        ("intravenous infusion", "C38276"),
        ("orally", "C38288"),
    ]


def test_all_labels_in_one_pipe_agree_with_the_extractor(extractor: Any) -> None:
    doc = blank("trial_extractor")(RECORD)
    found = sorted((s.start_char, s.end_char, s.label_) for group in doc.spans.values() for s in group)
    assert found == sorted((e.start, e.end, e.label) for e in extractor.annotate(RECORD).entities)


def test_values_survive_bytes_and_pickle() -> None:
    nlp = blank("cell_dose")
    doc = nlp(TEXT)
    for copy in (Doc(nlp.vocab).from_bytes(doc.to_bytes()), pickle.loads(pickle.dumps(doc))):
        assert told(copy, "cell_dose") == DOSES
        assert copy.spans["cell_dose"].attrs == doc.spans["cell_dose"].attrs


def test_the_pipeline_survives_pickle_and_disk(tmp_path: Path) -> None:
    nlp = blank("cell_dose", "route")
    nlp.to_disk(tmp_path)
    for copy in (pickle.loads(pickle.dumps(nlp)), spacy.load(tmp_path)):
        doc = copy(TEXT)
        assert told(doc, "cell_dose") == DOSES
        assert [token.text for token in doc][:8] == ["Patients", "(", "18", "years", ")", "get", "2", "x"]


def test_worker_processes() -> None:
    docs = list(blank("cell_dose").pipe([TEXT, "no dose", TEXT] * 4, n_process=2, batch_size=2))
    assert [told(doc, "cell_dose") for doc in docs] == [DOSES, [], DOSES] * 4


def test_a_span_that_cuts_a_token_is_widened_and_says_so() -> None:
    nlp = blank("cell_dose", tokenizer=False)
    nlp.tokenizer = lambda text: Doc(nlp.vocab, words=text.split(" "))  # type: ignore[assignment]
    doc = nlp("A dose of 3x106/kg, then 4 × 10^7 cells more")
    group = doc.spans["cell_dose"]
    assert [span.text for span in group] == ["3x106/kg,", "4 × 10^7 cells"]
    assert group.attrs["expanded"] == [True, False]
    assert [doc.text[start:end] for start, end in group.attrs["offsets"]] == ["3x106/kg", "4 × 10^7 cells"]


def test_another_key() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("cell_dose", config={"spans_key": "doses"})
    doc = nlp(TEXT)
    assert [span.text for span in doc.spans["doses"]] == ["2x106/kg MSCs", "4 × 10^7 cells"]


def test_no_global_extensions_are_registered() -> None:
    def known() -> list[str]:
        return [*Underscore.doc_extensions, *Underscore.span_extensions, *Underscore.token_extensions]

    before = known()
    blank("trial_extractor")(TEXT)
    assert known() == before


@pytest.mark.parametrize(("text", "tokens"), [
    ("≥2×10^6/kg", "≥ 2 × 10 ^ 6 / kg"),
    ("(18yrs)//x,", "( 18 yrs ) / / x ,"),
    ("hUC-MSC 1.73m2", "hUC - MSC 1 . 73 m 2"),
    ("a\n\nb  c", "a \n\n b   c"),
])  # fmt: skip
def test_tokenizer(text: str, tokens: str) -> None:
    doc = registry_tokenizer(spacy.blank("en"))(text)
    assert doc.text == text
    assert [t.text for t in doc if not t.is_space] == tokens.split()
