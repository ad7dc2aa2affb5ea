"""Is an amount of cells a dose, or a count that is measured, harvested or asked for?"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extractor.scan import Scan
from extractor.scan.trie import by_first_letter
from extractor.tag.dose_units import Bound
from extractor.vocab import load_toml

_BREAK = re.compile(r"[.?!][ \n]|\n\n|\n[ ]{0,12}[-*•][ ]")


@cache
def _tables() -> dict[str, Any]:
    return load_toml("dose_context.toml")


@cache
def words(table: str) -> re.Pattern[str]:
    """The words of one table of dose_context.toml, as one pattern over lower-cased text."""
    return re.compile(by_first_letter(_tables()[table]["words"]))


@cache
def _then_measured() -> re.Pattern[str]:
    return re.compile(rf"[ ,)]{{0,3}}(?:\w{{1,14}}[ ]){{0,5}}?(?:{words('cells_then_measured').pattern})")


def sentence(scan: Scan, at: int, width: int) -> int:
    """Where the text before `at` begins: behind the last end of a sentence or paragraph, at most `width` characters back."""
    floor = max(0, at - width)
    match = scan.last_match(_BREAK, floor, at)
    return match[1] if match else floor


def after(scan: Scan, at: int, width: int) -> str:
    """Lower-cased text from `at` to the end of its sentence, at most `width` characters."""
    window = scan.lower[at : at + width]
    match = _BREAK.search(window)
    return window[: match.start()] if match else window


def _last(scan: Scan, table: str, start: int, at: int) -> int:
    """Characters between the last of the table's words in [start, at) and `at`; -1 when there is none."""
    match = scan.last_match(words(table), start, at)
    return at - match[1] if match else -1


def is_dose(scan: Scan, start: int, end: int, bound: Bound) -> bool:
    """For an amount that shows a word for cells or a denominator of a dose."""
    head, tail = sentence(scan, start, 200), after(scan, end, 90)
    if _then_measured().match(tail) and not words("cells_then_given").search(tail[:60]):
        return False
    measured = _last(scan, "cells_measured", head, start)
    floor = bound.op in ("ge", "gt") or (bound.op in ("le", "lt") and bound.symbol)
    if measured < 0 and not floor:
        return True
    given = _last(scan, "cells_given", head, start)
    section = scan.section_at(start)
    if (
        floor
        and (
            measured >= 0
            or given < 0
            or (section is not None and section.kind in ("inclusion", "exclusion", "eligibility"))
            or _last(scan, "cells_asked", head, start) >= 0
        )
        and not words("cells_then_given").search(tail)
    ):
        return False
    if measured >= 0 and (given < 0 or measured < given):
        return bool(words("cells_then_given").search(tail[:60])) and not floor
    return True


def is_bare_dose(scan: Scan, start: int, end: int, bound: Bound) -> bool:
    """For a large amount without any word for cells: the words around must make it unmistakable."""
    if bound.op is not None and bound.symbol:
        return False
    near = scan.lower[max(0, start - 70) : start].rpartition("\n\n")[2]
    tail = after(scan, end, 60)
    if words("cells_unlikely").search(near) or words("cells_unlikely").search(tail[:30]):
        return False
    if not (scan.last_match(words("cells_near"), start - 120, start) or words("cells_near").search(tail)):
        return False
    return is_dose(scan, start, end, bound)


def is_seeding(scan: Scan, start: int, end: int) -> bool:
    """Whether an amount per surface says how cells were grown rather than given."""
    seeded = words("cells_seeded")
    return bool(scan.last_match(seeded, sentence(scan, start, 120), start) or seeded.search(after(scan, end, 60)))


def bare_unit(scan: Scan, start: int) -> str:
    """What an amount without a counting word counts: vesicles where the text before spoke of them last."""
    head = scan.lower[max(0, start - 120) : start]
    vesicles = max(head.rfind("exosome"), head.rfind("vesicle"))
    return "{particles}" if vesicles > max(head.rfind("cell"), head.rfind("msc")) else "{cells}"
