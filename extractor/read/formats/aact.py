"""AACT's pipe files: one table a file, put together by nct_id in a temporary database, so that memory stays flat."""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import InputError
from extractor.read.layout import record as lay_out
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import head_text

if TYPE_CHECKING:
    from extractor.read.formats.tables import Header

# a table by the columns that only it has; two pairs of tables have the same columns: the file's name decides
_SIGNATURES = (
    ("studies", {"brieftitle", "overallstatus"}),
    ("eligibilities", {"criteria"}),
    ("design_groups", {"grouptype", "title"}),
    ("interventions", {"interventiontype", "name"}),
    ("design_outcomes", {"outcometype", "measure"}),
    ("outcomes", {"outcometype", "title"}),
    ("designs", {"interventionmodel"}),
    ("designs", {"primarypurpose"}),
    ("countries", {"name", "removed"}),
    ("conditions", {"name", "downcasename"}),
    ("brief_summaries", {"description"}),
)
_TILDE = re.compile(r"(?<!\\)~(?!\d)|(?<![\\\s(])~|(?<=~)~")
_BREAKS = re.compile(r":~|~~|~\s*(?:-|\d{1,2}\.|\*)")


def header_of(head: str) -> Header | None:
    """A pipe file with a column nct_id."""
    from extractor.read.formats.tables import Header, fold, header_cells

    written = header_cells(head, "|")
    names = tuple(map(fold, written))
    return Header("|", names, written) if len(names) > 1 and "nctid" in names else None


def table_of(source: Source) -> str | None:
    """Which of AACT's tables a source is; "" for one without a record's text; None when it is no pipe file."""
    header = header_of(head_text(source))
    if header is None:
        return None
    names = set(header.names)
    for table, signature in _SIGNATURES:
        if signature <= names:
            stem = (source.stem or "").lower()
            if table == "brief_summaries" and "detailed" in stem:
                return "detailed_descriptions"
            return "keywords" if table == "conditions" and "keyword" in stem else table
    return ""


# a trial's place is where studies names it, else where it is first named
_SEEN = """INSERT INTO trial VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET n = excluded.n, later = excluded.later WHERE excluded.later < later"""


class Tables:
    """Tables that lie together. Each is read when it comes, since a member of an archive does not last."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._names: list[str] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._base: sqlite3.Connection | None = None
        self._count = 0
        self._full = False

    def add(self, source: Source) -> Iterator[FailedInput]:
        """Read one table; what it yields are rows that cannot be read.

        Raises InputError for the rest of a damaged table, the rows before it stay; OSError and sqlite3.Error when there is
        no room for it, and then no record is made of what lies here.
        """
        from extractor.read.formats.tables import checked, rows

        table = table_of(source)
        if not table:
            return
        self._names.append(source.name)
        base = self._base = self._base or self._opened()
        later = table != "studies"
        for row in rows(source):
            try:
                named = zip(row.header.written, checked(row).cells, strict=False)
            except InputError as error:
                yield FailedInput(f"{source.name}: row {row.number}", error)
                continue
            cells = {n.strip().lower(): _text(c) for n, c in named if c.strip()}
            if id := cells.get("nct_id", "").strip():
                self._count += 1
                try:
                    base.execute(_SEEN, (id, later, self._count))
                    base.execute("INSERT INTO row VALUES (?, ?, ?)", (id, _kind(table, cells), json.dumps(cells)))
                except sqlite3.Error:
                    self._full = True
                    raise

    def _opened(self) -> sqlite3.Connection:
        self._folder = tempfile.TemporaryDirectory(prefix="extractor-", ignore_cleanup_errors=True)
        base = sqlite3.connect(Path(self._folder.name) / "aact.sqlite")
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        base.execute("CREATE TABLE trial (id TEXT PRIMARY KEY, later INTEGER, n INTEGER) WITHOUT ROWID")
        base.execute("CREATE TABLE row (id TEXT, tab TEXT, cells TEXT)")
        return base

    def records(self) -> Iterator[Record]:
        """A record for each trial that a table names: those of `studies` first, in the order in which they come.

        Raises sqlite3.Error.
        """
        if self._base is None or self._full:  # tables without a record's text; records would lack what found no room
            return
        self._base.execute("CREATE INDEX by_id ON row (id)")
        for (id,) in self._base.execute("SELECT id FROM trial ORDER BY later, n"):
            yield self._record(self._base, id)

    def _record(self, base: sqlite3.Connection, id: str) -> Record:
        node: dict[str, Any] = {}
        for tab, cells in base.execute("SELECT tab, cells FROM row WHERE id = ? ORDER BY rowid", (id,)):
            node.setdefault(tab, []).append(json.loads(cells))
        node.setdefault("studies", [{"nct_id": id}])
        return lay_out("aact", node, id, self._names[0] if len(self._names) == 1 else self.place, id)

    def close(self) -> None:
        if self._base is not None:
            self._base.close()
        if self._folder is not None:
            self._folder.cleanup()


def _kind(table: str, row: dict[str, str]) -> str:
    """Outcomes of a design lie in one table, told apart by a column."""
    if table != "design_outcomes":
        return table
    kind = row.get("outcome_type", "").lower()
    return f"design_outcomes_{kind if kind in ('primary', 'secondary') else 'other'}"


def _text(cell: str) -> str:
    """Older files hold "~" for a line end. One before a number, after a blank, means "about"."""
    return _TILDE.sub("\n", cell) if "\n" not in cell and _BREAKS.search(cell) else cell
