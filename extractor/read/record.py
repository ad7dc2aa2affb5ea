"""One text to annotate, as the user holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from extractor.spans import Warn


class Field(NamedTuple):
    """text[start:end] came from the source's field `path` ("protocolSection.eligibilityModule.eligibilityCriteria").

    Lists are counted from 0 ("armGroups[1].label"); `kind` is the kind of section that the field fills.
    """

    start: int
    end: int
    path: str
    kind: str = ""


class KnownSection(NamedTuple):
    """A section that the source names: text[start:end], heading included; its own text from `body`; an arm's `name`."""

    start: int
    end: int
    kind: str
    body: int
    name: tuple[int, int] | None = None
    furniture: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """`id` is None where the source names none; `source` says where the text came from, for messages.

    `format` names the reader; `sections` and `fields` are there when the source is structured; `place` is where the
    record stands in it ("studies[3]", "row 12"); `position` counts the bytes of all inputs read so far, for progress.
    """

    id: str | None
    text: str
    source: str = ""
    fields: tuple[Field, ...] = ()
    warnings: tuple[Warn, ...] = ()
    sections: tuple[KnownSection, ...] = ()
    format: str = "text"
    place: str = ""
    position: int = 0
