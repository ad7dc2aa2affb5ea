"""Our own Documents as JSON Lines, the output of `extractor annotate`; the normative form is the exported JSON Schema.

A Document holds offsets, not the text: texts come from `texts`, else from a folder NAME.texts with ID.txt files
beside NAME.jsonl, which the writer makes. It holds the labels, attributes and relations of the guidelines, and values
of their shapes; nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from extractor import __version__
from extractor.errors import InputError
from extractor.evaluate.formats import json_lines, write_json_lines
from extractor.evaluate.formats.brat import read_text
from extractor.evaluate.gold import FLAGS, GoldDocument, GoldRelation, GoldSpan, Loss, make_document
from extractor.offsets import converter
from extractor.pipeline import LABELS
from extractor.schema import Document
from extractor.serialise.atomic import write_atomically
from extractor.serialise.names import file_name
from extractor.spans import ASSERTIONS
from extractor.vocab import load_table

_FLAGS = dict(zip(ASSERTIONS, FLAGS, strict=True))
RELATIONS = ("DOSE_OF", "ROUTE_OF", "SCHEDULE_OF")


def read(path: Path, texts: Mapping[str, str] | Path | None = None) -> tuple[list[GoldDocument], list[Loss]]:
    """All Documents of a file. A Document whose text is nowhere is left out, which is a loss.

    Raises InputError when a text is not the one that the Document was made from.
    """
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    source: Mapping[str, str] | Path = texts if texts is not None else path.with_suffix(".texts")
    for number, row in json_lines(path):
        where = f"{path}:{number}"
        try:
            id, digest = str(row["id"]), str(row["text_sha256"])
            text = row["text"] if isinstance(row.get("text"), str) else _text(source, id, digest)
            if text is None:
                losses.append(Loss(id, "Document whose text is nowhere, left out", where, whole=True))
                continue
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                raise InputError(
                    f"the text of {id} is not the one that these annotations were made on (sha256 differs)"
                )
            documents.append(_document(row, id, text))
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{where}: not a Document: {error!r}") from None
    return documents, losses


def _text(source: Mapping[str, str] | Path, id: str, digest: str) -> str | None:
    if isinstance(source, Path):
        file = source / f"{file_name(id)}.txt"  # as written here, and by annotate --texts
        return read_text(file) if file.is_file() else None
    return source.get(id, source.get(digest))


def _document(row: Mapping[str, Any], id: str, text: str) -> GoldDocument:
    unit = row.get("offset_unit", "codepoint")
    back = {converter(text, unit)(i): i for i in range(len(text) + 1)} if unit != "codepoint" else None
    spans = []
    for entity in row["entities"]:
        start, end = (back[entity[k]] if back else entity[k] for k in ("start", "end"))
        flags = entity.get("assertion") or {}
        attributes: dict[str, str | bool] = {
            _FLAGS[name]: True for name, value in flags.items() if value and name in _FLAGS
        }
        spans.append(GoldSpan(entity["id"], entity["label"], start, end, (), _value(entity), attributes))
    relations = [GoldRelation(k["type"], k["head"], k["tail"]) for k in row.get("relations") or []]
    return make_document(id, text, spans, relations)


def _value(entity: Mapping[str, Any]) -> Any:
    """The value; other readings stand in it under "alternatives", as annotators write them."""
    value, others = entity.get("value"), entity.get("alternatives")
    return {**value, "alternatives": others} if others and isinstance(value, dict) else value


def from_document(document: Document, text: str) -> GoldDocument:
    """An annotated Document in the model of this package."""
    return _document(document.model_dump(), document.id, text)


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """NAME.jsonl and NAME.texts/ID.txt."""
    losses: list[Loss] = []
    write_json_lines([_row(document, losses) for document in documents], path)
    folder = path.with_suffix(".texts")
    folder.mkdir(exist_ok=True)
    for document in documents:
        write_atomically(folder / f"{file_name(document.id)}.txt", document.text.encode())
    return losses


def _row(document: GoldDocument, losses: list[Loss]) -> dict[str, Any]:
    entities: list[dict[str, Any]] = []
    ids: dict[str, str] = {}
    for span in document.spans:
        if span.label not in LABELS:
            losses.append(Loss(document.id, f"label {span.label!r}", span.where))
            continue
        ids[span.id] = f"E{len(ids) + 1}"
        entities.append(_entity(span, ids[span.id], document, losses))
    relations = []
    for link in document.relations:
        if link.type in RELATIONS and link.head in ids and link.tail in ids:
            relations.append({"type": link.type, "head": ids[link.head], "tail": ids[link.tail], "score": 1.0})
        else:
            losses.append(Loss(document.id, f"relation {link.type!r}", f"{link.head} to {link.tail}"))
    row = {
        "id": document.id,
        "text_sha256": hashlib.sha256(document.text.encode()).hexdigest(),
        "length": len(document.text),
        "extractor": {"version": __version__, "rules": "", "model": None},
        "entities": entities,
        "relations": relations,
    }
    for place in _invalid_values(row):
        losses.append(
            Loss(document.id, "value of another shape than the guidelines'", f"{entities[place]['label']} {place + 1}")
        )
        entities[place] |= {"value": None, "alternatives": []}
    dumped = Document.model_validate(row).model_dump(mode="json")
    for entity, given in zip(dumped["entities"], entities, strict=True):
        if entity["value"] != given["value"]:
            where = f"{entity['label']} [{entity['start']}, {entity['end']})"
            losses.append(Loss(document.id, f"value {given['value']!r} written as {entity['value']!r}", where))
    return dumped


def _entity(span: GoldSpan, id: str, document: GoldDocument, losses: list[Loss]) -> dict[str, Any]:
    if span.fragments:
        losses.append(Loss(document.id, "gaps of a discontinuous span", span.where))
    names = {name: key for key, name in _FLAGS.items()}
    value: Any = span.value
    others: list[Any] = []
    if isinstance(value, dict):
        others = value.get("alternatives") or []
        value = {key: item for key, item in value.items() if key != "alternatives" and item is not None}
        if span.label == "ROUTE" and value.get("ncit"):  # annotators give the code, the schema wants the name with it
            value.setdefault("name", _route_names().get(value["ncit"], value["ncit"]))
    for name, flag in span.attributes.items():
        if name not in names or flag is not True:
            losses.append(Loss(document.id, f"attribute {name!r} = {flag!r}", span.where))
    return {
        "id": id,
        "label": span.label,
        "start": span.start,
        "end": span.end,
        "text": document.text[span.start : span.end],
        "value": value,
        "alternatives": others,
        "assertion": {names[n]: True for n, v in span.attributes.items() if n in names and v is True},
        "source": {"by": "annotator", "id": "gold"},
        "score": 1.0,
    }


@cache
def _route_names() -> dict[str, str]:
    rows = load_table("routes.csv", ["name", "ncit", "free", "bound", "stop"])
    return {row["ncit"]: row["name"] for row in reversed(rows) if row["ncit"]}


def _invalid_values(row: dict[str, Any]) -> list[int]:
    """Places of entities whose value the schema refuses."""
    try:
        Document.model_validate(row)
    except ValidationError as error:
        places = {
            item["loc"][1]
            for item in error.errors()
            if item["loc"][0] == "entities" and {"value", "alternatives"} & {*item["loc"]}
        }
        if places and len(places) == len({item["loc"][:2] for item in error.errors()}):
            return sorted(int(place) for place in places)
        raise
    return []
