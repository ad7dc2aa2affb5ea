"""Conditions told in phrases: an allergy with its allergen, an abnormal finding."""

from __future__ import annotations

from extractor.tag.condition_names import Names
from extractor.tag.condition_search import Found, Words

_MOST_ALLERGEN = 10  # words
_MOST_FINDING = 4  # words between "abnormal" and what is
_NO_ALLERGEN = frozenset(("or", "and", "the", "any", "a", "an", "of", "other", "to", "their", "its"))


def _phrase_end(words: Words, vocab: Names, first: int) -> int:
    """The last word of an allergen that begins at word `first`; first - 1 when there is none."""
    last = first - 1
    for i in range(first, min(first + _MOST_ALLERGEN, len(words.stems))):
        if words.stems[i] in vocab.words["allergen-end"]:
            break
        gap = words.text[words.spans[i - 1][1] : words.spans[i][0]]
        species = gap == ". " and words.spans[i - 1][1] - words.spans[i - 1][0] == 1  # "E. coli"
        if not (words.joined(i - 1) or species or gap in (" / ", "/ ")):
            break
        last = i
    while last >= first and words.stems[last] in _NO_ALLERGEN:
        last -= 1
    return last


def find_allergies(words: Words, vocab: Names) -> list[Found]:
    """ "allergy to X", with its allergen."""
    out = []
    openers = vocab.words["allergy"]
    for i in [i for i, word in enumerate(words.stems) if word == "to"]:
        if i == 0 or not words.joined(i - 1):
            continue
        begin = next((i - n for n in (2, 1) if i >= n and " ".join(words.stems[i - n : i]) in openers), None)
        if begin is None:
            continue
        last = _phrase_end(words, vocab, i + 1)
        if last > i:
            out.append(Found(words.spans[begin][0], words.spans[last][1], "condition.allergy", None, begin, last))
    return out


def find_findings(words: Words, vocab: Names) -> list[Found]:
    """ "abnormal liver function", "elevated tumor markers"."""
    out = []
    deviations = vocab.words["deviation"]
    for i in [i for i, word in enumerate(words.stems) if word in deviations]:
        last = None
        for j in range(i + 1, min(i + 2 + _MOST_FINDING, len(words.stems))):
            if not words.joined(j - 1) or words.stems[j] in vocab.words["allergen-end"]:
                break
            if words.stems[j] in vocab.words["finding"]:
                last = j
            elif last is not None:
                break
        if last is not None:
            out.append(Found(words.spans[i][0], words.spans[last][1], "condition.finding", None, i, last))
    return out
