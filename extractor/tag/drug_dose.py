"""DRUG_DOSE: the amount of anything but cells that is given: mass, activity, volume, radiation."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Amount, Number, Scan, Unit, read_amount, read_unit
from extractor.scan.amounts import LIST, PLUS_MINUS, RANGE, may_join
from extractor.spans import Mention
from extractor.tag.dose_context import after, sentence, words
from extractor.tag.dose_units import Bound, body_tail, read_bound, read_per
from extractor.tag.vesicle_mass import vesicle_masses

LABEL = "DRUG_DOSE"


class DrugParts(NamedTuple):
    """What was read of one dose. `dotted`: the values as written, where a point was read as a grouping mark."""

    kind: str
    values: tuple[float, ...]
    unit: str
    bound: str | None
    approximate: bool
    dotted: tuple[float, ...] | None = None


# the first unit behind a number; read_unit then reads the whole of it
_HIT = re.compile(
    r"[ ]{0,2}(?:-[ ]?)?(?:(?P<mass>(?:m|µ|u|mc|n)g(?:ms?|s)?|Mg|MG|g|gr|gms?|(?:milli|micro)?grams?|mkg|microg)|"
    r"(?P<volume>m[lL]s?|M[lL]|cc|L|liters?|litres?|millilit(?:er|re)s?|µ[lL]|u[lL]|microlit(?:er|re)s?)"
    r"|(?P<unit>I\.?U\.?|UI|U|iu|[Uu]nits?|[Ii]nternational [Uu]nits?|MIU|MU)|(?P<ray>c?Gy|c?[Gg]rays?|rads?|mCi|"
    r"MBq)|(?P<count>CFUs?|cfu|[Cc]olony[ -]forming units?|PFU|vg|vector genomes|viral particles|vp))"
    r"(?![A-Za-z0-9^]|-[a-z]{2})"
)
_COUNTED = re.compile(
    r"(?<![A-Za-z])(?:cohort|group|arm|level|stage|phase|part|panel|tier|step|dl|days?|weeks?|months?|patients?|"
    r"visit|cycles?|courses?|grade|type|hours?|d|nsc|il|cd|no\.?|article|number)[ #:-]{0,2}[+-]?\Z",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<![A-Za-z])(?:to|of|than|with|at|and|or|dose|is)\Z")
_SPEED = re.compile(r"[ ]?(?:needle|gauge|cannula|catheter|spinal|i\.?v\.? can|rcf|force|for \d{1,3} ?min|\()|[ ]?[x×]")
_DENOMINATOR = re.compile(r"(?:(?:/|\bper)[ ]?|\brate of[ ])\Z", re.IGNORECASE)
_CONCENTRATION = re.compile(
    r"[ ]?(?:\((?:w|v)/v\)|/[ ]?[0-9.]{1,4}[ ]?m[lL]\b(?! (?:saline|normal))|(?:/|per )[ ]?(?:dL|100 ?m[lL]|L|l)\b)"
)
_OPENS = frozenset("(/p")  # what a concentration begins with

_NAMED = re.compile(
    r"[ ](?!and\b|or\b|to\b|per\b|of\b|in\b)[A-Za-z][A-Za-z0-9-]{1,20}(?=/[ ]?(?:kg|m2|m\^2)(?![A-Za-z]))"
)  # "5 mg MTX/kg"


def _last(scan: Scan, table: str, start: int, at: int) -> int:
    """End of the last of the table's words in [start, at); -1 when there is none."""
    match = scan.last_match(words(table), start, at)
    return match[1] if match else -1


def _first(scan: Scan, index: int) -> int:
    """Index of the first number of the range or list that ends with number `index`, whose unit all share."""
    text, numbers = scan.text, scan.numbers
    first = index
    for _ in range(6):
        if first == 0:
            return first
        previous = numbers[first - 1]
        between = text[previous.end : numbers[first].start]
        if not may_join(between) or not (
            RANGE.fullmatch(between) or LIST.fullmatch(between) or PLUS_MINUS.fullmatch(between)
        ):
            return first
        head = text[max(0, previous.start - 12) : previous.start]
        if head[-1:].isalpha() or (head[-1:] == "-" and head[-2:-1].isalnum()):
            return first
        if _COUNTED.search(head):
            return index
        if (
            (first == index and between.strip() in (",", ";"))
            or (between.strip() == "and" and previous.form == "words")
        ) and previous.value > numbers[first].value:  # "in 2019, 5 mg"
            return first
        first -= 1
    return first


def _is_volume_dose(scan: Scan, start: int, end: int, bound: Bound) -> bool:
    head, tail = sentence(scan, start, 90), after(scan, end, 50)
    if words("volume_of").match(tail.lstrip(" -")):
        return False
    given, taken = _last(scan, "volume_given", head, start), _last(scan, "volume_taken", head, start)
    if taken > given:
        return False
    if words("volume_follows").search(tail[:25]):
        return not (bound.symbol and given < 0)
    if words("volume_taken").search(tail[:30]):
        return False
    return given >= 0 and not (bound.symbol and bound.op in ("ge", "gt"))


def _is_dose(scan: Scan, kind: str, unit: Unit, start: int, end: int, bound: Bound) -> bool:
    dimension = unit.dimension
    if kind == "volume":
        return "/time" not in dimension and _is_volume_dose(scan, start, end, bound)
    if kind in ("ray", "count"):
        return "/time" not in dimension
    tail = scan.lower[end : end + 30]
    if words("mass_then").match(tail.lstrip()):
        return False
    measured = _last(scan, "mass_measured", max(0, start - 70), start)
    if measured >= 0:
        head = sentence(scan, start, 70)
        measured = _last(scan, "mass_measured", head, start)
        if measured >= 0 and measured > _last(scan, "mass_given", head, start):
            return False
    if kind == "unit":
        if words("blood_units").match(tail.lstrip()):
            return False
        if unit.ucum in ("U",):
            return bool(words("units_given").search(scan.lower, sentence(scan, start, 70), end + 40))
    if unit.ucum == "g":
        return not _SPEED.match(tail) and scan.text[start - 2 : start] not in ("x ", "× ")
    return True


_GROUPED = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0")


def _dotted(scan: Scan, amount: Amount, unit: Unit) -> tuple[float, ...] | None:
    """Values with the point read as a grouping mark: "1.040-1.800 mg", "500-1.000 mg"; None where it is decimal."""
    if not unit.ucum.startswith("mg") or "kg" in unit.ucum:
        return None
    found, values = False, []
    for number in amount.numbers:
        if _GROUPED.fullmatch(scan.text, number.start, number.end):
            found = True
            values.append(float(round(number.value * 1000)))
        else:
            values.append(number.value)
    if not found or values != sorted(values):
        return None
    return (values[0], values[-1]) if amount.kind != "list" else tuple(values)


def _amount(scan: Scan, index: int, unit: Unit) -> tuple[Amount, tuple[float, ...], tuple[float, ...] | None]:
    """Amount, its values, and the values as written where points group digits."""
    first = _first(scan, index)
    amount = read_amount(scan.text, scan.numbers, first)
    if amount.following != index + 1:
        falling = index - first == 1 and RANGE.fullmatch(scan.text[scan.numbers[first].end : scan.numbers[index].start])
        if falling and "." in scan.text[scan.numbers[index].start : scan.numbers[index].end]:
            pair = (scan.numbers[first], scan.numbers[index])
            amount = Amount(pair[0].start, pair[1].end, "range", (pair[0].value, pair[1].value), pair, index + 1)
        else:
            amount = read_amount(scan.text, scan.numbers, index, lists=False)
            if amount.following != index + 1:
                number = scan.numbers[index]
                amount = Amount(number.start, number.end, "single", (number.value, number.value), (number,), index + 1)
    grouped = _dotted(scan, amount, unit)
    return (amount, grouped, amount.values) if grouped else (amount, amount.values, None)


def _starts(text: str, number: Number, group: str) -> bool:
    """Whether an amount can start here: not inside a power, a clock time, a name ("EQ-5D-5L", "L1")."""
    start = number.start
    before_it, further = text[start - 1 : start], text[start - 2 : start - 1]
    if before_it in ("^", ":"):
        return False
    if before_it.isalpha() and number.form == "digits":
        return bool(_GLUED.search(text[max(0, start - 6) : start]))
    return not (further.isalpha() and (before_it == "/" or (before_it == "-" and group == "volume")))


def _dose(scan: Scan, index: int, hit: re.Match[str]) -> Mention | None:
    """The dose whose last number is `index` and whose unit starts in `hit`; None when it is none."""
    text, group = scan.text, hit.lastgroup or ""
    unit = read_unit(text, hit.start(group))
    if unit is None or not _allowed(unit):
        return None
    if text[unit.end : unit.end + 2].lstrip(" ")[:1] in _OPENS and _CONCENTRATION.match(text, unit.end):
        return None
    amount, values, dotted = _amount(scan, index, unit)
    head = text[max(0, amount.start - 9) : amount.start]
    if values[-1] == 0 or (group in ("mass", "volume") and _DENOMINATOR.search(head)):
        return None
    ucum, end = unit.ucum, body_tail(text, unit)
    name = _NAMED.match(text, end) if "/" not in ucum and "/" in text[end : end + 24] else None
    if name:
        end = name.end()
    per = read_per(text, end)
    if per.end:
        codes = [c for c in per.codes if c not in ucum.split("/")[1:]]
        if "volume" in per.kinds or "lab" in per.kinds or (group == "volume" and {"min", "h"} & set(codes)):
            return None
        ucum, end = "/".join((ucum, *codes)), per.end
    bound = read_bound(scan, amount.start, end)
    if not _is_dose(scan, group, unit, amount.start, end, bound):
        return None
    one_sided = bound.op if amount.kind == "single" else None
    parts = DrugParts(amount.kind, values, ucum, one_sided, bound.approximate, dotted)
    return Mention(amount.start, end, LABEL, f"drug-dose.{group}", parts=parts)


def find(scan: Scan) -> list[Mention]:
    """All drug doses of the text, by start, disjoint; masses of vesicles are left to CELL_DOSE."""
    text, match_hit = scan.text, _HIT.match
    out: list[Mention] = []
    for index, number in enumerate(scan.numbers):
        hit = match_hit(text, number.end)
        if hit is None or not _starts(text, number, hit.lastgroup or ""):
            continue
        mention = _dose(scan, index, hit)
        if mention is not None and not (out and mention.start < out[-1].end):
            out.append(mention)
    if out and (masses := vesicle_masses(scan)):
        out = [m for m in out if not any(m.start < v.end and v.start < m.end for v in masses)]
    return out


def _allowed(unit: Unit) -> bool:
    """No concentrations, ratios and levels: nothing per volume, per mass but body weight, per amount of substance."""
    first, *rest = unit.dimension.split("/")
    codes = unit.ucum.split("/")[1:]
    if unit.ucum.startswith("m[iU]") or unit.ucum.startswith("u[iU]"):
        return False
    return not any(
        d in ("volume", "substance", "ratio", "field") or (d == "mass" and c != "kg")
        for d, c in zip(rest, codes, strict=False)
    ) and not (first == "volume" and "{1.73_m2}" in codes)
