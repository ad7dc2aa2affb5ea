"""The patterns of schedules, compiled once from their words.

All run on lower-cased text, have bounded quantifiers and are matched at one place; only `anchor`, `before` and `cue`
are searched for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.tag.schedule_words import GAP, HYPHEN, WS, alternation, first_letters, frequencies, number_words, words

_NUMBER_WORD = rf"(?:{alternation(list(number_words()))})(?![a-z])"
_NUMBER = rf"(?:[0-9]{{1,4}}(?:\.[0-9]{{1,2}})?|{_NUMBER_WORD})"
_UNIT = rf"(?:{alternation(words('unit'))})(?![a-z])"
_UNIT_BEHIND = rf"(?:{_UNIT}|(?:{alternation(words('letter'))})(?![a-z0-9/]))"
_TO = r"(?:to|-{1,2}|–|—|~|through|thru|until|till|up to)"
_COMMA = r"(?:,|;|/|&(?:amp;)?|\+|and|or)"
_TOLERANCE = r"(?:±|\+/-|\+\\-|\+-)"
_SEPARATOR = rf"{WS}(?:{_COMMA}{WS}(?:and|or|&|at){WS}|{_COMMA}{WS}|{_TO}{WS})"
_RANGE = rf"{_NUMBER}(?:{WS}(?:{_TO}|or|/){WS}{_NUMBER})?"
_LABEL = rf"(?:{alternation(words('label'))})(?![a-z])"
_GIVINGS = list(words("giving"))
_GIVING = rf"(?:{alternation(_GIVINGS)})(?:s|\(s\)|es)?(?![a-z])"
_PLURAL = rf"(?:{alternation([g + 's' for g in _GIVINGS] + ['biopsies', 'therapies', 'dosing'])})(?![a-z])"
_EVENT = rf"(?:{alternation(list(words('event')) + _GIVINGS)})(?:s|es)?(?![a-z])"
_ADVERB = r"(?:once|twice|thrice)"
_CODE = rf"(?:{alternation(list(frequencies()))})(?![a-z])"
_X_OR_TIMES = rf"(?:x(?![a-z0-9])|times?(?![a-z])|days(?![a-z])|doses?|{_GIVING})"


def _not(kind: str) -> str:
    """No word of `kind` stands here."""
    return rf"(?!(?:{alternation(words(kind))})(?![a-z]))"


class Anchors(NamedTuple):
    """Where parts may begin (`anchor`), and numbers that can be one (`numeric`)."""

    anchor: re.Pattern[str]
    numeric: re.Pattern[str]


@cache
def anchors() -> Anchors:
    opening = {*number_words(), *words("label"), *words("start"), *frequencies(), *words("opener")}
    return Anchors(
        re.compile(
            rf"(?<![a-z0-9.^])(?:[0-9]|[x×](?=[ ]?[0-9])|(?:{first_letters(sorted(opening))})(?![a-z])|an?(?={GAP}{_UNIT}))"
        ),
        re.compile(
            rf"{_NUMBER}(?!{WS}(?:[-–]{WS}[0-9.]{{1,5}}{WS})?[x×*·]{WS}10)"
            rf"(?:[ \t\xa0\r\n]{{0,24}}[a-z]|{WS}(?:[,;/&+~–—(×±-]|\.(?=[ \t])))"
        ),
    )


class Times(NamedTuple):
    """Amounts of time, points and time zero."""

    quantity: re.Pattern[str]
    half: re.Pattern[str]
    one: re.Pattern[str]
    unit: re.Pattern[str]
    ordinal: re.Pattern[str]
    label: re.Pattern[str]
    point: re.Pattern[str]
    next_point: re.Pattern[str]
    not_point: re.Pattern[str]
    start: re.Pattern[str]


@cache
def times() -> Times:
    th = rf"{WS}(?:st|nd|rd|th)"
    zero = rf"(?:day|week|month|visit|t|v|d|w|hour)s?{WS}[-+]?0{{0,2}}[01]?|0{WS}(?:days?|weeks?|months?|d|w|m|h)?"
    return Times(
        quantity=re.compile(
            rf"({_NUMBER}(?:{_SEPARATOR}{_NUMBER}){{0,15}})(?:{WS}{_TOLERANCE}{WS}{_NUMBER})?{HYPHEN}(?:(?:consecutive|continuous|successive|more|calendar){GAP})?"
            rf"(?:({_UNIT_BEHIND})(?!(?<=[a-z])(?<!s)[ ][-+]?[0-9])|\(({_UNIT_BEHIND})\))"
        ),
        half=re.compile(rf"(?:(?:a|one){GAP})?half(?:{GAP}an?{GAP}|{GAP}|-)({_UNIT})"),
        one=re.compile(rf"(?:a|an){GAP}({_UNIT})"),
        unit=re.compile(_UNIT),
        ordinal=re.compile(
            rf"([0-9]{{1,3}}(?:\.|{th})(?:{_SEPARATOR}[0-9]{{1,3}}{th}){{0,6}}){HYPHEN}({_UNIT})(?![ ]?[0-9])"
        ),
        label=re.compile(
            rf"({alternation(words('label'))})(?![a-z])(?:{WS}(?:\(s\)|#|no\.|number|:))?"
            rf"(?={WS}[-+(−–]?[0-9]|{GAP}{_NUMBER_WORD})"
        ),
        point=re.compile(rf"{WS}\(?([-+−–]?)[ ]?({_NUMBER})(?:th|st|nd|rd)?(?![0-9])"),
        next_point=re.compile(
            rf"(?:{WS}\([^()\n]{{1,30}}\))?({_SEPARATOR})(?:{_LABEL}{WS})?([-+−–]?)[ ]?({_NUMBER})(?:th|st|nd|rd)?(?![0-9])"
        ),
        not_point=re.compile(
            rf"[ \t\xa0]{{0,4}}-?(?:{_UNIT}(?!{WS}[-+]?[0-9])|[a-zµμ%]{{0,3}}g(?![a-z])|%|ml|x[ ]?10|×|\^|million|"
            rf"cells|patients|subjects|iu|mcg|times|doses|{_PLURAL}|d(?![a-z])|h(?![a-z])|[.][0-9])"
        ),
        start=re.compile(rf"(?:{alternation(words('start'))})(?![a-z])(?:{WS}\((?:{zero})\))?"),
    )


class Rates(NamedTuple):
    """Frequencies and intervals."""

    code: re.Pattern[str]
    multiplied: re.Pattern[str]
    per: re.Pattern[str]
    every: re.Pattern[str]
    latin: re.Pattern[str]
    interval: re.Pattern[str]
    apart: re.Pattern[str]
    intervals_behind: re.Pattern[str]


@cache
def rates() -> Rates:
    many = rf"(?:{_ADVERB}|{_NUMBER}{WS}{_X_OR_TIMES})"
    return Rates(
        code=re.compile(_CODE),
        multiplied=re.compile(rf"({_ADVERB}|{_NUMBER})(?:{WS}{_X_OR_TIMES})?{WS}-?({_CODE})"),
        per=re.compile(
            rf"({many}){WS}(?:in{GAP})?(?:(?:a|an|per|every|each|in)(?![a-z])|/){WS}(?:({_RANGE}){HYPHEN})?({_UNIT})"
        ),
        every=re.compile(
            rf"(?:every|each)(?![a-z]){WS}(?:(?P<other>other|alternate|second)|(?P<third>third|3rd)|(?P<n>{_RANGE}))?"
            rf"{HYPHEN}(?P<u>{_UNIT_BEHIND})"
        ),
        latin=re.compile(rf"q{WS}({_RANGE}){WS}({_UNIT_BEHIND})"),
        interval=re.compile(
            rf"intervals?(?:{GAP}[a-z]{{1,15}}){{0,8}}?{GAP}?(?:of|was|is|were|are|be|:)"
            rf"(?:{GAP}(?:about|approximately|at{GAP}least|around))?{WS}({_RANGE}){HYPHEN}({_UNIT})"
        ),
        apart=re.compile(rf"{WS}(?:\([^()\n]{{1,20}}\){WS})?apart(?![a-z])"),
        intervals_behind=re.compile(
            rf"['’]?{WS}-?(?:(?:long|time|treatment|dosing){GAP})?intervals?(?![a-z])"
            rf"(?:{GAP}between(?:{GAP}[a-z]{{1,15}}){{0,3}}?{GAP}{_EVENT})?"
        ),
    )


class Counts(NamedTuple):
    """How many times."""

    times: re.Pattern[str]
    given: re.Pattern[str]
    single: re.Pattern[str]
    total: re.Pattern[str]
    no_count: re.Pattern[str]


@cache
def counts() -> Counts:
    word = rf"(?:(?:and|or){GAP}(?=intra|sub|peri|epi|trans)|{_not('no adjective')}[a-z0-9/+()-]{{1,20}}{GAP})"
    x_end = rf"(?={WS}(?:[,.;)\n]|and|with|in|$))"
    return Counts(
        times=re.compile(
            rf"(?:(?P<n>{_RANGE})(?:{GAP}|-)?(?:times?|x{x_end})(?![a-z0-9]|[ ]?[0-9])|"
            rf"(?P<oo>once{GAP}or{GAP}twice)(?![a-z])|(?P<a>{_ADVERB})(?![a-z])|"
            rf"[x×]{WS}(?P<y>{_NUMBER})(?={WS}(?:[,.;)]|$|{_GIVING})))"
        ),
        given=re.compile(
            rf"(?P<n>{_NUMBER}(?:{WS}\([0-9]{{1,2}}\))?(?:{WS}(?:{_TO}|or){WS}{_NUMBER})?)(?:{GAP}|-)"
            rf"(?P<adj>{word}){{0,5}}?(?P<noun>{_PLURAL})"
        ),
        single=re.compile(
            rf"(?:(?:1|one){GAP}single|single|one)(?![a-z])(?:{GAP}|-|–)(?:time(?:{GAP}|-))?{_not('no single')}"
            rf"(?P<adj>{word}){{0,8}}?(?P<noun>{_GIVING})"
        ),
        total=re.compile(
            rf"total(?:{GAP}number)?{GAP}of{GAP}({_NUMBER})"
            rf"(?![.0-9]|{WS}(?:x|×|\^|%|m[lg]|{_UNIT})|"
            rf"(?:{GAP}[a-z-]{{1,20}}){{0,3}}?{GAP}(?:{alternation(words('no total'))}))"
            rf"(?:{WS}(?:times|{_PLURAL}))?(?:(?=[^.;\n]{{0,120}}{_PLURAL})|(?<=s)(?![a-z]))"
        ),
        no_count=re.compile(rf"[ -]{{0,2}}(?:{alternation(words('no count'))})(?![a-z])"),
    )


class Links(NamedTuple):
    """What joins parts: roles, joints, tails and asides."""

    role: re.Pattern[str]
    joint: re.Pattern[str]
    tail: re.Pattern[str]
    aside: re.Pattern[str]


@cache
def links() -> Links:
    goes_on = (
        rf"(?:the{GAP})?(?:study|treatment|therapy|course){GAP}(?:lasts|will{GAP}last|continues|will{GAP}continue)"
    )
    word = (
        rf"(?:and|or|then|to|thereafter|again|also|plus|but|after{GAP}that|as{GAP}well{GAP}as|with{GAP}a{GAP}taper|followed{GAP}by|{goes_on}|"
        rf"with|an?|at|on|tapered|later|once|end{GAP}of|"
        rf"(?:which{GAP}will{GAP}be{GAP})?(?:beginning|starting|commencing|started|continuing|continued|repeated|repeating)){GAP}|"
        rf"until(?:{GAP}[a-z-]{{2,15}}){{1,6}}(?=[,;])"
    )
    return Links(
        role=re.compile(
            rf"(?:(?P<role>{alternation(words('role'))})(?![a-z]){WS})?"
            rf"(?:(?:{alternation(words('filler'))})(?![a-z]){WS}){{0,5}}"
        ),
        joint=re.compile(rf"{WS}(?P<j>(?:(?:,|;|/|&(?:amp;)?|\+|-|–|—|~|{word}){WS}){{0,6}})"),
        tail=re.compile(
            rf"{HYPHEN}(?:\()?(?:of{GAP}(?:follow|treatment|the{GAP}(?:first|last))|"
            rf"later(?![a-z])|(?:later{GAP})?(?:\(?after|post|following|since|from|before|prior{GAP}to))(?![a-z]|[ ]?[0-9])"
        ),
        aside=re.compile(r"[ ]?\([^()\n]{1,40}\)"),
    )


class Surroundings(NamedTuple):
    """Words near a chain that tell what it is."""

    behind: re.Pattern[str]
    before: re.Pattern[str]
    cue: re.Pattern[str]
    making: re.Pattern[str]
    made: re.Pattern[str]


@cache
def surroundings() -> Surroundings:
    cues = words("cue")
    kinds = "|".join(
        rf"(?P<{kind}>{alternation([w for w, k in cues.items() if k == kind])})"
        for kind in ("administration", "assessment")
    )
    return Surroundings(
        behind=re.compile(rf"{HYPHEN}({alternation(words('behind'))})(?![a-z])"),
        before=re.compile(rf"(?<![a-z])(?:{alternation(words('before'))})(?![a-z])"),
        cue=re.compile(rf"(?<![a-z])(?:{kinds})(?![a-z])"),
        making=re.compile(rf"(?<![a-z])(?:{alternation(words('making'))})(?![a-z])"),
        made=re.compile(rf"(?<![a-z])(?:{alternation([w for w, v in words('making').items() if v])})(?![a-z])"),
    )
