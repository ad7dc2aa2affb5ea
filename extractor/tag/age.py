"""AGE: bounds and ranges of age, in words or figures.

Anchored at numbers up to 130. An expression (comparator, range, "or older") is an age when something says so: the word
"age" before it, "old" or "of age" behind it, "older than" in it, a field label ("Minimum Age"), or people named
right before it together with a unit of years.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from extractor.scan import Number, Scan
from extractor.spans import Mention
from extractor.tag.age_around import age_around
from extractor.tag.age_read import LABEL, Parts, Read, read_age

_AGE = re.compile(
    r"age(?<![a-z-]age)s?d?(?![a-z]|-[a-z])"
)  # begins with a literal: the search skips from one to the next
_NOT_AGE = re.compile(
    r"(?:gestational|gestation|bone|mental|mean|median|average|menstrual|post-?menstrual|conceptional|"
    r"developmental|biological|vascular|skeletal|fetal|for|coital)\s{1,2}$",
    re.IGNORECASE,
)
_INNER = re.compile(
    r"\s{0,2}(?:of|is|was|are|be|must\sbe|should\sbe|has\sto\sbe|being|a)?\s{0,2}(?:between|from|"
    r"ranging\sfrom|ranged\sfrom|of|ranging)?\s{0,2}\(?\s{0,2}$",
    re.IGNORECASE,
)
_OUTER = re.compile(
    r"(?:\s|[:=(,\[–-]|of|is|was|range|ranges|ranged|limits?|group|groups|criteria|years?|yrs|in|or|at|the|"
    r"time|enrol?lment|inclusion|screening|consent|study|entry|baseline|diagnosis|transplant(?:ation)?|"
    r"registration|randomization|randomisation|surgery|patients?|subjects?|participants?|must|be|should|"
    r"between|from|to|a|an|eligible|for|both|requirement|signing|informed|treatment|first|infusion|"
    r"recipient|donor|visit|child|mother|"
    r"all|adults?|and|gender|sexe?s?|any|male|female|with|either|ranging|old|less|more|than|minimum|birth|"
    r"procedure|physiologic(?:al)?|biologic(?:al)?|yr|y|[)]){0,14}$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(?P<m>min(?:imum)?|max(?:imum)?|lower|upper)\.?\s{0,2}(?:eligible\s|"
    r"eligibility\s)?ages?(?:\s(?:limit|for\s(?:inclusion|eligibility|"
    r"participation)))?(?:\s{0,2}\((?:years?|yrs)\))?\s{0,3}[:=]?\s{0,20}$",
    re.IGNORECASE,
)
_FIELD2 = re.compile(r"age\s{0,2}[(_-]?\s{0,2}(?P<m>min(?:imum)?|max(?:imum)?)\)?\s{0,3}[:=]?\s{0,20}$", re.IGNORECASE)
_PEOPLE = re.compile(
    r"\b(?:adults?|patients?|subjects?|men|women|males?|females?|child(?:ren)?|participants?|individuals?|"
    r"volunteers?|people|persons?|populations?|boys?|girls?|infants?|adolescents?|genders?|sex(?:es)?|youths?|seniors?|"
    r"donors?|recipients?|"
    r"veterans|smokers|students|parents|caregivers|adult\sage|childbearing\sage)\s{0,2}(?:,|\(|:|–|-|"
    r"who\sare|that\sare|are|is|must\sbe|should\sbe|being|of|at|\baged?\b|has\sto\sbe|have\sto\sbe|are\sat|"
    r"with|,\swho\sare)?\s{0,2}(?:the\s)?$",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"(?:^|\n)[ \t]{0,20}(?:(?:[-*•·–]|[0-9]{1,2}[.)]|[a-z][.)])[ \t]{0,4}){0,2}(?:(?:is|are|be|must be|"
    r"should be)[ ])?$",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"[ \t\r]{0,3}(?:[.;,)]|\n|$|and\b|or\b|vs\b|at\b|with\b|who\b|,|\()")
_DURATION = re.compile(
    r"\b(?:for|within|last|past|previous|every|history|duration|during|preceding|prior|next|least|first|"
    r"since|follow-up|survival|expectancy|after|until|interval|of)\s{1,2}(?:the\s|a\s|at\sleast\s|"
    r"more\sthan\s)?$",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"\s{1,2}(?:after|before|prior|ago|since|following|post|from|of\s(?!age)|history|duration|and\s[0-9]|"
    r"earlier|later|survival|follow|in\s(?!age)|apart|previous|without|on\s|for\s)",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"(?:[\s\w.,'’/()&~?–-]|[<>=≤≥]){0,24}?(?:(?<![a-z])(?:years?|yrs?|ys?(?![a-z])|yo(?![a-z])|y\.?/?o(?![a-z])|"
    r"olds?(?![a-z])|older|younger|ages?(?![a-z])|above|over|up(?![a-z])|upwards?|elder)|\+)"
)
_BEFORE = re.compile(r"(?:(?:older|younger) than |patients? ?[<>≥≤] ?)$", re.IGNORECASE)
_HEADING = re.compile(
    r"[ ]{0,2}:[ \t\r]{0,4}\n[ \t\r]{0,20}\n?\s{0,24}(?:[-*•]\s{0,4})?(?:(?:physio|bio|chrono)logic(?:al)?[ ])?",
    re.IGNORECASE,
)
# sections whose lines "1 to 2 years" are time frames
_TIMED = frozenset({"outcome", "arm", "intervention", "design"})
_GLUED = re.compile(r"(?<![A-Za-z])(?:aged?|ages|under|over|than|least|from|between|above|below)$", re.IGNORECASE)
_OLD = re.compile(r"old|young|\bage", re.IGNORECASE)
_GAP_STOP = re.compile(r"\n[ \t\r]{0,20}\n|\n\s{0,20}(?:[-*•]|[0-9]{1,2}[.)])\s")
# how ClinicalTrials.gov writes ages in its tables: "18 Years to 65 Years   (Adult, Older Adult)"
_ADULT_FIELD = re.compile(r"\s{1,6}\((?:Child|Adult|Older Adult)(?:,|\))")
_ADULTS = re.compile(
    r"\badults?\s(?:(?:patients?|subjects?|participants?|volunteers?|individuals?)\s)?\($", re.IGNORECASE
)
_AND_ON = re.compile(r"\s{0,3}(?:,\s?)?(?:and/or|or|and|,|vs\.?|versus)\s{1,3}(?:who\sare\s|are\s|if\s)?")


def find(scan: Scan) -> list[Mention]:
    """All ages of the text, disjoint, by start."""
    text, numbers = scan.text, scan.numbers
    ages = [m.span() for m in _AGE.finditer(scan.lower) if not _NOT_AGE.search(text, max(0, m.start() - 20), m.start())]
    starts = [a[0] for a in ages]
    out: list[Mention] = []
    reach, index = 0, 0
    while index < len(numbers):
        number = numbers[index]
        index += 1
        if number.start < reach or number.value > 130 or number.exponent is not None or number.scale:
            continue
        before = text[number.start - 1 : number.start]
        if (
            (before.isalnum() and not _GLUED.search(text, max(0, number.start - 9), number.start))
            or before in ("/", "_")
            or before == "."
            or (before == "-" and text[number.start - 2 : number.start - 1].isalpha())
        ):
            continue
        if not _worth(scan, number.start, number.end, ages, starts):
            continue
        mention, following = _mention(scan, index - 1, ages, starts, reach)
        if mention is not None:
            out.append(mention)
            reach, index = mention.end, max(index, following)
    return out


# the number of a list item: "1. Age" above "2. Sex"
_ITEM = re.compile(r"[.)]\s")


def _worth(scan: Scan, start: int, end: int, ages: list[tuple[int, int]], starts: list[int]) -> bool:
    if (start == 0 or scan.text[start - 1] == "\n") and _ITEM.match(scan.text, end):
        return False
    i = bisect_left(starts, end)
    if (i > 0 and ages[i - 1][1] >= start - 90) or (i < len(starts) and starts[i] <= end + 24):
        return True
    if scan.text[end : end + 1] == "," and scan.text[end + 1 : end + 2].isdigit():
        return False
    return _NEAR.match(scan.lower, end) is not None or _BEFORE.search(scan.text, max(0, start - 14), start) is not None


def _mention(
    scan: Scan, index: int, ages: list[tuple[int, int]], starts: list[int], reach: int
) -> tuple[Mention | None, int]:
    """The mention that starts with numbers[index], and the number after it."""
    text = scan.text
    around = age_around(scan, index, starts)
    if around is not None:
        return around
    read = read_age(scan, index)
    number = scan.numbers[index]
    field = _field(scan, read, number)
    if field is not None:
        return Mention(number.start, read.end, LABEL, "age.field", parts=field), read.following
    if _ADULT_FIELD.match(text, read.end) and read.parts.how in ("range", "behind"):
        return Mention(
            read.start, _trim(text, read.start, read.end), LABEL, "age.field", parts=read.parts
        ), read.following
    if read.parts.how == "plain" and read.parts.low_unit == "a" and _adults(text, read, number):
        return Mention(
            number.start, _trim(text, number.start, read.end), LABEL, "age.adults", parts=read.parts
        ), read.following
    word_start, worded = _word_before(text, read, number, ages, starts)
    evidence = "age.word" if worded else _evidence(scan, read, number) or _further(text, read, reach)
    if evidence is None or word_start < reach or text.startswith("%", read.end):
        return None, index + 1
    if read.parts.how == "plain" and not (worded and _LINE.search(text, max(0, word_start - 30), word_start)):
        return None, index + 1
    return Mention(word_start, _trim(text, word_start, read.end), LABEL, evidence, parts=read.parts), read.following


def _adults(text: str, read: Read, number: Number) -> bool:
    """Whether the age in brackets is where adults begin: "Adult patients (18 years)"."""
    closed = 18 <= number.value <= 21 and ")" in text[read.end - 1 : read.end + 1]
    return closed and _ADULTS.search(text, max(0, number.start - 30), number.start) is not None


def _field(scan: Scan, read: Read, number: Number) -> Parts | None:
    """The reading of a value that stands in a field for the lowest or highest age."""
    text, begin = scan.text, max(0, number.start - 60)
    before = scan.lower[begin : number.start]
    if "age" not in before or not any(word in before for word in ("min", "max", "lower", "upper")):
        return None
    field = _FIELD.search(text, begin, number.start) or _FIELD2.search(text, begin, number.start)
    parts = read.parts
    if field is None or not (
        parts.how in ("plain", "equal") or (parts.how == "compared" and read.start >= field.start() - 1)
    ):
        return None
    unit = parts.low_unit or parts.high_unit
    if field["m"][:3].lower() in ("min", "low"):
        return Parts(number.value, True, unit, None, False, None, "field", None)
    return Parts(None, False, None, number.value, True, unit, "field", None)


def _word_before(
    text: str, read: Read, number: Number, ages: list[tuple[int, int]], starts: list[int]
) -> tuple[int, bool]:
    """Where the mention starts, and whether the word "age" says that it is one.

    The word belongs to the mention when nothing but "of" or "is" stands between.
    """
    i = bisect_left(starts, read.start) - 1
    if i >= 0 and read.start - 90 <= ages[i][1] <= read.start:
        gap = text[ages[i][1] : read.start]
        if _INNER.fullmatch(gap) and ":" not in gap:
            return ages[i][0], True
        return read.start, bool(
            _HEADING.fullmatch(gap) or ("." not in gap and not _GAP_STOP.search(gap) and _OUTER.fullmatch(gap))
        )
    return read.start, i + 1 < len(ages) and read.start <= ages[i + 1][0] < number.start


def _evidence(scan: Scan, read: Read, number: Number) -> str | None:
    """What else says that an expression is an age: "old" or "older", people before it, a line of its own."""
    parts, text = read.parts, scan.text
    section = scan.section_at(read.start)
    lines = section is None or section.kind not in _TIMED
    near = _people_or_line(text, read.start, read.end, lines)
    if parts.how != "plain" and (read.elder or (parts.how == "behind" and read.years and near)):
        aged = _OLD.search(text, read.start, read.end)
        return "age.old" if aged or not _DURATION.search(text, max(0, read.start - 30), read.start) else None
    if parts.how == "plain":
        return None
    if read.years and _years(parts) and near:
        closed = text[read.end - 1] == ")"  # what follows is said of the people, not of the age
        return None if not closed and _FOLLOWS.match(text, read.end) else "age.people"
    if parts.how == "compared" and not read.years and 12 <= number.value <= 99 and number.value == int(number.value):
        people = _PEOPLE.search(text, max(0, read.start - 40), read.start)
        return "age.people" if people and _LINE_END.match(text, read.end) else None
    return None


def _further(text: str, read: Read, reach: int) -> str | None:
    """A second age right behind another: "under 2 years or over 80 years"."""
    if not reach or not 0 <= read.start - reach <= 16 or read.parts.how not in ("compared", "range", "behind"):
        return None
    if not _AND_ON.fullmatch(text, reach, read.start) or _FOLLOWS.match(text, read.end):
        return None
    whole = (read.years and _years(read.parts)) or _LINE_END.match(text, read.end)
    return "age.further" if whole else None


def _years(parts: Parts) -> bool:
    return (parts.high_unit or parts.low_unit) == "a"


def _trim(text: str, start: int, end: int) -> int:
    while end > start and (
        text[end - 1] in " \n," or (text[end - 1] == ")" and text.count("(", start, end) < text.count(")", start, end))
    ):
        end -= 1
    return end


def _people_or_line(text: str, start: int, end: int, lines: bool) -> bool:
    if _PEOPLE.search(text, max(0, start - 40), start):
        return True
    return (
        lines and _LINE.search(text, max(0, start - 34), start) is not None and _LINE_END.match(text, end) is not None
    )
