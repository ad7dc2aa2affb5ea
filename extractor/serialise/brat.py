"""Documents as brat standoff pairs: the text as submitted, and its annotations.

T lines carry the spans (a span over several lines as fragments), A lines the assertion, R lines the relations;
the value stands as JSON in an AnnotatorNotes line on its span. Offsets are code points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from extractor.errors import UsageError
from extractor.schema import Document, Entity
from extractor.spans import ASSERTIONS

_LINE = re.compile(r"[^\r\n]+")


def to_ann(document: Document) -> str:
    """The .ann text of a Document. Raises UsageError unless its offsets are code points."""
    if document.offset_unit != "codepoint":
        raise UsageError("brat offsets are code points: leave the offset unit as it is")
    lines: list[str] = []
    names = {entity.id: f"T{number}" for number, entity in enumerate(document.entities, 1)}
    attribute = 0
    for number, entity in enumerate(document.entities, 1):
        lines.append(_span_line(names[entity.id], entity))
        for name in ASSERTIONS:
            if getattr(entity.assertion, name):
                attribute += 1
                lines.append(f"A{attribute}\t{name.capitalize()} {names[entity.id]}")
        if entity.value is not None:
            note = json.dumps(entity.value.model_dump(mode="json"), ensure_ascii=False)
            lines.append(f"#{number}\tAnnotatorNotes {names[entity.id]}\t{note}")
    for number, link in enumerate(document.relations, 1):
        lines.append(f"R{number}\t{link.type} Arg1:{names[link.head]} Arg2:{names[link.tail]}")
    return "".join(line + "\n" for line in lines)


def _span_line(name: str, entity: Entity) -> str:
    pieces = list(_fragments(entity.text))
    offsets = ";".join(f"{entity.start + a} {entity.start + b}" for a, b in pieces)
    return f"{name}\t{entity.label} {offsets}\t" + " ".join(entity.text[a:b] for a, b in pieces)


def _fragments(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the lines of `text`, without blanks at their ends and without blank lines."""
    for match in _LINE.finditer(text):
        line = match.group()
        start = match.start() + len(line) - len(line.lstrip())
        end = match.end() - len(line) + len(line.rstrip())
        if start < end:
            yield start, end
