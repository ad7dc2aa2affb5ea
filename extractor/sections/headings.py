"""The vocabulary of headings, and reading one line as a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.sections.model import KINDS
from extractor.vocab.loader import load_table, require_known

FORMS = ("line", "core", "glued", "lead", "cue")
LONGEST = 90  # characters of a heading with the words around it
_LONGEST_VALUE = 80  # characters of a field's value
_MOST_WORDS_COLON = 10  # words of a heading that a colon ends
_MOST_WORDS = 6  # and of one that nothing ends


class Heading(NamedTuple):
    """What a heading opens: see the header of vocab/section_headings.csv."""

    kind: str
    form: str
    value: bool
    furniture: bool
    not_in: frozenset[str]


class _Vocabulary(NamedTuple):
    exact: dict[str, Heading]
    core: re.Pattern[str]
    core_words: frozenset[str]  # the last words of what `core` matches
    glued: re.Pattern[str]
    leads: tuple[tuple[re.Pattern[str], Heading], ...]
    cues: tuple[tuple[re.Pattern[str], Heading], ...]


_LINE = re.compile(r"[^\n]+")
# bullets, outline numbers ("1.", "E.1.1", "V.2.1.") and emphasis before a heading
_OUTLINE = re.compile(
    r"[ \t]*(?:[-*•⁃·#>●▪|]+[ \t]*){0,3}"
    r"(?:[A-Z](?:\.\d{1,2}){1,4}[ \t]+|(?:\d{1,2}|[A-Z]|[IVX]{1,4})(?:\.\d{1,2}){0,4}[.)][ \t]*|"
    r"\((?:[ivx]{1,4}|[a-z]|\d{1,2})\)[ \t]*)?[*_]{0,3}"
)
# "(6)", "[1]" after a heading
_COUNT = re.compile(r"(?:\(\d{1,4}\)|\[\d{1,3}\])$")
_AROUND = " \t*_#"
_NO_HEADING = re.compile(r"\b(?:not|no|fulfil\w*|meet\w*|met|prior|time|any|than|absence)\b|[.;,]$|[.;]\s")
_WORD = re.compile(r"\w+")


def line_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The lines of text[start:end] that are not blank."""
    spans = (m.span() for m in _LINE.finditer(text, start, len(text) if end is None else end))
    return [(a, b) for a, b in spans if not text[a:b].isspace()]


def gap_pattern(phrase: str, longest: int) -> str:
    """A phrase of a vocabulary as a pattern: blanks match white space, ` … ` a gap of at most `longest` characters."""
    words = [r"\s{1,3}".join(map(re.escape, part.split())) for part in phrase.split("…")]
    return rf"\b[^\n]{{1,{longest}}}?\b".join(words)


def alternation(phrases: Iterable[str], longest: int = 0) -> str:
    """An alternation of phrases, longest first."""
    return "|".join(gap_pattern(p, longest) for p in sorted(set(phrases), key=lambda p: (-len(p), p)))


@cache
def vocabulary() -> _Vocabulary:
    """The headings, indexed. Raises VocabularyError for an entry that breaks the file's grammar."""
    exact: dict[str, Heading] = {}
    core: list[str] = []
    glued: list[str] = []
    sentences: dict[str, list[tuple[re.Pattern[str], Heading]]] = {"lead": [], "cue": []}
    columns = ("heading", "kind", "form", "extent", "furniture", "not_in")
    for row in load_table("section_headings.csv", columns, required=columns[:4]):
        require_known(row, "kind", KINDS, "kind")
        require_known(row, "not_in", KINDS, "kind")
        require_known(row, "form", FORMS, "form")
        require_known(row, "extent", ("section", "value"), "extent")
        heading = Heading(
            row["kind"], row["form"], row["extent"] == "value", row["furniture"] == "yes", frozenset(row.many("not_in"))
        )
        keys = [" ".join(text.casefold().split()) for text in row.many("heading")]
        if heading.form in sentences:
            sentences[heading.form].append((re.compile(alternation(keys, 120), re.IGNORECASE), heading))
            continue
        for key in keys:
            if exact.setdefault(key, heading) != heading:
                raise VocabularyError(f"{row.where}: heading {key!r} stands twice with another meaning")
        if heading.form != "line":
            core.extend(key for key in keys if " " in key)
        if heading.form == "glued":
            glued.extend(keys)
    return _Vocabulary(
        exact,
        re.compile(rf"\b(?:{alternation(core)})(?!\w)"),
        frozenset(_WORD.findall(phrase)[-1] for phrase in core),
        re.compile(
            rf"(?<![\w/])(?:(?:Key|Main|Major|Other|KEY|MAIN)[ ])?(?=[A-Z])(?P<phrase>(?i:{alternation(glued)}))"
            r"[ \t]{0,3}(?:[:：]|[ \t](?=1[.)][ \t]))"
        ),
        tuple(sentences["lead"]),
        tuple(sentences["cue"]),
    )


def _bare(text: str) -> str:
    """A heading without emphasis, colon and count behind it."""
    text = text.rstrip(_AROUND)
    if text.endswith((":", "：")):
        text = text[:-1].rstrip(_AROUND)
    if text.endswith((")", "]")):
        text = _COUNT.sub("", text).rstrip(_AROUND)
    return text


def read_heading(line: str) -> tuple[Heading, int] | None:
    """The heading that opens `line`, and where in the line its text begins (len(line): the heading stands alone)."""
    start = _OUTLINE.match(line).end()  # type: ignore[union-attr]
    vocab = vocabulary()
    if not line[start : start + 1].isupper():
        return _small_heading(vocab, line, start)
    if len(line) - start <= LONGEST:
        heading = vocab.exact.get(_bare(line[start:]).casefold())
        if heading:
            return heading, len(line)
    colon = line.find(":", start, start + LONGEST)
    if colon > 0:
        prefix = _bare(line[start:colon])
        heading = vocab.exact.get(prefix.casefold())
        if heading:
            rest = line[colon + 1 :].strip()
            if heading.value and len(rest) > _LONGEST_VALUE:
                return None
            return heading, colon + 1 if rest else len(line)
        return _with_words_around(vocab, prefix, _MOST_WORDS_COLON, colon + 1)
    if len(line) - start <= LONGEST:
        return _with_words_around(vocab, line[start:].rstrip(" \t*_"), _MOST_WORDS, len(line))
    return None


def _small_heading(vocab: _Vocabulary, line: str, start: int) -> tuple[Heading, int] | None:
    """A heading in small letters: only one of inclusion or exclusion, with a colon at the line's end."""
    if len(line) - start > LONGEST or not line.rstrip().endswith(":"):
        return None
    found = _with_words_around(vocab, _bare(line[start:]), _MOST_WORDS, len(line))
    return found if found and found[0].kind in ("inclusion", "exclusion") else None


def _with_words_around(vocab: _Vocabulary, text: str, most: int, body: int) -> tuple[Heading, int] | None:
    lower = text.casefold()
    words = lower.split()
    if len(words) > most or vocab.core_words.isdisjoint(_WORD.findall(lower)) or _NO_HEADING.search(lower):
        return None
    found = vocab.core.search(lower)
    if not found:
        return None
    heading = vocab.exact[" ".join(found[0].split())]
    if "inclusion" in lower and "exclusion" in lower:
        heading = vocab.exact["eligibility criteria"]
    return heading, body
