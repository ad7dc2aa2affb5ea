"""CONDITION by vocabulary: the longest name at each place, names made of a head noun, and what widens them.

Works on words. A name is found by its key (condition_names.key_of); a head noun ("injury") takes the modifiers before
it; elliptic coordination ("hepatitis B or C", "renal or hepatic failure") and types ("type I or II ...")
widen a name; abbreviations count where the text defines them, where they are the initials of a name found, or where the
vocabulary lists them.
"""

from __future__ import annotations

from typing import Any

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.condition_names import NO_CONDITION, TOKEN, Names, names, stem
from extractor.tag.condition_phrases import find_allergies, find_findings
from extractor.tag.condition_search import Found, Words, find_names
from extractor.tag.condition_short import find_short

LABEL = "CONDITION"
_PROPER_REACH = 5  # words after a name in which an instrument's head makes a proper name of it
_LISTS = ("title", "conditions", "other", "contact")  # sections in which a line is an item
_SMALL = frozenset(("of", "and", "the", "for", "in", "on", "related"))  # small words of a proper name


def find(scan: Scan) -> list[Mention]:
    """Conditions of a text, by start, disjoint; none in furniture."""
    vocab = names()
    text = scan.text
    spans = [m.span() for m in TOKEN.finditer(text)]
    lists = [(s.start, s.end) for s in scan.sections if s.kind in _LISTS]
    words = Words(spans, [stem(text[a:b]) for a, b in spans], text, lists)
    found = find_names(words, vocab)
    found += find_allergies(words, vocab) + find_findings(words, vocab)
    found = [f for f in found if not _proper_name(f, words, vocab)]
    found += find_short(scan, words, vocab, found)
    return [_mention(f) for f in _longest(found) if f.concept is not NO_CONDITION and not _in_furniture(scan, f.start)]


def _mention(found: Found) -> Mention:
    concepts: tuple[dict[str, Any], ...] = ()
    if found.concept:
        code, display = found.concept
        concepts = ({"system": found.concept.system, "code": code, "display": display, "score": 1.0},)
    return Mention(found.start, found.end, LABEL, found.rule, by="vocabulary", concepts=concepts)


def _in_furniture(scan: Scan, at: int) -> bool:
    section = scan.section_at(at)
    return section is not None and section.furniture


def _longest(found: list[Found]) -> list[Found]:
    """Disjoint spans: the longest wins, then the first."""
    kept: list[Found] = []
    for f in sorted(found, key=lambda f: (f.start, -f.end)):
        if kept and f.start < kept[-1].end:
            if f.end - f.start > kept[-1].end - kept[-1].start:
                kept[-1] = f
            continue
        kept.append(f)
    return kept


def _proper_name(f: Found, words: Words, vocab: Names) -> bool:
    """Whether a name stands inside a scale's, a body's or a test's name."""
    i = f.last + 1
    if f.first and words.stems[f.last] == "pregnancy" and words.stems[f.first - 1] in vocab.words["sample"]:
        return True
    for n in range(_PROPER_REACH):
        if i + n >= len(words.stems) or not words.joined(i + n - 1):
            return False
        word = words.text[slice(*words.spans[i + n])]
        if n == 0 and words.stems[i] in vocab.words["tool"] and f.rule != "condition.finding":
            return True
        if not word[0].isupper() and word not in _SMALL:
            return False
        if words.stems[i + n] in vocab.words["instrument"] and words.text[f.start].isupper():
            return True
    return False
