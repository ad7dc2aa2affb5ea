"""Doses of exosomes and vesicles given as a mass of protein: CELL_DOSE, not DRUG_DOSE."""

from __future__ import annotations

import re

from extractor.scan import Scan, read_amount, read_unit
from extractor.spans import Mention
from extractor.tag.dose_units import read_bound, read_per

_WORDS = re.compile(r"exosom|vesicle|\bevs?\b|-evs?\b")
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
        tail = lower[unit.end : unit.end + 60].split(". ")[0].split("\n")[0].split(";")[0]
        head = lower[max(0, number.start - 60) : number.start].split(". ")[-1].split("\n")[-1]
        if not _WORDS.search(tail) and not (_WORDS.search(head) and "protein" in tail[:12]):
            continue
        first = index
        amount = read_amount(scan.text, scan.numbers, first)
        floor = amount.index
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
