"""CELL_DOSE: values, other readings of damaged amounts, and a check against what is ever given."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractor.normalise.dose_value import dose_value, scaled
from extractor.repair.aligned import Repair
from extractor.scan import Scan, find_numbers, read_amount
from extractor.spans import Mention, Warn
from extractor.tag.cell_dose import find
from extractor.vocab import load_table

_CODES = {
    "power-e": "E_NOTATION_AMBIGUOUS",
    "dot-thousand": "GROUPING_AMBIGUOUS",
    "misplaced-comma": "GROUPING_AMBIGUOUS",
    "TIMES_TEN_AMBIGUOUS": "SCALE_AMBIGUOUS",
    "TIMES_AMBIGUOUS": "SCALE_AMBIGUOUS",
    "DOUBLE_SCALE": "SCALE_AMBIGUOUS",
    "RANGE_OF_POWERS": "RANGE_AMBIGUOUS",
}


class Plausible(NamedTuple):
    """One row of plausible_doses.csv."""

    basis: str
    cells: tuple[str, ...]
    low: float
    high: float


@cache
def plausible_doses() -> tuple[Plausible, ...]:
    """All rows; a row with a cell word is narrower than the one without."""
    rows = load_table("plausible_doses.csv", ["basis", "cells", "low", "high"], required=["basis", "low", "high"])
    return tuple(Plausible(r["basis"], r.many("cells"), float(r["low"]), float(r["high"])) for r in rows)


@cache
def _bounds(basis: str) -> tuple[float, float, tuple[Plausible, ...]]:
    """Lowest and highest amount for `basis` whatever the cells, and the rows of one cell type."""
    rows = [p for p in plausible_doses() if p.basis == basis]
    wide = [p for p in rows if not p.cells]
    low, high = min((p.low for p in wide), default=0.0), max((p.high for p in wide), default=float("inf"))
    return low, high, tuple(p for p in rows if p.cells)


def _basis(mention: Mention) -> str:
    codes = mention.parts.codes
    return "per_surface" if "cm2" in codes else (mention.parts.basis or "total")


def plausible(basis: str, values: tuple[float, ...], near: str = "") -> bool:
    """Whether all values lie in the range for `basis`; `near`: lower-cased text around, for rows of one cell type."""
    low, high, rows = _bounds(basis)
    if near and (narrow := [p for p in rows if any(c in near for c in p.cells)]):
        low, high = min(p.low for p in narrow), max(p.high for p in narrow)
    return low <= min(values) and max(values) <= high


def _reread(mention: Mention, scan: Scan, repair: Repair, alternative: str) -> tuple[float, ...] | None:
    """The values when the damaged part is read as `alternative`."""
    aligned = scan.aligned
    if repair.rule == "power-e":
        return scaled(mention.parts.values, 10.0)
    start, end = aligned.to_view(repair.start), aligned.to_view(repair.start) + len(repair.read_as)
    if not (mention.start <= start and end <= mention.end and scan.text[start:end] == repair.read_as):
        return None
    text = scan.text[mention.start : start] + alternative + scan.text[end : mention.end]
    numbers = find_numbers(text)
    if not numbers or numbers[0].start != 0:
        return None
    amount = read_amount(text, numbers, 0)
    return amount.values if amount.kind == mention.parts.kind else None


def _others(mention: Mention, scan: Scan) -> list[tuple[tuple[float, ...], str]]:
    """Other readings, likeliest first, each with the rule or code that makes it possible."""
    parts = mention.parts
    out: list[tuple[tuple[float, ...], str]] = [(scaled(parts.values, factor), code) for factor, code in parts.factors]
    if parts.other is not None:
        out.append((parts.other, "RANGE_OF_POWERS"))
    start, end = scan.aligned.to_original(mention.start, mention.end)
    for repair in scan.aligned.repairs_in(start, end):
        for alternative in repair.alternatives:
            values = _reread(mention, scan, repair, alternative)
            if values and values != parts.values and all(values != o for o, _ in out):
                out.append((values, repair.rule))
    return out


def _explained(values: tuple[float, ...], basis: str) -> list[tuple[float, ...]]:
    """Plausible readings of an implausible amount that one lost or doubled character explains: another power of ten."""
    if len(set(values)) != 1:
        return []
    mantissa, _, exponent = f"{values[0]:e}".partition("e")
    digits = str(int(exponent))
    near = {digits[:i] + digits[i + 1 :] for i in range(len(digits))} | {"1" + digits}
    found = sorted({int(d) for d in near if d and d != digits and int(d) >= 3})
    out = [(float(f"{mantissa}e{e}"),) * len(values) for e in found]
    return [v for v in out if plausible(basis, v)]


def _agrees(scan: Scan, mention: Mention, values: tuple[float, ...]) -> bool:
    """Whether another dose of the text, written without doubt, has one of these values in the same unit."""
    known: dict[tuple[str, ...], set[float]] | None = getattr(scan, "_sure_doses", None)
    if known is None:
        known = {}
        for other in find(scan):
            original = scan.aligned.to_original(other.start, other.end)
            if not other.parts.factors and not any(r.alternatives for r in scan.aligned.repairs_in(*original)):
                known.setdefault(other.parts.codes, set()).update(other.parts.values)
        scan._sure_doses = known  # type: ignore[attr-defined]
    return bool(known.get(mention.parts.codes, set()) & set(values))


def normalise(mention: Mention, scan: Scan) -> Mention:
    """Value, alternatives and warnings of a cell dose."""
    volume = next(filter(None, map(_VOLUME.fullmatch, mention.parts.codes)), None)
    return _normalise(mention, scan) if volume is None else _in_volume(mention, scan, volume)


_VOLUME = re.compile(r"\(([0-9]+(?:\.[0-9]+)?)\.(m?L)\)")


def _in_volume(mention: Mention, scan: Scan, volume: re.Match[str]) -> Mention:
    """ "2 x 10^8 cells/3 mL": so many cells, given in 3 mL; the other reading is a concentration."""
    parts = mention.parts
    codes = tuple(c for c in parts.codes if c != volume[0])
    basis = parts.basis if parts.basis != "per_volume" else "total"
    whole = _normalise(mention.but(parts=parts._replace(codes=codes, basis=basis)), scan)
    values = scaled(parts.values, 1 / float(volume[1]))
    unit = "/".join((parts.unit, *codes, volume[2]))
    dilution = dose_value(parts.kind, values, unit, parts.bound, parts.approximate, "per_volume")
    warning = Warn("DOSE_IN_VOLUME", f"read as the cells in {volume[1]} {volume[2]}; it may be a concentration")
    return whole.but(parts=parts, alternatives=(*whole.alternatives, dilution), warnings=(*whole.warnings, warning))


def _normalise(mention: Mention, scan: Scan) -> Mention:
    parts = mention.parts
    unit = "/".join((parts.unit, *parts.codes))
    basis = _basis(mention)

    def value(values: tuple[float, ...]) -> dict:
        return dose_value(parts.kind, values, unit, parts.bound, parts.approximate, parts.basis)

    if "vesicle-mass" in mention.rule:
        return mention.but(value=value(parts.values))
    others = _others(mention, scan)
    chosen = parts.values
    warnings: list[Warn] = []
    if others:
        chosen, others, warnings = _choose(mention, scan, basis, others)
    elif parts.restated is not None and parts.restated != parts.values[-1]:
        others = [((parts.restated,) * len(parts.values), "RESTATED")]
        warnings.append(
            Warn(
                "RESTATEMENT_DIFFERS", f"the amount is stated twice: as {parts.values[-1]:g} and as {parts.restated:g}"
            )
        )
    elif not plausible(basis, chosen) and parts.unit == "{cells}":
        others = [(v, "explained") for v in _explained(chosen, basis)]
        warnings.append(Warn("DOSE_IMPLAUSIBLE", f"{chosen[-1]:g} {unit} lies outside what is known to be given"))
    return mention.but(
        value=value(chosen), alternatives=tuple(value(v) for v, _ in others), warnings=(*mention.warnings, *warnings)
    )


def _choose(
    mention: Mention, scan: Scan, basis: str, others: list[tuple[tuple[float, ...], str]]
) -> tuple[tuple[float, ...], list[tuple[tuple[float, ...], str]], list[Warn]]:
    """Ranks the readings: stated again in the text, then agreeing with another dose, then plausible, then the first."""
    parts = mention.parts
    near = scan.lower[max(0, mention.start - 150) : mention.end + 80]
    readings = [(parts.values, "as read"), *others]

    def rank(item: tuple[tuple[float, ...], str]) -> tuple[bool, bool, bool, bool]:
        values = item[0]
        literal_scale = parts.factors and values == parts.values
        return (
            parts.restated is not None and parts.restated not in values,
            not plausible(basis, values),
            bool(parts.factors) and not _agrees(scan, mention, values),
            not plausible(basis, values, near) and not literal_scale,
        )

    best = min(readings, key=rank)
    rest = [r for r in readings if r is not best]
    code = _CODES.get(others[0][1], "EXPONENT_AMBIGUOUS")
    if parts.restated is not None and parts.restated in best[0]:
        why = "the text states the amount a second time"
    elif any(not plausible(basis, v) for v, _ in rest) and plausible(basis, best[0]):
        why = "the other reading lies outside what is known to be given"
    elif parts.factors and _agrees(scan, mention, best[0]):
        why = "another dose of the text has this value"
    else:
        why = "it is the usual meaning of this notation"
    message = f"read as {best[0][-1]:g}, not as {', '.join(f'{v[-1]:g}' for v, _ in rest)}: {why}"
    return best[0], rest, [Warn(code, message)]
