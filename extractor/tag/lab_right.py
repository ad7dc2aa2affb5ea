"""Bounds whose measure follows them, and measures that no vocabulary knows."""

from __future__ import annotations

import re
from bisect import bisect_left

from extractor.scan import read_comparator
from extractor.spans import Mention
from extractor.tag.lab_bounds import Bound, behind_at, sides
from extractor.tag.lab_names import Group, Name, looks_measured, name_after, name_before, widen
from extractor.tag.lab_state import (
    COUNTED_BEHIND,
    DOWN,
    GRADED,
    NOUN_BEHIND,
    RUNS,
    UP,
    State,
    change_before,
    close,
    finish,
    fits_bound,
    make,
    new_phrase,
)
from extractor.tag.lab_vocab import words

# dimensions of which a bound is one without a doubt
_GENERIC = frozenset(
    [
        "mass/volume",
        "substance/volume",
        "arbitrary/volume",
        "catalytic/volume",
        "1/volume",
        "count/volume",
        "charge/volume",
        "fraction",
        "length",
        "area",
        "pressure",
        "temperature",
        "rate",
        "mass/area",
        "volume/time",
        "volume/time/area",
        "angle",
        "optics",
        "count",
        "mass/mass",
        "substance/substance",
        "mass/substance",
        "level",
        "volume/mass/time",
        "arbitrary",
        "score",
        "length/time",
        "ratio",
        "field",
        "count/field",
        "resistance",
    ]
)
_RIGHT = re.compile(
    r"['’]?\s{0,2}(?:in|of|on|for)?\s{0,2}(?:(?:the|a|an|their|maximum|maximal|greatest|largest|longest|"
    r"total|baseline|any|mean|peak|serum)\s{1,2}){0,2}",
    re.IGNORECASE,
)
_CHANGE_BEHIND = re.compile(
    r"[ ]{0,2}(?:or (?:more|greater)\s)?(?:(?:relative|absolute|sustained|confirmed|degrees?|points?|grade|"
    r"a|an|of)\s){0,2}",
    re.IGNORECASE,
)
_CHANGE_OF = re.compile(
    r"[ ]{0,2}(?:\([^()]{0,30}\)\s)?(?:from baseline\s)?(?:in|of)\s{1,2}(?:(?:the|their|his|a)\s)?", re.IGNORECASE
)
_CHANGE_BEFORE = re.compile(r"(?P<c>[A-Za-z]{4,14})(?:\s\([A-Za-z ]{1,24}\))?\s(?:of|by)\s(?:a\s)?$")
_DEGREE_IN = re.compile(r"\s(?:(?:points?|units?)\s)?(?:in|of|on)\s(?:the\s)?", re.IGNORECASE)
_SCORE_AT = re.compile(r"\s(?=[A-Z])")
_POINTS = re.compile(r"\s(?:score\s)?points?\b")
_ON = re.compile(
    r"(?:\s(?:points?|score|or (?:more|greater|higher)))?\s(?:on|in|by|of|for|at)\s(?:the\s|"
    r"a\s)?(?:total\s)?",
    re.IGNORECASE,
)
_OF_SCORE = re.compile(r"(?:(?:[A-Z]{2}|[Ii]ndex)\s(?:of|is|was|=)|[Ss]cores?(?:\s(?:of|is|was|=))?)\s?$")
# "TCSS score decreased by > 30%"
_VERB = re.compile(
    r"\s(?P<c>decreas(?:ed|es?)|reduced|declined|increas(?:ed|es?)|improve[ds]?|rises|rose)\sby\s$", re.IGNORECASE
)
_INSTRUMENT = re.compile(r"(?:scale|score|index|questionnaire|inventory|test)s?$", re.IGNORECASE)
_SCORE_OF = re.compile(r"(?:\b(?:total|minimum|maximum)\s)?\bscores?\s(?:of\s)?$", re.IGNORECASE)


def _name_at(state: State, at: int, slack: int = 1) -> tuple[Name, int] | None:
    """The name that starts within `slack` characters of `at`, and its place among the hits."""
    i = bisect_left(state.starts, at)
    if i >= len(state.hits):
        return None
    name = widen(state.scan.text, state.hits[i])
    between = state.scan.text[at : name.start]
    return (name, i) if name.start <= at + slack and "\n" not in between and "." not in between else None


def changed_right(state: State, bound: Bound, reach: int) -> Mention | None:
    """ "≥ 50% decline in eGFR", "increase of at least 1 point in EDSS score"."""
    text = state.scan.text
    if (
        bound.start < reach
        or bound.how not in ("compared", "behind", "range", "plain")
        or bound.reference not in (None, "baseline")
    ):
        return None
    match = _CHANGE_BEHIND.match(text, bound.end)
    place = match.end() if match else bound.end
    change, at, start = None, bound.end, bound.start
    for direction, found in (("decrease", DOWN.match(text, place)), ("increase", UP.match(text, place))):
        of = _CHANGE_OF.match(text, found.end()) if found else None
        if of:
            change, at = direction, of.end()
    if change is None:
        tail = text[max(0, bound.start - 6) : bound.start].lower()
        near = " of " in tail or " by " in tail
        before = _CHANGE_BEFORE.search(text, max(0, bound.start - 44), bound.start) if near else None
        of = _DEGREE_IN.match(text, bound.end) or (
            _SCORE_AT.match(text, bound.end) if before and bound.unit in (None, "%", "{points}") else None
        )
        if before and of:
            change = "decrease" if DOWN.fullmatch(before["c"]) else "increase" if UP.fullmatch(before["c"]) else None
            at, start = of.end(), before.start()
    if change is None or start < reach or (bound.how == "plain" and bound.unit is None) or bound.dimension == "time":
        return None
    found_name = _name_at(state, at, 24)
    name = found_name[0] if found_name else name_after(text, at) if bound.unit is not None else None
    if name is None:
        return None
    if bound.dimension == "angle" and name.measure is not None and "angle" not in name.measure.dimensions:
        bound = bound._replace(unit="{degree}", dimension=None)
    end = name.end
    points = _POINTS.match(text, end) if bound.unit is None else None
    if points:
        end, bound = points.end(), bound._replace(unit="{points}", dimension="score")
    return finish(text, start, end, Group(name.start, name.end, (name,), None), bound, change, "lab.change")


def counted_unit(state: State, bound: Bound, reach: int) -> Mention | None:
    """ "fewer than 200 T cells/µL": what is counted stands between number and unit."""
    if (
        bound.counted is None
        or bound.start < reach
        or bound.how == "plain"
        or bound.dimension not in ("1/volume", "1/area", "1/field")
    ):
        return None
    start, end = bound.counted
    i = bisect_left(state.starts, start)
    measure = state.hits[i].measure if i < len(state.hits) and state.starts[i] < end else None
    if measure is None and state.scan.text[start:end].lower() in ("cells", "cell"):
        return None
    return make(
        bound.start, bound.end, Group(start, end, (Name(start, end, measure),), None), bound, None, "lab.counted"
    )


def to_right(state: State, bound: Bound, reach: int) -> Mention | None:
    """ "more than 2 cm in diameter", "≥ 30 mL/min of eGFR", "> 20% blasts"."""
    text = state.scan.text
    if bound.start < reach or bound.reference is not None or (bound.how == "plain" and bound.dimension is None):
        return None
    match = _RIGHT.match(text, bound.end)
    found = _name_at(state, bound.end, (match.end() if match else bound.end) - bound.end + 1)
    if found is None:
        return None
    name, _ = found
    if bound.dimension is None and (name.measure is None or name.measure.ucum not in ("{joints}", "{lesions}")):
        return None
    end = name.end
    if bound.how == "plain":  # "1.5 mg/dL of creatinine or more"
        behind = behind_at(text, name.end)
        if behind is None or not isinstance(bound.low, float):
            return None
        low, low_in, high, high_in = sides("ge" if behind["ge"] else "le", bound.low)
        bound = bound._replace(low=low, low_inclusive=low_in, high=high, high_inclusive=high_in, how="behind")
        end = behind.end()
    group = Group(name.start, name.end, (name,), None)
    if not fits_bound(bound, group) or (
        bound.dimension == "time"
        and (name.measure is None or name.measure.id != "gestational_age" or bound.word == "within")
    ):
        return None
    after = read_comparator(text, name.end)
    if (after is not None and not text[after.start].isalpha()) or bound.word in ("within", "up to", "from"):
        return None
    return finish(text, bound.start, end, group, bound, None, "lab.right")


def score_right(state: State, bound: Bound, reach: int) -> Mention | None:
    """ "score of 24 or above on the MMSE", "≥ 22 on the MADRS"."""
    text = state.scan.text
    if (
        bound.how == "plain"
        or bound.start < reach
        or bound.dimension not in (None, "score", "count")
        or bound.reference is not None
    ):
        return None
    if bound.how == "range" and isinstance(bound.low, float) and bound.low <= 1:
        return None
    match = _ON.match(text, bound.end)
    found = _name_at(state, match.end(), 16) if match else None
    name = found[0] if found and found[0].measure is not None and found[0].measure.kind == "score" else None
    if name is None and match and bound.unit == "{points}":  # "less than 15 points on Norris bulbar scale"
        unknown = name_after(text, match.end())
        name = unknown if unknown and _INSTRUMENT.search(text[unknown.start : unknown.end]) else None
    if name is None:
        return None
    before = _SCORE_OF.search(text, max(reach, bound.start - 20), bound.start)
    after = read_comparator(text, name.end)
    if after is not None and not text[after.start].isalpha():
        return None
    start = before.start() if before else bound.start
    return make(start, name.end, Group(name.start, name.end, (name,), None), bound, None, "lab.score")


def unknown_measure(state: State, bound: Bound, reach: int) -> Mention | None:
    """A measure that no vocabulary knows, right before a bound that leaves no doubt."""
    text = state.scan.text
    if (
        bound.dimension is not None
        and bound.dimension not in _GENERIC
        and not (bound.unit in ("s", "ms") and bound.symbol)
    ):
        return None
    if (
        bound.how == "behind"
        and bound.dimension is None
        and not _OF_SCORE.search(text, max(0, bound.start - 12), bound.start)
    ):
        return None
    if (
        bound.word in ("over", "from", "within", "up to", "under", "minimum", "maximum", "below", "above")
        and bound.dimension is None
        and not _OF_SCORE.search(text, max(0, bound.start - 12), bound.start)
    ):
        return None
    if bound.unit is not None and bound.unit.startswith("10*") and "/" not in bound.unit:
        return None
    if (bound.unit is None and COUNTED_BEHIND.match(text, bound.end)) or state.scan.numbers[
        max(0, bound.following - 1)
    ].form == "words":
        return None
    if bound.how == "range" and isinstance(bound.low, float) and isinstance(bound.high, float):
        worded = text[bound.start].isalpha()
        if (bound.unit is None and (bound.low >= 1900 or (bound.low <= 1 and bound.high > 3))) or (
            bound.low <= 1 and (worded or bound.unit == "{points}")
        ):
            return None
    if bound.dimension == "mass/area" and bound.unit != "kg/m2":
        return None  # a dose
    verb = _VERB.search(text, max(reach, bound.start - 24), bound.start)
    at = verb.start() if verb else bound.start
    name = name_before(text, at, max(reach, at - 160))
    if name is not None and bound.how == "range" and bound.unit is None and RUNS.search(text, name.start, bound.end):
        return None
    if name is not None and bound.dimension is None and text[name.start : name.end].split()[-1].isdigit():
        return None
    if name is not None and new_phrase(text, name, bound):
        return None
    if name is None or name.end - name.start < 2 or not any(c.isalpha() for c in text[name.start : name.end]):
        return None
    i = bisect_left(state.ends, name.end)
    if (i < len(state.hits) and state.starts[i] < name.end) or GRADED.search(text, bound.start, bound.end):
        return None  # a known measure was turned down here
    if (
        bound.how == "range"
        and not bound.symbol
        and bound.dimension in (None, "count", "length", "fraction")
        and not looks_measured(text, name)
    ):
        return None
    if not bound.symbol and not looks_measured(text, name):
        return None
    if bound.dimension is None and bound.reference is None and not looks_measured(text, name):
        return None
    if bound.dimension == "fraction" and not bound.symbol and not looks_measured(text, name):
        return None
    headed = text[name.start : name.end].split()[-1].lower() in words("head")
    if bound.dimension is None and bound.reference is None and not headed and NOUN_BEHIND.match(text, bound.end):
        return None
    group = Group(name.start, name.end, (name,), None)
    change, start = change_before(text, group, bound, reach) or (None, name.start)
    if verb and change is None:
        change = "decrease" if DOWN.match(verb["c"]) else "increase"
    return finish(text, start, close(text, name.end, bound.start, bound.end), group, bound, change, "lab.unknown")
