"""spaCy pipes: `spacy.blank("en").add_pipe("cell_dose")`, one factory a label, and "trial_extractor" for all of them.

A pipe reads doc.text (repair, sections, finder, normaliser) and puts what it found into doc.spans under its own name.
What a span says beyond its label stands in the group's attrs, as plain data that survives to_bytes, pickling and worker
processes: lists parallel to the group's spans, `attrs["values"][i]` being the reading of `group[i]`. A span's `id_` is
its index in these lists, so the readings are found also after the group was filtered or sorted; `kb_id_` is the code of
a ROUTE or of the best concept. Keys: values, offsets, expanded, alternatives, warnings, concepts, rules, scores.

Offsets in attrs are exact. A span that begins or ends inside a token of the pipeline's tokenizer is widened to whole
tokens, with `expanded[i]` set; `nlp.tokenizer = registry_tokenizer(nlp)` cuts texts so that this does not happen.
"""

# no `from __future__ import annotations`: spaCy's config reads the factories' annotations as objects
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import registry

from extractor.pipeline import DEFAULT_MODEL, LABELS, condition_model, scan_text, tag, warm_up
from extractor.scan import Scan
from extractor.spans import Mention

# a word ends where letters meet digits, and every sign stands alone
_CUTS = re.compile(r"(?<=[^\w\s])(?=\S)|(?<=\S)(?=[^\w\s])|(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")
_last = threading.local()


def registry_tokenizer(nlp: Language) -> Tokenizer:
    """A tokenizer that separates numbers, units, comparators and signs: "≥2×10^6/kg" is 8 tokens."""
    return Tokenizer(nlp.vocab, infix_finditer=_CUTS.finditer)


@registry.tokenizers("trial_extractor.registry_tokenizer.v1")
def create_registry_tokenizer() -> Callable[[Language], Tokenizer]:
    """The same for a config: [nlp.tokenizer] @tokenizers = "trial_extractor.registry_tokenizer.v1"."""
    return registry_tokenizer


class LabelPipe:
    """One or more labels as a spaCy component. Holds no state but its settings."""

    def __init__(self, keys: dict[str, str], model: str = "none") -> None:
        self.keys = keys
        self.model = model
        warm_up(tuple(keys), condition_model(model, keys))

    def __call__(self, doc: Doc) -> Doc:
        scan = _scan(doc.text)
        mentions = tag(scan, tuple(self.keys), condition_model(self.model, self.keys))
        for label, key in self.keys.items():
            doc.spans[key] = _group(doc, key, [m for m in mentions if m.label == label], scan)
        return doc


def _scan(text: str) -> Scan:
    """The scan of `text`: the pipes of one pipeline see the same text one after the other, it is scanned once."""
    if getattr(_last, "text", None) != text:
        _last.scan = scan_text(text)
        _last.text = text
    scan: Scan = _last.scan
    return scan


def _group(doc: Doc, key: str, mentions: Iterable[Mention], scan: Scan) -> SpanGroup:
    spans: list[Span] = []
    attrs: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for index, mention in enumerate(mentions):
        start, end = scan.aligned.to_original(mention.start, mention.end)
        options: dict[str, Any] = {"label": mention.label, "kb_id": _code(mention), "span_id": str(index)}
        span = doc.char_span(start, end, alignment_mode="strict", **options)
        attrs["expanded"].append(span is None)
        spans.append(span or doc.char_span(start, end, alignment_mode="expand", **options))  # type: ignore[arg-type]
        attrs["offsets"].append([start, end])
        for name, read in _COLUMNS.items():
            if read is not None:
                attrs[name].append(read(mention))
    return SpanGroup(doc, name=key, attrs=attrs, spans=spans)


_COLUMNS: dict[str, Callable[[Mention], Any] | None] = {
    "values": lambda mention: _plain(mention.value),
    "offsets": None,
    "expanded": None,
    "alternatives": lambda mention: _plain(mention.alternatives),
    "warnings": lambda mention: [{"code": w.code, "message": w.message} for w in mention.warnings],
    "concepts": lambda mention: _plain(mention.concepts),
    "rules": lambda mention: mention.rule,
    "scores": lambda mention: mention.score,
}


def _plain(data: Any) -> Any:
    """Tuples as lists: what to_bytes would make of them, so that a Doc is the same before and after."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    return data


def _code(mention: Mention) -> str:
    if mention.concepts:
        return str(mention.concepts[0]["code"])
    return str((mention.value or {}).get("ncit") or "")


def _register(label: str) -> Callable[[Language, str, str], LabelPipe]:
    """The factory of one label, under its module's name; `spans_key` is where doc.spans gets the group."""
    name = LABELS[label][0]

    def create(nlp: Language, name: str, spans_key: str) -> LabelPipe:
        return LabelPipe({label: spans_key})

    Language.factory(name, func=create, default_config={"spans_key": label.lower()})
    return create


cell_product = _register("CELL_PRODUCT")
cell_dose = _register("CELL_DOSE")
drug_dose = _register("DRUG_DOSE")
route = _register("ROUTE")
schedule = _register("SCHEDULE")
lab_threshold = _register("LAB_THRESHOLD")
age = _register("AGE")


@Language.factory("condition", default_config={"spans_key": "condition", "model": DEFAULT_MODEL})
def condition(nlp: Language, name: str, spans_key: str, model: str) -> LabelPipe:
    """CONDITION by the trained tagger "default" or "accurate"; by the vocabulary for the model "none"."""
    return LabelPipe({"CONDITION": spans_key}, model)


@Language.factory("trial_extractor", default_config={"labels": list(LABELS), "model": DEFAULT_MODEL})
def trial_extractor(nlp: Language, name: str, labels: list[str], model: str) -> LabelPipe:
    """All labels, or those named, in one pipe, under the overlap policy between labels."""
    from extractor.extractor import check_labels

    return LabelPipe({label: label.lower() for label in check_labels(labels)}, model)
