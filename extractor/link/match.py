"""What a name may mean: the concepts whose names equal or resemble it, and how."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache, lru_cache
from math import log
from typing import NamedTuple

from extractor.link.base import base, system_of
from extractor.link.keys import fold, fold_word, is_short, key_of
from extractor.tag.condition_names import names

_MOST_POSTINGS = 4000  # names that share a word: a word of more names finds none by itself
_FEWEST_LETTERS = 4  # of a word that makes names alike
_MANY = 3  # long words of a mention of which one alone makes no name like it
_KEPT = 12  # names like the mention that are looked at closely
_LEAST_LIKE = 0.5
_PREFIX = 5  # letters in common that make two forms of one word
_LEAST_OF_ONE = 0.8  # of a name's weight that a mention of one word must hold
_STRANGE = 7.0  # what a word of no name weighs; less when it is short: "IIb"
_FORM = 0.7  # what such a form counts


class Hit(NamedTuple):
    """A concept whose name was found. `kind`: label, name, folded-label, folded-name, like; `inside`: the share of the
    mention's weight that the name holds; `outside`: the share of the name's weight that the mention holds; `others`:
    how many concepts of the same vocabulary the same name has.
    """

    code: str
    kind: str
    inside: float = 1.0
    outside: float = 1.0
    others: int = 0


class Words(NamedTuple):
    """The words of the folded names: `postings`: word -> folded keys; `forms`: prefix -> words; `weights`: rarer words
    weigh more."""

    postings: dict[str, list[str]]
    forms: dict[str, list[str]]
    weights: dict[str, float]


@cache
def folded_names() -> dict[str, list[str]]:
    """Folded key -> the keys that differ from it, built once."""
    names: dict[str, list[str]] = {}
    kept: dict[str, bool] = {}  # word -> whether folding leaves it as it is
    for key in base().names:
        words = key.split(" ")
        for word in words:
            same = kept.get(word)
            if same is None:
                same = kept[word] = fold_word(word) == (word,)
            if not same:
                if key[0] != "^":
                    names.setdefault(fold(key), []).append(key)
                break
    return names


@cache
def name_words() -> Words:
    """The words of all names, built when a name is first looked for by its words."""
    changed = folded_names()
    folded = {key for same in changed.values() for key in same}
    keys = [key for key in base().names if key[0] != "^" and key not in folded]
    keys += [key for key in changed if key not in base().names]
    postings: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for word in key.split(" "):
            postings[word].append(key)
    forms: dict[str, list[str]] = defaultdict(list)
    for word in postings:
        if len(word) >= _PREFIX:
            forms[word[:_PREFIX]].append(word)
    weights = {word: log(len(keys) / (1 + len(found))) for word, found in postings.items()}
    return Words(dict(postings), dict(forms), weights)


@cache
def class_words() -> frozenset[str]:
    """Words that name no condition by themselves: names that have only these in common have nothing in common."""
    return frozenset(word for key in names().words["generic"] for word in fold(key).split(" "))


def find(name: str) -> list[Hit]:
    """The concepts that a name may mean; those with the same name, else those with a like one."""
    if is_short(name):
        return _short(name)
    key = key_of(name)
    if not key:
        return []
    hits = _hits(key, ("label", "name"))
    form = fold(key)
    known = {hit.code for hit in hits}
    for other in (form, *folded_names().get(form, ())):
        if other != key:
            more = [hit for hit in _hits(other, ("folded-label", "folded-name")) if hit.code not in known]
            known.update(hit.code for hit in more)
            hits += more
    return hits or _like(form)


def _hits(key: str, kinds: tuple[str, str], inside: float = 1.0, outside: float = 1.0) -> list[Hit]:
    codes = base().names.get(key, ())
    labels = base().labels.get(key, 0)
    systems = Counter(map(system_of, codes))
    return [
        Hit(code, kinds[n >= labels], inside, outside, systems[system_of(code)] - 1) for n, code in enumerate(codes)
    ]


def _short(name: str) -> list[Hit]:
    """An abbreviation as written, without its hyphen, without its plural s."""
    bare = name.replace("-", "")
    for form in (name, bare, name[:-1] if name[-1] == "s" else bare):
        hits = _hits("^" + form, ("label", "name"))
        if hits:
            return [hit._replace(kind="short") for hit in hits]
    return []


def _like(form: str) -> list[Hit]:
    """Concepts with a name that shares the words that weigh most."""
    vocab = name_words()
    words, total = _weighed(form, vocab)
    long = sum(len(word) >= _FEWEST_LETTERS for word in form.split())
    close = []
    least = total / 3  # below a third no likeness reaches a half
    for key in _sharing(words, vocab):
        known = [word for word in key.split(" ") if word in words]
        # "cardiac adverse event" is no adverse drug event; "renal toxicity" is a toxicity
        if class_words().issuperset(known) and " ".join(known) != key:
            continue
        shared = sum([words[word] for word in known])
        if shared < least:
            continue
        same = sum([len(word) >= _FEWEST_LETTERS for word in known])
        if same > 1 or (same and long < _MANY):
            weight = _weight_of(key)
            inside, outside = min(1.0, shared / total), min(1.0, shared / weight)
            like = 2 * inside * outside / (inside + outside)
            if like >= _LEAST_LIKE and (long > 1 or outside >= _LEAST_OF_ONE):
                close.append((like, key, inside, outside))
    close.sort(reverse=True)
    hits: dict[str, Hit] = {}
    for _, key, inside, outside in close[:_KEPT]:
        for other in (key, *folded_names().get(key, ())):
            for hit in _hits(other, ("like", "like"), inside, outside):
                hits.setdefault(hit.code, hit)
    return list(hits.values())


@lru_cache(maxsize=1 << 16)
def _weight_of(key: str) -> float:
    """What all words of a name weigh."""
    weights = name_words().weights
    return sum([weights[word] for word in key.split(" ")])


def _weighed(form: str, vocab: Words) -> tuple[dict[str, float], float]:
    """Words of names -> what each weighs, less where it is another form of a word of the mention; all that it weighs."""
    words: dict[str, float] = {}
    total = 0.0
    for word in form.split():
        own = vocab.weights.get(word)
        if own is None:
            own = _STRANGE if len(word) >= _FEWEST_LETTERS else 1.0
        else:
            words[word] = own
        total += own
        for other in _forms(word, vocab):
            words[other] = max(words.get(other, 0.0), _FORM * min(own, vocab.weights[other]))
    return words, total


def _sharing(words: dict[str, float], vocab: Words) -> list[str]:
    """The names that share two of the words that are not common, or are one of them; where only one is not common, all
    that have it."""
    counts: Counter[str] = Counter()
    lists = 0
    for word in words:
        if len(word) >= _FEWEST_LETTERS and len(vocab.postings[word]) <= _MOST_POSTINGS:
            counts.update(vocab.postings[word])
            lists += 1
    return list(counts) if lists == 1 else [key for key, count in counts.items() if count > 1 or key in words]


def _forms(word: str, vocab: Words) -> list[str]:
    """Other forms of a word: they share its beginning, and nearly its length."""
    if len(word) < _PREFIX:
        return []
    shared = max(_PREFIX, len(word) - 3)
    start = word[:shared]
    return [
        other
        for other in vocab.forms.get(word[:_PREFIX], ())
        if other != word and other.startswith(start) and abs(len(other) - len(word)) <= 3
    ]
