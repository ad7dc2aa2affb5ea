"""Blocks of an arm or intervention section: one per arm, with its name."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.sections.headings import line_spans

_ARM = r"(?:(?:Active|Placebo|Sham|No)[ _](?:Comparator|Intervention)|Experimental|Other|Control)"
_KIND = (
    r"(?:Drug|Biological|Procedure|Device|Radiation|Behavioral|Genetic|Dietary[ _]Supplement|Combination[ _]Product|"
    r"Diagnostic[ _]Test|"
    r"Other)"
)
# "Experimental: name" opens a block on its own line
_LABELLED = re.compile(
    rf"[ \t]*(?:[-*•][ \t]*)?(?:{_ARM}|{_KIND}|(?:Arm|Group|Cohort)[ \t]\w{{1,3}})[ \t]*:[ \t]*(?=\S)", re.IGNORECASE
)
# a line below the name
_BELOW = {
    "arm": re.compile(rf"[ \t]*(?:(?:Group|Arm)[ ]Type[ :]+\S.*|{_ARM})[ \t]*$", re.IGNORECASE),
    "intervention": re.compile(rf"[ \t]*{_KIND}[ \t]*$", re.IGNORECASE),
}
# a line below the description, with the name first
_LAST = re.compile(r"[ \t]*Intervention[ ]Type[ :]+\S", re.IGNORECASE)
_LONGEST_NAME = 200


class Block(NamedTuple):
    start: int
    name: tuple[int, int]


def _name(text: str, start: int, end: int) -> tuple[int, int]:
    """[start, end) without bullets and blanks around it."""
    while start < end and text[start] in " \t-*•":
        start += 1
    while end > start and text[end - 1] in " \t:":
        end -= 1
    return start, end


def arm_blocks(text: str, start: int, end: int, kind: str) -> list[Block]:
    """Blocks of text[start:end], `kind` being arm or intervention; empty when none can be told apart."""
    lines = line_spans(text, start, end)
    below = _BELOW[kind]
    blocks: list[Block] = []
    for i, (a, b) in enumerate(lines):
        labelled = _LABELLED.match(text, a, b)
        if labelled and b - labelled.end() <= _LONGEST_NAME:
            blocks.append(Block(a, _name(text, labelled.end(), b)))
        elif i and b - a < 60 and below.match(text[a:b]):
            name = lines[i - 1]
            if name[1] - name[0] <= _LONGEST_NAME and (not blocks or blocks[-1].start < name[0]):
                blocks.append(Block(name[0], _name(text, *name)))
    if not blocks and kind == "intervention":
        first = True
        for a, b in lines:
            if first and b - a <= _LONGEST_NAME:
                blocks.append(Block(a, _name(text, a, b)))
            first = bool(_LAST.match(text, a, b))
        if not any(_LAST.match(text, a, b) for a, b in lines):
            return []
    return [block for block in blocks if block.name[0] < block.name[1]]
