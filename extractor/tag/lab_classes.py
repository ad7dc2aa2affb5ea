"""Scores whose values are classes: "NYHA class III-IV", "Child-Pugh B or C", "ECOG 0, 1 or 2"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractor.scan import Scan, read_comparator
from extractor.tag.lab_vocab import Hit


class ClassBound(NamedTuple):
    """Classes over text[start:end] beside a score's name; ends are numbers (roman ones read) or letters.

    at: where the name starts, for a bare "class"; scored: the name is what stands before the word "score".
    """

    start: int
    end: int
    low: float | str | None
    low_inclusive: bool
    high: float | str | None
    high_inclusive: bool
    at: int = 0
    scored: bool = False


_WORDS = {"zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0}
_ROMAN = {"i": 1.0, "ii": 2.0, "iii": 3.0, "iv": 4.0, "v": 5.0, "vi": 6.0}
_BEFORE = re.compile(
    r"\s{0,2}(?:[(\[](?!defined|score|class|grade)[^()\[\]\n]{0,50}[)\]]\s{0,2})?(?:(?:functional|functionally|defined|class(?:es|ification)?|"
    r"grad(?:es?|ing)|stag(?:es?|ing)|types?|levels?|categor(?:y|ies)|status|score|scale|physical|heart|"
    r"failure|"
    r"performance|criteria|scores|system|symptoms|is|are|of|in|as|with|at|[=:,(-])\s{0,2}){0,6}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s{0,2}(?:the\s)?(?:(?:functional|class(?:es)?|grades?|stages?|types?|levels?|category|score|than|a|"
    r"of)\s{0,2}){0,3}",
    re.IGNORECASE,
)
_VALUE = (
    r"(?:(?:class|grade|stage|type|level|category)\s{0,2})?"
    r"(?:(?P<%s>zero|one|two|three|four|VI|IV|V|I{1,3}|vi|iv|v|i{1,3}|[0-9](?:\.5)?|[A-E])(?![A-Za-z0-9])(?!\.[0-9])"
    r"|(?P<%s>VI|IV|V|I{1,3}|[0-9])(?=[a-cA-C](?![A-Za-z0-9])))[a-cA-C]?"
)
_FIRST = re.compile(_VALUE % ("v", "w"))
_MORE = re.compile(
    r"(?:\s{0,2}[\"“][^\"“”\n]{1,30}[\"”])?\s{0,2}(?P<s>-{1,2}|–|—|~|to|through|,\s{0,2}(?:and|or|and/or)|,|/|and/or|or|and|&)\s{0,2}"
    + _VALUE % ("v", "w"),
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s{0,2}\(?(?:(?:or|and)\s{1,2}(?:(?P<ge>greater|higher|more|above|worse|over)|(?P<le>less|lower|below|"
    r"better|under))\b)(?:\s{1,2}than(?![a-z]))?"
)
_UNITS = re.compile(r"\s{0,2}(?:%|x\s?ULN|×|x\s?10|mg|g/|mm|cm|/|weeks?|days?|months?|years?|points?|hours?)")
LETTERED = frozenset({"child_pugh", "asia"})
CLASSED = frozenset({"{class}", "{grade}", "{stage}", "{category}", "{type}", "{level}"})


def _value(match: re.Match[str]) -> float | str:
    found = match["v"] or match["w"]
    if found.lower() in _WORDS:
        return _WORDS[found.lower()]
    if found.lower() in _ROMAN:
        return _ROMAN[found.lower()]
    return float(found) if found[0].isdigit() else found


_CLASS_BEFORE = re.compile(
    r"(?<![A-Za-z])(?:functional\s)?(?:class(?:es)?|grades?|stage)\s{1,2}(?P<x>[^\n.;]{1,24}?)\s{0,2},?\s?\(?"
    r"(?:(?:according\sto|based\son|as\sdefined\sby|defined\sby|of|in|by|per|on|using)\s(?:the\s)?)?$",
    re.IGNORECASE,
)
_LUPUS = re.compile(r"\s{0,2}[(]?(?:LN\b|[Ll]upus|[Nn]ephritis|[Gg]lioma|[Aa]strocytoma)")
_BARE = re.compile(r"class(?:es)?\s{1,2}(?=[iv])")
_HEART = re.compile(
    r"\s{0,2}(?:\(?(?:functional|nyha|chf|new york heart association|dyspnea|angina)|"
    r"(?:[a-z-]{1,14}\s){0,2}(?:heart|cardiac)\s(?:failure|insufficiency|disease))",
    re.IGNORECASE,
)
_SCORED = re.compile(
    r"(?P<n>scores?)\s(?:of|is|was|were|=|equal to)\s?(?P<a>[0-9]{1,2})\s?(?:points?\s)?"
    r"(?<!,)(?:or)\s?(?P<b>[0-9]{1,2})(?![0-9.%/]|\s?,\s?[0-9])"
)


def _ends(values: list[float | str]) -> tuple[float | str, float | str]:
    ordered = sorted(values, key=lambda v: (isinstance(v, str), v))
    return ordered[0], ordered[-1]


def _series(text: str, at: int) -> tuple[list[float | str], int] | None:
    """The classes that start at `at`, and their end."""
    match = _FIRST.match(text, at)
    if match is None:
        return None
    values, end = [_value(match)], match.end()
    while len(values) < 6 and (more := _MORE.match(text, end)):
        values.append(_value(more))
        end = more.end()
    return values, end


def classes_before(text: str, hit: Hit) -> ClassBound | None:
    """Classes in front of the name: "grade III or above according to the NYHA", "class B in Child-Pugh"."""
    if hit.measure.ucum not in CLASSED:
        return None
    match = _CLASS_BEFORE.search(text, max(0, hit.start - 60), hit.start)
    found = _series(text, match.start("x")) if match else None
    if match is None or found is None:
        return None
    values, end = found
    behind = _BEHIND.match(text, end)
    if (behind.end() if behind else end) != match.end("x"):
        return None
    low, high = _ends(values)
    if any(isinstance(v, str) for v in values) and hit.measure.id not in LETTERED:
        return None
    if behind:
        up = behind["ge"] is not None
        return ClassBound(match.start(), hit.end, low if up else None, up, None if up else high, not up)
    return ClassBound(match.start(), hit.end, low, True, high, True)


def bare_classes(scan: Scan) -> Iterator[tuple[int, ClassBound]]:
    """Classes without a known name: "class III/IV heart failure", "endoscopic sub-score of 2 or 3"; the name's end first."""
    text, lower = scan.text, scan.lower
    for match in _BARE.finditer(lower):
        found = _series(text, match.end())
        if found is None or lower[match.start() - 1 : match.start()].isalpha() or not _HEART.match(text, found[1]):
            continue
        low, high = _ends(found[0])
        name_end = match.end() - 1
        yield name_end, ClassBound(match.end(), found[1], low, True, high, True, match.start())
    for match in _SCORED.finditer(lower):
        low, high = sorted((float(match["a"]), float(match["b"])))
        yield match.end("n"), ClassBound(match.start("a"), match.end(), low, True, high, True, 0, True)


def read_classes(scan: Scan, hit: Hit) -> ClassBound | None:
    """The classes that follow `hit`; None where plain numbers follow (they are read as bounds) or nothing does."""
    text = scan.text
    classed = hit.measure.ucum in CLASSED
    before = _BEFORE.match(text, hit.end)
    at = before.end() if before else hit.end
    comparator = read_comparator(text, at)
    if comparator and comparator.op != "lost":
        between = _BETWEEN.match(text, comparator.end)
        at = between.end() if between else comparator.end
    match = _FIRST.match(text, at)
    if match is None:
        return None
    values: list[float | str] = [_value(match)]
    end, separators = match.end(), set()
    while len(values) < 6:
        more = _MORE.match(text, end)
        if more is None:
            break
        values.append(_value(more))
        separators.add(more["s"].strip(" ,").lower())
        end = more.end()
    if hit.measure.id == "nyha" and (any(v in (5.0, 6.0) for v in values) or _LUPUS.match(text, end)):
        return None
    lettered = any(isinstance(v, str) for v in values)
    digits = (match["v"] or match["w"])[0].isdigit() or match["v"] in _WORDS
    if lettered and (hit.measure.id not in LETTERED or not all(isinstance(v, str) for v in values)):
        return None
    if digits and ((not classed and not separators & {"", "or", "and", "/", "and/or"}) or _UNITS.match(text, end)):
        return None
    if (not classed and not digits and not lettered) or (digits and comparator and not classed):
        return None
    if comparator is None:
        before_name = scan.comparator_before(hit.start)
        if before_name is not None and before_name.op in ("ge", "gt", "le", "lt"):
            comparator = before_name
    behind = _BEHIND.match(text, end)
    start = comparator.start if comparator else match.start()
    low, high = _ends(values)
    if len(values) == 1 and ((comparator and comparator.op in ("ge", "gt", "le", "lt")) or behind):
        op = (
            comparator.op
            if comparator and comparator.op in ("ge", "gt", "le", "lt")
            else "ge"
            if behind and behind["ge"]
            else "le"
        )
        end = behind.end() if behind else end
        if op[0] == "g":
            return ClassBound(start, end, low, op == "ge", None, False)
        return ClassBound(start, end, None, False, high, op == "le")
    return ClassBound(start, end, low, True, high, True)
