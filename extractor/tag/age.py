"""AGE: bounds and ranges of age, in words or figures.

Anchored at numbers up to 130. An expression (comparator, range, "or older") is an age when something says so: the word "age" or "aged"
before it, "old", "of age" or "older" behind it, "older than" in it, a field label ("Minimum Age"), or people named right before it
together with a unit of years.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from extractor.scan import Comparator, Scan, read_comparator
from extractor.spans import Mention

LABEL = "AGE"


class Parts(NamedTuple):
    """The reading of an expression. how: "compared", "range", "behind", "plain", "equal", "lost", "field"; units per side (None: not written)."""

    low: float | None
    low_inclusive: bool
    low_unit: str | None
    high: float | None
    high_inclusive: bool
    high_unit: str | None
    how: str
    mark: tuple[int, int] | None


class _Read(NamedTuple):
    start: int
    end: int
    parts: Parts
    elder: bool  # "old", "of age", "older", "younger" stand in it
    years: bool  # a unit is written
    index: int


DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0, "h": 1 / 24}
_UNITS = {"y": "a", "a": "a", "m": "mo", "w": "wk", "d": "d", "h": "h"}
_UNIT = re.compile(
    r"(?:\s{0,2}[-–]?\s?\(?(?P<u>years?|yrs?\.?|y(?=[ .,;)\n]|$)|ys|months?|mos?\.?(?=\W)|mths?|weeks?|wks?|days?|hours?|hrs?)(?![A-Za-z])(?:['’]s?)?\)?)?"
    r"(?P<o>(?:\s{0,3}[-–]?\s?(?:olds?\b|of\s{1,3}ages?\b|in\s{1,2}age\b))|\s?\.?\s?(?:y\.?\s?/?o\.?|yo)(?![A-Za-z])|\s?y/?o(?![A-Za-z])|[/.]\s?o\.?(?![A-Za-z]))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s{0,2}(?:-{1,2}|–|—|~|∼|～|‐|‑|−|to|-\s?to\s?-|through|thru|till|until|up to)\s{0,2}(?:[<≤]\s?)?", re.IGNORECASE)
_AND = re.compile(r"\s{0,2}-?\s{0,2}(?:and|an|&|or|to|-|–)\s{0,2}(?:the\s)?(?:less\sthan\s)?", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|from|range(?:s|d)?(?:\sof|\sfrom|\sbetween)?|ranging\sfrom|within)\s{0,2}(?:the\s)?(?:ages?\s(?:of\s)?)?(?:of\s)?\(?$", re.IGNORECASE)
_BEHIND = re.compile(
    r"\s{0,3},?\s{0,2}(?:[(])?(?:(?:or|and|and/or|&)\s{1,2}(?:(?P<ge>older|above|over|more|greater|up|upwards?|elder|beyond|higher)|(?P<le>younger|under|below|less|lower))\b"
    r"|(?P<plus>\+)(?![A-Za-z0-9])|(?P<ge2>minimum)\b)[)]?(?:\s{1,2}than(?![a-z]))?",
    re.IGNORECASE,
)
_OF_AGE = re.compile(r"\s{0,2}(?:years?\s)?(?:of\s{1,2}age\b|old\b|in\s{1,2}age\b)", re.IGNORECASE)
_INCLUSIVE = re.compile(r"\s{0,2},?\s{0,2}(?:[(\[](?:both\s|ages?\s)?(?:inclusive|including|included|incl\.?)(?:[^()\n]{0,20})[)\]]|(?:inclusive|inclusively)(?![a-z]))", re.IGNORECASE)
_JOIN = re.compile(r"\s{0,2}(?:,|;|/)?\s{0,2}(?:and|but|or|to|-|–|&)?\s{0,2}(?:also\s|is\s|are\s|be\s|aged?\s){0,2}", re.IGNORECASE)
_AGE = re.compile(r"(?<![A-Za-z-])ages?d?(?![A-Za-z]|-[a-z])", re.IGNORECASE)
_NOT_AGE = re.compile(
    r"(?:gestational|gestation|bone|mental|mean|median|average|menstrual|post-?menstrual|conceptional|developmental|biological|vascular|skeletal|fetal|for|coital)\s{1,2}$", re.IGNORECASE
)
_THE_AGE = re.compile(
    r"(?P<c>(?:under|over|below|above|before|after|until|up\sto|beyond|older\sthan|younger\sthan|greater\sthan|less\sthan|at\sleast|by|from|reached|exceeding|past|minimum|maximum))\s{1,2}(?:the\s{1,2})?(?:minimum\s|maximum\s)?(?:ages?)\s{0,2}(?:of\s{0,2}|limit\s(?:of\s)?)?$",
    re.IGNORECASE,
)
_THE_OPS = {
    "under": "lt", "over": "gt", "below": "lt", "above": "gt", "before": "lt", "after": "gt", "until": "le", "up to": "le", "beyond": "gt", "older than": "gt",
    "younger than": "lt", "greater than": "gt", "less than": "lt", "at least": "ge", "by": "le", "from": "ge", "reached": "ge", "exceeding": "gt", "past": "gt",
    "minimum": "ge", "maximum": "le",
}  # fmt: skip
_INNER = re.compile(r"\s{0,2}(?:of|is|was|are|be|must\sbe|should\sbe|has\sto\sbe|being|a)?\s{0,2}(?:between|from|ranging\sfrom|ranged\sfrom|of|ranging)?\s{0,2}\(?\s{0,2}$", re.IGNORECASE)
_OUTER = re.compile(
    r"(?:\s|[:=(,\[–-]|of|is|was|range|ranges|ranged|limits?|group|groups|criteria|years?|yrs|in|or|at|the|time|enrol?lment|inclusion|screening|consent|study|entry|baseline|diagnosis|transplant(?:ation)?|"
    r"registration|randomization|randomisation|surgery|patients?|subjects?|participants?|must|be|should|between|from|to|a|an|eligible|for|both|requirement|signing|informed|treatment|first|infusion|recipient|donor|visit|child|mother|"
    r"all|adults?|and|gender|sexe?s?|any|male|female|with|either|ranging|old|less|more|than|minimum|birth|procedure){0,14}$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(?P<m>min(?:imum)?|max(?:imum)?|lower|upper)\.?\s{0,2}(?:eligible\s|eligibility\s)?ages?(?:\s(?:limit|for\s(?:inclusion|eligibility|participation)))?(?:\s{0,2}\((?:years?|yrs)\))?\s{0,3}[:=]?\s{0,20}$", re.IGNORECASE)
_FIELD2 = re.compile(r"age\s{0,2}[(_-]?\s{0,2}(?P<m>min(?:imum)?|max(?:imum)?)\)?\s{0,3}[:=]?\s{0,20}$", re.IGNORECASE)
_PEOPLE = re.compile(
    r"\b(?:adults?|patients?|subjects?|men|women|males?|females?|child(?:ren)?|participants?|individuals?|volunteers?|people|persons?|boys?|girls?|infants?|adolescents?|genders?|sex(?:es)?|youths?|seniors?|donors?|recipients?|"
    r"veterans|smokers|students|parents|caregivers|adult\sage|childbearing\sage)\s{0,2}(?:,|\(|:|–|-|who\sare|that\sare|are|is|must\sbe|should\sbe|being|of|at|\baged?\b|has\sto\sbe|have\sto\sbe|are\sat|with|,\swho\sare)?\s{0,2}(?:the\s)?$",
    re.IGNORECASE,
)
_LINE = re.compile(r"(?:^|\n)[ \t]{0,20}(?:(?:[-*•·–]|[0-9]{1,2}[.)]|[a-z][.)])[ \t]{0,4}){0,2}(?:(?:is|are|be|must be|should be)[ ])?$", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t\r]{0,3}(?:[.;,)]|\n|$|and\b|or\b|at\b|with\b|who\b|,|\()")
_DURATION = re.compile(r"\b(?:for|within|last|past|previous|every|history|duration|during|preceding|prior|next|least|first|since|follow-up|survival|expectancy|after|until|interval|of)\s{1,2}(?:the\s|a\s|at\sleast\s|more\sthan\s)?$", re.IGNORECASE)
_FOLLOWS = re.compile(r"\s{1,2}(?:after|before|prior|ago|since|following|post|from|of\s(?!age)|history|duration|and\s[0-9]|earlier|later|survival|follow|in\s(?!age)|apart|previous|without|on\s|for\s)", re.IGNORECASE)


def _unit(found: re.Match[str] | None) -> str | None:
    if found is None or not found["u"]:
        return "a" if found is not None and found["o"] and "y" in found["o"].lower() else None
    return _UNITS[found["u"][0].lower()]


def _ends(op: str, value: float, unit: str | None) -> tuple[float | None, bool, str | None, float | None, bool, str | None]:
    if op in ("ge", "gt"):
        return value, op == "ge", unit, None, False, None
    if op in ("le", "lt"):
        return None, False, None, value, op == "le", unit
    return value, True, unit, value, True, unit


def _read(scan: Scan, index: int) -> _Read:
    """The expression whose first number is numbers[index]."""
    text, numbers = scan.text, scan.numbers
    first = numbers[index]
    found = _UNIT.match(text, first.end)
    end = found.end() if found else first.end
    unit, elder = _unit(found), bool(found and found["o"])
    comparator = scan.comparator_before(first.start)
    op = comparator.op if comparator else None
    start = comparator.start if comparator else first.start
    if comparator is None:
        the = _THE_AGE.search(text, max(0, first.start - 40), first.start)
        if the:
            op, start, elder = _THE_OPS[re.sub(r"\s+", " ", the["c"].lower())], the.start(), True
            comparator = Comparator(the.start(), the.end(), op)
    if comparator and text[comparator.start : comparator.start + 3].lower() == "or " and comparator.end - comparator.start <= 13:
        comparator = Comparator(comparator.start + 3, comparator.end, "gt" if comparator.op == "ge" else "lt")
        op, start = comparator.op, comparator.start
    if comparator and re.search(r"older|younger", text[comparator.start : comparator.end], re.IGNORECASE):
        elder = True
    between = _BETWEEN.search(text, max(0, first.start - 36), first.start)
    if index + 1 < len(numbers) and numbers[index + 1].start - end <= 16 and numbers[index + 1].exponent is None:
        second = numbers[index + 1]
        gap = text[end : second.start]
        bare = text[first.end : second.start]
        if (_RANGE.fullmatch(gap) or _RANGE.fullmatch(bare) or between and _AND.fullmatch(gap)) and second.value <= 130:
            behind = _UNIT.match(text, second.end)
            other = _unit(behind)
            low_unit = unit if unit else other
            if first.value < second.value or low_unit != other and low_unit is not None and other is not None:
                finish = behind.end() if behind else second.end
                elder = elder or bool(behind and behind["o"])
                if between:
                    start = min(start, between.start())
                more = _OF_AGE.match(text, finish)
                finish = more.end() if more else finish
                inclusive = _INCLUSIVE.match(text, finish)
                finish = inclusive.end() if inclusive else finish
                strict = op == "gt"
                parts = Parts(first.value, not strict, low_unit, second.value, "<" not in gap and "less than" not in gap.lower(), other, "range", None)
                return _Read(start, finish, parts, elder or bool(more), bool(unit or other), index + 2)
    if op in (None, "eq", "lost"):
        behind = _BEHIND.match(text, end) or (_BEHIND.match(text, first.end) if not unit else None)
        if behind:
            up = behind["ge"] or behind["plus"] or behind["ge2"]
            word = (behind["ge"] or behind["le"] or "").lower()
            finish = behind.end()
            more = _OF_AGE.match(text, finish)
            unit_behind = _UNIT.match(text, finish) if not unit else None
            if more:
                finish, elder = more.end(), True
            elif unit_behind and unit_behind.end() > finish:
                unit, finish, elder = _unit(unit_behind), unit_behind.end(), elder or bool(unit_behind["o"])
            parts = Parts(*_ends("ge" if up else "le", first.value, unit), "behind", None)
            elder = elder or word in ("older", "younger", "elder")
            return _Read(first.start, finish, parts, elder, unit is not None, index + 1)
    how = {None: "plain", "eq": "equal", "lost": "lost"}.get(op, "compared")
    mark = (comparator.start, comparator.end) if comparator and op in ("eq", "lost") else None
    inclusive = _INCLUSIVE.match(text, end)
    end = inclusive.end() if inclusive else end
    read = _Read(start, end, Parts(*_ends(op or "eq", first.value, unit), how, mark), elder, unit is not None, index + 1)
    return _other_side(scan, read, op, comparator) if op else read


def _other_side(scan: Scan, read: _Read, op: str, comparator: Comparator | None) -> _Read:
    """The expression with its second comparison ("≥ 45 and ≤ 80 years old", "> 18 years old, ≤ 65 years old")."""
    text = scan.text
    join = _JOIN.match(text, read.end)
    second = read_comparator(text, join.end() if join else read.end)
    if second is None:
        return read
    at = second.end
    while at < len(text) and text[at] == " ":
        at += 1
    index = scan.number_at(at)
    if index is None or scan.numbers[index].value > 130:
        return read
    number = scan.numbers[index]
    found = _UNIT.match(text, number.end)
    unit = _unit(found)
    end = found.end() if found else number.end
    parts = read.parts
    ops = (op, second.op)
    low_op, high_op = None, None
    value = parts.low if parts.low is not None else parts.high
    if op in ("eq", "lost") and second.op in ("eq", "lost", "le", "lt") and value is not None and value < number.value:
        low_op, high_op = "ge", "le" if second.op in ("eq", "lost") else second.op
    elif op[0] == "g" and second.op in ("eq", "lost") and value is not None and value < number.value:
        low_op, high_op = op, "le"
    elif {o[0] for o in ops} == {"g", "l"} and "lost" not in ops:
        low_op, high_op = (op, second.op) if op[0] == "g" else (second.op, op)
    if low_op is None or high_op is None or value is None:
        return read
    first_unit = parts.low_unit or parts.high_unit
    units = (first_unit or unit, unit or first_unit)
    lower_first = op[0] == "g" or op in ("eq", "lost")
    one, two = (value, number.value) if lower_first else (number.value, value)
    low_unit, high_unit = units if lower_first else (units[1], units[0])
    if one * DAYS[low_unit or "a"] >= two * DAYS[high_unit or "a"]:
        return read  # "< 18 or > 65": two bounds
    inclusive = _INCLUSIVE.match(text, end)
    end = inclusive.end() if inclusive else end
    how = "lost" if "lost" in ops or "eq" in ops else "compared"
    new = Parts(one, low_op == "ge", low_unit, two, high_op == "le", high_unit, how, parts.mark or ((second.start, second.end) if how == "lost" else None))
    elder = read.elder or bool(found and found["o"]) or bool(re.search("older|younger", text[second.start : second.end], re.IGNORECASE))
    return _Read(read.start, end, new, elder, read.years or unit is not None, index + 1)


def find(scan: Scan) -> list[Mention]:
    """All ages of the text, disjoint, by start."""
    text, numbers = scan.text, scan.numbers
    ages = [m.span() for m in _AGE.finditer(text) if not _NOT_AGE.search(text, max(0, m.start() - 20), m.start())]
    starts = [a[0] for a in ages]
    out: list[Mention] = []
    reach, index = 0, 0
    while index < len(numbers):
        number = numbers[index]
        index += 1
        if number.start < reach or number.value > 130 or number.exponent is not None or number.scale:
            continue
        before = text[number.start - 1 : number.start]
        if before.isalnum() or before in ("/", "_") or before == "." or before == "-" and text[number.start - 2 : number.start - 1].isalpha():
            continue
        if not _worth(scan, number.start, number.end, ages, starts):
            continue
        mention, following = _mention(scan, index - 1, ages, starts, reach)
        if mention is not None:
            out.append(mention)
            reach, index = mention.end, max(index, following)
    return out


_NEAR = re.compile(r"(?:[\s\w.,'’/()&~–-]|[<>=≤≥]){0,24}?(?:years?|yrs?|yo|y\.?/?o|months?|mos|weeks?|wks?|days?|hours?|old|age|above|over|up|\+|y)", re.IGNORECASE)


_BEFORE = re.compile(r"(?:(?:older|younger) than |patients? ?[<>≥≤] ?)$", re.IGNORECASE)


def _worth(scan: Scan, start: int, end: int, ages: list[tuple[int, int]], starts: list[int]) -> bool:
    i = bisect_left(starts, end)
    if i > 0 and ages[i - 1][1] >= start - 90 or i < len(starts) and starts[i] <= end + 24:
        return True
    return _NEAR.match(scan.text, end) is not None or _BEFORE.search(scan.text, max(0, start - 14), start) is not None


_HEADING = re.compile(r"[ ]{0,2}:[ \t\r]{0,4}\n[ \t\r]{0,20}\n?\s{0,24}(?:[-*•]\s{0,4})?")
_GAP_STOP = re.compile(r"\n[ \t\r]{0,20}\n|\n\s{0,20}(?:[-*•]|[0-9]{1,2}[.)])\s")
_AND_ON = re.compile(r"\s{0,3}(?:,\s?)?(?:and/or|or|and|,)\s{1,3}(?:who\sare\s|are\s|if\s)?")


def _mention(scan: Scan, index: int, ages: list[tuple[int, int]], starts: list[int], reach: int) -> tuple[Mention | None, int]:
    text = scan.text
    around = _around(scan, index, ages, starts)
    if around is not None:
        return around
    read = _read(scan, index)
    parts = read.parts
    start = read.start
    number = scan.numbers[index]
    field = _FIELD.search(text, max(0, number.start - 60), number.start) or _FIELD2.search(text, max(0, number.start - 60), number.start)
    if field and parts.how in ("plain", "equal"):
        value, unit = number.value, parts.low_unit
        if field["m"][:3].lower() in ("min", "low"):
            made = Parts(value, True, unit, None, False, None, "field", None)
        else:
            made = Parts(None, False, None, value, True, unit, "field", None)
        return Mention(number.start, read.end, LABEL, "age.field", parts=made), read.index
    i = bisect_left(starts, start) - 1
    evidence = None
    word_start = start
    if i >= 0 and ages[i][1] >= start - 90 and ages[i][1] <= start:
        gap = text[ages[i][1] : start]
        if _INNER.fullmatch(gap) and ":" not in gap:
            evidence, word_start = "age.word", ages[i][0]
        elif _HEADING.fullmatch(gap) or "." not in gap and not _GAP_STOP.search(gap) and _OUTER.fullmatch(gap):
            evidence = "age.word"
    elif i + 1 < len(ages) and start <= ages[i + 1][0] < number.start:
        evidence = "age.word"
    if evidence is None and (read.elder or parts.how == "behind" and read.years and _people_or_line(text, start, read.end)):
        if parts.how != "plain" or False:
            evidence = "age.old"
    if evidence is None and read.years and parts.how in ("compared", "range", "behind", "equal", "lost") and _years(parts) and _people_or_line(text, start, read.end):
        if not _FOLLOWS.match(text, read.end):
            evidence = "age.people"
    if evidence is None and parts.how == "compared" and not read.years and 12 <= number.value <= 99 and number.value == int(number.value):
        if _PEOPLE.search(text, max(0, start - 40), start) and _LINE_END.match(text, read.end):
            evidence = "age.people"
    if evidence is None and reach and 0 <= start - reach <= 16 and parts.how in ("compared", "range", "behind") and (
        _AND_ON.fullmatch(text, reach, start) and (read.years and _years(parts) or _LINE_END.match(text, read.end)) and not _FOLLOWS.match(text, read.end)
    ):
        evidence = "age.further"
    if evidence is None or word_start < reach:
        return None, index + 1
    if evidence == "age.word" and not read.years and not read.elder and parts.how == "plain" and not _LINE.search(text, max(0, word_start - 30), word_start):
        return None, index + 1
    if parts.how == "plain" and (evidence != "age.word" or not _LINE.search(text, max(0, word_start - 30), word_start)):
        return None, index + 1
    if evidence == "age.old" and not re.search(r"old|young|\bage", text[start : read.end], re.IGNORECASE) and _DURATION.search(text, max(0, start - 30), start):
        return None, index + 1
    return Mention(word_start, _trim(text, word_start, read.end), LABEL, evidence, parts=parts), read.index


def _years(parts: Parts) -> bool:
    return (parts.high_unit or parts.low_unit) == "a"


def _trim(text: str, start: int, end: int) -> int:
    while end > start and (text[end - 1] in " \n," or text[end - 1] == ")" and text.count("(", start, end) < text.count(")", start, end)):
        end -= 1
    return end


def _people_or_line(text: str, start: int, end: int) -> bool:
    if _PEOPLE.search(text, max(0, start - 40), start):
        return True
    return _LINE.search(text, max(0, start - 34), start) is not None and _LINE_END.match(text, end) is not None


_MIRROR_AGE = re.compile(r"\s{0,2}(?:the\s)?(?:patient'?s?\s|subject'?s?\s)?(?P<a>ages?|aged)(?![A-Za-z])(?:\s{0,2}\((?:years?|yrs?)\))?\s{0,2}", re.IGNORECASE)


def _around(scan: Scan, index: int, ages: list[tuple[int, int]], starts: list[int]) -> tuple[Mention, int] | None:
    """ "18 ≤ age ≤ 65": the word stands between."""
    text, number = scan.text, scan.numbers[index]
    i = bisect_left(starts, number.end)
    if i >= len(starts) or starts[i] > number.end + 20 or scan.comparator_before(number.start) is not None:
        return None
    found = _UNIT.match(text, number.end)
    at = found.end() if found else number.end
    comparator = read_comparator(text, at)
    if comparator is None or comparator.op not in ("le", "lt", "ge", "gt") or text[comparator.start].isalpha():
        return None
    word = _MIRROR_AGE.match(text, comparator.end)
    if word is None:
        return None
    unit = _unit(found)
    low = number.value if comparator.op in ("le", "lt") else None
    high = None if low is not None else number.value
    inclusive = comparator.op in ("le", "ge")
    end, following = word.end("a"), index + 1
    parts = Parts(low, inclusive, unit, high, inclusive, unit, "compared", None)
    second = read_comparator(text, word.end())
    if second is not None:
        at = second.end
        while at < len(text) and text[at] == " ":
            at += 1
        other = scan.number_at(at)
        if other is not None and scan.numbers[other].value <= 130:
            more = _UNIT.match(text, scan.numbers[other].end)
            value, second_unit = scan.numbers[other].value, _unit(more)
            end, following = (more.end() if more else scan.numbers[other].end), other + 1
            if low is not None and value > low:
                parts = Parts(low, inclusive, unit or second_unit, value, second.op != "lt", second_unit or unit, "compared", None)
            elif high is not None and value < high:
                parts = Parts(value, second.op != "gt", second_unit or unit, high, inclusive, unit or second_unit, "compared", None)
    return Mention(number.start, end, LABEL, "age.around", parts=parts), following
