"""Two runs over the same gold: what got better, what got worse, by document and mention, with a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from extractor.evaluate.score import Result, Triple, groups, names_of
from extractor.evaluate.statistics import matrix, paired_test


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both runs: F1, their difference, p of the paired test."""

    ours: float | None
    theirs: float | None
    difference: float
    p: float


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that only one run gets right; change is fixed, broken, new spurious or gone spurious."""

    document: str
    change: str
    label: str
    start: int
    end: int
    text: str


@dataclass(slots=True)
class Comparison:
    """`documents`: id -> (our F1, theirs) of found and right; `mentions`: every change."""

    figures: dict[str, Difference]
    documents: dict[str, tuple[float | None, float | None]]
    mentions: list[Mention]

    @property
    def better(self) -> list[str]:
        return [id for id, (a, b) in self.documents.items() if (a or 0) > (b or 0)]

    @property
    def worse(self) -> list[str]:
        return [id for id, (a, b) in self.documents.items() if (a or 0) < (b or 0)]

    def to_json(self) -> dict[str, Any]:
        return {
            "test": "approximate randomisation over documents, two-sided",
            "figures": {
                name: {"ours": d.ours, "theirs": d.theirs, "difference": d.difference, "p": d.p}
                for name, d in self.figures.items()
            },
            "better": self.better,
            "worse": self.worse,
            "documents": {id: {"ours": a, "theirs": b} for id, (a, b) in self.documents.items()},
            "mentions": [
                {
                    "document": m.document,
                    "change": m.change,
                    "label": m.label,
                    "start": m.start,
                    "end": m.end,
                    "text": m.text,
                }
                for m in self.mentions
            ],
        }


def compare(ours: Sequence[Result], theirs: Sequence[Result]) -> Comparison:
    """`ours` against `theirs`: results of the same gold documents in the same order."""
    names = list(dict.fromkeys([*names_of(ours), *names_of(theirs)]))
    place = {name: column for column, name in enumerate(names)}
    a, b = matrix(ours, names), matrix(theirs, names)
    wanted = {name: [name] for name in names if name.endswith((".strict", ".value"))}
    wanted |= {
        n: parts for n, parts in groups(names).items() if n not in ("micro.exact", "micro.partial", "micro.type")
    }
    figures = {}
    for name, parts in wanted.items():
        columns = [place[part] for part in parts]
        left, right = a[:, columns].sum(axis=1), b[:, columns].sum(axis=1)
        if left.any() or right.any():
            f1 = [Triple(*map(float, side.sum(axis=0))).f1 for side in (left, right)]
            figures[name] = Difference(f1[0], f1[1], *paired_test(left, right))
    documents = {x.document.id: (_f1(x), _f1(y)) for x, y in zip(ours, theirs, strict=True)}
    mentions = [m for x, y in zip(ours, theirs, strict=True) for m in _changes(x, y)]
    return Comparison(figures, documents, mentions)


def _f1(result: Result) -> float | None:
    return sum((t for name, t in result.triples.items() if name.endswith(".right")), Triple()).f1


def _changes(ours: Result, theirs: Result) -> list[Mention]:
    a, b = ours.right_gold(), theirs.right_gold()
    document = ours.document

    def mention(change: str, label: str, start: int, end: int) -> Mention:
        return Mention(document.id, change, label, start, end, document.text[start:end])

    out = [mention("fixed", s.label, s.start, s.end) for s in document.spans if s.id in a - b]
    out += [mention("broken", s.label, s.start, s.end) for s in document.spans if s.id in b - a]
    left, right = _spurious(ours), _spurious(theirs)
    out += [mention("new spurious", *key) for key in sorted(left - right)]
    out += [mention("gone spurious", *key) for key in sorted(right - left)]
    return out


def _spurious(result: Result) -> set[tuple[str, int, int]]:
    return {
        (e.label, e.predicted.start, e.predicted.end) for e in result.errors if e.kind == "spurious" and e.predicted
    }
