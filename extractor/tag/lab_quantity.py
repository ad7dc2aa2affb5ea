"""Quantities of bounds: a number with power, unit and reference, read as written ("1.5 × 10^9/L" is 1.5 of 10*9/L)."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Scan, read_unit
from extractor.tag.lab_vocab import pattern, reference_patterns


class Quantity(NamedTuple):
    """A number as a bound over text[start:end]. `unit` is UCUM, `dimension` its dimension with powers left out ("1/volume").

    reference: "ULN", "LLN", "baseline", "predicted", "normal" or None. `index`: the number after it.
    """

    start: int
    end: int
    value: float
    unit: str | None
    dimension: str | None
    reference: str | None
    index: int


_KILO = re.compile(r"[ ]?(?:K|k|thousand|[x×*][ ]?1,?000)(?=[ ]?(?:/|per\b|cells\b)|[ ]?[µu][lL]\b)")
_GIGA = re.compile(r"[ ]?(?P<g>G|Giga|giga|T|Tera)[ ]?/[ ]?(?P<l>[lL])(?![A-Za-z])")
_TIMES = re.compile(r"[ \n]{0,3}-?[ ]{0,2}(?:x|×|\*|times|time|folds?|[x×][ ]?times)?[ \n]{0,3}(?:(?:of|above|over|higher than|greater than|the)[ ])?", re.IGNORECASE)
_FACTOR_BEHIND = re.compile(r"[ ]{0,2}(?:[x×*]|times)[ ]{0,2}", re.IGNORECASE)
_UNIT_WORD = re.compile(r"[ ]?(?:cells?|copies|leu[ck]ocytes|platelets|neutrophils)(?=[ ]?(?:/|per\b))", re.IGNORECASE)
_DEGREES = re.compile(r"[ -]?(?:degrees?\b|°)(?P<c>[ ]{0,2}\(?[Cc]\b\)?)?", re.IGNORECASE)
_EXTRA = {"/": "1"}


def _unit(scan: Scan, at: int) -> tuple[int, str, str] | None:
    """End, UCUM and dimension of the unit at `at`; words for what is counted fall away."""
    text = scan.text
    unit = read_unit(text, at)
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
    if limits and not power and after:
        found = _limit(scan, end, value)
        if found:
            return Quantity(start, found[0], value, None, None, found[1], index + 1)
    if not power and after:
        giga = _GIGA.match(text, end)
        if giga:
            return Quantity(start, giga.end(), value, "10*9/L" if giga["g"][0] in "Gg" else "10*12/L", "1/volume", None, index + 1)
        kilo = _KILO.match(text, end)
        if kilo:
            power, end = "10*3", kilo.end()
    unit = _unit(scan, end)
    if unit is None and power:
        word = _UNIT_WORD.match(text, end)
        unit = _unit(scan, word.end()) if word else None
    if unit is None:
        return Quantity(start, end, value, power or None, None, None, index + 1)
    end, ucum, dimension = unit
    if power:
        ucum = f"{power}{ucum}" if ucum.startswith("/") else f"{power}.{ucum}" if ucum != "{cells}" else power
    reference = None
    following = index + 1
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
    return Quantity(start, end, value, ucum, dimension, reference, following)


def _limit(scan: Scan, at: int, value: float) -> tuple[int, str] | None:
    """End and name of the limit that a factor ending at `at` multiplies."""
    text = scan.text
    times = _TIMES.match(text, at)
    place = times.end() if times else at
    following = text[place : place + 1]
    if not following.isalpha():
        return None
    named = times is not None and bool(times.group().strip())
    for name, key in (("upper", "ULN"), ("lower", "LLN"), ("normal", "ULN")):
        match = pattern(name).match(text, place)
        if match and (named or name != "normal"):
            end = match.end()
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
    return None
