"""Parts of a schedule, read at a place of the lower-cased text: a time, points, a frequency, interval or count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

from extractor.tag.schedule_counts import read_count
from extractor.tag.schedule_numbers import (
    ADVERBS,
    SIGNS,
    TO,
    Part,
    is_range,
    read_ends,
    read_unit_word,
    read_value,
    read_values,
)
from extractor.tag.schedule_patterns import anchors, counts, rates, times
from extractor.tag.schedule_words import Frequency, frequencies, number_words, words

__all__ = ["ENUMERATED", "Part", "read_one", "read_part"]


def _frequency(low: str, at: int) -> Part | None:
    """A frequency: "daily", "twice a week", "every 6 months", "q2w", "3 times weekly"."""
    if m := rates().multiplied.match(low, at):
        base, multiplies = frequencies()[" ".join(m[2].split())]
        if multiplies and m[1] not in ADVERBS and m.end(1) + 3 > m.start(2):  # "6 monthly", no "3 times monthly"
            if counts().given.match(low, at):  # "3 weekly infusions"
                return None
            return Part(m.start(), m.end(), "frequency", frequency=base._replace(period=read_value(m[1])))
        if multiplies:
            return Part(
                m.start(),
                m.end(),
                "frequency",
                frequency=base._replace(frequency=ADVERBS.get(m[1]) or read_value(m[1])),
            )
    if m := rates().per.match(low, at):
        number = ADVERBS.get(m[1].split()[0]) or read_values(m[1])[0]
        period, period_max = read_ends(m[2])
        unit = read_unit_word(m[3])
        if unit in ("s", "min") and period == 1:  # a rate of breath or pulse
            return None
        return Part(m.start(), m.end(), "frequency", frequency=Frequency(number, period, unit, None, period_max))
    if low[at].isdigit():
        return None
    if m := rates().code.match(low, at):
        return Part(m.start(), m.end(), "frequency", frequency=frequencies()[" ".join(m[0].split())][0])
    if m := rates().every.match(low, at):
        period, period_max = (2.0, None) if m["other"] else (3.0, None) if m["third"] else read_ends(m["n"])
        return Part(
            m.start(), m.end(), "frequency", frequency=Frequency(1.0, period, read_unit_word(m["u"]), None, period_max)
        )
    if low[at] == "q" and (m := rates().latin.match(low, at)):
        period, period_max = read_ends(m[1])
        return Part(
            m.start(), m.end(), "frequency", frequency=Frequency(1.0, period, read_unit_word(m[2]), None, period_max)
        )
    return None


def read_one(low: str, start: int, at: int) -> Part | None:
    """The unit at `at` behind an article or "first" at `start`: "(for) the first month"; None for other words."""
    m = times().unit.match(low, at)
    return Part(at, m.end(), "time", ((1.0, read_unit_word(m[0])),), article=True) if m else None


def _time(low: str, at: int) -> Part | None:
    """Amounts of time: "1, 3 and 6 months", "7-10 days", "half a year"; also intervals and ordinals ("15th day")."""
    if m := times().half.match(low, at):
        unit = read_unit_word(m[1])
        return Part(m.start(), m.end(), "time", ((6.0, "mo") if unit == "a" else (0.5, unit),))
    if low[at] == "a":
        m = times().one.match(low, at)
        return Part(m.start(), m.end(), "time", ((1.0, read_unit_word(m[1])),), article=True) if m else None
    m = times().quantity.match(low, at)
    if m is None:
        if m := times().ordinal.match(low, at):
            return Part(m.start(), m.end(), "point", tuple((n, read_unit_word(m[2])) for n in read_values(m[1])))
        return None
    numbers, unit = read_values(m[1]), read_unit_word(m[2] or m[3])
    span = is_range(m[1], numbers)
    values = tuple((n, unit) for n in numbers)
    if behind := rates().apart.match(low, m.end()):
        return Part(m.start(), behind.end(), "interval", values, span)
    if behind := rates().intervals_behind.match(low, m.end()):
        if "intervals" in behind[0] and span:
            return Part(
                m.start(), behind.end(), "frequency", frequency=Frequency(1.0, numbers[0], unit, None, numbers[1])
            )
        return Part(m.start(), behind.end(), "interval", values, span)
    return Part(m.start(), m.end(), "time", values, span)


_BEFORE_LETTER = re.compile(
    r"(?:\b(?:on|at|by|from|to|until|through|since|and|or|after|before|between|injections?|infusions?|"
    r"baseline|days?)[ \n]|"
    r"[,(;/–-][ ]?|\n|^)\Z"
)


def _points(low: str, at: int) -> Part | None:
    """Numbers behind their unit: "day 1, 14, 28", "weeks 4/8/12", "days -5 to -3", "d+100"."""
    m = times().label.match(low, at)
    if m is None:
        return None
    unit = words("label")[m[1]]
    first = times().point.match(low, m.end())
    if first is None or times().not_point.match(low, first.end()):
        return None
    if len(m[1]) == 1 and (first.start(1) != m.end() or not _BEFORE_LETTER.search(low, max(0, at - 12), at)):
        return None
    last = -read_value(first[2]) if first[1] and first[1] in SIGNS else read_value(first[2])
    pieces, end, total = [[last]], first.end(), 1
    while total < 40 and (m := times().next_point.match(low, end)):
        if times().not_point.match(low, m.end()) or (m[3] is None):
            break
        number = -read_value(m[3]) if m[2] and m[2] in SIGNS else read_value(m[3])
        label = _label_between(low[m.end(1) : m.start(3)])
        if label is not None and label != unit:
            break
        if number <= last:
            break
        if not TO.match(m[1].strip()):
            pieces.append([number])
        elif len(pieces[-1]) == 1:
            pieces[-1].append(number)
        else:
            break
        last, end, total = number, m.end(), total + 1
    values = tuple((n, unit) for n in _flat(pieces))
    return Part(at, end, "point", values, len(pieces) == 1 and len(pieces[0]) == 2)


ENUMERATED = 7  # a range of labelled points is written out up to so many
WINDOWS = 30  # ranges that are further apart are windows of visits


def _flat(pieces: list[list[float]]) -> list[float]:
    """Points of "1, 3-5" (1, 3, 4, 5) and "42-45, 84-87" (windows that lie far apart: their ends)."""
    apart = len(pieces) > 1 and all(b[0] - a[-1] > WINDOWS for a, b in pairwise(pieces))
    if len(pieces) == 1 or apart:
        return [n for p in pieces for n in p]
    return [n for p in pieces for n in _steps(p)]


def _steps(piece: list[float]) -> list[float]:
    """All points of a short range; the ends of a long one."""
    low, high = piece[0], piece[-1]
    if not 0 < high - low < ENUMERATED:
        return piece
    return [low + i for i in range(int(high - low))] + [high]


def _label_between(text: str) -> str | None:
    found = re.match(r"\s*([a-z]+)", text)
    return words("label").get(found[1]) if found else None


def _interval(low: str, at: int) -> Part | None:
    """ "interval between doses was 14 days"; a range in the plural ("intervals of 6-12 months") is a frequency."""
    m = rates().interval.match(low, at)
    if m is None:
        return None
    numbers, unit = read_values(m[1]), read_unit_word(m[2])
    if low.startswith("intervals", at) and len(numbers) > 1:
        return Part(at, m.end(), "frequency", frequency=Frequency(1.0, numbers[0], unit, None, numbers[1]))
    return Part(at, m.end(), "interval", tuple((n, unit) for n in numbers), len(numbers) == 2)


def _start(low: str, at: int) -> Part | None:
    m = times().start.match(low, at)
    return Part(at, m.end(), "start", ((0.0, "d"),)) if m else None


_Reader = Callable[[str, int], Part | None]
_FIRST = re.compile(r"[a-z]{1,24}|[0-9]")
_ON_NUMBERS: tuple[_Reader, ...] = (_frequency, _time, read_count)


@cache
def _readers() -> dict[str, tuple[_Reader, ...]]:
    """First word of a part -> the readers that may read it."""
    out: dict[str, list[_Reader]] = {}

    def opens(entries: Iterable[str], reader: _Reader) -> None:
        for entry in entries:
            if first := _FIRST.match(entry):
                readers = out.setdefault(first[0], [])
                if reader not in readers:
                    readers.append(reader)

    opens([*frequencies(), *ADVERBS, "every", "each", "q"], _frequency)
    opens([*ADVERBS, "single", "total"], read_count)
    opens(["a", "an", "half"], _time)
    opens(words("label"), _points)
    opens(words("start"), _start)
    opens(["interval", "intervals"], _interval)
    return {word: tuple(readers) for word, readers in out.items()}


# figures without a word soon behind them state no time
_DOSE = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?[ ]?(?:m?g|mcg|ml|iu)[ ](?!dos|inj|inf|tab|cap|time)")
_NEAR_LETTER = re.compile(r"[^a-z]{0,90}[a-z]")


def read_part(low: str, at: int) -> Part | None:
    """The part that starts right at `at`, without the words that say its role; None where there is none."""
    first = _FIRST.match(low, at)
    if first is None:
        m = counts().times.match(low, at) if low.startswith(("x", "×"), at) else None
        return Part(at, m.end(), "count", ((read_value(m["y"]), ""),)) if m and m["y"] else None
    word = first[0]
    if word.isdigit() or word in number_words():
        if not _NEAR_LETTER.match(low, at) or _DOSE.match(low, at) or not anchors().numeric.match(low, at):
            return None
        readers = _ON_NUMBERS
    else:
        readers = _readers().get(word, ())
    for reader in readers:
        part = reader(low, at)
        if part is not None:
            return part
    return None
