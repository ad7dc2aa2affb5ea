"""spaCy DocBin: spans in doc.spans["sc"] (overlaps allowed), the longest that do not overlap in doc.ents as well.

Offsets are code points. Tokens are spaCy's English ones, cut further where a span begins or ends inside one, so that
every span aligns. Document id, values, attributes, fragments and relations travel as JSON in
doc.user_data["trial_extractor"].
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, Loss, make_document
from extractor.serialise.atomic import write_atomically

KEY = "trial_extractor"


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All docs of a .spacy file. Spans come from doc.spans (all groups), else from doc.ents."""
    from spacy.tokens import DocBin

    try:
        docs = list(DocBin().from_disk(path).get_docs(_english().vocab))
    except Exception as error:  # zlib, msgpack and spaCy each raise their own
        raise InputError(f"{path}: not a spaCy DocBin: {error}") from None
    return [_document(doc, number) for number, doc in enumerate(docs, 1)], []


@cache
def _english() -> Any:
    import spacy

    return spacy.blank("en")


def _document(doc: Any, number: int) -> GoldDocument:
    held = json.loads(doc.user_data.get(KEY) or "{}")
    found = sorted({(s.start_char, s.end_char, s.label_, s.id_) for group in doc.spans.values() for s in group})
    if not doc.spans:
        found = [(e.start_char, e.end_char, e.label_, "") for e in doc.ents]
    spans = []
    for n, (start, end, label, id) in enumerate(found, 1):
        more = held.get("spans", {}).get(id, {})
        spans.append(
            GoldSpan(
                id or f"T{n}",
                label,
                start,
                end,
                tuple((a, b) for a, b in more.get("fragments", ())),
                more.get("value"),
                more.get("attributes", {}),
            )
        )
    kept = {span.id for span in spans}
    relations = [GoldRelation(*link) for link in held.get("relations", ()) if link[1] in kept and link[2] in kept]
    return make_document(str(held.get("id") or number), doc.text, spans, relations)


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """One .spacy file."""
    from spacy.tokens import DocBin

    nlp = _english()
    box = DocBin(store_user_data=True)
    for document in documents:
        box.add(_doc(document, nlp))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, box.to_bytes())
    return []


def _doc(document: GoldDocument, nlp: Any) -> Any:
    from spacy.tokens import Doc, Span
    from spacy.util import filter_spans

    cuts = {place for span in document.spans for place in (span.start, span.end)} | {0, len(document.text)}
    for token in nlp.make_doc(document.text):
        # blanks are tokens of their own: a span may begin or end at any of them
        cuts |= {token.idx, token.idx + len(token.text), token.idx + len(token.text_with_ws)}
    words, spaces, first, last = _tokens(document, sorted(cuts))
    doc = Doc(nlp.vocab, words=words, spaces=spaces)
    spans = [Span(doc, first[s.start], last[s.end], label=s.label, span_id=s.id) for s in document.spans]
    doc.spans["sc"] = spans
    doc.ents = filter_spans([Span(doc, s.start, s.end, label=s.label) for s in spans])
    held = {s.id: _held(s) for s in document.spans}
    more = {
        "id": document.id,
        "spans": {id: more for id, more in held.items() if more},
        "relations": [[k.type, k.head, k.tail] for k in document.relations],
    }
    doc.user_data[KEY] = json.dumps(more)  # a string: msgpack would give back lists as tuples
    return doc


def _tokens(document: GoldDocument, cuts: list[int]) -> tuple[list[str], list[bool], dict[int, int], dict[int, int]]:
    """Words, whether a blank follows each, and the token that begins and the one after that ends at an offset."""
    starts, ends = {s.start for s in document.spans}, {s.end for s in document.spans}
    words: list[str] = []
    spaces: list[bool] = []
    first, last = {}, {}
    for a, b in itertools.pairwise(cuts):
        if document.text[a:b] == " " and words and not spaces[-1] and a not in starts and b not in ends:
            spaces[-1] = True
            continue
        first[a] = len(words)
        words.append(document.text[a:b])
        spaces.append(False)
        last[b] = len(words)
    return words, spaces, first, last


def _held(span: GoldSpan) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if span.fragments:
        more["fragments"] = [list(piece) for piece in span.fragments]
    if span.value is not None:
        more["value"] = span.value
    if span.attributes:
        more["attributes"] = span.attributes
    return more
