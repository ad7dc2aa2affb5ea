"""CELL_DOSE: the amount of cells or of cell-derived particles that is given."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.scan import Amount, Scan
from extractor.scan.amounts import RANGE, TOLERANCE
from extractor.spans import Mention
from extractor.tag.cell_amounts import cell_amounts
from extractor.tag.cell_words import Cells, read_cells
from extractor.tag.dose_context import bare_unit, is_bare_dose, is_dose, is_seeding
from extractor.tag.dose_units import Per, read_bound, read_per
from extractor.tag.vesicle_mass import vesicle_masses

LABEL = "CELL_DOSE"


class DoseParts(NamedTuple):
    """What was read of one dose. `unit` counts ("{cells}"), `codes`: denominators, `bound`: op of a one-sided amount.

    `factors`: other readings of the whole amount as factors on its values, with the warning code that tells why.
    `other`: another reading of the values. `bare`: no word for cells and no denominator stood with the amount.
    """

    kind: str
    values: tuple[float, ...]
    unit: str
    codes: tuple[str, ...]
    basis: str | None
    bound: str | None
    approximate: bool
    restated: float | None = None
    factors: tuple[tuple[float, str], ...] = ()
    bare: bool = False
    other: tuple[float, ...] | None = None


class _Tail(NamedTuple):
    end: int
    cells: Cells | None
    per: Per
    restated: float | None
    factors: tuple[tuple[float, str], ...]
    word: bool  # a word follows that is no unit


_AFTER_BARE = re.compile(
    r"[ \n]{0,2}(?:\Z|[.,;:)\]/&+\n(–-]|(?:intra\w*|i\.?[vtmap]\.?|sub\w*|epi\w*|peri\w*|in|via|by|on|at|and|or|for|"
    r"to|is|are|was|were|will|with|once|twice|every|each|dose|"
    r"doses|level|after|before|during|through|into|over|daily|weekly|monthly|x|per|from|than|as|respectively|"
    r"depending|total|only|then|but|if|when|using|suspended|diluted|infused|"
    r"injected|administered|given|group|single|of|along|followed|plus|injections?|infusions?|respectively|delivered|"
    r"within|prior|route)(?![A-Za-z]))",
    re.IGNORECASE,
)
_NO_START = re.compile(r"(?:\bper |\bevery |\bNSC[ -]?|/|\bout of )\Z")
_FACTOR_UNREAD = re.compile(r"(?<![A-Za-z])[x×*∙][ ]{0,2}\Z")
_GLUED = re.compile(r"[^\W_]-?\Z")
_GOES_ON = re.compile(r"[-–][0-9]")
_FACTOR = re.compile(r"(?<![\w.])([0-9]{1,2}(?:\.[0-9])?)[ ]?[x×*][ ]?\Z")
_BETWEEN = re.compile(r"\b(?:between|from)\s\Z")
_SCALE_AGAIN = re.compile(r"[ ]?\([Mm]\)(?=[ ])")
_DOUBLE_SCALE = re.compile(r"[ ]?(?P<s>million|millions|mio|mln)(?![A-Za-z])", re.IGNORECASE)


def _restated(scan: Scan, at: int, value: float) -> tuple[int, float] | None:
    """A second writing of the amount in brackets: "2 × 10^8 (200 million)". End behind the bracket, and its value."""
    text = scan.text
    if text[at : at + 2].lstrip()[:1] != "(":
        return None
    i = scan.first_number_from(at)
    if i >= len(scan.numbers):
        return None
    number = scan.numbers[i]
    opening, rest = text[at : number.start], text[number.end : number.end + 2]
    if opening.strip() != "(" or not rest.startswith(")") or number.value < 1000:
        return None
    return number.end + 1, number.value


def _read_tail(scan: Scan, amount: Amount) -> _Tail:
    text, pos = scan.text, amount.end
    factors: list[tuple[float, str]] = []
    near = text[pos : pos + 4]
    if ("±" in near or "+" in near) and (tolerance := TOLERANCE.match(text, pos)):
        pos = tolerance.end()
    last = amount.numbers[-1]
    if (
        last.form == "power"
        and text[pos : pos + 2].lstrip(" ")[:1] in ("m", "M")
        and (scale := _DOUBLE_SCALE.match(text, pos))
    ):
        factors.append((1e6, "DOUBLE_SCALE"))
        pos = scale.end()
    if repeated := _SCALE_AGAIN.match(text, pos):
        pos = repeated.end()
    restated = _restated(scan, pos, amount.high)
    if restated:
        pos = restated[0]
    cells = read_cells(text, pos)
    if cells:
        per = read_per(text, cells.end, often=True)
        end = per.end or cells.end
    else:
        per = read_per(text, pos, often=True)
        end = per.end or pos
        if per.end and per.kinds[0] in ("body", "area", "site"):
            following = read_cells(text, per.end, 4, of=False)
            if following and not following.measured and text[per.end : following.start] == " ":
                cells, end = following, following.end
                further = read_per(text, end, often=True)
                if further.end:
                    end = further.end
                    codes = tuple(c for c in further.codes if c not in per.codes)
                    per = Per(end, (*per.codes, *codes), (*per.kinds, *further.kinds))
    word = not cells and not per.end and not _AFTER_BARE.match(text, pos)
    return _Tail(end, cells, per, restated[1] if restated else None, tuple(factors), word)


def _form_allows(text: str, amount: Amount, tail: _Tail, bare: bool) -> bool:
    """Whether number, unit and denominator together can be a dose, before the words around are asked."""
    number, kinds = amount.numbers[-1], tail.per.kinds
    plain = number.form in ("digits", "words")
    head = text[max(0, amount.start - 7) : amount.start]
    if tail.word or "lab" in kinds or (tail.cells and tail.cells.measured) or _NO_START.search(head):
        return False
    if (
        text.startswith("10", amount.start)
        and (number.mantissa == 1 or number.value < 1e5)
        and _FACTOR_UNREAD.search(head)
    ):
        return False
    if number.exponent is not None and (number.exponent < 0 or (bare and number.exponent < 4)):
        return False
    if plain and (bare or _GLUED.search(head)):
        return False
    if bare:
        return not _GOES_ON.match(text, tail.end)
    if tail.cells is None:
        return kinds[0] != "time" and not (plain and (kinds[0] != "body" or number.value < 10_000))
    if number.form == "digits" and not tail.per.codes and number.value < 10_000:
        return "," in text[number.start : number.end]  # "2019 CAR-T cells were approved"
    return not ("time" in kinds and tail.per.codes[-1] in ("min", "h"))


def _multiplied(text: str, amount: Amount) -> tuple[float, float, str] | None:
    """(factor, what its other reading divides by, why) of a factor before the amount.

    "1x10 million" may be 10 million, or 1 million; "3 × 500,000" 1.5 million, or three times half a million.
    """
    number = amount.numbers[-1]
    ten = number.form == "scaled" and number.mantissa == 10
    if amount.kind != "single" or not (ten or number.form == "digits"):
        return None
    match = _FACTOR.search(text[max(0, amount.start - 9) : amount.start])
    if match is None:
        return None
    times = float(match.group(1))
    return (times, 10.0, "TIMES_TEN_AMBIGUOUS") if ten else (times, times, "TIMES_AMBIGUOUS")


def _is_between(text: str, amount: Amount) -> bool:
    """ "between 5 and 15 million cells" is a range."""
    first, last = amount.numbers[0], amount.numbers[-1]
    return (
        amount.kind == "list"
        and len(amount.values) == 2
        and "and" in text[first.end : last.start]
        and bool(_BETWEEN.search(text[max(0, amount.start - 9) : amount.start]))
    )


def _mention(scan: Scan, amount: Amount) -> Mention | None:
    """The dose that starts with `amount`; None when it is none."""
    text, start = scan.text, amount.start
    tail = _read_tail(scan, amount)
    cells, per = tail.cells, tail.per
    bare = cells is None and not [k for k in per.kinds if k != "each"]
    if not _form_allows(text, amount, tail, bare):
        return None
    if "surface" in per.kinds and is_seeding(scan, start, tail.end):
        return None
    kind = "range" if _is_between(text, amount) else amount.kind
    values, factors = amount.values, tail.factors
    multiplied = _multiplied(text, amount)
    if multiplied is not None:
        times, divisor, why = multiplied
        start = text.rindex(f"{times:g}", 0, start)
        values = (values[0] * times,) * 2
        factors = (*factors, (1 / divisor, why))
    bound = read_bound(scan, start, tail.end)
    unmistakable = cells is not None or "body" in per.kinds[:1]
    judge = is_dose if unmistakable else is_bare_dose
    if not judge(scan, start, tail.end, bound):
        return None
    unit = cells.unit if cells else bare_unit(scan, start)
    one_sided = bound.op if kind == "single" else None
    parts = DoseParts(
        kind, values, unit, per.codes, per.basis, one_sided, bound.approximate, tail.restated, factors, bare,
        amount.other,
    )  # fmt: skip
    return Mention(start, tail.end, LABEL, f"cell-dose.{'bare' if bare else 'words' if cells else 'per'}", parts=parts)


def _split(amount: Amount) -> list[Amount]:
    """The levels of a list, each an amount of its own."""
    return [Amount(n.start, n.end, "single", (n.value, n.value), (n,), 0) for n in amount.numbers]


def _merged(scan: Scan, mentions: list[Mention]) -> list[Mention]:
    """Joins "5×10^4 /kg to 1×10^7 /kg": a range whose ends both carry their unit."""
    text = scan.text
    out: list[Mention] = []
    for mention in mentions:
        last = out[-1] if out else None
        if last and mention.start - last.end <= 12:
            between = text[last.end : mention.start]
            a, b = last.parts, mention.parts
            ranged = RANGE.fullmatch(between) or (
                between.strip() == "and" and _BETWEEN.search(text[max(0, last.start - 9) : last.start])
            )
            if (
                ranged
                and a.kind == b.kind == "single"
                and a.values[0] < b.values[0]
                and a.codes == b.codes[: len(a.codes)]
            ):
                values = (a.values[0], b.values[-1])
                parts = b._replace(kind="range", values=values, approximate=a.approximate or b.approximate, bound=None)
                out[-1] = Mention(last.start, mention.end, LABEL, "cell-dose.range", parts=parts)
                continue
            if (
                a.bare
                and len(between) <= 10
                and re.fullmatch(r",?\s?(?:and|or|and then|then|,)\s", between)
                and b.codes
            ):
                out[-1] = last.but(parts=a._replace(codes=b.codes, basis=b.basis, unit=b.unit, bare=False))
        out.append(mention)
    return out


def find(scan: Scan) -> list[Mention]:
    """All cell doses of the text, by start, disjoint."""
    found: list[Mention] = []
    for amount in cell_amounts(scan):
        if found and amount.start < found[-1].end:  # the second writing in brackets
            continue
        mention = _mention(scan, amount)
        if mention is None:
            continue
        if amount.kind == "list" and not amount.shared and mention.parts.bare:
            found.extend(m for part in _split(amount) if (m := _mention(scan, part)))
        else:
            found.append(mention)
    masses = vesicle_masses(scan)
    if masses:
        found = sorted(found + masses, key=lambda m: m.start)
    return _merged(scan, found)
