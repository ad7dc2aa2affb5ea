"""Numbers as registries write them, over the repaired text: digits, powers of ten, E notation, scale words, number words."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.vocab import load_table


class Number(NamedTuple):
    """One number. `value` == mantissa × 10**exponent × scale; exponent is None where no power of ten is written."""

    start: int
    end: int
    value: float
    mantissa: float
    exponent: int | None
    scale: str | None
    form: str  # "digits", "power" (1 × 10^6, 10^6, 1e6), "scaled" (5 million), "words" (two)


TIMES = "[x×X*∙·⋅•]"
_DIGITS = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}(?![0-9])(?:\.[0-9]{1,6})?|[0-9]{1,15}(?:\.[0-9]{1,9})?|(?<![0-9])\.[0-9]{1,9})"
)


@cache
def _words() -> tuple[dict[str, float], dict[str, float]]:
    """(small and hundred words, scale words) -> value, from number_words.csv."""
    units: dict[str, float] = {}
    scales: dict[str, float] = {}
    for row in load_table(
        "number_words.csv", ["word", "value", "kind"], unique=["word"], required=["word", "value", "kind"]
    ):
        for word in row.many("word"):
            (scales if row["kind"] == "scale" else units)[word] = float(row["value"])
    return units, scales


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    units, scales = _words()
    scale = "|".join(sorted((w for w in scales if len(w) > 1), key=len, reverse=True))
    # one-letter scales need a word for cells behind them: 50M cells, 5 m MSC
    short = "|".join(w for w in scales if len(w) == 1)
    cells = r"(?=[ -]?(?:[A-Za-z+-]{1,12}[ ]){0,2}(?:[Cc]ells?|MSCs?|[A-Za-z-]{0,12}MSCs?|CAR)\b)"
    digits = re.compile(
        rf"(?<![0-9])(?P<m>[13]/[234](?=[ ](?:million|billion))|{_DIGITS})(?![0-9])"
        rf"(?:[ ]?{TIMES}[ ]?(?P<p>10)\^(?P<e>[-+]?[0-9]{{1,2}})(?![0-9])"
        rf"|(?<=(?<![0-9.,])10)\^(?P<e2>[-+]?[0-9]{{1,2}})(?![0-9])"
        rf"|[ ](?P<p3>10)\^(?P<e3>[0-9]{{1,2}})(?![0-9])"
        rf"|[eE](?P<e4>[+-]?[0-9]{{1,2}})(?![0-9A-Za-z])"
        rf"|[ -]?(?:(?P<h>hundred)[ ])?(?P<s>(?i:{scale}))(?![A-Za-z])"
        rf"(?:(?<=[mM]io)\.|(?<=[mM]ln)\.|(?<=[mM]ill)\.)?(?:[ ](?P<s2>(?i:{scale}))(?![A-Za-z]))?"
        rf"|[ ]?{TIMES}[ ]?(?P<f>1(?:0{{3,12}}|(?:,000){{1,4}}))(?![0-9,.])"
        rf"|(?P<s1>(?i:[{short}]))(?![A-Za-z]){cells})?"
    )
    word = "|".join(sorted(units, key=len, reverse=True))
    any_word = f"{word}|{scale}"
    words = re.compile(
        rf"(?i)(?<![A-Za-z0-9-])(?:(?:{word})(?:(?:[ -]and[ ]|[ -])(?:{any_word})){{0,6}}|(?:a|half a)[ ](?:{scale}))(?![A-Za-z])"
    )
    return digits, words


def _digits_number(match: re.Match[str], scales: dict[str, float]) -> Number | None:
    mantissa_text = match["m"].replace(",", "")
    if match.lastgroup == "m" and "/" not in mantissa_text:
        mantissa = float(mantissa_text)
        return Number(match.start(), match.end(), mantissa, mantissa, None, None, "digits")
    if "/" in mantissa_text:  # 1/2 million
        over, under = mantissa_text.split("/")
        mantissa_text = repr(int(over) / int(under))
    mantissa = float(mantissa_text)
    exponent = match["e"] or match["e3"] or match["e4"]
    start, end = match.span()
    if match["e2"] is not None:  # 10^6 alone; 2^6 is no power of ten, m^2 no number
        return Number(start, end, float(f"1e{int(match['e2'])}"), 1.0, int(match["e2"]), None, "power")
    if exponent is not None:
        return Number(start, end, float(f"{mantissa_text}e{int(exponent)}"), mantissa, int(exponent), None, "power")
    if match["f"]:
        factor = float(match["f"].replace(",", ""))
        return Number(start, end, _times(mantissa_text, factor), mantissa, None, match["f"], "scaled")
    scale = (match["s"] or match["s1"] or "").lower() or None
    if scale is None:
        return Number(start, end, mantissa, mantissa, None, None, "digits")
    factor = scales[scale] * (scales[match["s2"].lower()] if match["s2"] else 1) * (100 if match["h"] else 1)
    return Number(start, end, _times(mantissa_text, factor), mantissa, None, scale, "scaled")


def _times(mantissa: str, factor: float) -> float:
    """mantissa × factor, exact in decimals where the factor is a power of ten."""
    exponent = len(str(int(factor))) - 1
    return float(f"{mantissa}e{exponent}") if factor == 10**exponent else float(mantissa) * factor


def read_words(text: str) -> float | None:
    """Value of an English number in words ("two hundred and fifty", "one million", "a million"); None if it is not one."""
    units, scales = _words()
    total, current, seen = 0.0, 0.0, False
    for word in re.split(r"[ -]+", text.lower()):
        if word == "and":
            continue
        if word in ("a", "an"):
            current, seen = current or 1.0, True
        elif word == "half":
            current, seen = 0.5, True
        elif word == "hundred":
            current = (current or 1) * 100
            seen = True
        elif word in units:
            current += units[word]
            seen = True
        elif word in scales:
            total += (current or 1) * scales[word]
            current, seen = 0.0, True
        else:
            return None
    return total + current if seen else None


def find_numbers(text: str) -> list[Number]:
    """All numbers of `text`, by start, disjoint."""
    digits, words = _patterns()
    _, scales = _words()
    out = [n for match in digits.finditer(text) if (n := _digits_number(match, scales)) is not None]
    found = []
    for match in words.finditer(text):
        value = read_words(match.group())
        if value is not None:
            found.append(Number(match.start(), match.end(), value, value, None, None, "words"))
    if found:
        out = sorted(out + found)
    return out
