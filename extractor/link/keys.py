"""Names of conditions in the forms in which they are compared."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractor.tag.condition_names import stem
from extractor.vocab.loader import load_table

_WORD = re.compile(r"[^\W_]+(?:['’´`]s\b)?")
_GREEK = str.maketrans(
    {"α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta ", "ε": " epsilon ", "κ": " kappa "}
)
# words that stand in one name and not in the other without making a difference
_SMALL = frozenset((
    "of", "the", "an", "in", "to", "due", "with", "by", "and", "or", "for", "on", "from", "at", "caused",
    "unspecified", "no", "associated",
))  # fmt: skip
_PREFIX = frozenset(("non", "anti", "post", "pre"))
_MOST_SHORT = 8  # characters of an abbreviation
# adjectives of conditions and their nouns
_ENDINGS = (
    ("otic", "osis"), ("itic", "itis"), ("emic", "emia"), ("tensive", "tension"), ("toxic", "toxicity"),
    ("rrhagic", "rrhage"), ("plegic", "plegia"), ("pathic", "pathy"), ("trophic", "trophy"), ("uric", "uria"),
    ("penic", "penia"), ("phrenic", "phrenia"), ("plastic", "plasia"), ("ectatic", "ectasia"), ("spastic", "spasticity"),
    ("manic", "mania"), ("anxious", "anxiety"), ("cancerous", "neoplasm"),
)  # fmt: skip
_FEWEST = 6  # letters of an adjective that is read as its noun


def words_of(name: str) -> list[str]:
    """The stems of a name's words, small words left out; "non" joined to what follows it."""
    if not name.isascii():
        name = name.translate(_GREEK)
    stems = [s for s in map(stem, _WORD.findall(name)) if s not in _SMALL]
    if not _PREFIX.isdisjoint(stems):
        for i in range(len(stems) - 2, -1, -1):
            if stems[i] in _PREFIX:
                stems[i : i + 2] = [stems[i] + stems[i + 1]]
    return stems


def key_of(name: str) -> str:
    """The key of a name: its words' stems, sorted; blank when it has none but small ones."""
    return " ".join(sorted(words_of(name)))


@cache
def _same_words() -> dict[str, tuple[str, ...]]:
    """word -> the words it is read as."""
    rows = load_table("concept_words.csv", ("word", "same"), unique=("word",), required=("word",))
    return {stem(row["word"]): tuple(map(stem, row["same"].split())) for row in rows}


@lru_cache(maxsize=1 << 16)
def fold_word(word: str) -> tuple[str, ...]:
    """The words that one word is read as when forms are folded."""
    same = _same_words().get(word)
    if same is not None:
        return same
    if word[-1] in "cs" or word.endswith("sive"):
        for adjective, noun in _ENDINGS:
            if word.endswith(adjective) and len(word) > _FEWEST:
                noun = word[: -len(adjective)] + noun
                return _same_words().get(noun, (noun,))
    return (word,)


def fold(key: str) -> str:
    """A key in which words that mean the same are one word, each once."""
    return " ".join(sorted({part for word in key.split() for part in fold_word(word)}))


def is_short(name: str) -> bool:
    """Whether a name is an abbreviation: then case counts, and no word form is looked for."""
    if len(name) > _MOST_SHORT or " " in name or not name[:1].isalnum():
        return False
    return sum(map(str.isupper, name)) > 1 or (name.isupper() and any(map(str.isdigit, name)))
