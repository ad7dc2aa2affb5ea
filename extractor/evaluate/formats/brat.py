"""brat standoff: ID.txt beside ID.ann (https://brat.nlplab.org/standoff.html).

Values are JSON in an AnnotatorNotes line of the span. The text is read and written as it stands, line ends included.
A span over several lines is written as brat does it, one fragment a line; fragments with only blanks between them are
read as one span.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from extractor.errors import InputError
from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, Loss, fragments_of, make_document
from extractor.serialise.atomic import write_atomically
from extractor.serialise.names import file_name, id_of

_TEXTBOUND = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?", re.DOTALL)
_ATTRIBUTE = re.compile(r"[AM]\S+\t(\S+) (\S+)(?: (.+))?")
_RELATION = re.compile(r"R\S+\t(\S+) \S+?:(\S+) \S+?:(\S+)\s*")
_NOTE = re.compile(r"#\S*\t(\S+) (\S+)\t(.*)", re.DOTALL)
_LINE_ENDS = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All pairs under a folder (or the pair of one .ann or .txt file); the id is the file's stem."""
    texts = sorted(path.rglob("*.txt")) if path.is_dir() else [path.with_suffix(".txt")]
    documents, losses = [], []
    for text_path in texts:
        ann_path = text_path.with_suffix(".ann")
        id = id_of(text_path.stem)
        if not ann_path.exists():
            losses.append(Loss(id, "text without .ann file, left out", str(text_path), whole=True))
            continue
        document, lost = parse(id, read_text(text_path), read_text(ann_path), str(ann_path))
        documents.append(document)
        losses += lost
    return documents, losses


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, line ends as they are. Raises InputError."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


def parse(id: str, text: str, ann: str, where: str) -> tuple[GoldDocument, list[Loss]]:
    """The document of one pair. Raises InputError with file and line for a span that does not fit the text."""
    spans: dict[str, dict] = {}
    relations, attributes, notes = [], [], []
    losses: list[Loss] = []
    for number, line in enumerate(ann.split("\n"), 1):
        line = line.removesuffix("\r")
        if match := _TEXTBOUND.fullmatch(line):
            spans[match[1]] = _textbound(match, text, f"{where}:{number}")
        elif match := _ATTRIBUTE.fullmatch(line):
            attributes.append(match.groups())
        elif match := _RELATION.fullmatch(line):
            relations.append(GoldRelation(match[1], match[2], match[3]))
        elif match := _NOTE.fullmatch(line):
            notes.append(match.groups())
        elif line.strip():
            losses.append(Loss(id, _kind(line), f"line {number}: {line[:60]}"))
    for name, target, value in attributes:
        if target in spans:
            spans[target]["attributes"][name] = value or True
        else:
            losses.append(Loss(id, "attribute of something that is no span", f"{name} {target}"))
    for kind, target, note in notes:
        try:
            spans[target]["value"] = json.loads(note)
        except (KeyError, ValueError):
            losses.append(Loss(id, "note that is no value of a span", f"{kind} {target}: {note[:60]}"))
    linked = [link for link in relations if link.head in spans and link.tail in spans]
    losses += [
        Loss(id, "relation of something that is no span", f"{k.type} {k.head} {k.tail}")
        for k in relations
        if k not in linked
    ]
    return make_document(id, text, [GoldSpan(id=key, **span) for key, span in spans.items()], linked), losses


def _textbound(match: re.Match[str], text: str, where: str) -> dict:
    pieces = [(int(a), int(b)) for a, b in (pair.split(" ") for pair in match[3].split(";"))]
    if not all(0 <= a < b <= len(text) for a, b in pieces):
        raise InputError(f"{where}: {match[1]} {match[3]} lies outside the text of {len(text)} characters, or is empty")
    found = " ".join(text[a:b] for a, b in pieces)
    if match[4] is not None and "".join(match[4].split()) != "".join(found.split()):
        hint = " (line ends counted otherwise?)" if "\r" in text else ""
        raise InputError(f"{where}: {match[1]} says {match[4][:60]!r}, the text has {found[:60]!r}{hint}")
    start, end, fragments = fragments_of(pieces, text)
    return {"label": match[2], "start": start, "end": end, "fragments": fragments, "attributes": {}}


def _kind(line: str) -> str:
    kinds = {"E": "event", "*": "equivalence", "N": "normalisation"}
    return kinds.get(line[0], "line that is no brat annotation")


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """One pair a document under the folder `path`; ids are percent-encoded where a file name could not hold them."""
    path.mkdir(parents=True, exist_ok=True)
    losses: list[Loss] = []
    for document in documents:
        stem = file_name(document.id)
        for suffix, content in ((".txt", document.text), (".ann", render(document, losses))):
            write_atomically(path / f"{stem}{suffix}", content.encode())
    return losses


def render(document: GoldDocument, losses: list[Loss]) -> str:
    """The .ann file; what it cannot hold is added to `losses`."""
    lines, names, attributes = [], {}, 0
    for number, span in enumerate(document.spans, 1):
        names[span.id] = name = f"T{number}"
        label = _word(span.label)
        if label != span.label:
            losses.append(Loss(document.id, f"label {span.label!r} written as {label!r}", span.where))
        pieces = span.fragments or _line_pieces(document.text, span.start, span.end)
        shown = _LINE_ENDS.sub(" ", " ".join(document.text[a:b] for a, b in pieces))
        lines.append(f"{name}\t{label} {';'.join(f'{a} {b}' for a, b in pieces)}\t{shown}")
        for key, value in span.attributes.items():
            attributes += 1
            words = [_word(key), *([] if value is True else [_word(str(value))])]
            if words != [key, *([] if value is True else [value])]:
                losses.append(
                    Loss(document.id, f"attribute {key!r} = {value!r} written as {' '.join(words)!r}", span.where)
                )
            lines.append(f"A{attributes}\t{words[0]} {name}{' ' + words[1] if len(words) > 1 else ''}")
        if span.value is not None:
            lines.append(f"#{number}\tAnnotatorNotes {name}\t{json.dumps(span.value)}")
    for number, link in enumerate(document.relations, 1):
        type = _word(link.type)
        if type != link.type:
            losses.append(
                Loss(document.id, f"relation {link.type!r} written as {type!r}", f"{link.head} to {link.tail}")
            )
        lines.append(f"R{number}\t{type} Arg1:{names[link.head]} Arg2:{names[link.tail]}")
    return "".join(f"{line}\n" for line in lines)


def _word(name: str) -> str:
    return re.sub(r"\s", "_", name) or "_"


def _line_pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span cut at line ends, blanks at the cuts left out; whole where a cut would change its ends."""
    pieces = []
    for match in re.finditer(r"[^\r\n]+", text[start:end]):
        a, b = start + match.start(), start + match.end()
        part = text[a:b]
        a, b = (
            (a + len(part) - len(part.lstrip()) if a > start else a),
            (b - len(part) + len(part.rstrip()) if b < end else b),
        )
        if a < b:
            pieces.append((a, b))
    if not pieces or pieces[0][0] != start or pieces[-1][1] != end:
        return [(start, end)]
    return pieces
