"""doccano JSONL (https://doccano.github.io/doccano/): spans as "label" triples, or "entities" and "relations" with ids.

Offsets are code points. doccano has neither values, attributes nor discontinuous spans. Our document id travels in
the column "document", which doccano keeps as metadata; its own "id" is a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.evaluate.formats import json_lines, write_json_lines
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, Loss, make_document


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All lines of an export."""
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    for number, row in json_lines(path):
        if not isinstance(row.get("text", row.get("data")), str):
            raise InputError(f"{path}:{number}: has no text")
        try:
            documents.append(_document(row, number, losses))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}:{number}: not a doccano line: {error!r}") from None
        except InputError as error:
            raise InputError(f"{path}:{number}: {error}") from None
    return documents, losses


def _document(row: dict[str, Any], number: int, losses: list[Loss]) -> GoldDocument:
    id = str(row.get("document") or row.get("meta", {}).get("document") or row.get("id") or number)
    spans, relations = [], []
    for n, item in enumerate(row.get("label") or row.get("labels") or [], 1):
        if isinstance(item, str):
            losses.append(Loss(id, "category of the whole text", item))
        else:
            spans.append(GoldSpan(f"T{n}", str(item[2]), int(item[0]), int(item[1])))
    for item in row.get("entities") or []:
        spans.append(GoldSpan(str(item["id"]), str(item["label"]), int(item["start_offset"]), int(item["end_offset"])))
    for item in row.get("relations") or []:
        relations.append(GoldRelation(str(item["type"]), str(item["from_id"]), str(item["to_id"])))
    for comment in row.get("Comments") or row.get("comments") or []:
        losses.append(Loss(id, "comment", str(comment)[:60]))
    return make_document(id, str(row.get("text", row.get("data"))), spans, relations)


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """One line a document: "entities" and "relations" (a project with relations enabled)."""
    losses: list[Loss] = []
    rows, counter = [], 0
    for number, document in enumerate(documents, 1):
        numbers = {}
        for span in document.spans:
            counter += 1
            numbers[span.id] = counter
            if span.value is not None:
                losses.append(Loss(document.id, "value", span.where))
            losses += [Loss(document.id, f"attribute {name}", span.where) for name in span.attributes]
            if span.fragments:
                losses.append(Loss(document.id, "gaps of a discontinuous span", span.where))
        rows.append(
            {
                "id": number,
                "document": document.id,
                "text": document.text,
                "entities": [
                    {"id": numbers[s.id], "label": s.label, "start_offset": s.start, "end_offset": s.end}
                    for s in document.spans
                ],
                "relations": [
                    {"id": n, "from_id": numbers[k.head], "to_id": numbers[k.tail], "type": k.type}
                    for n, k in enumerate(document.relations, 1)
                ],
            }
        )
    write_json_lines(rows, path)
    return losses
