"""Sections that the source names take the place of those found in the text; inside them, its headings still count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from extractor.repair import AlignedText
from extractor.sections.model import Section

_PROSE = frozenset(
    {"inclusion", "exclusion", "eligibility", "outcome", "arm", "intervention", "description", "summary"}
)
# kinds of field -> kinds of heading that may open a section inside it
_INSIDE = {
    "eligibility": frozenset({"inclusion", "exclusion", "eligibility"}),
    "inclusion": frozenset(
        {"inclusion", "exclusion"}
    ),  # WHO ICTRP puts all criteria of ClinicalTrials.gov's trials into one
    "summary": _PROSE,
    "description": _PROSE,
}


class Known(Protocol):
    """What a reader says of a section, in offsets of the original text: read.record.KnownSection."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> int: ...
    @property
    def name(self) -> tuple[int, int] | None: ...
    @property
    def furniture(self) -> bool: ...


def with_known(found: Sequence[Section], known: Iterable[Known], aligned: AlignedText) -> tuple[Section, ...]:
    """`known` sections (sorted, disjoint) in view offsets, parted by those of `found` that may stand inside them."""
    view = aligned.to_view
    out: list[Section] = []
    at = 0
    for field in known:
        start, end, body = view(field.start), view(field.end), view(field.body)
        allowed = _INSIDE.get(field.kind, frozenset())
        while at < len(found) and found[at].start < body:
            at += 1
        inner = []
        while at < len(found) and found[at].start < end:
            if found[at].kind in allowed:
                inner.append(found[at])
            at += 1
        name = (view(field.name[0]), view(field.name[1])) if field.name else None
        out.extend(_parted(Section(start, end, field.kind, "header", body, name, field.furniture), inner))
    return tuple(section for section in out if section.start < section.end)


def _parted(whole: Section, inner: Sequence[Section]) -> Iterator[Section]:
    at, body = whole.start, whole.body
    for section in inner:
        if at < section.start:
            yield Section(
                at, section.start, whole.kind, "header", min(body, section.start), whole.name, whole.furniture
            )
        end = min(section.end, whole.end)
        yield Section(
            section.start, end, section.kind, section.evidence, min(section.body, end), section.name, section.furniture
        )
        at = body = end
    if at < whole.end:
        yield Section(at, whole.end, whole.kind, "header", body, whole.name, whole.furniture)
