"""CSV, TSV and pipe files of any registry, by the names of their columns; AACT tables are put together by trial."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple, TextIO

from extractor.errors import InputError
from extractor.read.formats import aact
from extractor.read.layout import Leaf, build, clean
from extractor.read.mapping import Rule, rules
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import open_text

csv.field_size_limit(min(sys.maxsize, 64 * 1024 * 1024))
_DELIMITERS = ",\t|;"
_LONGEST_HEADER = 20_000  # characters
_FOLD = re.compile(r"[^a-z0-9]+")
_PLAIN_IDS = ("id", "docid", "documentid", "name")
_PLAIN_TEXTS = ("text", "content", "criteria", "eligibilitycriteria", "body")
_ENUMERATED = (
    "Conditions",
    "Interventions",
    "Outcome Measures",
    "Keywords",
    "Phase",
    "Primary Outcome Measures",
    "Secondary Outcome Measures",
)


class Header(NamedTuple):
    """`names` folded, `written` as they stand."""

    delimiter: str
    names: tuple[str, ...]
    written: tuple[str, ...]


def fold(name: str) -> str:
    """A column's name without case, blanks and signs: "NCT Number" and "#nct_number" are one."""
    return _FOLD.sub("", name.lower())


@cache
def _columns() -> dict[str, Rule]:
    return {fold(path[0]): rule for rule in rules()["table"] for path in rule.paths}


def header_of(head: str) -> Header | None:
    """The header line of a table of trials or texts; None when the first line names no such columns."""
    first = _first_line(head)
    delimiter = max(_DELIMITERS, key=first.count)
    written = header_cells(head, delimiter)
    names = tuple(map(fold, written))
    known = _columns()
    has_id = any(known[n].heading == "Trial ID" for n in names if n in known)
    if len(names) > 1 and has_id:
        return Header(delimiter, names, written)
    plain = any(n in _PLAIN_IDS for n in names) and any(n in _PLAIN_TEXTS for n in names)
    return Header(delimiter, names, written) if plain and len(names) > 1 else None


def header_cells(head: str, delimiter: str) -> tuple[str, ...]:
    """Cells of the first line that is not blank; none when it is no line of a table."""
    first = _first_line(head)
    try:
        return tuple(next(csv.reader([first], delimiter=delimiter), [])) if len(first) <= _LONGEST_HEADER else ()
    except csv.Error:
        return ()


def _first_line(head: str) -> str:
    return re.split(r"[\r\n]", head.lstrip("\ufeff \r\n"), maxsplit=1)[0]


def sniff(source: Source, head: str) -> bool:
    """A header line with an identifier among its columns."""
    return header_of(head) is not None


def records(source: Source) -> Iterator[Record | FailedInput]:
    """A record a row."""
    for number, cells, header in rows(source):
        if len(cells) == 1 and not cells[0].strip():
            continue
        try:
            yield _record(header, cells, source, f"row {number}")
        except InputError as error:
            yield FailedInput(f"{source.name}: row {number}", error)


def rows(source: Source) -> Iterator[tuple[int, list[str], Header]]:
    """(number from 1, cells, header) of each row. Raises InputError for a table that csv cannot read on."""
    with open_text(source) as stream:
        start = stream.read(64 * 1024)
        header = header_of(start) or aact.header_of(start)
        if header is None:
            raise InputError("no header line with known columns")
    with open_text(source) as stream:
        reader = csv.reader((line.replace("\0", "") for line in _from_header(stream)), delimiter=header.delimiter)
        try:
            for number, cells in enumerate(islice(reader, 1, None), 1):
                if cells:
                    yield number, cells, header
        except csv.Error as error:
            raise InputError(f"damaged table at line {reader.line_num}: {error}") from None


def _from_header(stream: TextIO) -> Iterator[str]:
    started = False
    for line in stream:
        if started or line.strip("\ufeff \r\n"):
            yield line if started else line.lstrip("\ufeff \r\n")
            started = True


def _record(header: Header, cells: list[str], source: Source, place: str) -> Record:
    by_name: dict[str, str] = {}
    for name, cell in zip(header.names, cells, strict=False):
        if clean(cell).strip() and cell.strip().upper() not in ("NA", "N/A", "NULL"):
            by_name.setdefault(name, cell)
    sections: list[tuple[Rule, list[list[Leaf]]]] = []
    id: str | None = None
    for rule in rules()["table"]:
        column = next((fold(path[0]) for path in rule.paths if fold(path[0]) in by_name), None)
        if column is None:
            continue
        if rule.heading == "Trial ID":
            id = by_name[column].strip()
        sections.append((rule, [_lines(rule, header, column, by_name[column])]))
    if not sections:
        return _plain(by_name, source, place)
    return build(sections, id, source.name, "table", place)


def _lines(rule: Rule, header: Header, name: str, cell: str) -> list[Leaf]:
    """A cell, or its entries where the export joins them with bars."""
    column = header.written[header.names.index(name)].strip()
    if rule.heading in _ENUMERATED and "|" in cell and "\n" not in cell and header.delimiter != "|":
        return [Leaf(f"{column}[{n}]", part.strip()) for n, part in enumerate(cell.split("|")) if part.strip()]
    return [Leaf(column, clean(cell))]


def _plain(by_name: dict[str, str], source: Source, place: str) -> Record:
    text = next((by_name[name] for name in _PLAIN_TEXTS if name in by_name), None)
    if text is None:
        raise InputError("a row without a text")
    return Record(
        next((by_name[n].strip() for n in _PLAIN_IDS if n in by_name), None),
        text,
        source.name,
        format="table",
        place=place,
    )
