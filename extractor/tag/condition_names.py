"""Names of conditions: how a name becomes a key, and the vocabulary of keys."""

from __future__ import annotations

import gzip
import re
from functools import cache, lru_cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.vocab.loader import FOLDER, load_table, require_known

MONDO = "http://purl.obolibrary.org/obo/mondo.owl"
HPO = "http://purl.obolibrary.org/obo/hp.owl"
FILE = "conditions.tsv.gz"
TOKEN = re.compile(r"[^\W_]+(?:['’´`]s\b)?")
# head: a noun that makes a condition of the modifiers before it; modifier: one more word that may stand before a
# head; alone: a head that is a condition without one; not-modifier: stands before heads, but outside the name;
# severity: left out at a name's start; instrument: the head of a proper name that is no condition; tool: as
# instrument, also in small letters; finding: what "abnormal" makes a condition of; deviation: the words like
# abnormal; allergy: opens "allergy to ..."; allergen-end: ends the allergen; stop: a name of the ontologies that is
# an ordinary word here; leukemia-cue: stands before ALL; block: a longer name that is no condition; sample: stands
# before a pregnancy test; generic: no condition when a tagger finds it bare
ROLES = (
    "head", "alone", "modifier", "not-modifier", "severity", "instrument", "tool", "finding", "deviation", "allergy",
    "allergen-end", "stop", "block", "leukemia-cue", "sample",
    "generic",
)  # fmt: skip
_SPELLINGS = (
    ("aem", "em"), ("oed", "ed"), ("tumour", "tumor"), ("rrhoea", "rrhea"), ("oesoph", "esoph"), ("paed", "ped"),
    ("gynaec", "gynec"), ("foet", "fet"), ("caec", "cec"),
)  # fmt: skip
_IRREGULAR = {
    "vs": "versus", "metastases": "metastasis", "mellitis": "mellitus", "hepatitides": "hepatitis",
    "i": "1", "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip
_FEWEST = 4  # letters of a word that may be a plural


class Concept(NamedTuple):
    """A code and its preferred name."""

    code: str
    display: str

    @property
    def system(self) -> str:
        return HPO if self.code.startswith("HP:") else MONDO


NO_CONDITION = Concept("", "")  # of the names that are none


class Names(NamedTuple):
    """The vocabulary. Keys are `key_of` names; `longest`: first, second word -> words of the longest such key."""

    concepts: dict[str, Concept | None]
    longest: dict[str, dict[str, int]]
    firsts: frozenset[str]  # words a name may begin with, and heads
    modifiers: frozenset[str]
    capitals: dict[str, Concept | None]  # abbreviations, as written
    words: dict[str, frozenset[str]]  # role -> words


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """One word of a key: lower case, American spelling, no possessive, no plural; roman numerals to IV as digits."""
    word = word.lower()
    if word[-2:] in ("'s", "’s", "´s", "`s"):
        word = word[:-2]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for british, american in _SPELLINGS:
        if british in word:
            word = word.replace(british, american)
    if len(word) < _FEWEST or word[-1] != "s" or word[-2] in "su" or word.endswith("is"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("oses"):
        return word[:-2] + "is"
    if word.endswith(("sses", "uses", "xes", "ches")):
        return word[:-2]
    return word[:-1]


def key_of(name: str) -> str:
    """The key under which a name stands: its words' stems, joined by blanks."""
    return " ".join([stem(word) for word in TOKEN.findall(name)])


@cache
def names() -> Names:
    """The ontologies' names, then the hand-made ones, which win. Raises VocabularyError for a broken file."""
    concepts: dict[str, Concept | None] = {}
    modifiers: set[str] = set()
    concept: Concept | None = None
    path = FOLDER / FILE
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise VocabularyError(f"{path}: cannot be read: {error}") from error
    for line in lines:
        if line[:1] == ">":
            code, _, display = line[1:].partition("\t")
            concept = Concept(code, display)
        elif line[:1] == "~":
            modifiers.add(line[1:])
        elif line and line[0] != "#":
            concepts[line] = concept
    words: dict[str, set[str]] = {role: set() for role in ROLES}
    for row in load_table("condition_words.csv", ("words", "role"), required=("words", "role")):
        require_known(row, "role", ROLES, "role")
        words[row["role"]].update(map(key_of, row.many("words")))
    for key in words["stop"]:
        concepts.pop(key, None)
    capitals: dict[str, Concept | None] = {}
    by_code = {c.code: c for c in concepts.values() if c}
    for row in load_table("conditions_extra.csv", ("names", "code", "display"), unique=["names"], required=("names",)):
        known = by_code.get(row["code"]) or (Concept(row["code"], row["display"]) if row["code"] else None)
        for name in row.many("names"):
            if name.isupper() or (len(name) <= 6 and name[1:] != name[1:].lower()):
                capitals[name] = known
            else:
                key = key_of(name)
                concepts[key] = known or concepts.get(key)
    concepts.update(dict.fromkeys(words["block"], NO_CONDITION))
    longest: dict[str, dict[str, int]] = {}
    for key in concepts:
        first, _, rest = key.partition(" ")
        if rest:
            second, _, more = rest.partition(" ")
            count = 3 + more.count(" ") if more else 2
            seconds = longest.setdefault(first, {})
            if count > seconds.get(second, 0):
                seconds[second] = count
    modifiers |= words["modifier"]
    modifiers -= words["severity"] | words["not-modifier"] | words["deviation"]
    firsts = frozenset(longest) | {key for key in concepts if " " not in key} | words["head"]
    return Names(
        concepts, longest, firsts, frozenset(modifiers), capitals, {role: frozenset(ws) for role, ws in words.items()}
    )
