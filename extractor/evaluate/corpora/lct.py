"""Leaf Clinical Trials corpus (Dobbins et al. 2022): eligibility criteria of 1,006 trials, brat with events.

Condition-Name -> CONDITION, with Negation -> Negated, Assertion hypothetical -> Hypothetical, possible -> Uncertain,
Family-Member -> Family, a Temporality in the past -> Historical. Numeric filters (Eq-Comparison events) of an Age ->
AGE, of an Observation of type lab, vital, measurement or clinical-score -> LAB_THRESHOLD, from the first to the last
character of measure and comparison. A lower and an upper bound of one measure that no "Or" links are one span. Values
come from the operators, figures and units that are marked. They are scored where they can be read without guessing:
one figure (two for a range), one operator, a unit that our unit table knows; others are spans without a value. Powers
of ten that the registry flattened ("100x109/L" is marked as the two figures 100 and 109) are among those. Counted
neither way: numeric filters of other observations (life expectancy, habits, questionnaires), stages, conditions
without a name or with a polarity ("normal uterus"). Not mapped: Drug, Procedure, Encounter, Allergy, durations,
counts, doses (no unit or route of its own), logic. By its rules, and not by ours: severity, stability and kind are
Modifiers outside the name, also where vocabularies list them as part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.evaluate.corpora.common import BratFile, Event, assemble, brat_files
from extractor.evaluate.gold import GoldDocument, Loss
from extractor.scan import read_unit

MEASURES = ("lab", "vital", "measurement", "clinical-score")
_TIME = {"year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?|-?\d{1,3}(?:,\d{3})+")
_BOUNDS = {
    "GT": ("low", False),
    "GTEQ": ("low", True),
    "LT": ("high", False),
    "LTEQ": ("high", True),
}


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All pairs under `path`."""
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    for file in brat_files(path):
        documents.append(assemble(file.id, file.text, [*_conditions(file), *_bounds(file)]))
        losses += file.losses
    return documents, losses


def _conditions(file: BratFile) -> Iterator[dict[str, Any]]:
    flags: dict[str, set[str]] = {}
    for id, event in file.events.items():
        for flag, target in _flags(file, id, event):
            flags.setdefault(target, set()).add(flag)
    for id, event in file.events.items():
        if event.type != "Condition":
            continue
        attributes = dict.fromkeys(sorted(flags.get(id, ())), True)
        names = [t for t in event.of("Name") if t in file.spans]
        for name in names or [event.trigger]:
            if name in file.spans:
                _, start, end, fragments = file.spans[name]
                label = "CONDITION" if names and not event.of("Polarity") else "~CONDITION"
                yield {"label": label, "start": start, "end": end, "fragments": fragments, "attributes": attributes}


def _flags(file: BratFile, id: str, event: Event) -> Iterator[tuple[str, str]]:
    for target in event.of("Negates"):
        yield "Negated", target
    for target in event.of("Has"):
        if event.type == "Family-Member":
            yield "Family", target
    kind = file.attributes.get(id, {}).get("Assertion-Type-Value") or file.attributes.get(event.trigger, {}).get(
        "Assertion-Type-Value"
    )
    for target in event.of("Asserted"):
        if kind in ("hypothetical", "possible"):
            yield "Hypothetical" if kind == "hypothetical" else "Uncertain", target
    for time in event.of("Temporality"):
        periods = file.events[time].of("Temporal-Period") if time in file.events else []
        if any(file.attributes.get(t, {}).get("Eq-Temporal-Period-Value") == "past" for t in periods):
            yield "Historical", id


def _bounds(file: BratFile) -> Iterator[dict[str, Any]]:
    either = {frozenset((a, b)) for type, a, b in file.relations if type == "Or"}
    for id, event in file.events.items():
        for stage in event.of("Stage"):
            if stage in file.events and file.events[stage].trigger in file.spans:
                _, start, end, _ = file.spans[file.events[stage].trigger]
                yield {"label": "~LAB_THRESHOLD", "start": start, "end": end}
        filters = [f for f in event.of("Numeric-Filter") if f in file.events and file.events[f].trigger in file.spans]
        if not filters or event.trigger not in file.spans or event.type not in ("Age", "Observation"):
            continue
        kind = file.attributes.get(id, {}).get("Observation-Type-Value") or file.attributes.get(event.trigger, {}).get(
            "Observation-Type-Value"
        )
        label = "AGE" if event.type == "Age" else "LAB_THRESHOLD" if kind in MEASURES else "~LAB_THRESHOLD"
        yield from _expressions(
            file, event, sorted(filters, key=lambda f: file.spans[file.events[f].trigger][1]), label, either
        )


def _expressions(
    file: BratFile, event: Event, filters: list[str], label: str, either: set[frozenset[str]]
) -> Iterator[dict[str, Any]]:
    """One span for each comparison of a measure; the first takes the measure's name in."""
    read = [
        (f, *file.spans[file.events[f].trigger][1:3], _reading(file, event, file.events[f], label)) for f in filters
    ]
    if len(read) == 2 and frozenset(filters) not in either and _complement(read[0][3], read[1][3]):
        merged = {**(read[0][3] or {}), **(read[1][3] or {})}
        read = [(read[0][0], read[0][1], read[1][2], merged)]
    _, head_start, head_end, _ = file.spans[event.trigger]
    for place, (_, start, end, value) in enumerate(read):
        between = file.text[min(head_end, end) : max(head_start, start)]
        joined = not between.strip(" -\n") if label == "AGE" else True
        if joined and (place == 0 or head_start > start):
            start, end = min(start, head_start), max(end, head_end)
        yield {"label": label, "start": start, "end": end, "value": value}


def _complement(a: dict[str, Any] | None, b: dict[str, Any] | None) -> bool:
    sides = [{side for side in ("low", "high") if side in (value or {})} for value in (a, b)]
    return (
        bool(sides[0] and sides[1])
        and not sides[0] & sides[1]
        and (a or {}).get("unit") in (None, (b or {}).get("unit"))
    )


def _reading(file: BratFile, event: Event, comparison: Event, label: str) -> dict[str, Any] | None:
    """The value of one comparison; None where it cannot be read without guessing."""
    operators = {file.attributes.get(t, {}).get("Eq-Operator-Value") for t in comparison.of("Operator")}
    words = [file.words(t).strip() for t in sorted(comparison.of("Value"), key=lambda t: file.spans[t][1])]
    if len(operators) != 1 or not all(map(_NUMBER.fullmatch, words)):
        return None
    numbers = [float(word.replace(",", "")) for word in words]
    operator = operators.pop()
    value: dict[str, Any] = {}
    if operator in _BOUNDS and len(numbers) == 1:
        side, inclusive = _BOUNDS[operator]
        value |= {side: numbers[0], f"{side}_inclusive": inclusive}
    elif operator == "BETWEEN" and len(numbers) == 2:
        value |= {"low": min(numbers), "low_inclusive": True, "high": max(numbers), "high_inclusive": True}
    else:
        return None
    unit = _age_unit(file, comparison) if label == "AGE" else _unit(file, comparison)
    if unit is None:
        return None
    if label != "AGE":
        names = [file.words(t) for t in event.of("Name") if t in file.spans]
        value["analytes"] = names[:1] or [file.words(event.trigger)]
    return value | unit


def _age_unit(file: BratFile, comparison: Event) -> dict[str, str] | None:
    units = {file.attributes.get(t, {}).get("Eq-Temporal-Unit-Value") for t in comparison.of("Temporal-Unit")}
    if not units:
        return {"unit": "a"}  # ages without a unit are years
    return {"unit": _TIME[str(units.pop())]} if len(units) == 1 and units <= _TIME.keys() else None


def _unit(file: BratFile, comparison: Event) -> dict[str, str] | None:
    """UCUM unit or reference of a comparison; {} where none is marked, None where it is not one we can read."""
    parts = [t for role in ("Unit", "Per", "Temporal-Unit") for t in comparison.of(role)]
    if not parts:
        return {}
    ranges = {file.attributes.get(t, {}).get("Eq-Unit-Value") for t in parts}
    if any(name and name.startswith("ref-range") for name in ranges):
        words = " ".join(file.words(t).lower() for t in parts)
        return {"reference": "ULN"} if "upper" in words and len(parts) == 1 else None
    start, end = min(file.spans[t][1] for t in parts), max(file.spans[t][2] for t in parts)
    written = file.text[start:end]
    unit = read_unit(written, 0)
    return {"unit": unit.ucum} if unit is not None and unit.end == len(written) else None
