"""Quantities of bounds: a number with power, unit and reference, read as written ("1.5 × 10^9/L" is 1.5 of 10*9/L)."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Scan, read_unit
from extractor.tag.lab_vocab import pattern, reference_patterns


class Quantity(NamedTuple):
    """A number as a bound over text[start:end]. `unit` is UCUM, `dimension` its dimension without powers ("1/volume").

    reference: "ULN", "LLN", "baseline", "predicted", "normal" or None. `following`: the number after it.
    """

    start: int
    end: int
    value: float
    unit: str | None
    dimension: str | None
    reference: str | None
    following: int
    counted: tuple[int, int] | None = None  # the words for what is counted ("200 T cells/µL")


_KILO = re.compile(r"(?:[ ]?|\n[ ]{1,24})(?:K|k|thousand|[x×*][ ]?1,?000)(?=[ ]?(?:/|per\b|cells\b)|[ ]?[µu][lL]\b)")
_GIGA = re.compile(r"[ ]?(?P<g>G|Giga|giga|T|Tera)[ ]?/[ ]?(?P<l>[lL])(?![A-Za-z])")
_TIMES = re.compile(
    r"(?:[ ]?\n[ ]{2,24}|[ \n]{0,3})-?[ ]{0,2}(?:x|×|\*|\?|times|time|folds?|[x×][ ]?times)?(?:[ ]?\n[ ]{2,24}|[ \n]{0,3})"
    r"(?:(?:of|above|over|"
    r"(?:higher|greater|more|less|lower)[ ]than|the)[ ]){0,2}(?:that[ ]of[ ])?",
    re.IGNORECASE,
)
_FACTOR_BEHIND = re.compile(r"[ ]{0,2}(?:[x×*]|times)[ ]{0,2}", re.IGNORECASE)
# "higher than the ULN 3 times", "above the upper limit by more than 2-fold"
_BY = re.compile(
    r"[ ]{1,2}(?:by[ ]{1,2})?(?:(?:more[ ]than|at[ ]least|over|or[ ]more|[>≥])[ ]{0,2})?(?=[0-9a-z])", re.IGNORECASE
)
_TIMES_AFTER = re.compile(
    r"[ -]{0,2}(?:times|folds?)(?![A-Za-z])(?![ ]{1,2}(?:an?|per|each|within|during|daily|weekly|in[ ](?:an?|the|one))[ ])",
    re.IGNORECASE,
)
_LISTED = re.compile(r",[0-9]{1,2}[-–~][0-9]{1,3},(?:[<>≤≥]|[0-9]{1,3}[-–~])")  # "≤5,6-8,9-11": a list of ranges
_COUNTED = re.compile(
    r"[ ]?(?P<w>(?:[A-Za-z0-9+-]{1,16}[ ]){0,2}(?:cells?|leu[ck]ocytes|platelets|neutrophils|lymphocytes|"
    r"granulocytes|PMNs?|WBCs?|RBCs?|parasites|eosinophils|blasts|thrombocytes))(?=[ ]?(?:/|per\b))",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r",([0-9]{1,2})(?![0-9,])")
_MISGROUPED = re.compile(r",([0-9]{4,6})(?![0-9,])")
_LOST_TIMES = re.compile(r"[ ]?[?\ufffd][ ]?10\^([0-9]{1,2})(?![0-9])")  # "0.5 ? 10^9/L"
_ENDS = frozenset({",", ";", ".", ")", "]", "<", ">", "≥", "≤", "="})
_SIGNS = frozenset("<>≤≥")
_TITER = re.compile(r":[ ]?([1-9][0-9]{1,5})(?![0-9:])")
_FLAT_POWER = re.compile(r"[ ]?[*x×][ ]?1\.?0[ ]?\^?([0-9]{1,2})(?=[ ]?/[ ]?[lL]\b)")
_OUT_OF = re.compile(r"[ ]?/[ ]?(?:10|100|5|3|4|6|15|28|30)(?![0-9./])")
_SIGN = re.compile(r"(?:[<>≤≥=(]|\b(?:than|to|of|and|from|between|below|above))[ ]?[-−–]$")
_DEGREES = re.compile(r"[ -]?(?:degrees?\b|°)(?P<c>[ ]{0,2}\(?[Cc]\b\)?)?", re.IGNORECASE)


def _unit(scan: Scan, at: int) -> tuple[int, str, str] | None:
    """End, UCUM and dimension of the unit at `at`; words for what is counted fall away."""
    text = scan.text
    unit = read_unit(text, at)
    if unit is None and text[at : at + 1] == "-":
        unit = read_unit(text, at + 1)  # "24-week", "60-mm"
        unit = unit if unit is not None and unit.start == at + 1 and unit.dimension in ("time", "length") else None
    if unit is None:
        degrees = _DEGREES.match(text, at)
        if degrees:
            return (degrees.end(), "Cel", "temperature") if degrees["c"] else (degrees.end(), "deg", "angle")
        return None
    ucum, dimension = unit.ucum, unit.dimension
    if ucum.startswith("{cells}/"):
        ucum, dimension = ucum[7:], "1" + dimension[5:]
    return unit.end, ucum, dimension


def read_quantity(scan: Scan, index: int, limits: bool = True) -> Quantity:
    """The quantity whose number is scan.numbers[index]; `limits`: also a multiple of a limit ("2.5 × ULN")."""
    text, number = scan.text, scan.numbers[index]
    start, end, value, power = number.start, number.end, number.value, ""
    if number.exponent is not None:
        value, power = number.mantissa, f"10*{number.exponent}"
    elif number.scale and number.scale[0] == "1":
        value, power = number.mantissa, f"10*{number.scale.replace(',', '').count('0')}"
    elif number.scale in ("thousand", "thousands", "k"):
        value, power = number.mantissa, "10*3"
    after = text[end : end + 1]
    following = index + 1
    comma = None
    if after == "," and number.form == "digits" and not _listed(text, start, end):
        comma = _DECIMAL.match(text, end) or _MISGROUPED.match(text, end)
    if comma and len(comma[1]) > 2:
        value, end = float(f"{int(value)}{comma[1]}"), comma.end()
    elif comma and value == int(value):
        value, end = float(f"{int(value)}.{comma[1]}"), comma.end()
    if text[start - 1 : start] in ("-", "−", "–") and start > 1 and _SIGN.search(text, max(0, start - 12), start):
        start, value = start - 1, -value
    flat = (_FLAT_POWER.match(text, end) or _LOST_TIMES.match(text, end)) if not power and after else None
    if flat:
        power, end = f"10*{int(flat[1])}", flat.end()
    # a mark right behind the number: neither unit nor reference follows
    after = text[end : end + 1]
    if after == " " and text[end + 1 : end + 2] in _SIGNS:
        after = text[end + 1]
    if not power and after in _ENDS and (after != "." or not text[end + 1 : end + 2].isalpha()):
        while following < len(scan.numbers) and scan.numbers[following].start < end:
            following += 1
        return Quantity(start, end, value, None, None, None, following)
    titer = _TITER.match(text, end) if after == ":" and value == 1 else None
    if titer:  # "1:80"
        return Quantity(start, titer.end(), float(titer[1]), "{titer}", "arbitrary", None, following + 1)
    while following < len(scan.numbers) and scan.numbers[following].start < end:
        following += 1
    if limits and not power and after:
        found = _limit(scan, end, value)
        if found:
            return Quantity(start, found[0], value, None, None, found[1], following)
    if not power and after:
        giga = _GIGA.match(text, end)
        if giga:
            return Quantity(
                start, giga.end(), value, "10*9/L" if giga["g"][0] in "Gg" else "10*12/L", "1/volume", None, following
            )
        kilo = _KILO.match(text, end)
        if kilo:
            power, end = "10*3", kilo.end()
    unit = _unit(scan, end)
    counted = None
    if unit is None or unit[1] == "{cells}":
        word = _COUNTED.match(text, end)
        per = _unit(scan, word.end()) if word else None
        if word and per and per[1].startswith("/"):
            unit, counted = per, word.span("w")
    if unit is None:
        out_of = _OUT_OF.match(text, end) if not power and value <= 100 else None
        return Quantity(
            start, out_of.end() if out_of else end, value, power or None, None, None, following + (1 if out_of else 0)
        )
    end, ucum, dimension = unit
    if power:
        ucum = f"{power}{ucum}" if ucum.startswith("/") else f"{power}.{ucum}" if ucum != "{cells}" else power
    reference = None
    if dimension == "fraction" or dimension == "angle":
        for name, behind in reference_patterns():
            match = behind.match(text, end)
            if match and match.end() > end:
                reference, end = name, match.end()
                break
        else:
            limit = _limit(scan, end, value)
            if limit:
                end, reference = limit
    numbers = scan.numbers
    while following < len(numbers) and numbers[following].start < end:
        following += 1
    return Quantity(start, end, value, ucum, dimension, reference, following, counted)


def _listed(text: str, start: int, end: int) -> bool:
    """Whether the comma at `end` parts ranges in a list: "≤5,6-8,9-11"."""
    match = _DECIMAL.match(text, end)
    if match is None:
        return False
    ranged = text[start - 1 : start] in ("-", "–", "~") and text[start - 2 : start - 1].isdigit()
    return (ranged and text[match.end() : match.end() + 1] in ("-", "–", "~")) or _LISTED.match(text, end) is not None


def _limit(scan: Scan, at: int, value: float) -> tuple[int, str] | None:
    """End and name of the limit that a factor ending at `at` multiplies."""
    text = scan.text
    times = _TIMES.match(text, at)
    place = times.end() if times else at
    opened = times is not None and bool(times.group().strip()) and text[place : place + 1] == "("
    place += opened  # "2.5 × (upper limit of normal)"
    following = text[place : place + 1]
    if not following.isalpha():
        return None
    named = times is not None and bool(times.group().strip())
    for name, key in (("upper", "ULN"), ("lower", "LLN"), ("normal", "ULN"), ("control", "control")):
        match = pattern(name).match(text, place)
        if match and (named or name in ("upper", "lower")):
            end = match.end()
            if opened and text[end : end + 1] != ")":
                return None
            end += opened
            abbreviation = re.compile(r"[ \n]{0,2}\((?:the )?(?:I?ULN|LLN|UNL)s?\)(?:[ ]{1,2}range)?").match(text, end)
            return (abbreviation.end() if abbreviation else end), key
    return None


def limit_factor(scan: Scan, end: int) -> tuple[float, int, int] | None:
    """A factor behind a limit ("ULN × 2.5"): value, end, next number."""
    match = _FACTOR_BEHIND.match(scan.text, end)
    if match:
        index = scan.number_at(match.end())
        if index is not None:
            return scan.numbers[index].value, scan.numbers[index].end, index + 1
    match = _BY.match(scan.text, end)
    index = scan.number_at(match.end()) if match else None
    times = _TIMES_AFTER.match(scan.text, scan.numbers[index].end) if index is not None else None
    if index is not None and times:
        return scan.numbers[index].value, times.end(), index + 1
    return None
