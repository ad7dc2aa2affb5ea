"""Abbreviations of conditions: defined in the text, initials of a name found in it, or listed."""

from __future__ import annotations

import re
from bisect import bisect_left

from extractor.scan import Scan
from extractor.tag.abbreviations import find_abbreviations
from extractor.tag.condition_names import TOKEN, Concept, Names, stem
from extractor.tag.condition_search import Found, Words

_CAPITALS = re.compile(r"(?<![\w])[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9-]*(?!\w)")
# initials that mostly mean something else in records
_NO_INITIALS = frozenset((
    "MSC", "HSC", "BMT", "SCT", "CAR", "DLI", "TNC", "MNC", "PBSC", "HSCT", "ASC", "EPC", "TIL", "CTL", "PBMC",
    "EV", "UCB", "PRP", "ICF", "IRB", "MRI", "ECG", "PET", "CSF", "BMI", "ULN", "SAE", "DLT", "MTD", "PFS",
    "ABC", "ON", "CI", "PH", "LV", "IV", "CT", "PI", "US", "UK", "MS", "IL", "II", "III", "VI", "IX", "XI",
    "BP", "CD", "ID", "NK", "PD", "MD", "DR", "PT", "SC", "IP", "AR", "CR", "MR", "GA", "LC", "IM", "IC", "PR",
    "OR", "NA", "AE", "HR", "ED", "IT", "AN", "IS", "TO", "DC", "SD", "BM", "PB", "UC", "AML", "ALL",
))  # fmt: skip
_NAMING = ("condition.name", "condition.head")
_LEADING = ("title", "conditions", "summary")  # where a record names what it is about
_LEAST_SHARE = 0.7  # of a defined long form and the name that share their characters
_TOOL = re.compile(r"[ -]([A-Za-z]+)")


def find_short(scan: Scan, words: Words, vocab: Names, found: list[Found]) -> list[Found]:
    """Abbreviations of names: defined, initials of a name found, or listed."""
    text = scan.text
    known: dict[str, Concept | None] = dict(vocab.capitals)
    ends = sorted(found, key=lambda f: f.end)
    places = [f.end for f in ends]
    for defined in find_abbreviations(scan):
        i = bisect_left(places, defined.end - 1)
        if i < len(ends) and places[i] - defined.end <= 1:
            f = ends[i]
            shared = min(f.end, defined.end) - max(f.start, defined.start)
            if f.rule in _NAMING and shared >= _LEAST_SHARE * max(defined.end - defined.start, f.end - f.start):
                known[defined.short] = f.concept
    for f in found:
        if not 1 <= f.last - f.first <= 4 or f.rule not in _NAMING:
            continue
        initials = "".join([text[words.spans[k][0]] for k in range(f.first, f.last + 1)]).upper()
        if initials not in known and initials not in _NO_INITIALS and (len(initials) > 2 or _leads(scan, f.start)):
            known[initials] = f.concept
    out = []
    for match in _CAPITALS.finditer(text):
        short = match[0]
        if short not in known and short.endswith("s"):
            short = short[:-1]
        if short == "ALL":
            concept = known.get(short) or vocab.concepts["acute lymphoblastic leukemia"]
            says = short in known or _before(text, match.start()) in vocab.words["leukemia-cue"]
            if not says or is_answer(text, match.start(), match.end()):
                continue
        elif short in known:
            concept = known[short]
        else:
            continue
        if not _tool_after(text, match.end(), vocab):
            out.append(Found(match.start(), match.end(), "condition.abbreviation", concept))
    return out


def _leads(scan: Scan, at: int) -> bool:
    section = scan.section_at(at)
    return section is not None and section.kind in _LEADING


def is_answer(text: str, start: int, end: int) -> bool:
    """Whether a word is the value of a field ("Sex: ALL", or alone on its line), no part of a sentence."""
    line = text[text.rfind("\n", max(0, start - 80), start) + 1 or max(0, start - 80) : start].strip(" \t-*•")
    return line.endswith(":") or (not line and text[end : end + 2].strip(" \t\r")[:1] in ("", "\n"))


def _before(text: str, at: int) -> str:
    """The stem of the word before `at`."""
    found = TOKEN.findall(text, max(0, at - 20), at)
    return stem(found[-1]) if found else ""


def _tool_after(text: str, at: int, vocab: Names) -> bool:
    word = _TOOL.match(text, at)
    return word is not None and stem(word[1]) in vocab.words["tool"]
