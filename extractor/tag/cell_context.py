"""Is an amount of cells a dose, or a count that is measured, harvested or asked for?"""

from __future__ import annotations

import re

from extractor.scan import Scan
from extractor.tag.dose_units import Bound

GIVEN = re.compile(
    r"infus|inject|administ|receiv|dose|dosage|dosing|transplant|implant|\bgiven|\bgive\b|deliver|treat|inoculat|instill|inhal|cohort|\barms?\b|\blevels?\b|\bgroup|"
    r"experimental|drip|transfus|appl(?:y|ied)|therap|\bused?\b|suspen|reinfus|\bi\.?v\b|intra|boost|bolus|nebuli|spray|concentration|resuspend|contain|vial"
)
MEASURED = re.compile(
    r"collect|harvest|yield|apheres|mobili[sz]|procure|back-?up|criteri|release test|seeded|seeding|\bplated|\bplating|replat|"
    r"in the graft|cord blood unit|engraftment|detect|recovery of|(?<!cell )(?<!cells )\bcounts?\b|defined as|insufficient|\bsampl|blood draw|\bassay|acceptab|per unit"
)
ASKED = re.compile(
    r"stored|storage|\bavailab|adequate|successful|aspirat(?!e concentrat)|cryopreserv|\bmust\b|minimum requirement|freez|frozen|contain|require|content"
)
AFTER_MEASURED = re.compile(
    r"^[ ,)]{0,3}(?:\w{1,14}[ ]){0,5}?(?:collected|harvested|are required|is required|required|must be|available|stored|in the graft|obtained|procured|is needed|are needed|"
    r"are cryopreserved|is necessary|yield|cannot|can not|could not|back-?up|frozen|isolated|mobilized|in peripheral blood|in the blood|in the product|at harvest|recovered)"
)
AFTER_GIVEN = re.compile(r"infus|inject|transplant|administ|\bgiven|deliver|implant|reinfus|intraven|\bi\.?v\b|instill")
BARE_GIVEN = re.compile(
    r"cell|msc|dose|dosage|inject|infus|transplant|implant|stem|administ|graft|car[- ]?t|total of|nk\b|exosome|particle"
)
BARE_AGAINST = re.compile(
    r"platelet|neutrophil|\banc\b|\bwbc|leu[kc]o|lymphocyte count|h(?:a|ae)?emoglobin|copies|viral|\biu\b|\bplt\b|\brbc|erythro|titer|titre|\bcounts?\b|\balc\b|\bcfu|granulocyt|\bhr\b|"
    r"vector|virus|genomes?\b|people|population|incidence|dollar|cost|million (?:people|adults|patients|americans)|plaque|bacteri|probiotic|lactobac|bifido|phage|spore|vaccin"
)
_BREAK = re.compile(r"[.?!][ \n]|\n\n|\n[ ]{0,12}[-*•][ ]")


def before(scan: Scan, at: int, width: int) -> str:
    """Lower-cased text before `at`, from the last end of a sentence or paragraph on, at most `width` characters."""
    window = scan.lower[max(0, at - width) : at]
    last = 0
    for match in _BREAK.finditer(window):
        last = match.end()
    return window[last:]


def after(scan: Scan, at: int, width: int) -> str:
    """Lower-cased text from `at` to the end of its sentence, at most `width` characters."""
    window = scan.lower[at : at + width]
    match = _BREAK.search(window)
    return window[: match.start()] if match else window


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Characters between the last match and the end of `text`; -1 when there is none."""
    at = -1
    for match in pattern.finditer(text):
        at = len(text) - match.end()
    return at


def is_dose(scan: Scan, start: int, end: int, bound: Bound) -> bool:
    """For an amount that shows a word for cells or a denominator of a dose."""
    head, tail = before(scan, start, 200), after(scan, end, 90)
    given, measured = _last(GIVEN, head), _last(MEASURED, head)
    section = scan.section_at(start)
    kind = section.kind if section else ""
    eligibility = kind in ("inclusion", "exclusion", "eligibility")
    if AFTER_MEASURED.search(tail) and not AFTER_GIVEN.search(tail[:60]):
        return False
    asked = _last(ASKED, head)
    floor = bound.op in ("ge", "gt") or (bound.op in ("le", "lt") and bound.symbol)
    if floor and (measured >= 0 or asked >= 0 or given < 0 or eligibility) and not AFTER_GIVEN.search(tail):
        return False
    if measured >= 0 and (given < 0 or measured < given):
        return bool(AFTER_GIVEN.search(tail[:60])) and not floor
    return True


def is_bare_dose(scan: Scan, start: int, end: int, bound: Bound) -> bool:
    """For a large amount without any word for cells: the words around must make it unmistakable."""
    if bound.op is not None and bound.symbol:
        return False
    head = scan.lower[max(0, start - 120) : start]
    tail = after(scan, end, 60)
    if BARE_AGAINST.search(head[-70:].rpartition("\n\n")[2]) or BARE_AGAINST.search(tail[:30]):
        return False
    if not (BARE_GIVEN.search(head) or BARE_GIVEN.search(tail)):
        return False
    return is_dose(scan, start, end, bound)


_SEEDING = re.compile(r"seed|\bplat(?:ed|ing)|replat|densit|flask|cultur|passag|expan(?:d|sion)|subcultur|confluen")


def is_seeding(scan: Scan, start: int, end: int) -> bool:
    """Whether an amount per surface says how cells were grown rather than given."""
    return bool(_SEEDING.search(before(scan, start, 120)) or _SEEDING.search(after(scan, end, 60)))
