"""Parts of a schedule, read at a place of the lower-cased text: a time, points, a frequency, interval or count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from extractor.tag.schedule_patterns import anchors, counts, rates, times
from extractor.tag.schedule_words import Frequency, frequencies, number_words, words


class Part(NamedTuple):
    """One part over text[start:end].

    kind: "time" (amounts with a unit), "point" (numbers behind their unit: day 14), "start" (time zero),
    "frequency", "interval", "count". `values` are (number, unit) pairs, for a count (number, ""). `range`: the
    values are its two ends. `role` says what a time is for: "until", "duration", "interval", "point", "since" or ""
    (not said); `joint` is what links the part to the one before it. `tail` is "after" or "before" when the event
    follows that it is counted from; `noun` is the kind that a counted noun tells;
    `article`: the number is an article ("a month"), which only a role word before it makes a time.
    """

    start: int
    end: int
    kind: str
    values: tuple[tuple[float, str], ...] = ()
    range: bool = False
    frequency: Frequency | None = None
    role: str = ""
    joint: str = ""
    tail: str = ""
    noun: str = ""
    article: bool = False


_TO = re.compile(r"^(?:to|-{1,2}|–|—|~|through|thru|until|till|up\s{1,4}to)$")
_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?|[a-z]{2,9}")
_ADVERBS = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_SIGNS = "-−–"


@cache
def _units() -> dict[str, str]:
    return {**words("letter"), **words("unit")}


def _unit(text: str) -> str:
    return _units()[" ".join(text.split())]


def _value(text: str) -> float:
    number = number_words().get(text)
    return float(text) if number is None else number


def _values(text: str) -> list[float]:
    """The numbers of a list or range, in order."""
    known = number_words()
    return [known[w] if w in known else float(w) for w in _NUMBER.findall(text) if w in known or w[0].isdigit()]


def _is_range(text: str, numbers: list[float]) -> bool:
    """Whether two numbers stand with a range mark between them."""
    if len(numbers) != 2:
        return False
    first, second = [m for m in _NUMBER.finditer(text) if m[0] in number_words() or m[0][0].isdigit()][:2]
    return bool(_TO.match(text[first.end() : second.start()].strip())) and numbers[0] < numbers[1]


def _ends(text: str | None, default: float = 1.0) -> tuple[float, float | None]:
    """(low, high or None) of "4", "3-6", "two or three"; the default when there is nothing."""
    numbers = _values(text) if text else []
    if not numbers:
        return default, None
    return numbers[0], numbers[1] if len(numbers) > 1 and numbers[1] > numbers[0] else None


def _frequency(low: str, at: int) -> Part | None:
    """A frequency: "daily", "twice a week", "every 6 months", "q2w", "3 times weekly"."""
    if m := rates().multiplied.match(low, at):
        base, multiplies = frequencies()[" ".join(m[2].split())]
        if multiplies:
            return Part(
                m.start(), m.end(), "frequency", frequency=base._replace(frequency=_ADVERBS.get(m[1]) or _value(m[1]))
            )
    if m := rates().per.match(low, at):
        number = _ADVERBS.get(m[1].split()[0]) or _values(m[1])[0]
        period, period_max = _ends(m[2])
        unit = _unit(m[3])
        if unit in ("s", "min") and period == 1:  # a rate of breath or pulse
            return None
        return Part(m.start(), m.end(), "frequency", frequency=Frequency(number, period, unit, None, period_max))
    if low[at].isdigit():
        return None
    if m := rates().code.match(low, at):
        return Part(m.start(), m.end(), "frequency", frequency=frequencies()[" ".join(m[0].split())][0])
    if m := rates().every.match(low, at):
        period, period_max = (2.0, None) if m["other"] else (3.0, None) if m["third"] else _ends(m["n"])
        return Part(m.start(), m.end(), "frequency", frequency=Frequency(1.0, period, _unit(m["u"]), None, period_max))
    if low[at] == "q" and (m := rates().latin.match(low, at)):
        period, period_max = _ends(m[1])
        return Part(m.start(), m.end(), "frequency", frequency=Frequency(1.0, period, _unit(m[2]), None, period_max))
    return None


def read_one(low: str, start: int, at: int) -> Part | None:
    """The unit at `at` behind an article or "first" at `start`: "(for) the first month"; None for other words."""
    m = times().unit.match(low, at)
    return Part(at, m.end(), "time", ((1.0, _unit(m[0])),), article=True) if m else None


def _time(low: str, at: int) -> Part | None:
    """Amounts of time: "1, 3 and 6 months", "7-10 days", "half a year"; also intervals and ordinals ("15th day")."""
    if m := times().half.match(low, at):
        unit = _unit(m[1])
        return Part(m.start(), m.end(), "time", ((6.0, "mo") if unit == "a" else (0.5, unit),))
    if low[at] == "a":
        m = times().one.match(low, at)
        return Part(m.start(), m.end(), "time", ((1.0, _unit(m[1])),), article=True) if m else None
    m = times().quantity.match(low, at)
    if m is None:
        if m := times().ordinal.match(low, at):
            return Part(m.start(), m.end(), "point", tuple((n, _unit(m[2])) for n in _values(m[1])))
        return None
    numbers, unit = _values(m[1]), _unit(m[2] or m[3])
    span = _is_range(m[1], numbers)
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
    last = -_value(first[2]) if first[1] and first[1] in _SIGNS else _value(first[2])
    pieces, end, total = [[last]], first.end(), 1
    while total < 40 and (m := times().next_point.match(low, end)):
        if times().not_point.match(low, m.end()) or (m[3] is None):
            break
        number = -_value(m[3]) if m[2] and m[2] in _SIGNS else _value(m[3])
        label = _label_between(low[m.end(1) : m.start(3)])
        if label is not None and label != unit:
            break
        if number <= last:
            break
        if not _TO.match(m[1].strip()):
            pieces.append([number])
        elif len(pieces[-1]) == 1:
            pieces[-1].append(number)
        else:
            break
        last, end, total = number, m.end(), total + 1
    values = tuple((n, unit) for n in _flat(pieces))
    return Part(at, end, "point", values, len(pieces) == 1 and len(pieces[0]) == 2)


ENUMERATED = 7  # a range of labelled points is written out up to so many


def _flat(pieces: list[list[float]]) -> list[float]:
    """Points of "1, 3-5" (1, 3, 4, 5) and "42-45, 84-87" (windows: their ends)."""
    ranges = [p for p in pieces if len(p) == 2]
    if len(ranges) == 1 and len(pieces) > 1 and ranges[0][1] - ranges[0][0] < ENUMERATED:
        a, b = ranges[0]
        steps = [a + i for i in range(int(b - a))] + [b]
        return [n for p in pieces for n in (steps if p is ranges[0] else p)]
    return [n for p in pieces for n in p]


def _label_between(text: str) -> str | None:
    found = re.match(r"\s*([a-z]+)", text)
    return words("label").get(found[1]) if found else None


_NO_TIMES = re.compile(
    r"\s{0,6}(?:the|upper|uln|normal|as|more|greater|higher|lower|less|above|baseline|institutional|of\s{1,4}(?:the|upper|uln|normal)|per|/|limit|daily|[0-9])(?![a-z])"
)
_ONCE = re.compile(r"\s{0,6}(?:[,.;:)(]|$|\n|only|at|on|by|in|intraven|iv|via|through|during|after|before|with)")


def _noun(text: str) -> str:
    """What a counted noun tells: administration or assessment."""
    word, giving = " ".join(text.split()), words("giving")
    return giving.get(word) or giving.get(word.removesuffix("s")) or "administration"


_ONE = re.compile(r"(?:(?:intra[a-z]{3,12}|iv|im|sc|subcutaneous|additional|further|full)\s{1,4})?")


# "the single dose is 1 × 10^6 cells", "(single dose, 1 × 10^6 cells)": how large each dose is
_EACH_IS = re.compile(
    r"\s{1,3}(?:is|was|are|were|will\sbe|should\sbe|being)(?:\s[a-z]{2,14}){0,2}\s[0-9(]|"
    r"\s?[,:=]\s?[0-9.]{1,4}(?:\s?[-–]\s?[0-9.]{1,4})?\s?[x×*]\s?10"
)


def _count(low: str, at: int) -> Part | None:
    """How many times: "3 times", "7x", "once", "total of 2", "two infusions", "single intravenous dose"."""
    if m := counts().total.match(low, at):
        return Part(m.start(), m.end(), "count", ((_value(m[1]), ""),))
    if low.startswith(("single", "one", "1 "), at) and (m := counts().single.match(low, at)):
        if counts().no_count.match(low, m.end()) or (low.startswith("one", at) and low[at + 4 : at + 10] != "single" and not _ONE.fullmatch(m["adj"] or "")):
            return None
        if m["noun"] in ("dose", "dosage") and _EACH_IS.match(low, m.end()):
            return None
        single = low.find("single", at, m.start("noun"))
        end = m.end() if not m["adj"] else single + 6 if single >= 0 else at + 3
        return Part(at, end, "count", ((1.0, ""),), noun=_noun(m["noun"]))
    if (m := counts().given.match(low, at)) and not counts().no_count.match(low, m.end()):
        number, high = _ends(m["n"])
        end = m.end() if not m["adj"] else m.end("n")
        if 1 <= number < 200 and number == int(number):
            values = ((number, ""),) if high is None else ((number, ""), (high, ""))
            return Part(at, end, "count", values, high is not None, noun=_noun(m["noun"]))
    if m := counts().times.match(low, at):
        if m["oo"]:
            return Part(m.start(), m.end(), "count", ((1.0, ""), (2.0, "")), True)
        if m["a"]:
            if m["a"] == "once" and not _ONCE.match(low, m.end()):
                return None
            return Part(m.start(), m.end(), "count", ((_ADVERBS[m["a"]], ""),))
        if m["y"]:
            return Part(m.start(), m.end(), "count", ((_value(m["y"]), ""),))
        if _NO_TIMES.match(low, m.end()) or "." in m["n"] or _ends(m["n"])[0] < 1:
            return None
        number, high = _ends(m["n"])
        return Part(
            m.start(),
            m.end(),
            "count",
            ((number, ""),) if high is None else ((number, ""), (high, "")),
            high is not None,
        )
    return None


def _interval(low: str, at: int) -> Part | None:
    """ "interval between doses was 14 days"; a range in the plural ("intervals of 6-12 months") is a frequency."""
    m = rates().interval.match(low, at)
    if m is None:
        return None
    numbers, unit = _values(m[1]), _unit(m[2])
    if low.startswith("intervals", at) and len(numbers) > 1:
        return Part(at, m.end(), "frequency", frequency=Frequency(1.0, numbers[0], unit, None, numbers[1]))
    return Part(at, m.end(), "interval", tuple((n, unit) for n in numbers), len(numbers) == 2)


def _start(low: str, at: int) -> Part | None:
    m = times().start.match(low, at)
    return Part(at, m.end(), "start", ((0.0, "d"),)) if m else None


_Reader = Callable[[str, int], Part | None]
_FIRST = re.compile(r"[a-z]{1,24}|[0-9]")
_ON_NUMBERS: tuple[_Reader, ...] = (_frequency, _time, _count)


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

    opens([*frequencies(), *_ADVERBS, "every", "each", "q"], _frequency)
    opens([*_ADVERBS, "single", "total"], _count)
    opens(["a", "an", "half"], _time)
    opens(words("label"), _points)
    opens(words("start"), _start)
    opens(["interval", "intervals"], _interval)
    return {word: tuple(readers) for word, readers in out.items()}


# figures without a word soon behind them state no time
_NEAR_LETTER = re.compile(r"[^a-z]{0,90}[a-z]")


def read_part(low: str, at: int) -> Part | None:
    """The part that starts right at `at`, without the words that say its role; None where there is none."""
    first = _FIRST.match(low, at)
    if first is None:
        m = counts().times.match(low, at) if low.startswith(("x", "×"), at) else None
        return Part(at, m.end(), "count", ((_value(m["y"]), ""),)) if m and m["y"] else None
    word = first[0]
    if word.isdigit() or word in number_words():
        if not _NEAR_LETTER.match(low, at) or not anchors().numeric.match(low, at):
            return None
        readers = _ON_NUMBERS
    else:
        readers = _readers().get(word, ())
    for reader in readers:
        part = reader(low, at)
        if part is not None:
            return part
    return None
