"""Is an amount of cells a dose, or a count that is measured, harvested or asked for?"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extractor.scan import Scan
from extractor.tag.dose_units import Bound
from extractor.vocab import load_toml

_BREAK = re.compile(r"[.?!][ \n]|\n\n|\n[ ]{0,12}[-*•][ ]")


@cache
def _tables() -> dict[str, Any]:
    return load_toml("dose_context.toml")


@cache
def words(table: str) -> re.Pattern[str]:
    """The words of one table of dose_context.toml, as one pattern over lower-cased text."""
    return re.compile("|".join(_tables()[table]["words"]))


@cache
def _then_measured() -> re.Pattern[str]:
    return re.compile(rf"[ ,)]{{0,3}}(?:\w{{1,14}}[ ]){{0,5}}?(?:{words('cells_then_measured').pattern})")


def before(scan: Scan, at: int, width: int) -> str:
    """Lower-cased text before `at`, from the last end of a sentence or paragraph on, at most `width` characters."""
    window = scan.lower[max(0, at - width) : at]
    last = 0
    for match in _BREAK.finditer(window):
        last = match.end()
    return window[last:]


def after(scan: Scan, at: int, width: int) -> str:
    """Lower-cased text from `at` to the end of its sentence, at most `width` characters."""
    window = scan.lower[at : at + width]
    match = _BREAK.search(window)
    return window[: match.start()] if match else window


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Characters between the last match and the end of `text`; -1 when there is none."""
    at = -1
    for match in pattern.finditer(text):
        at = len(text) - match.end()
    return at


def is_dose(scan: Scan, start: int, end: int, bound: Bound) -> bool:
    """For an amount that shows a word for cells or a denominator of a dose."""
    head, tail = before(scan, start, 200), after(scan, end, 90)
    given, measured = _last(words("cells_given"), head), _last(words("cells_measured"), head)
    section = scan.section_at(start)
    kind = section.kind if section else ""
    eligibility = kind in ("inclusion", "exclusion", "eligibility")
    if _then_measured().match(tail) and not words("cells_then_given").search(tail[:60]):
        return False
    asked = _last(words("cells_asked"), head)
    floor = bound.op in ("ge", "gt") or (bound.op in ("le", "lt") and bound.symbol)
    if (
        floor
        and (measured >= 0 or asked >= 0 or given < 0 or eligibility)
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
    head = scan.lower[max(0, start - 120) : start]
    tail = after(scan, end, 60)
    if words("cells_unlikely").search(head[-70:].rpartition("\n\n")[2]) or words("cells_unlikely").search(tail[:30]):
        return False
    if not (words("cells_near").search(head) or words("cells_near").search(tail)):
        return False
    return is_dose(scan, start, end, bound)


def is_seeding(scan: Scan, start: int, end: int) -> bool:
    """Whether an amount per surface says how cells were grown rather than given."""
    return bool(
        words("cells_seeded").search(before(scan, start, 120)) or words("cells_seeded").search(after(scan, end, 60))
    )


def bare_unit(scan: Scan, start: int) -> str:
    """What an amount without a counting word counts: vesicles where the text before spoke of them last."""
    head = scan.lower[max(0, start - 120) : start]
    vesicles = max(head.rfind("exosome"), head.rfind("vesicle"))
    return "{particles}" if vesicles > max(head.rfind("cell"), head.rfind("msc")) else "{cells}"
