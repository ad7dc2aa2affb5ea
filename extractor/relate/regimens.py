"""Regimens: this dose of this product by this route on this schedule in this arm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from extractor.relate.links import Link
from extractor.scan import Scan
from extractor.sections import Section
from extractor.spans import Mention

# the amount is that of all administrations together, so it is not multiplied
_ALL_TOLD = re.compile(r"\btotal|cumulative|divided|\bsplit|in all\b|overall|altogether|fraction")


class Plan(NamedTuple):
    """One regimen, mentions by index; `arm` is the arm or intervention section it stands in."""

    arm: Section | None
    product: int | None
    dose: int | None
    routes: tuple[int, ...]
    schedules: tuple[int, ...]
    timing: dict[str, Any] | None
    administrations: int | None
    total_dose: dict[str, Any] | None


def find_plans(mentions: Sequence[Mention], links: Sequence[Link], scan: Scan) -> list[Plan]:
    """One regimen a cell dose; one a product and arm where it is given by a route or schedule without a stated dose."""
    heads: dict[int, list[Link]] = {}
    for link in links:
        heads.setdefault(link.tail, []).append(link)
    product_of = {link.head: link.tail for link in links if link.type == "DOSE_OF"}
    plans = []
    for i, mention in enumerate(mentions):
        if mention.label == "CELL_DOSE" and (i in product_of or i in heads):
            plans.append(_plan(i, product_of.get(i), heads.get(i, []), mentions, scan))
    seen: set[tuple[Section | None, str]] = set()
    for i, mention in enumerate(mentions):
        given = [link for link in heads.get(i, []) if link.type != "DOSE_OF"]
        if mention.label == "CELL_PRODUCT" and given:
            arm = _arm(mention, scan)
            key = (arm, scan.lower[mention.start : mention.end])
            if key not in seen:
                seen.add(key)
                plans.append(_plan(None, i, given, mentions, scan))
    return plans


def _arm(mention: Mention, scan: Scan) -> Section | None:
    section = scan.section_at(mention.start)
    return section if section is not None and section.kind in ("arm", "intervention") and section.name else None


def _plan(dose: int | None, product: int | None, given: list[Link], mentions: Sequence[Mention], scan: Scan) -> Plan:
    routes = tuple(sorted(link.head for link in given if link.type == "ROUTE_OF"))
    schedules = tuple(sorted(link.head for link in given if link.type == "SCHEDULE_OF"))
    values = [mentions[i].value or {} for i in schedules]
    count = _administrations(values)
    timing = _timing([v["timing"] for v in values if v.get("timing")])
    about = mentions[dose if dose is not None else product or 0]
    single = dose is not None and not _ALL_TOLD.search(scan.lower, max(0, about.start - 60), about.end + 30)
    total = _total(about.value or {}, count) if single else None
    return Plan(_arm(about, scan), product, dose, routes, schedules, timing, count, total)


def _timing(timings: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One FHIR Timing of all that is said of when: repeats joined where they do not contradict, else the first."""
    if not timings:
        return None
    joined = dict(timings[0].get("repeat", {}))
    for timing in timings[1:]:
        repeat = timing.get("repeat", {})
        if set(timing) - {"repeat"} or any(joined.get(key, value) != value for key, value in repeat.items()):
            return timings[0]
        joined |= repeat
    return {**timings[0], "repeat": joined} if joined else timings[0]


def _administrations(values: list[dict[str, Any]]) -> int | None:
    """How often it is given, where the text says so: a count, or else a list of points; None when two texts disagree."""
    counts = {v["count"] for v in values if v.get("count") and not v.get("count_max")}
    if not counts:
        counts = {len(v["points"]) for v in values if v.get("points") and len(v["points"]) > 1 and not v.get("until")}
    return counts.pop() if len(counts) == 1 else None


def _total(dose: dict[str, Any], count: int | None) -> dict[str, Any] | None:
    """Dose × administrations: computed only where both are stated and the dose is one value or a range."""
    if count is None or count < 2 or "values" in dose or "unit" not in dose or not ("low" in dose or "high" in dose):
        return None
    total: dict[str, Any] = {key: dose[key] * count for key in ("low", "high") if key in dose}
    return {**total, **{key: dose[key] for key in ("unit", "basis") if key in dose}}
