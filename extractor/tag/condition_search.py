"""Finding the names of conditions in the words of a text, and widening them by what belongs to them."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.tag.condition_names import Concept, Names, stem

_MOST_MODIFIERS = 4
_JOINED = frozenset(("-", "–", "", "/", "'", "’"))
_BETWEEN = re.compile(r",?\s+(?:or|and)\s+|\s?/\s?|,?\s+(?:and/or)\s+")
_COORDINATOR = frozenset(("or", "and"))
# "B or C", "1 and 2", "IIa, IIb, III, or IV": what goes on after a name that ends in one, or stands before one
_ITEM = r"(?:[A-E]|[0-9]|I{1,3}|IV|VI?|I{1,3}[ab]|IV[ab])"
_LIST_AFTER = re.compile(rf"(?:(?: ?, ?| ?/ ?| )(?:(?:or|and|and/or|&) )?{_ITEM}(?![\w-]|\.\d)){{1,4}}")
_TYPES_BEFORE = re.compile(
    rf"\b(?<!NYHA )(?<!unctional )(?<!Killip )(?:type|types|class|classes)\s+{_ITEM}[ab]?"
    rf"(?:(?:\s?,\s?|\s?/\s?|\s+)(?:(?:or|and|and/or|&)\s+)?(?:(?:type|class)\s+)?{_ITEM}[ab]?){{0,5}}\s+$",
    re.IGNORECASE,
)
_TYPE_AFTER = re.compile(r",? (?:type|types) (?:[1-4]|I{1,3}|IV)[ab]?(?![\w-])", re.IGNORECASE)
_HEAD_BEHIND = re.compile(r"[ -]|\s?\(\s?[A-Z][A-Za-z-]{1,8}\)\s")
_INFECTION_OF = re.compile(r"\s(?:of|with|by)\s(?:the\s)?")
_TYPE_REACH = 60
_INVERTED = re.compile(r", ((?:[A-Z]\w{2,20}|[a-z]\w{2,20}(?=[\n;.,)]|$| [A-Z(]))(?: (?:[0-9]|I{1,3})\b)?)")


class Found(NamedTuple):
    start: int
    end: int
    rule: str
    concept: Concept | None
    first: int = -1  # words
    last: int = -1


class Words(NamedTuple):
    """The words of one text: where they stand, their stems, and the lines of lists, over whose ends no name goes."""

    spans: list[tuple[int, int]]
    stems: list[str]
    text: str
    lists: list[tuple[int, int]]

    def joined(self, i: int) -> bool:
        """Whether word i and word i + 1 stand in one phrase: a blank, hyphen or wrapped line between them."""
        end, start = self.spans[i][1], self.spans[i + 1][0]
        gap = self.text[end:start]
        if gap == " ":
            return True
        if "\n" not in gap:
            return gap in _JOINED or gap.isspace()
        if gap.count("\n") > 1 or not gap.isspace() or not self.text[start].islower():
            return False
        return not any(a <= start < b for a, b in self.lists)


def find_names(words: Words, vocab: Names) -> list[Found]:
    """Names, heads with their modifiers, and what belongs to them; by start, disjoint unless widened."""
    return [_widen(f, words, vocab) for f in _named(words, vocab)]


def _named(words: Words, vocab: Names) -> list[Found]:
    """Names of the vocabulary, longest first at each word, and heads with their modifiers."""
    spans, stems = words.spans, words.stems
    longest, concepts = vocab.longest, vocab.concepts
    heads, alone = vocab.words["head"], vocab.words["alone"]
    out: list[Found] = []
    done = 0  # words before it belong to a name
    for i in [i for i, word in enumerate(stems) if word in vocab.firsts]:
        if i < done:
            continue
        word = stems[i]
        seconds = longest.get(word)
        longer = seconds is not None and i + 1 < len(stems) and stems[i + 1] in seconds
        end = _longest_name(words, vocab, i, seconds) if longer or word in concepts else 0
        if end:
            first = _modifiers(words, vocab, i, done) if stems[end - 1] in heads else i
            concept = concepts[" ".join(stems[i:end])]
            out.append(Found(spans[first][0], spans[end - 1][1], "condition.name", concept, first, end - 1))
            done = end
            continue
        if word in heads:
            first = _modifiers(words, vocab, i, done)
            if first < i or word in alone:
                out.append(Found(spans[first][0], spans[i][1], "condition.head", None, first, i))
                done = i + 1
    return _joined_heads(out, words, vocab)


def _longest_name(words: Words, vocab: Names, i: int, seconds: dict[str, int] | None) -> int:
    """Behind the last word of the longest name that begins at word i; 0 when there is none."""
    stems = words.stems
    if seconds and i + 1 < len(stems):
        most = seconds.get(stems[i + 1])
        if most:
            reach = i + 1
            while reach < len(stems) and reach - i < most and words.joined(reach - 1):
                reach += 1
            for end in range(reach, i + 1, -1):
                if " ".join(stems[i:end]) in vocab.concepts:
                    return end
    return i + 1 if stems[i] in vocab.concepts else 0


def _joined_heads(found: list[Found], words: Words, vocab: Names) -> list[Found]:
    """What is one name: "herpes" + "infection", "virus (HIV)" + "infection", "infection of" + "hepatitis B"."""
    out: list[Found] = []
    for f in found:
        head = f.first == f.last and words.stems[f.last] in vocab.words["head"]
        if out and head and _HEAD_BEHIND.fullmatch(words.text, out[-1].end, f.start):
            last = out.pop()
            f = Found(last.start, f.end, "condition.head", last.concept, last.first, f.last)
        elif (
            out
            and words.stems[out[-1].last] == "infection"
            and _INFECTION_OF.fullmatch(words.text, out[-1].end, f.start)
        ):
            last = out.pop()
            f = Found(last.start, f.end, "condition.head", f.concept, last.first, f.last)
        elif f.first == f.last:
            f = _of_site(f, words, vocab)
        out.append(f)
    return out


def _of_site(f: Found, words: Words, vocab: Names) -> Found:
    """ "cancer of the breast": the site behind a head."""
    i = f.last + 1
    if i + 1 >= len(words.stems) or words.stems[i] != "of" or not words.joined(i - 1):
        return f
    i += 2 if words.stems[i + 1] == "the" else 1
    last = i - 1
    while (
        last + 1 < len(words.stems)
        and last + 1 - i < _MOST_MODIFIERS
        and words.joined(last)
        and words.stems[last + 1] in vocab.modifiers
    ):
        last += 1
    return f._replace(end=words.spans[last][1], last=last) if last >= i else f


def _modifiers(words: Words, vocab: Names, head: int, floor: int) -> int:
    """The first of the modifiers that stand before a head, at most _MOST_MODIFIERS words."""
    first = head
    while (
        first > floor
        and head - first < _MOST_MODIFIERS
        and words.stems[first - 1] in vocab.modifiers
        and words.joined(first - 1)
    ):
        first -= 1
    return first


def _widen(f: Found, words: Words, vocab: Names) -> Found:
    """What belongs to a name: types before and behind it, coordination, an inverted adjective."""
    text = words.text
    start, end, first = f.start, f.end, f.first
    after = _TYPE_AFTER.match(text, end)
    if after:
        end = after.end()
    begin = words.spans[f.last][0]
    if after or (end - begin == 1 and text[begin - 1 : begin].isspace()):
        items = _LIST_AFTER.match(text, end)
        if items:
            end = items.end()
    inverted = _INVERTED.match(text, end) if end == f.end else None
    concept = f.concept
    if inverted:
        key = " ".join((*map(stem, inverted[1].split()), *words.stems[first : f.last + 1]))
        if key in vocab.concepts:
            end, concept = inverted.end(), vocab.concepts[key]
    wider = _coordinated(f, words, vocab)
    if wider is not None:
        start, first = words.spans[wider][0], wider
    types = _TYPES_BEFORE.search(text, max(0, start - _TYPE_REACH), start)
    if types and (text[start].islower() or (types[0].endswith(" ") and "\n" not in text[start - 3 : start])):
        start = types.start()
    if start == f.start and end == f.end:
        return f
    return f._replace(start=start, end=end, concept=concept)


def _coordinated(f: Found, words: Words, vocab: Names) -> int | None:
    """The first word of "A or" before a name "B head" when "A head" is a name too."""
    stems, text = words.stems, words.text
    i = f.first - 1
    if i < 1 or (f.first == f.last and stems[f.last] not in vocab.words["head"]):
        return None
    if stems[i] in _COORDINATOR:
        left = i - 1
    elif "/" in text[words.spans[i][1] : f.start]:
        left = i
    else:
        return None
    between = text[words.spans[left][1] : f.start]
    if left < 0 or between.count("\n") > 1 or not _BETWEEN.fullmatch(between):
        return None
    for kept in range(f.first + 1, f.last + 1):
        tail = stems[kept : f.last + 1]
        for begin in range(max(0, left - 2), left + 1):
            part = stems[begin : left + 1]
            if " ".join(part) in vocab.concepts or not all(words.joined(k) for k in range(begin, left)):
                continue
            if " ".join((*part, *tail)) in vocab.concepts:
                return _more_items(words, vocab, begin, tail)
            if len(tail) == 1 and tail[0] in vocab.words["head"] and all(word in vocab.modifiers for word in part):
                return _more_items(words, vocab, begin, tail)
    return None


def _more_items(words: Words, vocab: Names, first: int, tail: list[str]) -> int:
    """The first word of "A, " before "B or C head"."""
    for _ in range(_MOST_MODIFIERS):
        i = first - 1
        if i < 0 or words.text[words.spans[i][1] : words.spans[first][0]] != ", " or words.stems[i] in vocab.concepts:
            break
        if words.stems[i] not in vocab.modifiers and " ".join((words.stems[i], *tail)) not in vocab.concepts:
            break
        first = i
    return first
