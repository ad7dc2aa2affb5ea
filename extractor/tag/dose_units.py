"""Shared by doses of cells and of drugs: what an amount is given per, and the words of bounds around it."""

from __future__ import annotations

import re
from functools import cache
from string import ascii_letters
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.scan import Scan, Unit
from extractor.scan.trie import trie_pattern
from extractor.vocab import load_table

KINDS = ("body", "area", "surface", "volume", "site", "time", "each", "lab")
BASIS = {"body": "per_kg", "area": "per_m2", "site": "per_site", "volume": "per_volume"}


class Per(NamedTuple):
    """What stands behind the slash: end in the text, UCUM codes in order ("kg", "d"), kinds met (of KINDS)."""

    end: int
    codes: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def basis(self) -> str | None:
        """Basis of the value contract; None where it has no word (time, surface); "total" without a denominator."""
        known = [k for k in self.kinds if k != "each"]
        return BASIS.get(known[0]) if known else "total"


NOTHING = Per(0, (), ())


@cache
def _denominators() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    table: dict[str, tuple[str, str]] = {}
    for row in load_table(
        "dose_denominators.csv", ["text", "kind", "ucum"], unique=["text"], required=["text", "kind"]
    ):
        if row["kind"] not in KINDS or (row["kind"] == "each") == bool(row["ucum"]):
            raise VocabularyError(
                f"{row.where}: kind {row['kind']!r} is none of {KINDS}, or its ucum must be blank (each) or not"
            )
        for text in row.many("text"):
            table[text.lower().replace(" ", "")] = (row["kind"], row["ucum"])
    names = {t.lower() for r in load_table("dose_denominators.csv", ["text", "kind", "ucum"]) for t in r.many("text")}
    words = trie_pattern(sorted(names), blank="[ ]{0,2}")
    number = r"[0-9]{1,4}(?:[.,][0-9]{1,3})?"
    pattern = re.compile(
        rf"[ ]{{0,2}}(?:(?:\(?/|\bper\b[ ]?/?|÷|x(?=[ ]?[Kk][Gg]\b))[ \n]{{0,3}}(?:(?:each|the|a|an|one|every)[ ])?"
        rf"(?:(?P<n>{number}(?:[ ]?[-–~][ ]?{number})?)[ ]?-?)?(?:[a-z]{{4,12}}[ ])??(?P<d>{words})(?![A-Za-z0-9])"
        rf"|[·∙.*]?[ ]?(?P<inverse>kg|m2|m\^2)[ ]?\^?[-−]1(?![0-9]))",
        re.IGNORECASE,
    )
    return pattern, table


_OWNER = r"(?:(?:actual|ideal|predicted|estimated|lean|real|total|adjusted|current|dry|measured|baseline|human)[ ])?"
_HOLDER = (
    r"(?:recipient|patient|subject|participant|host|donor|receptor|infant|child|mouse|rat|animal)(?:['`´]?[ ]?s['`´]?)?"
)
_WEIGHT = (
    r"(?:body[ -]?weights?|body[ ]?mass|bodyweight|"
    r"weights?|weigh|b\.?[ ]?w\.?t?|wt|bodywt|bm|bb|body|PBW|IBW|ABW|mass)(?![A-Za-z])"
)
_BODY = re.compile(
    rf"(?:[ ]?\([A-Za-z0-9+ -]{{1,20}}/[ ]?kg\))?"
    rf"(?:[ ]{{0,2}}(?:/|-|\bof\b)?[ \n]{{0,2}}(?P<open>\()?(?:of[ ])?(?:the[ ]|their[ ]|his[ ]|"
    rf"a[ ])?(?:{_OWNER}(?:{_HOLDER}[ ]{{1,2}})?{_OWNER}{_WEIGHT}|{_HOLDER}(?![A-Za-z]))"
    rf"(?:[ ]?\([PIA]?BW\))?(?(open)\))|(?:[ ]?\([A-Za-z0-9+ -]{{1,20}}/[ ]?kg\)))",
    re.IGNORECASE,
)
_SURFACE = re.compile(
    r"[ ](?:of[ ])?(?:the[ ])?(?:body[ ]surface(?:[ ]area)?|BSA)(?:/m\^?2)?(?![A-Za-z])", re.IGNORECASE
)


_OPENS = frozenset("/(pP÷xX·∙.*kKmM")  # what a denominator may begin with


def read_per(text: str, at: int, often: bool = False) -> Per:
    """The chain of denominators that starts at `at` ("/kg body weight per day"); NOTHING (end 0) when none does.

    `often`: "per week" says how often and belongs to no unit; "/week" does.
    """
    pattern, table = _denominators()
    codes: list[str] = []
    kinds: list[str] = []
    end = 0
    for _ in range(4):
        if text[end or at : (end or at) + 3].lstrip(" ")[:1] not in _OPENS:
            break
        match = pattern.match(text, end or at)
        if match is None or (
            match.group().lstrip().startswith("(") and ")" not in text[match.end() : match.end() + 40]
        ):
            break
        name = (match["d"] or match["inverse"]).lower().replace(" ", "")
        kind, ucum = table[name]
        amount = match["n"]
        if kind == "time" and amount and not codes and not kinds:
            break
        if often and kind == "time" and ucum not in ("min", "h") and "/" not in match.group():
            break
        if amount and ucum and not re.fullmatch(r"1(?:[.,]0)?", amount):  # "/3 mL", "per 0.25-0.5 cc"
            plain = re.fullmatch(r"[0-9.,]+", amount)
            ucum = f"({amount.replace(',', '.')}.{ucum})" if plain else ""
            kind = "each" if not plain else "volume" if ucum.endswith(".uL)") else kind
        if kind in kinds or (kind == "volume" and "body" in kinds):
            break
        if "volume" in kinds and kind == "site":
            kind, ucum = "each", ""
        end = match.end()
        if "(" in match.group() and text[end : end + 1] == ")":
            end += 1
        if ucum:
            codes.append(ucum)
        kinds.append(kind)
        if (kind == "body" and (tail := _BODY.match(text, end))) or (
            kind == "area" and (tail := _SURFACE.match(text, end))
        ):
            end = tail.end()
    return Per(end, tuple(codes), tuple(kinds)) if end else NOTHING


def body_tail(text: str, unit: Unit) -> int:
    """End of `unit` with the words that end its denominator: "mg/kg [of body weight]", "mg/m2 [body surface]"."""
    if unit.ucum.endswith("/kg"):
        tail = _BODY.match(text, unit.end)
    elif unit.ucum.endswith("/m2"):
        tail = _SURFACE.match(text, unit.end)
    else:
        tail = None
    return tail.end() if tail else unit.end


_APPROXIMATE = re.compile(
    r"(?:\b(?:approximately|approximate|approx\.?|aproximately|about|around|roughly|circa|ca\.?|nearly|almost|"
    r"estimated|average[ ]of|mean[ ]of|"
    r"averaging)|[~≈≅])[ ]{0,2}(?:of[ ])?\Z",
    re.IGNORECASE,
)
_ESTIMATES = {"approximately", "approximate", "approx", "aproximately", "about", "around", "roughly", "circa", "ca"}
_ESTIMATES |= {"nearly", "almost", "estimated", "of", "averaging", "~", "≈", "≅"}  # what _APPROXIMATE may end with
_MAXIMUM = re.compile(
    r"\b(?:max(?:imum|imal|\.)?|upper limit|not to exceed|not exceeding|no more than|capped at)(?:[ ](?:total|"
    r"cumulative|single|allowed|cell|permitted|daily|[a-z-]{6,20}(?=[ ]dos(?:e|age)[ ]of)))?"
    r"(?:[ ](?:dose|number|amount|quantity|dosage|count)(?:[ ]of[ ]cells)?)?(?:[ ](?:of|is|was|will be|being|at|"
    r"to))?[ ]?[:=]?[ ]?\Z",
    re.IGNORECASE,
)
_MINIMUM = re.compile(
    r"\bmin(?:imum|imal|\.)?(?:[ ](?:total|cumulative|single|cell|target))?(?:[ ](?:dose|number|amount|quantity|"
    r"dosage))?"
    r"(?:[ ](?:of|is|was|will be|being))?[ ]?[:=]?[ ]?\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[ ,(]{0,2}(?:(?P<le>or less|or lower|or below|at most|(?:at )?(?:maximum|max\.?)(?=[ ]?(?:[),;\n]|\.[ \n]|\Z)))"
    r"|(?P<ge>or more|or higher|or greater|or above))",
    re.IGNORECASE,
)
_NO_BOUND = {"from", "within", "starting from", "over", "beyond"}


class Bound(NamedTuple):
    """What stands around an amount: op ("ge", "gt", "le", "lt", None), whether as a symbol (≥, <), approximate."""

    op: str | None
    symbol: bool
    approximate: bool
    start: int


def read_bound(scan: Scan, start: int, end: int) -> Bound:
    """The bound that stands right before `start` or right after `end`."""
    text = scan.text
    head = text[max(0, start - 60) : start]
    said = head.rstrip(" .")
    last = said[-1:] if said[-1:] in "~≈≅" else said[len(said.rstrip(ascii_letters)) :].lower()
    estimate = _APPROXIMATE.search(head) if last in _ESTIMATES else None
    at = start
    if estimate:
        at = start - len(head) + estimate.start()
        head = head[: estimate.start()]
    low = scan.lower[at - len(head) : at]
    most = "max" in low or "limit" in low or "exceed" in low or "no more than" in low or "capped" in low
    if most and (maximum := _MAXIMUM.search(head)):
        return Bound("le", False, bool(estimate), at - len(head) + maximum.start())
    if "min" in low and (minimum := _MINIMUM.search(head)):
        return Bound("ge", False, bool(estimate), at - len(head) + minimum.start())
    comparator = scan.comparator_before(at)
    if comparator is not None and comparator.op in ("ge", "gt", "le", "lt"):
        word = scan.lower[comparator.start : comparator.end]
        if word not in _NO_BOUND:
            return Bound(comparator.op, not word[0].isalpha(), bool(estimate), comparator.start)
    after = _AFTER.match(text, end)
    if after:
        return Bound("le" if after["le"] else "ge", False, bool(estimate), at)
    return Bound(None, False, bool(estimate), at)
