"""Bounds whose measure stands before them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from extractor.scan import read_comparator
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound, comparator_for
from extractor.tag.lab_names import Group, group_at
from extractor.tag.lab_state import (
    BASELINE,
    COUNTED_BEHIND,
    DOWN,
    GRADED,
    NOUN_BEHIND,
    RUNS,
    STOP,
    TOKEN,
    UP,
    Parts,
    State,
    change_before,
    close,
    finish,
    fits_bound,
    gap_words,
    make,
)
from extractor.tag.lab_vocab import Hit, words

_DATED = frozenset({"gestational_age", "psa_doubling"})
_PLAIN_SECTIONS = frozenset(
    {"summary", "description", "outcome", "arm", "title", "design", "intervention", "contact", "conditions"}
)
_TIMES_BEHIND = re.compile(r"[ -]?(?:times|fold)\b", re.IGNORECASE)
_JUDGED = re.compile(r"\b(?:better|worse)\b", re.IGNORECASE)
_NORMAL_BEFORE = re.compile(r"\bnormal(?:\s(?:value|range|limit))?\s?$", re.IGNORECASE)
_FORMULA_BEHIND = re.compile(r"[ ]{0,2}[*×+][ ]{0,2}(?:ln|log|\((?=[0-9])|[0-9])")
_WRAPPED = re.compile(r"\n[ ]{4,24}\S|\n[ ]{0,24}[a-z(]|\n[ ]{4,24}$")
_COUNTED_BEHIND = re.compile(r"\s{1,3}of\b")
_NUMBERED = re.compile(
    r"\b(?:visits?|days?|weeks?|months?|years?|parts?|items?|questions?|version|phase|table|cohorts?|arms?|groups?)"
    r"\s{0,2}#?$",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"[+*^]|\bln\b")
_WEAK_GAP = re.compile(
    r"[\s(:,]{0,3}(?:(?:is|of|was|score|in diameter|in size|size|diameter|level|intensity|by|increase[ds]?|"
    r"decrease[ds]?)[\s(]{0,2}){0,2}(?:\([^()]{1,12}\)\s?)?"
)
_RANGE_WORDS = re.compile(r"\brang|\bscale\b|\bscor|\bfrom\b|\bout of\b|[(\[]|markings|points?", re.IGNORECASE)
_AT_LEAST = re.compile(r"(?P<w>minimum|maximum|minimal|maximal|max\.?|min\.?)\s{1,2}(?:of\s)?(?:a\s)?$", re.IGNORECASE)
_CONTINUES = re.compile(
    r"[\s,;)]{0,4}(?:[(\[]|or|and|/|"
    r"but)?[\s(]{0,3}(?:\([A-Za-z]{1,8}\)[ ])?(?:[A-Za-z'’-]{1,14},?[ ]){0,6}[\s(:]{0,3}$",
    re.IGNORECASE,
)


def to_left(state: State, bound: Bound, reach: int) -> Mention | None:
    """The mention of a bound whose measure stands before it; None where none does or it is not meant as a bound."""
    text = state.scan.text
    i = bisect_right(state.ends, bound.start) - 1
    if i < 0 or state.ends[i] < bound.start - 140 or state.starts[i] < reach:
        return None
    hit = state.hits[i]
    gap = text[hit.end : bound.start + 1]
    if len(gap) > 2 and STOP.search(gap):
        return None
    group = group_at(text, state.hits, i, reach, bound.reference in ("ULN", "LLN"))
    fits = fits_bound(bound, group)
    if bound.alone is not None and not fits and fits_bound(bound.alone, group):
        bound, fits = bound.alone, True
    gap = text[group.end : bound.start]
    if _misfit(state, bound, hit, fits) or _not_meant(text, bound, hit, gap):
        return None
    times = _TIMES_BEHIND.match(text, bound.end) if bound.unit is None and bound.reference is None else None
    if times:
        if not _NORMAL_BEFORE.search(gap) or hit.measure.kind != "lab":
            return None
        bound = bound._replace(reference="ULN", end=times.end())
    if bound.how == "behind" and hit.measure.good == "low" and _JUDGED.search(text, bound.start, bound.end):
        bound = bound._replace(
            low=bound.high, low_inclusive=bound.high_inclusive, high=bound.low, high_inclusive=bound.low_inclusive
        )
    if bound.how == "plain":
        bound = _sided(text, group, gap, bound, state)
    if bound.how in ("plain", "equal", "lost") and not _stated(state, bound, group, gap, fits):
        return None
    if not gap_words(gap, 0):
        telling = bound.dimension not in (None, "fraction", "length") or bound.reference is not None
        if not gap_words(gap, 0 if not fits else 8 if telling else 2):
            return None
        if bound.dimension is None and bound.reference is None and NOUN_BEHIND.match(text, bound.end):
            return None
    change = None if bound.word in ("below", "under", "above") else _change(gap, text, bound.end)
    end, start = close(text, group.end, bound.start, bound.end), group.start
    if change is None:
        leading = change_before(text, group, bound, reach)
        if leading is not None:
            change, start = leading
    return finish(text, start, end, group, bound, change, "lab.left")


def _misfit(state: State, bound: Bound, hit: Hit, fits: bool) -> bool:
    """Whether a bound's unit says that it is no bound of this measure: a time, a dose, a count."""
    dimension = bound.dimension or ""
    if dimension == "time":
        frame = bound.unit in ("d", "wk", "mo", "a") and hit.measure.id not in _DATED
        return not fits or bound.word == "within" or (frame and bound.how in ("range", "plain"))
    if fits:
        return False
    if dimension.startswith("mass") and not dimension.startswith(("mass/volume", "mass/mass", "mass/substance")):
        return True
    if dimension in ("1/mass", "count/mass", "1/volume/mass"):
        return True
    if dimension == "count" or (hit.measure.kind != "lab" and dimension.startswith(("mass", "volume"))):
        return dimension != "volume/time"
    worded = state.scan.numbers[max(0, bound.following - 1)].form == "words"
    return worded and bound.unit is None and bound.reference is None


_LIST_OF_RANGES = re.compile(r",\s?[0-9]{1,3}\s?[-–~]\s?[0-9]{1,3}\s?,\s?[0-9<>≤≥]")
_SCALE_THEN = re.compile(r"\s?[)\]]\s{0,2}(?:(?:scores?|scale|points?|is|was|of)\s{1,2}){0,3}")
_QUOTED = re.compile(r"[\"”]\s(?:and|or)\s")


def _described(text: str, bound: Bound, gap: str) -> bool:
    """Whether a bound is an entry of a list of classes or what a scale runs over: "(5-6,7-8,≥9)", "(0-6) ≥ 3"."""
    if not bound.symbol and text[bound.end : bound.end + 1] == "," and _LIST_OF_RANGES.match(text, bound.end):
        return True
    if gap[:1] in ('"', "”") and _QUOTED.fullmatch(gap):
        return True  # '5 "mildly frail" or 6'
    if bound.how != "range" or bound.low != 0:
        return False
    then = _SCALE_THEN.match(text, bound.end) if bound.dimension is None else None
    comparator = read_comparator(text, then.end()) if then else None
    return comparator is not None and comparator.op != "lost"


def _not_meant(text: str, bound: Bound, hit: Hit, gap: str) -> bool:
    """Whether the words around say that no bound is meant: formulas, grades, years, what a scale runs from and to."""
    if hit.measure.kind != "score" and GRADED.search(text, bound.start, bound.end):
        return True
    if _FORMULA_BEHIND.match(text, bound.end) or _FORMULA.search(gap):
        return True
    if _described(text, bound, gap):
        return True
    if bound.how != "plain" and gap.rstrip()[-1:] in ("<", ">", "≤", "≥"):
        return True
    if bound.how in ("plain", "range") and "\n" in gap and not _WRAPPED.search(gap):
        return True
    if bound.word == "from" and bound.dimension is None and bound.how == "compared":
        return True
    if bound.dimension == "time" and "\n" in gap:
        return True
    if len(gap) > 3 and _NUMBERED.search(gap):
        return True
    if bound.dimension is None and bound.reference is None:
        if COUNTED_BEHIND.match(text, bound.end):
            return True  # "hypoglycemia (> 2 episodes per week)"
        worded = text[bound.end - 1].isalpha() and bound.how != "behind"  # "deterioration with at least one of"
        if worded and (_COUNTED_BEHIND.match(text, bound.end) or NOUN_BEHIND.match(text, bound.end)):
            return True
    if bound.dimension is None and bound.word in ("over", "under", "within") and NOUN_BEHIND.match(text, bound.end):
        return True
    if bound.dimension == "fraction" and gap.strip() == "with" and NOUN_BEHIND.match(text, bound.end):
        return True  # "lymphocytes with less than 55% prolymphocytes"
    if bound.word in ("minimum", "maximum") and "score" in text[bound.start : bound.end]:
        return True
    if bound.how == "range" and bound.unit is None and isinstance(bound.low, float) and 1900 <= bound.low <= 2100:
        return True
    called = text[hit.start : hit.end].lower()
    sure = bound.how == "compared" and called in ("weight", "height") and bound.dimension in hit.measure.dimensions
    weak = called in words("weak") or called.rstrip("s") in words("weak")
    if weak and not sure and not _WEAK_GAP.fullmatch(text[hit.end : bound.start]):
        return True
    if hit.measure.kind != "score":
        return False
    return (bound.how == "range" and _is_scale(text[hit.end : bound.end], bound)) or (
        bound.word == "from" and bound.how == "compared"
    )


def _is_scale(gap: str, bound: Bound) -> bool:
    """Whether a range is what a scale runs from and to: "VAS (0-10)"."""
    if not isinstance(bound.low, float) or not isinstance(bound.high, float):
        return False
    if RUNS.search(gap):
        return True
    whole = bound.high in (5, 7, 10, 12, 20, 21, 24, 27, 30, 42, 50, 52, 56, 63, 68, 100, 105)
    return bound.low <= 1 and whole and _RANGE_WORDS.search(gap) is not None


def _sided(text: str, group: Group, gap: str, bound: Bound, state: State) -> Bound:
    """A plain quantity whose side is told elsewhere: "> ASA 2", "minimum pain score of 5", "increases to 80 g/L"."""
    name = group.names[0]
    first = text[name.start : name.end].split(maxsplit=1)[0].lower()
    least = _AT_LEAST.search(text, max(0, group.start - 14), group.start)
    word = first if first in ("minimum", "maximum", "minimal", "maximal") else least["w"].lower() if least else ""
    comparator = comparator_for(state.scan, group.start) if not word else None
    if word:
        op = "ge" if word.startswith("min") else "le"
    elif comparator is not None and text[comparator.start : comparator.end].lower() in ("from", "within"):
        return bound
    elif comparator is not None and comparator.op in ("ge", "gt", "le", "lt") and bound.dimension is None:
        op = comparator.op
    elif re.search(r"\bto\s{1,2}(?:the\s)?$", gap):
        op = "ge" if UP.search(gap) else "le" if DOWN.search(gap) else ""
    else:
        return bound
    if not op:
        return bound
    value = bound.low
    if op[0] == "g":
        return bound._replace(low=value, low_inclusive=op == "ge", high=None, how="compared")
    return bound._replace(low=None, high=value, high_inclusive=op == "le", how="compared")


def _stated(state: State, bound: Bound, group: Group, gap: str, fits: bool) -> bool:
    """Whether a quantity without a readable comparator is meant as a bound."""
    if not fits or len(gap) > 40 or not gap_words(gap, 0):
        return False
    if bound.how == "plain" and bound.unit is None and state.scan.text[bound.start].isalpha() and len(gap.strip()) > 6:
        return False
    if bound.how == "lost" or bound.how == "equal":
        return True
    section = state.scan.section_at(bound.start)
    changed = _change(gap, state.scan.text, bound.end) or change_before(state.scan.text, group, bound, 0)
    if section is not None and section.kind in _PLAIN_SECTIONS and bound.reference != "ULN" and not changed:
        return False
    score = group.names[-1].measure is not None and group.names[-1].measure.kind == "score"
    if bound.dimension is None and bound.reference is None and not (score and len(gap.strip()) <= 12):
        return False
    if bound.dimension == "time" or (gap.strip().startswith((",", ")")) and bound.reference is None):
        return False
    return not re.search(r"\b(?:mean|median|average|within|day|was|were)\b", gap)


def _change(gap: str, text: str, end: int) -> str | None:
    """The direction of a change that the words between or before state; None for a level ("reduced to below 30")."""
    if re.search(r"\b(?:to|below|under|above)\s{0,2}(?:the\s)?$", gap, re.IGNORECASE) and not BASELINE.match(text, end):
        return None
    direction = "decrease" if DOWN.search(gap) else "increase" if UP.search(gap) else None
    if direction and not (
        re.search(r"\b(?:by|of|at least|from baseline|than)\s{0,2}$", gap, re.IGNORECASE)
        or not gap.strip(" ,(:")
        or BASELINE.match(text, end)
        or gap.strip().lower().endswith(("d", "e", "es", "s"))
    ):
        return None
    return direction


_NAMED = re.compile(r"\b[A-Z][a-z]{3,20}\s?$")  # "and Plantarflexion": a measure of its own


def continued(state: State, bound: Bound, last: Mention) -> Mention | None:
    """A further bound of the measure before: "(≤ 5 × ULN if liver metastases are present)"."""
    text = state.scan.text
    gap = text[last.end : bound.start]
    if len(gap) > 70 or STOP.search(gap) or not _CONTINUES.match(gap) or _NAMED.search(gap):
        return None
    if NOUN_BEHIND.match(text, bound.end) or any(word.lower() in words("head") for word in TOKEN.findall(gap)):
        return None
    parts: Parts = last.parts
    group = Group(last.start, last.end, parts.names, parts.logic)
    same = bound.dimension == parts.bound.dimension and bound.reference == parts.bound.reference
    if not (
        (same and (bound.dimension or bound.reference))
        or (fits_bound(bound, group) and bound.dimension not in (None, "fraction", "time", "length"))
        or (
            bound.reference == "predicted"
            and fits_bound(bound, group)
            and gap.strip(" ,(") in ("or", "and/or", "and", "")
        )
    ):
        return None
    i = bisect_left(state.starts, last.end)
    if i < len(state.starts) and state.starts[i] < bound.start:
        return None
    return make(
        bound.start,
        bound.end,
        Group(bound.start, bound.start, parts.names, parts.logic),
        bound,
        (parts.change if same else None) or (_change(gap, text, bound.end) if len(gap) > 8 else None),
        "lab.continued",
    )
