"""The words and patterns of schedules, compiled once from schedule_words.csv and frequency_codes.csv. All patterns run on lower-cased text."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.vocab import load_table, require_known

WS = r"[ \t\xa0]{0,6}(?:\r?\n[ \t]{0,16})?"  # blanks, at most one line break
GAP = r"(?:[ \t\xa0]{1,6}(?:\r?\n[ \t]{0,16})?|\r?\n[ \t]{0,16})"
HYPHEN = r"[ \t\xa0]{0,4}(?:\r?\n[ \t]{1,16}|-[ \t]{0,2})?"  # blanks or a hyphen
UNITS = ("s", "min", "h", "d", "wk", "mo", "a")
_VALUES = {
    "unit": UNITS, "letter": UNITS, "label": UNITS, "role": ("until", "duration", "point", "since", "interval"),
    "giving": ("administration", "assessment"), "cue": ("administration", "assessment"),
    "start": ("P0D",), "event": ("",), "filler": ("",), "behind": ("", "h"), "before": ("",),
}  # fmt: skip


class Frequency(NamedTuple):
    """`frequency` times each `period` `unit`; ranges have their upper end in the _max fields."""

    frequency: float
    period: float
    unit: str
    frequency_max: float | None = None
    period_max: float | None = None


@cache
def words(kind: str) -> dict[str, str]:
    """word -> value of one kind of schedule_words.csv."""
    out: dict[str, str] = {}
    for row in load_table("schedule_words.csv", ["word", "kind", "value"], required=["word", "kind"]):
        require_known(row, "kind", _VALUES, "kind of schedule word")
        if row["value"] not in _VALUES[row["kind"]]:
            raise VocabularyError(f"{row.where}: {row['value']!r} is no value of kind {row['kind']!r}")
        if row["kind"] == kind:
            for word in row.many("word"):
                if word in out:
                    raise VocabularyError(f"{row.where}: {word!r} stands twice as {kind}")
                out[word] = row["value"]
    return out


@cache
def frequencies() -> dict[str, tuple[Frequency, bool]]:
    """text -> (frequency, whether a number of times before it multiplies it)."""
    columns = ["text", "frequency", "period", "period_unit", "multiply"]
    out = {}
    for row in load_table("frequency_codes.csv", columns, unique=["text"], required=columns):
        require_known(row, "period_unit", UNITS, "unit of time")
        for text in row.many("text"):
            out[text] = (Frequency(float(row["frequency"]), float(row["period"]), row["period_unit"]), row["multiply"] == "yes")
    return out


@cache
def number_words() -> dict[str, float]:
    """Number words up to ninety, and the adverbs once, twice, thrice are no part of it."""
    rows = load_table("number_words.csv", ["word", "value", "kind"], unique=["word"], required=["word", "value", "kind"])
    return {w: float(r["value"]) for r in rows if r["kind"] == "unit" and float(r["value"]) < 100 for w in r.many("word")}


def alternation(entries: list[str] | dict[str, str]) -> str:
    """A regular expression of `entries`, longest first, sorted for the engine; a blank stands for one to many."""
    ordered = sorted(entries, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace(r"\ ", GAP).replace(r"\*", "[a-z]{0,12}") for w in ordered)


def first_letters(entries: list[str]) -> str:
    """Like alternation, grouped by the first letter, so that the engine leaves early."""
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry[0], []).append(entry[1:])
    parts = []
    for letter, rests in sorted(groups.items()):
        parts.append(re.escape(letter) + "(?:" + alternation(rests) + ")")
    return "|".join(parts)


class Patterns(NamedTuple):
    anchor: re.Pattern[str]
    numeric: re.Pattern[str]
    quantity: re.Pattern[str]
    half: re.Pattern[str]
    ordinal: re.Pattern[str]
    label: re.Pattern[str]
    point: re.Pattern[str]
    next_point: re.Pattern[str]
    not_point: re.Pattern[str]
    start: re.Pattern[str]
    code: re.Pattern[str]
    multiplied: re.Pattern[str]
    per: re.Pattern[str]
    every: re.Pattern[str]
    latin: re.Pattern[str]
    interval: re.Pattern[str]
    apart: re.Pattern[str]
    intervals_behind: re.Pattern[str]
    times: re.Pattern[str]
    given: re.Pattern[str]
    single: re.Pattern[str]
    total: re.Pattern[str]
    role: re.Pattern[str]
    joint: re.Pattern[str]
    tail: re.Pattern[str]
    aside: re.Pattern[str]
    behind: re.Pattern[str]
    before: re.Pattern[str]
    cue: re.Pattern[str]


def _number() -> str:
    return rf"(?:[0-9]{{1,4}}(?:\.[0-9]{{1,2}})?|(?:{alternation(list(number_words()))})(?![a-z]))"


@cache
def patterns() -> Patterns:
    """All patterns of the label."""
    number, unit = _number(), rf"(?:{alternation(words('unit'))})(?![a-z])"
    behind_number = rf"(?:{unit}|(?:{alternation(words('letter'))})(?![a-z0-9/]))"
    to = r"(?:to|-{1,2}|–|—|~|through|thru|until|till|up to)"
    comma = r"(?:,|;|/|&|\+|and|or)"
    separator = rf"{WS}(?:{comma}{WS}(?:and|or|&|at){WS}|{comma}{WS}|{to}{WS})"
    givings = list(words("giving"))
    giving = rf"(?:{alternation(givings)})(?:s|\(s\)|es)?(?![a-z])"
    plural = rf"(?:{alternation([g + 's' for g in givings] + ['biopsies', 'therapies', 'dosing'])})(?![a-z])"
    adverb = r"(?:once|twice|thrice)"
    times = rf"(?:{adverb}|{number}{WS}(?:x(?![a-z0-9])|times?(?![a-z])|doses?|{giving}))"
    code = alternation(list(frequencies()))
    event = rf"(?:{alternation(list(words('event')) + givings)})(?:s|es)?(?![a-z])"
    anchors = [*(w for w in number_words()), *words("label"), *words("start"), *frequencies()]
    anchors += ["once", "twice", "thrice", "every", "each", "single", "interval", "intervals", "total of", "half", "immediately", "just", "right"]
    anchors += ["q", "before", "separated", "per"]
    return Patterns(
        anchor=re.compile(rf"(?<![a-z0-9.^])(?:[0-9]|[x×](?=[ ]?[0-9])|(?:{first_letters(sorted(set(anchors)))})(?![a-z]))"),
        numeric=re.compile(rf"{number}(?:[ \t\xa0\r\n]{{0,12}}[a-z]|{WS}(?:[,;/&+~–—(×-]|\.(?=[ \t])))"),
        quantity=re.compile(
            rf"({number}(?:{separator}{number}){{0,15}}){HYPHEN}(?:(?:consecutive|continuous|successive|more|calendar){GAP})?"
            rf"(?:({behind_number})(?!(?<=[a-z])(?<!s)[ ][-+]?[0-9])|\(({behind_number})\))"
        ),
        half=re.compile(rf"(?:(?:a|one){GAP})?half(?:{GAP}an?{GAP}|{GAP}|-)({unit})"),
        ordinal=re.compile(
            rf"([0-9]{{1,3}}(?:\.|{WS}(?:st|nd|rd|th))(?:{separator}[0-9]{{1,3}}{WS}(?:st|nd|rd|th)){{0,6}}){HYPHEN}({unit})"
        ),
        label=re.compile(rf"({alternation(words('label'))})(?![a-z])\.?(?:{WS}(?:\(s\)|#|no\.|number|:))?(?={WS}[-+(−–]?[0-9]|{GAP}(?:{alternation(list(number_words()))})(?![a-z]))"),
        point=re.compile(rf"{WS}\(?([-+−–]?)[ ]?({number})(?:th|st|nd|rd)?(?![0-9])"),
        next_point=re.compile(
            rf"(?:{WS}\([^()\n]{{1,30}}\))?({separator})(?:(?:{alternation(words('label'))})(?![a-z]){WS})?([-+−–]?)[ ]?({number})(?![0-9])"
        ),
        not_point=re.compile(
            rf"[ \t\xa0]{{0,4}}-?(?:{unit}(?!{WS}[-+]?[0-9])|[a-zµμ%]{{0,3}}g(?![a-z])|%|ml|x[ ]?10|×|\^|million|cells|patients|subjects|iu|mcg|times|doses|"
            rf"(?:{plural})|d(?![a-z])|h(?![a-z])|[.][0-9])"
        ),
        start=re.compile(rf"(?:{alternation(words('start'))})(?![a-z])(?:{WS}\((?:(?:day|week|month|visit|t|v|d|w|hour)s?{WS}[-+]?0{{0,2}}[01]?|0{WS}(?:days?|weeks?|months?|d|w|m|h)?)\))?"),
        code=re.compile(rf"(?:{code})(?![a-z])"),
        multiplied=re.compile(rf"({adverb}|{number})(?:{WS}(?:x(?![a-z0-9])|times?(?![a-z])|doses?|{giving}))?{WS}-?({code})(?![a-z])"),
        per=re.compile(rf"({times}){WS}(?:in{GAP})?(?:(?:a|an|per|every|each|in)(?![a-z])|/){WS}(?:({number}(?:{WS}{to}{WS}{number})?){HYPHEN})?({unit})"),
        every=re.compile(
            rf"(?:every|each)(?![a-z]){WS}(?:(?P<other>other|alternate|second)|(?P<third>third|3rd)|"
            rf"(?P<n>{number}(?:{WS}(?:{to}|or|/){WS}{number})?))?{HYPHEN}(?P<u>{behind_number})"
        ),
        latin=re.compile(rf"q{WS}({number}(?:{WS}{to}{WS}{number})?){WS}({behind_number})"),
        interval=re.compile(
            rf"intervals?(?:{GAP}[a-z]{{1,15}}){{0,8}}?{GAP}?(?:of|was|is|were|are|be|:)(?:{GAP}(?:about|approximately|at{GAP}least|around))?"
            rf"{WS}({number}(?:{WS}(?:{to}|or){WS}{number})?){HYPHEN}({unit})"
        ),
        apart=re.compile(rf"{WS}(?:\([^()\n]{{1,20}}\){WS})?apart(?![a-z])"),
        intervals_behind=re.compile(rf"['’]?{WS}-?(?:long{GAP}|time{GAP}|treatment{GAP}|dosing{GAP})?intervals?(?![a-z])(?:{GAP}between(?:{GAP}[a-z]{{1,15}}){{0,3}}?{GAP}{event})?"),
        times=re.compile(rf"(?:(?P<n>{number}(?:{WS}(?:{to}|or){WS}{number})?)(?:{GAP}|-)?(?:times?|(?P<x>x)(?={WS}(?:[,.;)\n]|and|with|in|$)))(?![a-z0-9]|[ ]?[0-9])|(?P<a>{adverb})(?![a-z])|[x×]{WS}(?P<y>{number})(?={WS}(?:[,.;)]|$|{giving})))"),
        given=re.compile(
            rf"(?P<n>{number}(?:{WS}\([0-9]{{1,2}}\))?(?:{WS}(?:{to}|or){WS}{number})?)(?:{GAP}|-)(?P<adj>(?!(?:of|in|with|the|for|to|dose|different|day|week|month|year|patients|subjects|arms|groups|or|and|escalating|cohorts|treatment|ml|mg|cc|µl|µg|g|l|x|times|million)(?![a-z]))[a-z0-9/+()-]{{1,20}}{GAP}){{0,5}}?(?P<noun>{plural})"
        ),
        single=re.compile(
            rf"(?:single|one)(?![a-z])(?:{GAP}|-|–)(?:time(?:{GAP}|-))?"
            r"(?!(?:arm|centers?|centre|group|blind|site|center|masked|cohort|cell|more|blinded|nucleotide|agent|lumen|patient|of|or|and|to)(?![a-z]))"
            rf"(?P<adj>(?!(?:of|in|with|the|for|to|or|and|at|by|from)(?![a-z]))[a-z0-9/+()-]{{1,20}}(?:{GAP})){{0,8}}?(?P<noun>{giving})"
        ),
        total=re.compile(
            rf"total(?:{GAP}number)?{GAP}of{GAP}({number})(?![.0-9]|{WS}(?:x|×|\^|%|m[lg]|{unit})|(?:{GAP}[a-z-]{{1,20}}){{0,3}}?{GAP}(?:patients|subjects|"
            rf"participants|cells|million|people|volunteers|children|individuals|cases|mice|sites|centers))(?:{WS}(?:times|{plural}))?"
            rf"(?:(?=[^.;\n]{{0,120}}{plural})|(?<=s)(?![a-z]))"
        ),
        role=re.compile(
            rf"(?:(?P<role>{alternation(words('role'))})(?![a-z]){WS})?(?:(?:{alternation(words('filler'))})(?![a-z]){WS}){{0,5}}"
        ),
        joint=re.compile(
            rf"{WS}(?P<j>(?:(?:,|;|/|&|\+|-|–|—|~|(?:and|or|then|to|thereafter|again|also|plus|after{GAP}that|as{GAP}well{GAP}as|followed{GAP}by|(?:the{GAP})?(?:study|treatment|therapy|course){GAP}(?:lasts|will{GAP}last|continues|will{GAP}continue)|"
            rf"with|an?|at|on|tapered|later|once|end{GAP}of){GAP}){WS}){{0,6}})"
        ),
        tail=re.compile(rf"{HYPHEN}(?:\()?(?:of{GAP}(?:follow|treatment|the{GAP}(?:first|last))|(?:later{GAP})?(?:\(?after|post|following|since|from|before|prior{GAP}to))(?![a-z]|[ ]?[0-9])"),
        aside=re.compile(r"[ ]?\([^()\n]{1,40}\)"),
        behind=re.compile(rf"{HYPHEN}({alternation(words('behind'))})(?![a-z])"),
        before=re.compile(rf"(?<![a-z])(?:{alternation(words('before'))})(?![a-z])"),
        cue=re.compile(rf"(?<![a-z])(?:(?P<administration>{alternation([w for w, v in words('cue').items() if v == 'administration'])})|(?P<assessment>{alternation([w for w, v in words('cue').items() if v == 'assessment'])}))(?![a-z])"),
    )  # fmt: skip
