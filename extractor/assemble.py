"""Serialise: mentions of one scanned text -> the public Document, offsets mapped back to the text as submitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from extractor.offsets import converter
from extractor.relate import find_links, find_plans
from extractor.relate.assertion import assertions
from extractor.repair.engine import character_repairs
from extractor.scan import Scan
from extractor.schema import Assertion, Document, ExtractorInfo, Source
from extractor.spans import Mention
from extractor.tag.abbreviations import LongForms


def assemble(
    scan: Scan, mentions: Sequence[Mention], id: str, digest: str, offset_unit: str, info: ExtractorInfo
) -> Document:
    """The Document of `scan`; `mentions` are sorted, in view offsets."""
    at = converter(scan.aligned.original, offset_unit)
    links = find_links(mentions, scan)
    section_ids = {section: f"S{n}" for n, section in enumerate(scan.sections, 1)}
    long_forms = LongForms.of_scan(scan)
    entities, warnings = [], []
    for number, (mention, assertion) in enumerate(zip(mentions, assertions(mentions, scan), strict=True), 1):
        section = scan.section_at(mention.start)
        entity_id = f"E{number}"
        entity = _entity(entity_id, mention, scan, at, section_ids[section] if section else None, assertion)
        entity["expansion"] = _expansion(mention, scan, at, long_forms)
        entities.append(entity)
        warnings += [{"code": w.code, "message": w.message, "entity": entity_id} for w in mention.warnings]
    return Document.model_validate(
        {
            "id": id,
            "text_sha256": digest,
            "length": at(len(scan.aligned.original)),
            "offset_unit": offset_unit,
            "extractor": info,
            "sections": [
                {"id": section_ids[s], "kind": s.kind, "evidence": s.evidence, **_range(scan, at, s.start, s.end)}
                for s in scan.sections
            ],
            "entities": entities,
            "relations": [
                {"type": k.type, "head": f"E{k.head + 1}", "tail": f"E{k.tail + 1}", "score": k.score} for k in links
            ],
            "regimens": _regimens(mentions, links, scan, at),
            "warnings": warnings,
        }
    )


def _range(scan: Scan, at: Callable[[int], int], start: int, end: int) -> dict[str, int]:
    low, high = scan.aligned.to_original(start, end)
    return {"start": at(low), "end": at(max(low, high))}


_UNSAID = Assertion()  # frozen, as Source is: entities share them


@lru_cache(maxsize=4096)
def _source(by: Any, id: str) -> Source:
    return Source(by=by, id=id)


def _entity(
    id: str, mention: Mention, scan: Scan, at: Callable[[int], int], section: str | None, assertion: dict[str, bool]
) -> dict[str, Any]:
    start, end = scan.aligned.to_original(mention.start, mention.end)
    repairs = [(r.rule, r.start, r.end, r.read_as) for r in scan.aligned.repairs_in(start, end)]
    repairs += [(r.rule, r.start, r.end, r.read_as) for r in character_repairs(scan.aligned, start, end)]
    repairs += [(rule, *scan.aligned.to_original(a, b), read_as) for rule, a, b, read_as in mention.repairs]
    return {
        "id": id,
        "label": mention.label,
        "start": at(start),
        "end": at(end),
        "text": scan.aligned.original[start:end],
        "section": section,
        "value": mention.value,
        "concepts": mention.concepts,
        "assertion": assertion if True in assertion.values() else _UNSAID,
        "source": _source(mention.by, mention.rule),
        "score": mention.score,
        "repairs": [
            {"rule": rule, "start": at(a), "end": at(b), "read_as": read_as} for rule, a, b, read_as in sorted(repairs)
        ],
        "alternatives": mention.alternatives,
    }


def _expansion(mention: Mention, scan: Scan, at: Callable[[int], int], forms: LongForms) -> dict[str, Any] | None:
    found = forms.of(mention.start, mention.end) if mention.label in ("CONDITION", "CELL_PRODUCT") else None
    if found is None:
        return None
    start, end = scan.aligned.to_original(found.start, found.end)
    return {"text": scan.aligned.original[start:end], "start": at(start), "end": at(end)}


def _regimens(mentions: Sequence[Mention], links: Any, scan: Scan, at: Callable[[int], int]) -> list[dict[str, Any]]:
    out = []
    for plan in find_plans(mentions, links, scan):
        arm = None
        if plan.arm is not None and plan.arm.name is not None:
            low, high = scan.aligned.to_original(*plan.arm.name)
            arm = {"name": scan.aligned.original[low:high], "start": at(low), "end": at(high)}
        used = [i for i in (plan.dose, *plan.routes, *plan.schedules, plan.product) if i is not None]
        out.append(
            {
                "arm": arm,
                "product": None if plan.product is None else f"E{plan.product + 1}",
                "dose": None if plan.dose is None else f"E{plan.dose + 1}",
                "routes": [f"E{i + 1}" for i in plan.routes],
                "schedules": [f"E{i + 1}" for i in plan.schedules],
                "timing": plan.timing,
                "administrations": plan.administrations,
                "total_dose": plan.total_dose,
                "evidence": [f"E{i + 1}" for i in sorted(used)],
            }
        )
    return out
