"""What the user names -> Records, one at a time, each with an id of its own."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from extractor.errors import InputError
from extractor.read.formats import aact, read_source
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Meter, Source, find_sources

UNEXPECTED = "unexpected error"


def read_inputs(
    inputs: Iterable[str], meter: Meter | None = None, skip: Iterable[Path] = ()
) -> Iterator[Record | FailedInput]:
    """Records of `inputs` in order: files, folders, globs, archives, "-" for standard input, of any known format.

    What cannot be read yields a FailedInput in its place and loses nothing else. Ids: the registry's, else the file's
    stem, else the first 16 digits of the text's sha256; one that comes again gets "-2", "-3" behind it.
    `meter` follows the bytes read; `skip` names files that are not to be read in a folder.
    """
    meter = meter or Meter()
    taken: dict[str, int] = {}
    for item in _records(find_sources(inputs, meter, skip)):
        yield item if isinstance(item, FailedInput) else replace(item, id=_own(item, taken), position=meter.done)


def _own(record: Record, taken: dict[str, int]) -> str:
    base = (record.id or "").strip() or _digest(record.text)
    id = base
    while id in taken:
        taken[base] += 1
        id = f"{base}-{taken[base]}"
    taken[id] = 1
    return id


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _records(sources: Iterator[Source | FailedInput]) -> Iterator[Record | FailedInput]:
    """AACT tables that lie together are read together; every other source alone."""
    tables: aact.Tables | None = None
    try:
        for source in sources:
            place = _place(source) if isinstance(source, Source) and aact.table_of(source) is not None else None
            if tables is not None and tables.place != place:
                yield from _guarded(tables.place, tables.records)
                tables.close()
                tables = None
            if isinstance(source, FailedInput):
                yield source
            elif place is None:
                yield from _guarded(source.name, partial(read_source, source))
            else:
                tables = tables or aact.Tables(place)
                yield from _guarded(source.name, partial(tables.add, source))
        if tables is not None:
            yield from _guarded(tables.place, tables.records)
    finally:
        if tables is not None:
            tables.close()


def _guarded(name: str, read: Callable[[], Iterable[Record | FailedInput]]) -> Iterator[Record | FailedInput]:
    try:
        yield from read()
    except InputError as error:
        yield FailedInput(name, error)
    except OSError as error:
        yield FailedInput(name, InputError(error.strerror or str(error)))
    except sqlite3.Error as error:  # the temporary database of tables that are put together
        yield FailedInput(name, InputError(f"the temporary database cannot go on: {error}"))
    except Exception as error:  # a bug of ours on one file must not lose the others
        yield FailedInput(name, InputError(f"{UNEXPECTED}: {type(error).__name__}: {error}"[:300]))


def _place(source: Source) -> str:
    """The folder or archive that a table lies in."""
    match = re.match(r"(.*)[/!]", source.name)
    return match[1] if match else source.name


__all__ = ["FailedInput", "Meter", "Record", "read_inputs"]
