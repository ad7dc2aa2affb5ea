"""Reads the vocabulary files and refuses what breaks their grammar, naming file and line.

Grammar of a .csv: lines that start with `#` are comments (the header comment documents the columns); the first other line
names the columns; every further line is one entry. Lists inside a cell are separated by `|`. Every entry has a `source`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from extractor.errors import VocabularyError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent


class Row(Mapping[str, str]):
    """One entry of a vocabulary; `where` is its file and line."""

    __slots__ = ("_cells", "file", "line")

    def __init__(self, cells: dict[str, str], file: str, line: int) -> None:
        self._cells, self.file, self.line = cells, file, line

    def __getitem__(self, column: str) -> str:
        return self._cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"

    def many(self, column: str) -> tuple[str, ...]:
        """The `|`-separated entries of a cell, blanks dropped."""
        return tuple(part.strip() for part in self[column].split("|") if part.strip())


def load_table(
    name: str, columns: Iterable[str], unique: Iterable[str] = (), required: Iterable[str] = (), folder: Path = FOLDER
) -> list[Row]:
    """Entries of `name`. `unique` columns may not repeat a value (list cells: no element); `required` may not be blank.

    Raises VocabularyError with file and line for a missing file, unknown or missing columns, a row of another width,
    a blank required cell, a duplicate.
    """
    path = folder / name
    wanted = [*columns, "source"]
    needed = {*required, "source"}
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise VocabularyError(f"{path}: cannot be read: {error}") from error
    numbered = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not numbered:
        raise VocabularyError(f"{path}: has no header line")
    header = next(csv.reader([numbered[0][1]]))
    if header != wanted:
        raise VocabularyError(f"{path}:{numbered[0][0]}: columns are {header}, must be {wanted}")
    rows: list[Row] = []
    seen: dict[str, dict[str, int]] = {column: {} for column in unique}
    for line_number, line in numbered[1:]:
        cells = next(csv.reader(io.StringIO(line)))
        if len(cells) != len(header):
            raise VocabularyError(f"{path}:{line_number}: {len(cells)} cells, must be {len(header)}")
        row = Row(dict(zip(header, (cell.strip() for cell in cells), strict=True)), name, line_number)
        for column in needed:
            if not row[column]:
                raise VocabularyError(f"{path}:{line_number}: {column} is blank")
        for column, known in seen.items():
            for part in row.many(column):
                if part in known:
                    raise VocabularyError(
                        f"{path}:{line_number}: {column} {part!r} stands already in line {known[part]}"
                    )
                known[part] = line_number
        rows.append(row)
    return rows


def require_known(row: Row, column: str, known: Iterable[str], what: str) -> None:
    """Raise VocabularyError when a cell refers to something that does not exist."""
    known = set(known)
    for part in row.many(column):
        if part not in known:
            raise VocabularyError(f"{row.where}: {column} {part!r} is no known {what}")


def load_toml(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """A parsed .toml vocabulary. Raises VocabularyError naming the file (and line, where the parser tells it)."""
    path = folder / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise VocabularyError(f"{path}: {error}") from error


@cache
def rules_digest() -> str:
    """sha256 over all vocabulary files, in name order: which rules made a Document."""
    digest = hashlib.sha256()
    for path in sorted(p for p in FOLDER.iterdir() if p.suffix in (".csv", ".toml", ".gz")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
