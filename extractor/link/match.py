"""What a name may mean: the concepts whose names equal or resemble it, and how."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from math import log
from typing import NamedTuple

from extractor.link.base import base
from extractor.link.keys import fold, fold_word, is_short, key_of

_MOST_POSTINGS = 4000  # names that share a word: a word of more names finds none by itself
_SEEDS = 3  # rarest words of a mention that find names
_FEWEST_LETTERS = 4  # of a word that makes names alike
_MANY = 3  # long words of a mention of which one alone makes no name like it
_KEPT = 12  # names like the mention that are looked at closely
_LEAST_LIKE = 0.5
_PREFIX = 5  # letters in common that make two forms of one word
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
    """The words of the folded names: `postings`: word -> folded keys; `forms`: prefix -> words; how many keys there are."""

    postings: dict[str, list[str]]
    forms: dict[str, list[str]]
    total: int

    def weight(self, word: str) -> float:
        """Rarer words weigh more."""
        return log(self.total / (1 + len(self.postings.get(word, ()))))


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
    return Words(dict(postings), dict(forms), len(keys))


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
    systems = Counter(code[:2] if ":" in code else code[0].isdigit() for code in codes)
    return [
        Hit(code, kinds[n >= labels], inside, outside, systems[code[:2] if ":" in code else code[0].isdigit()] - 1)
        for n, code in enumerate(codes)
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
    words: dict[str, float] = {}  # word of the names -> its weight, less for another form of the mention's
    total = 0.0
    for word in form.split():
        own = vocab.weight(word) if word in vocab.postings else _STRANGE if len(word) >= _FEWEST_LETTERS else 1.0
        total += own
        if word in vocab.postings:
            words[word] = own
        for other in _forms(word, vocab):
            words[other] = max(words.get(other, 0.0), _FORM * min(own, vocab.weight(other)))
    seeds = [
        w
        for w in sorted(words, key=lambda w: -words[w])
        if len(w) >= _FEWEST_LETTERS and len(vocab.postings[w]) <= _MOST_POSTINGS
    ][:_SEEDS]
    found: dict[str, float] = {}
    for seed in seeds:
        for key in vocab.postings[seed]:
            if key not in found:
                found[key] = sum([words.get(word, 0.0) for word in key.split()])
    close = []
    long = sum(len(word) >= _FEWEST_LETTERS for word in form.split())
    for key, shared in found.items():
        same = sum(word in words and len(word) >= _FEWEST_LETTERS for word in key.split())
        if shared >= _LEAST_LIKE * total / 2 and same and (same > 1 or long < _MANY):
            weight = sum([vocab.weight(word) for word in key.split()])
            inside, outside = min(1.0, shared / total), min(1.0, shared / weight)
            like = 2 * inside * outside / (inside + outside)
            if like >= _LEAST_LIKE:
                close.append((like, key, inside, outside))
    close.sort(reverse=True)
    hits: dict[str, Hit] = {}
    for _, key, inside, outside in close[:_KEPT]:
        for other in (key, *folded_names().get(key, ())):
            for hit in _hits(other, ("like", "like"), inside, outside):
                hits.setdefault(hit.code, hit)
    return list(hits.values())


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
