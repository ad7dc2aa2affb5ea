"""Gold annotations, one model whatever tool made them. Offsets are Unicode code points, half-open."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from extractor.errors import InputError, UsageError
from extractor.spans import ASSERTIONS

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

FLAGS = tuple(name.capitalize() for name in ASSERTIONS)  # names of the attributes in gold, as the guidelines have them
Fragments = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """One annotated expression. `fragments` is empty for a contiguous span; attributes are True or a named value."""

    id: str
    label: str
    start: int
    end: int
    fragments: Fragments = ()
    value: Any = None
    attributes: dict[str, str | bool] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return f"{self.label} [{self.start}, {self.end})"


@dataclass(frozen=True, slots=True)
class GoldRelation:
    """A link from `head` to `tail`, ids of spans of the same document."""

    type: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """One annotated text. Spans are in order of start, then end, longest first."""

    id: str
    text: str
    spans: tuple[GoldSpan, ...] = ()
    relations: tuple[GoldRelation, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a format or the model cannot hold: what it is, and where it stood."""

    document: str
    what: str
    where: str
    whole: bool = False  # the document itself was left out

    def __str__(self) -> str:
        return f"{self.document}: {self.what}: {self.where}"


def summary(losses: Sequence[Loss]) -> list[str]:
    """One line for each kind of loss: how many, and the first."""
    counts = Counter(loss.what for loss in losses)
    first = {loss.what: loss for loss in reversed(losses)}
    return [f"{what}: {n} (first: {first[what].document}, {first[what].where})" for what, n in counts.most_common()]


def fragments_of(pieces: Iterable[tuple[int, int]], text: str) -> tuple[int, int, Fragments]:
    """Start, end and fragments of `pieces`; pieces with nothing but blanks between them are one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if merged and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged[0][0], merged[-1][1], tuple(merged) if len(merged) > 1 else ()


def make_document(
    id: str, text: str, spans: Iterable[GoldSpan], relations: Iterable[GoldRelation] = ()
) -> GoldDocument:
    """A document in canonical order. Raises InputError for a span outside the text or a relation without its spans."""
    ordered = sorted(spans, key=lambda s: (s.start, -s.end, s.label))
    known = set()
    for span in ordered:
        if not 0 <= span.start < span.end <= len(text):
            raise InputError(f"{id}: {span.where} lies outside the text of {len(text)} characters, or is empty")
        known.add(span.id)
    if len(known) < len(ordered):
        raise InputError(f"{id}: two spans have the id {Counter(s.id for s in ordered).most_common(1)[0][0]}")
    links = tuple(relations)
    for link in links:
        for end in (link.head, link.tail):
            if end not in known:
                raise InputError(f"{id}: relation {link.type} names {end}, which is no span")
    return GoldDocument(id, text, tuple(ordered), links)


def check_ids(documents: Sequence[GoldDocument], where: object) -> None:
    """Raises InputError when two documents have one id, or one has none."""
    counts = Counter(document.id for document in documents)
    if "" in counts:
        raise InputError(f"{where}: a document has an empty id")
    if counts and counts.most_common(1)[0][1] > 1:
        raise InputError(f"{where}: two documents have the id {counts.most_common(1)[0][0]!r}")


@dataclass(frozen=True, slots=True)
class NameMap:
    """New names by old; an empty new name drops. `labels` may hold "*" for every label that is not named."""

    labels: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    relations: dict[str, str] = field(default_factory=dict)


def read_map(path: Path) -> NameMap:
    """A map from a TOML file (tables labels, attributes, relations) or a CSV file of two columns (labels only).

    Raises UsageError when it is neither.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    if path.suffix.lower() == ".csv":
        rows = [row for row in csv.reader(text.splitlines()) if row and not row[0].startswith("#")]
        for row in rows:
            if len(row) != 2:
                raise UsageError(f"{path}: a row must have two cells, old and new name, not {row}")
        pairs = {old.strip(): new.strip() for old, new in rows}
        if pairs.get("from") == "to":
            del pairs["from"]
        return NameMap(labels=pairs)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not TOML: {error}") from None
    for name, table in tables.items():
        if name not in ("labels", "attributes", "relations"):
            raise UsageError(f"{path}: unknown table [{name}]: use labels, attributes, relations")
        if not isinstance(table, dict) or not all(isinstance(new, str) for new in table.values()):
            raise UsageError(f'{path}: [{name}] must hold lines of the form "old" = "new"')
    return NameMap(**tables)


def apply_map(document: GoldDocument, names: NameMap) -> tuple[GoldDocument, list[Loss]]:
    """`document` under new names, and what the map drops."""
    losses: list[Loss] = []
    spans = []
    for span in document.spans:
        label = names.labels.get(span.label, names.labels.get("*", span.label))
        if not label:
            losses.append(Loss(document.id, f"label {span.label} dropped by the map", span.where))
            continue
        attributes = {}
        for name, value in span.attributes.items():
            new = names.attributes.get(name, name)
            if new:
                attributes[new] = value
            else:
                losses.append(Loss(document.id, f"attribute {name} dropped by the map", span.where))
        spans.append(replace(span, label=label, attributes=attributes))
    kept = {span.id for span in spans}
    relations = []
    for link in document.relations:
        type = names.relations.get(link.type, link.type)
        if type and link.head in kept and link.tail in kept:
            relations.append(replace(link, type=type))
        else:
            losses.append(Loss(document.id, f"relation {link.type} dropped by the map", f"{link.head} to {link.tail}"))
    return GoldDocument(document.id, document.text, tuple(spans), tuple(relations)), losses
