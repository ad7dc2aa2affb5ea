"""Doses of exosomes and vesicles given as a mass of protein: CELL_DOSE, not DRUG_DOSE."""

from __future__ import annotations

import re

from extractor.scan import Scan, read_amount, read_unit
from extractor.spans import Mention
from extractor.tag.dose_units import read_bound, read_per

_FOLLOWS = re.compile(
    r"[ ]?\(?(?:(?!and |or |to |in |with )[a-z-]{1,20}\)?[ ]){0,6}"
    r"(?:[a-z-]{0,15}exosom|[a-z]{0,6}vesicle|s?evs?\b)"
)
_BEFORE = re.compile(r"(?:exosom|vesicle|\bevs?\b)[^.;\n]{0,45}(?P<dose>dose of|dosage of|:)?[ ]?\Z")
_UNIT = re.compile(r"[ ]?(?:µg|ug|mcg|mg|ng|microgram|milligram)s?(?![A-Za-z])")
_PROTEIN = re.compile(
    r"[ ]?(?:\((?:of )?(?:total )?(?:protein|exosomes?|EVs?)\)|(?:of )?(?:total )?(?:exosomal |EV |"
    r"vesicle )?protein\b|(?:of )?exosomes?\b|EVs?\b)",
    re.IGNORECASE,
)


def vesicle_masses(scan: Scan) -> list[Mention]:
    """Mass amounts whose sentence goes on to exosomes or vesicles within 60 characters, or names them just before."""
    lower = scan.lower
    if "exosom" not in lower and "vesicle" not in lower:
        return []
    from extractor.tag.cell_dose import LABEL, DoseParts

    out: list[Mention] = []
    floor = 0
    for index, number in enumerate(scan.numbers):
        if index < floor or not _UNIT.match(scan.text, number.end):
            continue
        unit = read_unit(scan.text, number.end)
        if unit is None or "volume" in unit.dimension:
            continue
        tail = lower[unit.end : unit.end + 80]
        if not _FOLLOWS.match(tail):
            head = _BEFORE.search(lower[max(0, number.start - 70) : number.start])
            if not head or not (head["dose"] or "protein" in tail[:12]):
                continue
        amount = read_amount(scan.text, scan.numbers, max(index - 1, 0))
        if amount.kind != "range" or amount.following != index + 1:
            amount = read_amount(scan.text, scan.numbers, index)
        floor = amount.following
        end = unit.end
        if protein := _PROTEIN.match(scan.text, end):
            end = protein.end()
        per = read_per(scan.text, end)
        bound = read_bound(scan, amount.start, per.end or end)
        parts = DoseParts(
            amount.kind,
            amount.values,
            unit.ucum,
            per.codes,
            per.basis,
            bound.op if amount.kind == "single" else None,
            bound.approximate,
        )
        out.append(Mention(amount.start, per.end or end, LABEL, "cell-dose.vesicle-mass", parts=parts))
    return out
