"""Label Studio JSON: a list of tasks with annotations (https://labelstud.io/guide/task_format.html).

Offsets are code points (so since HumanSignal/label-studio#1008 was closed in 2021). The value of a span is JSON in a
per-region TextArea named "value", its attributes are per-region Choices, one control an attribute; `CONFIG` is a
labelling interface with them. Label Studio marks no discontinuous spans. Of several annotations of a task the first
that was not cancelled is read, else the first prediction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.evaluate.formats import json_lines
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, Loss, make_document
from extractor.serialise.atomic import write_atomically

ON = "yes"


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All tasks of an export (JSON array or lines)."""
    documents, losses = [], []
    for number, task in json_lines(path):
        document, lost = _task(task, f"{path}: task {number}")
        documents.append(document)
        losses += lost
    return documents, losses


def _task(task: dict, where: str) -> tuple[GoldDocument, list[Loss]]:
    data = task.get("data", task)
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise InputError(f"{where}: has no data.text")
    id = str(data.get("id") or task.get("id") or where.rsplit(" ", 1)[1])
    losses: list[Loss] = []
    usable = [a for a in task.get("annotations") or [] if not a.get("was_cancelled")]
    losses += [Loss(id, "second annotation of a task, left out", f"annotation {a.get('id')}") for a in usable[1:]]
    source = usable[0] if usable else (task.get("predictions") or [{}])[0]
    spans: dict[str, dict[str, Any]] = {}
    relations, notes = [], []
    for item in source.get("result") or []:
        kind = item.get("type")
        if kind == "labels":
            _region(item, spans, losses, id)
        elif kind == "relation":
            types = item.get("labels") or ["RELATED"]
            relations += [GoldRelation(t, str(item["from_id"]), str(item["to_id"])) for t in types]
        elif kind in ("choices", "textarea"):
            notes.append(item)
        else:
            losses.append(Loss(id, f"result of type {kind}", str(item.get("id"))))
    for item in notes:
        _note(item, spans, losses, id)
    kept = [k for k in relations if k.head in spans and k.tail in spans]
    losses += [
        Loss(id, "relation of something that is no span", f"{k.head} to {k.tail}") for k in relations if k not in kept
    ]
    try:
        return make_document(id, data["text"], [GoldSpan(id=key, **span) for key, span in spans.items()], kept), losses
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _region(item: dict, spans: dict[str, dict[str, Any]], losses: list[Loss], id: str) -> None:
    value = item["value"]
    labels = value.get("labels") or []
    for label in labels[1:]:
        losses.append(Loss(id, "second label of one region", f"{label} [{value['start']}, {value['end']})"))
    if labels:
        spans[str(item["id"])] = {
            "label": labels[0],
            "start": int(value["start"]),
            "end": int(value["end"]),
            "attributes": {},
        }
    else:
        losses.append(Loss(id, "region without label", f"[{value['start']}, {value['end']})"))


def _note(item: dict, spans: dict[str, dict[str, Any]], losses: list[Loss], id: str) -> None:
    target, name, value = spans.get(str(item.get("id"))), item.get("from_name"), item["value"]
    if target is None:
        losses.append(Loss(id, f"{item['type']} of the whole text", str(name)))
    elif item["type"] == "choices":
        chosen = value.get("choices") or []
        for choice in chosen[:1]:
            target["attributes"][name] = True if choice == ON else choice
        losses.extend(Loss(id, "second choice of one attribute", f"{name}: {choice}") for choice in chosen[1:])
    else:
        text = "\n".join(value.get("text") or [])
        try:
            target["value"] = json.loads(text)
        except ValueError:
            losses.append(Loss(id, "note that is no value of a span", f"{name}: {text[:60]}"))


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """One task a document, with one annotation."""
    losses: list[Loss] = []
    tasks = [
        {"id": n, "data": {"text": d.text, "id": d.id}, "annotations": [{"id": n, "result": _results(d, losses)}]}
        for n, d in enumerate(documents, 1)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode())
    return losses


def _results(document: GoldDocument, losses: list[Loss]) -> list[dict]:
    results: list[dict] = []
    for span in document.spans:
        place = {"start": span.start, "end": span.end}
        if span.fragments:
            losses.append(Loss(document.id, "gaps of a discontinuous span", span.where))
        text = document.text[span.start : span.end]
        common = {"id": span.id, "to_name": "text"}
        results.append(
            {**common, "from_name": "label", "type": "labels", "value": {**place, "text": text, "labels": [span.label]}}
        )
        for name, value in span.attributes.items():
            choice = ON if value is True else str(value)
            if value == ON:
                losses.append(Loss(document.id, f'attribute value "{ON}" comes back as a flag', span.where))
            results.append({**common, "from_name": name, "type": "choices", "value": {**place, "choices": [choice]}})
        if span.value is not None:
            note = json.dumps(span.value, ensure_ascii=False)
            results.append({**common, "from_name": "value", "type": "textarea", "value": {**place, "text": [note]}})
    for link in document.relations:
        results.append(
            {"type": "relation", "from_id": link.head, "to_id": link.tail, "direction": "right", "labels": [link.type]}
        )
    return results


def config(labels: Sequence[str], attributes: Sequence[str], relations: Sequence[str]) -> str:
    """A labelling interface (XML) that shows what `write` writes."""
    from xml.sax.saxutils import quoteattr as q

    lines = [
        "<View>",
        '  <Labels name="label" toName="text">',
        *(f"    <Label value={q(x)}/>" for x in labels),
        "  </Labels>",
    ]
    lines += ["  <Relations>", *(f"    <Relation value={q(x)}/>" for x in relations), "  </Relations>"]
    lines.append('  <Text name="text" value="$text" granularity="symbol"/>')
    for name in attributes:
        lines += [f'  <Choices name={q(name)} toName="text" perRegion="true"><Choice value="{ON}"/></Choices>']
    lines += ['  <TextArea name="value" toName="text" perRegion="true" editable="true"/>', "</View>"]
    return "\n".join(lines) + "\n"
