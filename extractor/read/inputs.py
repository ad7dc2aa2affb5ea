"""What the user names -> Records, one at a time, each with an id of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from extractor.errors import InputError
from extractor.read.formats import aact, read_source
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Meter, Source, find_sources


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
    for group in _grouped(sources):
        if isinstance(group, FailedInput):
            yield group
        elif isinstance(group, list):
            yield from _guarded(group[0].name, aact.records(group))
        else:
            try:
                yield from _guarded(group.name, read_source(group))
            except InputError as error:
                yield FailedInput(group.name, error)


def _guarded(name: str, records: Iterator[Record | FailedInput]) -> Iterator[Record | FailedInput]:
    try:
        yield from records
    except InputError as error:
        yield FailedInput(name, error)
    except OSError as error:
        yield FailedInput(name, InputError(error.strerror or str(error)))
    except (RecursionError, MemoryError, OverflowError) as error:
        yield FailedInput(name, InputError(f"cannot be read: {type(error).__name__}"))


def _grouped(sources: Iterator[Source | FailedInput]) -> Iterator[Source | FailedInput | list[Source]]:
    """Neighbouring AACT tables of one folder or zip as a list."""
    held: list[Source] = []
    for source in sources:
        table = aact.table_of(source) if isinstance(source, Source) else None
        if isinstance(source, Source) and table is not None and _place(source) is not None:
            if held and _place(held[0]) != _place(source):
                yield held
                held = []
            held.append(source)
            continue
        if held:
            yield held
            held = []
        yield source
    if held:
        yield held


def _place(source: Source) -> str | None:
    match = re.match(r"(.*)[/!]", source.name)
    return match[1] if match else "."


__all__ = ["FailedInput", "Meter", "Record", "read_inputs"]
