"""Is a predicted value right? Key by key, by the guidelines' "Values"; numbers to 1e-9 relative.

What is compared, by label:
- CELL_DOSE, DRUG_DOSE: magnitude (low, high, values), unit. A list of one level is that level.
- ROUTE: ncit.
- SCHEDULE: kind and each of count, frequency, period, period_unit, interval, duration, points, until: what one side
  states and the other does not, is wrong.
- LAB_THRESHOLD, AGE: comparator (which sides are bounded), magnitude, inclusiveness (where the gold states it), unit;
  LAB_THRESHOLD also reference, change and analytes: as many as in the gold, each one of its words (equal but for
  case, or one contains the other, or both name the same measure of analytes.csv ("BP", "blood pressure"), or one is the
  abbreviation that stands in brackets behind the other in the text).
  Other keys are additions and are not judged. A gold span without a value is not judged either. Labels not named here
  have no value.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Value = dict[str, Any]
VALUED = ("CELL_DOSE", "DRUG_DOSE", "ROUTE", "SCHEDULE", "LAB_THRESHOLD", "AGE")
SCHEDULE_KEYS = ("kind", "count", "frequency", "period", "period_unit", "interval", "duration", "points", "until")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`keys`: what was judged, and whether it is right; `reason`: "gold against prediction", "" when all is right."""

    keys: dict[str, bool]
    reason: str

    @property
    def right(self) -> bool:
        return all(self.keys.values())


def judge(label: str, gold: Value | None, predicted: Value | None, text: str) -> Verdict | None:
    """The verdict on one matched pair; None where there is nothing to judge. `text` is that of the gold span."""
    if label not in VALUED or not isinstance(gold, dict):
        return None
    if not isinstance(predicted, dict):
        return Verdict({"value": False}, f"no value; gold has {_short(gold)}")
    if label in ("CELL_DOSE", "DRUG_DOSE"):
        checks = [_magnitude_of_dose(gold, predicted), _plain("unit", gold, predicted, label)]
    elif label == "ROUTE":
        checks = [_plain("ncit", gold, predicted, label)]
    elif label == "SCHEDULE":
        checks = [_plain(key, gold, predicted, label) for key in SCHEDULE_KEYS]
    else:
        checks = [*_bounds(gold, predicted), _plain("unit", gold, predicted, label)]
        if label == "LAB_THRESHOLD":
            checks += [_plain(key, gold, predicted, label) for key in ("reference", "change")]
            checks.append(_analytes(gold, predicted, text))
    stated = [check for check in checks if check is not None]
    return Verdict({key: not wrong for key, wrong in stated}, _reason(stated))


Check = tuple[str, str] | None  # what was judged, what is wrong with it ("": right)


def _reason(checks: list[tuple[str, str]]) -> str:
    wrong = [text for _, text in checks if text and text != "-"]
    if not wrong:
        return ""
    right = [key for key, text in checks if not text]
    return "; ".join(wrong) + (f", {', '.join(right)} right" if right else "")


def _plain(key: str, gold: Value, predicted: Value, label: str) -> Check:
    a, b = gold.get(key), predicted.get(key)
    if a is None and b is None:
        return None
    if key == "unit" and isinstance(a, str) and isinstance(b, str):
        table = _equivalents(label)
        return (key, "" if table.get(a, a) == table.get(b, b) else f"unit {a} against {b}")
    return (key, "" if same(a, b) else f"{key} {_show(a)} against {_show(b)}")


@cache
def _equivalents(label: str) -> dict[str, str]:
    lines = (Path(__file__).parent / "unit_equivalents.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["code"]: row["same_as"] for row in rows if row["label"] == label}


def _levels(value: Value) -> tuple[Any, Any, Any]:
    levels = value.get("values")
    if isinstance(levels, list) and len(levels) == 1:
        return levels[0], levels[0], None
    return value.get("low"), value.get("high"), levels


def _magnitude_of_dose(gold: Value, predicted: Value) -> Check:
    a, b = _levels(gold), _levels(predicted)
    return ("magnitude", "" if same(list(a), list(b)) else f"{_dose(a)} against {_dose(b)}")


def _dose(levels: tuple[Any, Any, Any]) -> str:
    low, high, values = levels
    if values is not None:
        return _show(values)
    if same(low, high):
        return _show(low)
    return (
        f"at least {_show(low)}"
        if high is None
        else f"up to {_show(high)}"
        if low is None
        else f"{_show(low)} to {_show(high)}"
    )


def _bounds(gold: Value, predicted: Value) -> list[Check]:
    """Comparator, magnitude and inclusiveness; the first that is wrong tells the reason for all."""
    sides = {side for side in ("low", "high") if gold.get(side) is not None}
    theirs = {side for side in ("low", "high") if predicted.get(side) is not None}
    if sides == theirs:
        magnitude = all(same(gold[side], predicted[side]) for side in sides)
    else:  # the figures may be right on the wrong side
        magnitude = same(sorted(map(_number, _figures(gold))), sorted(map(_number, _figures(predicted))))
    inclusive = all(_inclusive(gold, predicted, side) for side in sides & theirs)
    wrong = [
        name
        for name, ok in (("comparator", sides == theirs), ("magnitude", magnitude), ("inclusiveness", inclusive))
        if not ok
    ]
    reason = f"{_bound_text(gold)} against {_bound_text(predicted)} ({', '.join(wrong)})"
    checks: list[Check] = []
    for name in ("comparator", "magnitude", "inclusiveness"):
        checks.append((name, "" if name not in wrong else reason if name == wrong[0] else "-"))
    return checks


def _inclusive(gold: Value, predicted: Value, side: str) -> bool:
    a, b = gold.get(f"{side}_inclusive"), predicted.get(f"{side}_inclusive")
    if a is None:
        return True
    if isinstance(a, list) and not isinstance(b, list):
        b = [b] * len(a)
    if isinstance(b, list) and not isinstance(a, list):
        a = [a] * len(b)
    return same(a, b)


def _figures(value: Value) -> list[Any]:
    return [x for side in ("low", "high") for x in _listed(value.get(side))]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _bound_text(value: Value) -> str:
    parts = []
    for side, loose, tight in (("low", "≥", ">"), ("high", "≤", "<")):
        if value.get(side) is not None:
            inclusive = value.get(f"{side}_inclusive")
            first = inclusive[0] if isinstance(inclusive, list) and inclusive else inclusive
            parts.append(f"{tight if first is False else loose} {_show(value[side])}")
    return " ".join(parts) or "no bound"


def _analytes(gold: Value, predicted: Value, text: str) -> Check:
    wanted, found = _listed(gold.get("analytes")), _listed(predicted.get("analytes"))
    if not wanted:
        return None
    left = list(found)
    for name in wanted:
        hit = next((other for other in left if _same_analyte(str(name), str(other), text)), None)
        if hit is None:
            break
        left.remove(hit)
    else:
        if not left:
            return ("analytes", "")
    return ("analytes", f"analytes {_show(wanted)} against {_show(found)}")


def _same_analyte(a: str, b: str, text: str) -> bool:
    a, b, text = (" ".join(x.casefold().split()) for x in (a, b, text))
    if not a or not b:
        return a == b
    if a in b or b in a:
        return True
    if _measure(a) is not None and _measure(a) == _measure(b):
        return True
    between = r"\s*[\(\[,/]?\s*"
    return any(re.search(re.escape(x) + between + re.escape(y), text) for x, y in ((a, b), (b, a)))


@cache
def _measure(name: str) -> str | None:
    """The one measure of the vocabulary that `name` is a name of; scores are left out: a row of theirs holds several."""
    from extractor.tag.lab_vocab import measures_named

    found = {measure.id for measure in measures_named(name) if measure.kind != "score"}
    return found.pop() if len(found) == 1 else None


def same(a: Any, b: Any) -> bool:
    """Equality of values, numbers to 1e-9 relative; True is not 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-9)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def _show(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "[" + ", ".join(map(_show, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        short = f"{value:.10g}" if abs(value) < 1e4 else f"{value:.9e}"
        mantissa, _, exponent = short.partition("e")
        if exponent:
            mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
            return f"{mantissa}e{int(exponent)}"
        return mantissa
    return str(value)


def _short(value: Value) -> str:
    return ", ".join(f"{key} {_show(item)}" for key, item in value.items())
