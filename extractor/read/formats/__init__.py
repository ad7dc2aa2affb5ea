"""Readers of one kind of bytes each: `sniff(source, head)` recognises it by content, `records(source)` streams it.

`head` is the decoded beginning of the source. A record that cannot be read comes as a FailedInput in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import head_text

# plain text under such names, lying in a folder or archive, is no record
NO_RECORDS = (
    ".log", ".md", ".rst", ".py", ".r", ".ipynb", ".sh", ".sql", ".rb", ".js", ".css", ".toml", ".yaml", ".yml", ".ini",
    ".cfg", ".conf", ".xsd", ".dtd",
)  # fmt: skip


def readers() -> tuple[ModuleType, ...]:
    """All readers, the surest first: the last takes whatever is text."""
    from extractor.read.formats import euctr_text, html, jsons, plain, tables, xmls

    return (jsons, xmls, html, euctr_text, tables, plain)


def read_source(source: Source) -> Iterator[Record | FailedInput]:
    """Records of one source, by the first reader that recognises it. Raises InputError."""
    head = head_text(source)
    reader = next(reader for reader in readers() if reader.sniff(source, head))
    if reader is readers()[-1] and not source.asked and source.name.lower().endswith(NO_RECORDS):
        return
    yield from reader.records(source)
