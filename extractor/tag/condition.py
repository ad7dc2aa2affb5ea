"""CONDITION by vocabulary: the longest name at each place, names that head nouns and modifiers make, and what belongs to them.

Works on words. A name is found by its key (condition_names.key_of); a head noun ("injury") takes the modifiers before it; elliptic
coordination ("hepatitis B or C", "cardiovascular or cerebrovascular diseases") and types ("type I or II ...") widen a name;
abbreviations count where the text defines them, where they are the initials of a name found, or where the vocabulary lists them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.abbreviations import find_abbreviations
from extractor.tag.condition_names import TOKEN, Concept, Names, names, stem

LABEL = "CONDITION"
_MOST_MODIFIERS = 4
_MOST_ALLERGEN = 10  # words
_MOST_FINDING = 4  # words between "abnormal" and what is
_PROPER_REACH = 5  # words after a name in which an instrument's head makes a proper name of it
_JOINED = frozenset((" ", "-", "–", "\n", "", "/", "'", "’"))
_COORDINATOR = frozenset(("or", "and"))
# "B or C", "1 and 2", "IIa, IIb, III, or IV": what goes on after a name that ends in one, or stands before one
_ITEM = r"(?:[A-E]|[0-9]|I{1,3}|IV|VI?|I{1,3}[ab]|IV[ab])"
_LIST_AFTER = re.compile(rf"(?:(?:\s?,\s?|\s?/\s?|\s+|,\s+)(?:(?:or|and|and/or|&)\s+)?{_ITEM}(?![\w-]|\.\d)){{1,4}}")
_TYPES_BEFORE = re.compile(
    rf"\b(?:type|types|class|classes)\s+{_ITEM}[ab]?(?:(?:\s?,\s?|\s?/\s?|\s+)(?:(?:or|and|and/or|&)\s+)?(?:(?:type|class)\s+)?{_ITEM}[ab]?){{0,5}}\s+$",
    re.IGNORECASE,
)
_TYPE_AFTER = re.compile(r",?\s(?:type|types)\s(?:[1-4]|I{1,3}|IV)[ab]?(?![\w-])", re.IGNORECASE)
_HEAD_BEHIND = re.compile(r"[ -]|\s?\(\s?[A-Z][A-Za-z-]{1,8}\)\s")
_INFECTION_OF = re.compile(r"\s(?:of|with|by)\s(?:the\s)?")
_TYPE_REACH = 60
_INVERTED = re.compile(r",\s([A-Z]\w{2,20}(?:\s(?:[0-9]|I{1,3})\b)?)")
_CAPITALS = re.compile(r"(?<![\w])[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9-]*(?!\w)")
_NO_INITIALS = frozenset(("IV", "CT", "PI", "US", "UK", "MS", "IL", "II", "III", "VI", "IX", "XI", "BP", "CD", "ID", "NK", "PD", "MD", "DR", "PT"))
_SMALL = frozenset(("of", "and", "the", "for", "in", "on", "related"))  # small words of a proper name


class _Found(NamedTuple):
    start: int
    end: int
    rule: str
    concept: Concept | None
    first: int = -1  # words
    last: int = -1


class _Words(NamedTuple):
    """The words of one text: where they stand, their stems, and whether each follows the one before in one phrase."""

    spans: list[tuple[int, int]]
    stems: list[str]
    text: str

    def joined(self, i: int) -> bool:
        """Whether word i and word i + 1 stand in one phrase: a blank, a hyphen or one line break between them."""
        gap = self.text[self.spans[i][1] : self.spans[i + 1][0]]
        if gap in _JOINED:
            return gap != "\n" or not self.text[self.spans[i + 1][0]].isupper()
        return gap.isspace() and (gap.count("\n") < 2 and not (gap.count("\n") and self.text[self.spans[i + 1][0]].isupper()))


def find(scan: Scan) -> list[Mention]:
    """Conditions of a text, by start, disjoint; none in furniture."""
    vocab = names()
    text = scan.text
    spans = [m.span() for m in TOKEN.finditer(text)]
    words = _Words(spans, [stem(text[a:b]) for a, b in spans], text)
    found = [_widen(f, words, vocab) for f in _named(words, vocab)]
    found += _allergies(words, vocab) + _findings(words, vocab)
    found = [f for f in found if not _proper_name(f, words, vocab)]
    found += _abbreviations(scan, vocab, found)
    return [_mention(f) for f in _longest(found) if not _in_furniture(scan, f.start)]


def _mention(found: _Found) -> Mention:
    concepts: tuple[dict[str, object], ...] = ()
    if found.concept:
        code, display = found.concept
        concepts = ({"system": found.concept.system, "code": code, "display": display, "score": 1.0},)
    return Mention(found.start, found.end, LABEL, found.rule, by="vocabulary", concepts=concepts)


def _in_furniture(scan: Scan, at: int) -> bool:
    section = scan.section_at(at)
    return section is not None and section.furniture


def _longest(found: list[_Found]) -> list[_Found]:
    """Disjoint spans: the longest wins, then the first."""
    kept: list[_Found] = []
    for f in sorted(found, key=lambda f: (f.start, -f.end)):
        if kept and f.start < kept[-1].end:
            if f.end - f.start > kept[-1].end - kept[-1].start:
                kept[-1] = f
            continue
        kept.append(f)
    return kept


def _named(words: _Words, vocab: Names) -> list[_Found]:
    """Names of the vocabulary, longest first at each word, and heads with their modifiers."""
    spans, stems = words.spans, words.stems
    longest, concepts = vocab.longest, vocab.concepts
    heads, alone = vocab.words["head"], vocab.words["alone"]
    out: list[_Found] = []
    done = 0  # words before it belong to a name
    for i, word in enumerate(stems):
        if i < done:
            continue
        most = longest.get(word)
        if most:
            reach = i + 1
            while reach < len(stems) and reach - i < most and words.joined(reach - 1):
                reach += 1
            for end in range(reach, i, -1):
                key = " ".join(stems[i:end])
                if key in concepts:
                    first = _modifiers(words, vocab, i, done) if stems[end - 1] in heads else i
                    out.append(_Found(spans[first][0], spans[end - 1][1], "condition.name", concepts[key], first, end - 1))
                    done = end
                    break
            if i < done:
                continue
        if word in heads:
            first = _modifiers(words, vocab, i, done)
            if first < i or word in alone:
                out.append(_Found(spans[first][0], spans[i][1], "condition.head", None, first, i))
                done = i + 1
    return _joined_heads(out, words, vocab)


def _joined_heads(found: list[_Found], words: _Words, vocab: Names) -> list[_Found]:
    """What is one name: "herpes" + "infection", "human immunodeficiency virus (HIV)" + "infection", "infection of" + "hepatitis B"."""
    out: list[_Found] = []
    for f in found:
        head = f.first == f.last and words.stems[f.last] in vocab.words["head"]
        if out and head and _HEAD_BEHIND.fullmatch(words.text, out[-1].end, f.start):
            last = out.pop()
            f = _Found(last.start, f.end, "condition.head", last.concept, last.first, f.last)
        elif out and words.stems[out[-1].last] == "infection" and _INFECTION_OF.fullmatch(words.text, out[-1].end, f.start):
            last = out.pop()
            f = _Found(last.start, f.end, "condition.head", f.concept, last.first, f.last)
        elif words.stems[f.last] in vocab.words["head"]:
            f = _of_site(f, words, vocab)
        out.append(f)
    return out


def _of_site(f: _Found, words: _Words, vocab: Names) -> _Found:
    """ "cancer of the breast": the site behind a head."""
    i = f.last + 1
    if i + 1 >= len(words.stems) or words.stems[i] != "of" or not words.joined(i - 1):
        return f
    i += 2 if words.stems[i + 1] == "the" else 1
    last = i - 1
    while last + 1 < len(words.stems) and last + 1 - i < _MOST_MODIFIERS and words.joined(last) and words.stems[last + 1] in vocab.modifiers:
        last += 1
    return f._replace(end=words.spans[last][1], last=last) if last >= i else f


def _modifiers(words: _Words, vocab: Names, head: int, floor: int) -> int:
    """The first of the modifiers that stand before a head, at most _MOST_MODIFIERS words."""
    first = head
    while first > floor and head - first < _MOST_MODIFIERS and words.stems[first - 1] in vocab.modifiers and words.joined(first - 1):
        first -= 1
    return first


def _widen(f: _Found, words: _Words, vocab: Names) -> _Found:
    """What belongs to a name: types before and behind it, coordination, an inverted adjective."""
    text = words.text
    start, end, first = f.start, f.end, f.first
    after = _TYPE_AFTER.match(text, end)
    if after:
        end = after.end()
    last_word = text[words.spans[f.last][0] : end]
    if after or len(last_word) == 1:
        items = _LIST_AFTER.match(text, end)
        if items:
            end = items.end()
    inverted = _INVERTED.match(text, end) if end == f.end else None
    if inverted and " ".join((*map(stem, inverted[1].split()), *words.stems[first : f.last + 1])) in vocab.concepts:
        end = inverted.end()
    wider = _coordinated(f, words, vocab)
    if wider is not None:
        start, first = words.spans[wider][0], wider
    types = _TYPES_BEFORE.search(text, max(0, start - _TYPE_REACH), start)
    if types:
        start = types.start()
    if start == f.start and end == f.end:
        return f
    return f._replace(start=start, end=end)


def _coordinated(f: _Found, words: _Words, vocab: Names) -> int | None:
    """The first word of "A or" before a name "B head" when "A head" is a name too."""
    stems, text = words.stems, words.text
    i = f.first - 1
    if i < 1 or f.first == f.last and stems[f.last] not in vocab.words["head"]:
        return None
    if stems[i] in _COORDINATOR:
        left = i - 1
    elif "/" in text[words.spans[i][1] : f.start]:
        left = i
    else:
        return None
    if left < 0 or text[words.spans[left][1] : f.start].count("\n") > 1 or re.search(r"[.;:()]", text[words.spans[left][1] : f.start]):
        return None
    for kept in range(f.first + 1, f.last + 1):
        tail = stems[kept : f.last + 1]
        for begin in range(max(0, left - 2), left + 1):
            part = stems[begin : left + 1]
            if " ".join(part) in vocab.concepts or any("\n\n" in text[words.spans[k][1] : words.spans[k + 1][0]] for k in range(begin, left)):
                continue
            if " ".join((*part, *tail)) in vocab.concepts:
                return begin
            if len(tail) == 1 and tail[0] in vocab.words["head"] and all(word in vocab.modifiers for word in part):
                return _modifiers(words, vocab, left + 1, 0)
    return None


def _phrase_end(words: _Words, vocab: Names, i: int) -> int:
    """The last word of an allergen that begins at word i; i - 1 when there is none."""
    last = i - 1
    while i < len(words.stems) and i - last <= _MOST_ALLERGEN:
        if words.stems[i] in vocab.words["allergen-end"]:
            break
        gap = words.text[words.spans[i - 1][1] : words.spans[i][0]]
        if gap not in (" ", "-", "/", "\n", " / ") and not (gap.isspace() and gap.count("\n") < 2):
            break
        last = i
        i += 1
        if i - last > 1 or last - i >= _MOST_ALLERGEN:
            break
    while last >= 0 and words.stems[last] in ("or", "and", "the", "any", "a", "of", "other", "to"):
        last -= 1
    return last


def _allergies(words: _Words, vocab: Names) -> list[_Found]:
    """"allergy to X", with its allergen."""
    out = []
    openers = vocab.words["allergy"]
    for i, word in enumerate(words.stems):
        if word != "to" or i == 0 or not words.joined(i - 1):
            continue
        begin = next((i - n for n in (2, 1) if i >= n and " ".join(words.stems[i - n : i]) in openers), None)
        if begin is None:
            continue
        last = _phrase_end(words, vocab, i + 1)
        if last > i:
            out.append(_Found(words.spans[begin][0], words.spans[last][1], "condition.allergy", None, begin, last))
    return out


def _findings(words: _Words, vocab: Names) -> list[_Found]:
    """"abnormal liver function", "elevated tumor markers"."""
    out = []
    for i, word in enumerate(words.stems):
        if word not in vocab.words["deviation"]:
            continue
        last = None
        for j in range(i + 1, min(i + 2 + _MOST_FINDING, len(words.stems))):
            if not words.joined(j - 1):
                break
            if words.stems[j] in vocab.words["finding"]:
                last = j
            elif last is not None:
                break
        if last is not None:
            out.append(_Found(words.spans[i][0], words.spans[last][1], "condition.finding", None, i, last))
    return out


def _proper_name(f: _Found, words: _Words, vocab: Names) -> bool:
    """Whether a name stands inside a scale's, a body's or a test's name."""
    i = f.last + 1
    if f.first and words.stems[f.last] == "pregnancy" and words.stems[f.first - 1] in vocab.words["sample"]:
        return True
    for n in range(_PROPER_REACH):
        if i + n >= len(words.stems) or not words.joined(i + n - 1):
            return False
        word = words.text[slice(*words.spans[i + n])]
        if n == 0 and words.stems[i] in vocab.words["tool"]:
            return True
        if not word[0].isupper() and word not in _SMALL:
            return False
        if words.stems[i + n] in vocab.words["instrument"] and words.text[f.start].isupper():
            return True
    return False


def _abbreviations(scan: Scan, vocab: Names, found: list[_Found]) -> list[_Found]:
    """Abbreviations of names: defined, initials of a name found, or listed."""
    text = scan.text
    known: dict[str, Concept | None] = dict(vocab.capitals)
    ends = sorted((f.end, f) for f in found)
    places = [end for end, _ in ends]
    for short in find_abbreviations(scan):
        i = bisect_left(places, short.end - 1)
        if i < len(ends) and places[i] - short.end <= 1 and ends[i][1].start < short.end:
            known[short.short] = ends[i][1].concept
    for f in found:
        initials = "".join(word[0] for word in re.findall(r"\w+", text[f.start : f.end])).upper()
        if 2 <= len(initials) <= 5 and initials not in _NO_INITIALS and "\n" not in text[f.start : f.end]:
            known.setdefault(initials, f.concept)
    out = []
    for match in _CAPITALS.finditer(text):
        short = match[0]
        if short not in known and short.endswith("s"):
            short = short[:-1]
        if short == "ALL" and short not in known and _before(text, match.start()) in vocab.words["leukemia-cue"]:
            known = {**known, short: vocab.concepts.get("acute lymphoblastic leukemia")}
        if short in known and not _tool_after(text, match.end(), vocab):
            out.append(_Found(match.start(), match.start() + len(match[0]), "condition.abbreviation", known[short]))
    return out


def _before(text: str, at: int) -> str:
    """The stem of the word before `at`."""
    found = TOKEN.findall(text, max(0, at - 20), at)
    return stem(found[-1]) if found else ""


def _tool_after(text: str, at: int, vocab: Names) -> bool:
    word = re.compile(r"[ -]([A-Za-z]+)").match(text, at)
    return word is not None and stem(word[1]) in vocab.words["tool"]
