"""JSON: one record, a list, a page of an API with its records inside, JSON lines. Lists are streamed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import ijson
import orjson

from extractor.errors import InputError
from extractor.read.formats import shapes
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import LONGEST_LINE, Utf8, lines, open_text, read_all

_BLANKS = "\ufeff \t\r\n"
MOST_IN_MEMORY = 256 * 1024 * 1024
# where the records of a wrapped answer stand
_WRAPPED = re.compile(r'\s*\{\s*"(FullStudiesResponse|StudyFieldsResponse)"')
_INSIDE = {
    "FullStudiesResponse": "FullStudiesResponse.FullStudies",
    "StudyFieldsResponse": "StudyFieldsResponse.StudyFields",
}
_PAGE = re.compile(
    r'\s*\{(?:\s*"(?:totalCount|nextPageToken)"\s*:\s*[^,{}\[\]]{1,200},){0,2}\s*"(studies|documents|trials|records)"\s*:\s*\['
)


def sniff(source: Source, head: str) -> bool:
    """An object or a list, or lines of them."""
    begin = head.lstrip(_BLANKS)
    return (begin.startswith("{") and begin[1:].lstrip()[:1] in ('"', "}", "")) or bool(
        re.match(r'\[\s*[\[{"\]]', begin)
    )


def records(source: Source) -> Iterator[Record | FailedInput]:
    """Records in order."""
    head = _head(source)
    if head.startswith("["):
        yield from _items(source, "item", "")
    elif wrapped := _WRAPPED.match(head):
        yield from _items(source, _INSIDE[wrapped[1]] + ".item", _INSIDE[wrapped[1]])
    elif page := _PAGE.match(head):
        yield from _items(source, page[1] + ".item", page[1])
    elif _is_lines(source):
        yield from _lines(source)
    else:
        yield from _whole(source)


def _head(source: Source) -> str:
    with open_text(source) as stream:
        return stream.read(4096).lstrip(_BLANKS)


def _items(source: Source, prefix: str, name: str) -> Iterator[Record | FailedInput]:
    number = -1
    try:
        with io.BufferedReader(Utf8(source), 256 * 1024) as stream:
            for number, node in enumerate(ijson.items(stream, prefix, use_float=True)):
                yield _record(node, source, f"{name}[{number}]")
    except (ijson.JSONError, UnicodeError) as error:
        raise InputError(f"damaged JSON after {number + 1:,} records: {_short(error)}") from None


def _is_lines(source: Source) -> bool:
    """More than one line, the first (or, where that one is damaged, the second) an object of its own."""
    with open_text(source) as stream:
        found = (line for line in iter(partial(stream.readline, LONGEST_LINE), "") if line.strip(_BLANKS))
        if _is_object(next(found, "")):
            return next(found, None) is not None
        return _is_object(next(found, ""))


def _is_object(line: str) -> bool:
    text = line.strip(_BLANKS)
    if not (text.startswith("{") and text.endswith("}")):
        return False
    try:
        _parse(text)
    except InputError:
        return False
    return True


def _lines(source: Source) -> Iterator[Record | FailedInput]:
    for number, line in enumerate(lines(source), 1):
        if text := line.strip(_BLANKS):
            try:
                node = _parse(text)
            except InputError as error:
                yield FailedInput(f"{source.name}: line {number}", error)
            else:
                yield _record(node, source, f"line {number}")


def _whole(source: Source) -> Iterator[Record | FailedInput]:
    text = (
        read_all(source, MOST_IN_MEMORY).decode("utf-8-sig", "extractor.lenient")
        if _is_utf8(source)
        else open_text(source).read()
    )
    node = _parse(text)
    if not shapes.known(node):
        for name, inner in node.items() if isinstance(node, dict) else ():
            if isinstance(inner, list) and any(map(shapes.known, inner)):
                yield from (_record(item, source, f"{name}[{number}]") for number, item in enumerate(inner))
                return
    yield _record(node, source, "")


def _is_utf8(source: Source) -> bool:
    from extractor.read.streams import encoding_of

    return encoding_of(source.head).startswith("utf-8")


def _record(node: Any, source: Source, place: str) -> Record | FailedInput:
    try:
        return shapes.read(node, source.name, place)
    except InputError as error:
        return FailedInput(f"{source.name}: {place}" if place else source.name, error)


def _parse(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        try:
            return json.loads(text, strict=False)  # control characters inside strings, NaN
        except (ValueError, RecursionError) as error:
            raise InputError(f"damaged JSON: {_short(error)}") from None


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
