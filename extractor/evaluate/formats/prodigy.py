"""Prodigy JSONL (https://prodi.gy/docs/api-interfaces): tasks with "spans" and, when there are any, "relations" between
tokens.

Offsets are code points. Value, attributes, fragments and id of a span travel as further keys of the span, which
Prodigy hands through for spans that nobody edits; the document id travels in "meta". Rejected and ignored tasks are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.evaluate.formats import json_lines, write_json_lines
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, Loss, fragments_of, make_document

_TOKEN = re.compile(r"\w+|\S|\s+")


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All accepted tasks (tasks without an answer count as accepted)."""
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    for number, task in json_lines(path):
        if not isinstance(task.get("text"), str):
            raise InputError(f"{path}:{number}: has no text")
        id = str((task.get("meta") or {}).get("id") or task.get("id") or number)
        if task.get("answer", "accept") != "accept":
            losses.append(Loss(id, f"task answered {task['answer']!r}, left out", f"line {number}"))
            continue
        try:
            documents.append(_document(id, task, losses))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}:{number}: not a Prodigy task: {error!r}") from None
        except InputError as error:
            raise InputError(f"{path}:{number}: {error}") from None
    return documents, losses


def _document(id: str, task: dict[str, Any], losses: list[Loss]) -> GoldDocument:
    text = task["text"]
    spans = []
    for number, item in enumerate(task.get("spans") or [], 1):
        pieces = [(int(a), int(b)) for a, b in item.get("fragments") or [(item["start"], item["end"])]]
        start, end, fragments = fragments_of(pieces, text)
        spans.append(
            GoldSpan(
                str(item.get("id") or f"T{number}"),
                str(item["label"]),
                start,
                end,
                fragments,
                item.get("value"),
                dict(item.get("attributes") or {}),
            )
        )
    relations = []
    for item in task.get("relations") or []:
        ends = [_end(item[side], spans) for side in ("head_span", "child_span")]
        if None in ends:
            losses.append(
                Loss(id, "relation of something that is no span", f"{item.get('label')} {item['head']} {item['child']}")
            )
        else:
            relations.append(GoldRelation(str(item["label"]), str(ends[0]), str(ends[1])))
    return make_document(id, text, spans, relations)


def _end(place: dict[str, Any], spans: Sequence[GoldSpan]) -> str | None:
    """The span that a relation points at: by id, else by place and label."""
    for span in spans:
        if place.get("id") == span.id:
            return span.id
    for span in spans:
        if (span.start, span.end, span.label) == (place["start"], place["end"], place.get("label")):
            return span.id
    return None


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """One task a document."""
    write_json_lines([_task(document) for document in documents], path)
    return []


def _task(document: GoldDocument) -> dict[str, Any]:
    tokens = [m.span() for m in _TOKEN.finditer(document.text)]
    starts = {place: n for n, (a, b) in enumerate(tokens) for place in range(a, b)}
    items = {span.id: _item(span, starts) for span in document.spans}
    task: dict[str, Any] = {"text": document.text, "meta": {"id": document.id}, "spans": list(items.values())}
    if document.relations:
        task["tokens"] = [
            {"text": document.text[a:b], "start": a, "end": b, "id": n, "ws": False} for n, (a, b) in enumerate(tokens)
        ]
        task["relations"] = [
            {
                "head": items[k.head]["token_end"],
                "child": items[k.tail]["token_end"],
                "label": k.type,
                "head_span": items[k.head],
                "child_span": items[k.tail],
            }
            for k in document.relations
        ]
    return task


def _item(span: GoldSpan, starts: dict[int, int]) -> dict[str, Any]:
    item: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label, "id": span.id}
    item |= {"token_start": starts[span.start], "token_end": starts[span.end - 1]}
    if span.fragments:
        item["fragments"] = [list(piece) for piece in span.fragments]
    if span.value is not None:
        item["value"] = span.value
    if span.attributes:
        item["attributes"] = span.attributes
    return item
