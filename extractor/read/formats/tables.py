"""CSV, TSV and pipe files of any registry, by the names of their columns; AACT tables are put together by trial."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple, TextIO

from extractor.errors import InputError
from extractor.read.formats import aact
from extractor.read.layout import Leaf, build, clean
from extractor.read.mapping import Rule, rules
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import open_text
from extractor.spans import Warn

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


class Row(NamedTuple):
    """`number` from 1; `damage` says why its cells cannot be trusted, `cut` that the file ends in the last of them."""

    number: int
    cells: list[str]
    header: Header
    damage: str = ""
    cut: str = ""


def records(source: Source) -> Iterator[Record | FailedInput]:
    """A record a row."""
    for row in rows(source):
        if len(row.cells) == 1 and not row.cells[0].strip():
            continue
        try:
            record = _record(row.header, checked(row).cells, source, f"row {row.number}")
            yield replace(record, warnings=(Warn("TABLE_CUT", row.cut),)) if row.cut else record
        except InputError as error:
            yield FailedInput(f"{source.name}: row {row.number}", error)


def checked(row: Row) -> Row:
    """`row`. Raises InputError when it is damaged."""
    if row.damage:
        raise InputError(row.damage)
    return row


def rows(source: Source) -> Iterator[Row]:
    """The rows behind the header. Raises InputError, naming the line, for a table that csv cannot read on."""
    with open_text(source) as stream:
        start = stream.read(64 * 1024)
        header = header_of(start) or aact.header_of(start)
        if header is None:
            raise InputError("no header line with known columns")
    with open_text(source) as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=header.delimiter)
        first, number, ragged = 1, -1, False
        try:
            for cells in reader:
                number += 1
                if lines.ended:  # csv asked for more than there is: it stood inside a quoted cell
                    if not number or _holds_rows(cells[-1], header):
                        raise InputError(
                            f"line {first}: a quote is opened in the row that begins here and never closed; the rows from "
                            "there on cannot be told apart"
                        )
                    cut = f"the table ends inside a quoted cell: the row that begins at line {first} is not whole"
                    yield Row(number, cells, header, cut=cut)
                    return
                if number and cells:
                    other = len(cells) != len(header.names)
                    ragged |= other and first == lines.number
                    # a stray quote joins rows, whose records must not be mixed
                    joined = other and first < lines.number and not ragged
                    yield Row(number, cells, header, _joined(cells, header, first, lines.number) if joined else "")
                first = lines.number + 1
        except csv.Error as error:
            raise InputError(f"damaged table in the row that begins at line {first}: {error}") from None


def _holds_rows(cell: str, header: Header) -> bool:
    """Do lines of a cell read as rows of the table? Then a quote was not closed; else the file was cut off in the cell."""
    below = cell.splitlines()[1:]
    return any(len(row) == len(header.names) for row in csv.reader(below, delimiter=header.delimiter))


def _joined(cells: list[str], header: Header, first: int, last: int) -> str:
    return (
        f"lines {first} to {last} read as one row of {len(cells)} cells where the header has {len(header.names)}: "
        "a quote is opened in one of them and not closed"
    )


class _Lines:
    """Lines from the header on, for csv; `number` is that of the last one given, `ended` whether it asked for more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self.number, self.ended, self._started = stream, 0, False, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for line in self._stream:
            self.number += 1
            if not self._started:
                line = line.lstrip("\ufeff \r\n")
                self._started = bool(line)
            if self._started:
                return line.replace("\0", "")
        self.ended = True
        raise StopIteration


def _record(header: Header, cells: list[str], source: Source, place: str) -> Record:
    by_name: dict[str, str] = {}
    for name, cell in zip(header.names, cells, strict=False):
        if clean(cell).strip() and cell.strip().upper() not in ("NA", "N/A", "NULL"):
            by_name.setdefault(name, cell)
    if _is_plain(header.names):
        return _plain(by_name, source, place)
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
    return build(sections, id or _plain_id(by_name), source.name, "table", place)


def _is_plain(names: tuple[str, ...]) -> bool:
    """A table of texts, whatever else it has columns for: one for the text, none for a registry's id."""
    known = _columns()
    has_id = any(known[n].heading == "Trial ID" for n in names if n in known)
    return not has_id and any(n in _PLAIN_TEXTS and n not in known for n in names)


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
    return Record(_plain_id(by_name), text, source.name, format="table", place=place)


def _plain_id(by_name: dict[str, str]) -> str | None:
    return next((by_name[n].strip() for n in _PLAIN_IDS if n in by_name), None)
