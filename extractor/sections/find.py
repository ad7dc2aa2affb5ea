"""Finds the sections of a record: headings first, then what no heading tells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from extractor.sections.arms import arm_blocks
from extractor.sections.criteria import items, split_criteria
from extractor.sections.furniture import is_furniture
from extractor.sections.headings import line_spans, read_heading, vocabulary
from extractor.sections.model import Section

_BLANK = re.compile(r"\s*")
_TIME_FRAME = re.compile(r"[ \t]*Time[ ]?frame[ ]?:[ \t]*\S", re.IGNORECASE)
_LONGEST_LEAD = 320  # characters of a sentence that opens a list of criteria
_LONGEST_TITLE = 400
_PROSE = ("summary", "description")
_FEWEST_ITEMS = 4  # criteria in a text without any heading


class _Mark(NamedTuple):
    """A section begins at `start`; its own text at `body`. `until`: a field ends there, what stood before goes on."""

    start: int
    body: int
    kind: str
    evidence: str = "header"
    until: int | None = None
    furniture: bool = False


def find_sections(text: str) -> tuple[Section, ...]:
    """The sections of `text`, sorted and disjoint. Text that no heading or cue tells anything of lies in none."""
    marks = _marks(text)
    if not marks:
        return _headless(text)
    sections: list[Section] = []
    for section in _fill(text, marks):
        if section.kind in ("arm", "intervention") and not section.furniture:
            sections.extend(_blocks(text, section))
        elif section.kind == "eligibility":
            sections.extend(_criteria(text, section))
        elif section.furniture and sections and sections[-1].furniture:
            last = sections[-1]
            kind = "contact" if "contact" in (last.kind, section.kind) else "other"
            sections[-1] = replace(last, end=section.end, kind=kind)
        else:
            sections.append(section)
    return tuple(sections)


def _marks(text: str) -> list[_Mark]:
    """Where sections begin, in order."""
    marks: list[_Mark] = []
    vocab = vocabulary()
    glued = iter(vocab.glued.finditer(text))
    inside = next(glued, None)
    kind, inferred, skip = "", False, 0
    field: _Mark | None = None
    lines: list[int] = []
    for a, b in line_spans(text):
        line = text[a:b]
        lines.append(a)
        if field is not None:  # the line below a field's name is its value
            name, field = field, None
            if not _opens(line, kind) and b - a <= _LONGEST_TITLE:
                marks[-1] = name._replace(until=b)
                continue
            marks[-1] = name._replace(until=name.body)
        if _TIME_FRAME.match(line):
            mark = None if kind == "outcome" else _outcome_before(text, lines, marks)
        else:
            mark = _line_mark(line, a, b, "" if inferred else kind)
        if mark:
            marks.append(mark)
            if mark.until == -1:
                field = mark
            elif mark.until is None:
                kind, inferred = mark.kind, mark.evidence == "inferred" and mark.kind == "arm"
            skip = mark.body
        while inside and inside.start() < b:
            if inside.start() >= max(skip, a + 1) and not (marks and inside.start() < marks[-1].body):
                found = vocab.exact[" ".join(inside["phrase"].casefold().split())].kind
                passing = found == "outcome" and kind in _PROSE  # end points told in a paragraph
                marks.append(_Mark(inside.start(), inside.end(), found, "header", b if passing else None))
                kind = kind if passing else found
            inside = next(glued, None)
    if field is not None:
        marks[-1] = field._replace(until=field.body)
    return marks


def _opens(line: str, kind: str) -> bool:
    found = read_heading(line)
    return found is not None and kind not in found[0].not_in


def _line_mark(line: str, a: int, b: int, kind: str) -> _Mark | None:
    """The mark that a line makes in a section of `kind`. until == -1: the value stands in the next line."""
    found = read_heading(line)
    if found and kind not in found[0].not_in:
        heading, at = found
        alone = at == len(line)
        if heading.value or (heading.furniture and not alone):
            return _Mark(a, a + at, heading.kind, "header", -1 if alone else b, heading.furniture)
        return _Mark(a, a + at, heading.kind, "header", None, heading.furniture)
    if is_furniture(line):
        return _Mark(a, a, "contact" if "@" in line else "other", "header", b, True)
    bare = a + len(line) - len(line.lstrip(" \t-*•⁃·●"))
    for pattern, heading in vocabulary().cues:
        if kind not in heading.not_in and pattern.match(line, bare - a):
            return _Mark(a, a, heading.kind, "inferred")
    if b - a <= _LONGEST_LEAD and line.rstrip().endswith((":", "：")):
        for pattern, heading in vocabulary().leads:
            if kind not in heading.not_in and pattern.search(line):
                return _Mark(a, b, heading.kind)
    return None


def _outcome_before(text: str, lines: list[int], marks: list[_Mark]) -> _Mark | None:
    """An outcome without a heading: its name and description stand before the line of its time frame."""
    floor = max(marks[-1].body, marks[-1].until or 0) if marks else -1
    for back in (3, 2):
        if len(lines) >= back and lines[-back] >= floor:
            name = text[lines[-back] : lines[1 - back]].strip()
            if back == 2 or (len(name) <= 150 and not name.endswith(".")):
                return _Mark(lines[-back], lines[-back], "outcome", "inferred")
    return None


def _head(text: str, end: int) -> list[Section]:
    """What stands before the first heading: a title, then a summary."""
    lines = line_spans(text, 0, end)
    if not lines:
        return []
    a, b = lines[0]
    if text[a:b].rstrip().endswith(".") or b - a > _LONGEST_TITLE:
        return [Section(a, end, "summary", "inferred", a)]
    if len(lines) == 1:
        return [Section(a, end, "title", "inferred", a)]
    return [
        Section(a, lines[1][0], "title", "inferred", a),
        Section(lines[1][0], end, "summary", "inferred", lines[1][0]),
    ]


def _fill(text: str, marks: list[_Mark]) -> list[Section]:
    """Sections from marks; after a field, what stood before it goes on."""
    sections = _head(text, marks[0].start)
    parent = sections[-1] if sections else None
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start if following else len(text)
        if mark.until is None:
            parent = Section(mark.start, end, mark.kind, mark.evidence, mark.body, None, mark.furniture)
            sections.append(parent)
            continue
        until = min(mark.until, end)
        sections.append(
            Section(mark.start, until, mark.kind, mark.evidence, min(mark.body, until), None, mark.furniture)
        )
        rest = _BLANK.match(text, until, end).end()  # type: ignore[union-attr]
        if rest < end and parent:
            kind = "other" if parent.kind == "title" else parent.kind
            sections.append(replace(parent, start=rest, end=end, body=rest, kind=kind))
    return [section for section in sections if section.start < section.end]


def _blocks(text: str, section: Section) -> list[Section]:
    """One section per arm or intervention."""
    blocks = arm_blocks(text, section.body, section.end, section.kind)
    if not blocks:
        return [section]
    starts = [block.start for block in blocks]
    if text[section.body : starts[0]].strip() == "":
        starts[0] = section.start
        out = []
    else:
        out = [replace(section, end=starts[0])]
    for block, start, end in zip(blocks, starts, [*starts[1:], section.end], strict=True):
        body = section.body if start == section.start else start
        out.append(replace(section, start=start, end=end, body=body, name=block.name))
    return out


def _criteria(text: str, section: Section) -> list[Section]:
    """Inclusion and exclusion of a list without headings."""
    split = split_criteria(text, section.body, section.end)
    if split is None:
        return [section]
    out = []
    start, body = section.start, section.body
    if text[section.body : split.start].strip() or section.body > section.start:
        out.append(replace(section, end=split.start))
        start = body = split.start
    if split.turn > split.start:
        out.append(Section(start, split.turn, "inclusion", "inferred", body))
        start = body = split.turn
    if split.turn < split.end:
        out.append(Section(start, split.end, "exclusion", "inferred", body))
    return [s for s in out if s.start < s.end]


def _headless(text: str) -> tuple[Section, ...]:
    """A text without a heading: criteria, when a list of them turns from inclusion to exclusion."""
    if text.count("\n") < _FEWEST_ITEMS or len(items(text, 0, len(text))) < _FEWEST_ITEMS:
        return ()
    split = split_criteria(text, 0, len(text))
    if split is None or split.turn in (split.start, split.end):
        return ()
    return (
        Section(split.start, split.turn, "inclusion", "inferred", split.start),
        Section(split.turn, split.end, "exclusion", "inferred", split.turn),
    )
