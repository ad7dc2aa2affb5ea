"""Figures of predictions against gold, as triples that add up over documents: (right, predicted, gold).

A figure has a name, "LABEL.measure": strict and exact (same boundaries), partial (half a point for other boundaries),
type (any overlap), value (found and right). Scoring goes label by label, for labels may nest: within one label
"exact" and "strict" are the same figure, and a span under the wrong label is one missed and one spurious. "micro"
pools the triples of all labels, "macro" is the mean of the labels' figures. assertion.* are CONDITION attributes over
matched pairs, assertion_e2e.* over all spans; relations.TYPE needs the type and both matched ends.

A gold span labelled "~LABEL" counts neither way: it need not be found, and a prediction of LABEL on it that answers
no other gold span is not counted. Adapters of corpora use it for what they mark by other rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractor.evaluate.gold import FLAGS, GoldDocument, GoldSpan
from extractor.evaluate.matching import match
from extractor.evaluate.values import VALUED, Verdict, judge

KINDS = ("missed", "spurious", "value", "boundary", "assertion", "relation")
MEASURES = ("strict", "exact", "partial", "type", "value")
ASSERTED = "CONDITION"


@dataclass(frozen=True, slots=True)
class Triple:
    """What was right, of how many predicted, of how many in the gold."""

    right: float = 0
    predicted: float = 0
    gold: float = 0

    def __add__(self, other: Triple) -> Triple:
        return Triple(self.right + other.right, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def precision(self) -> float | None:
        return _ratio(self.right, self.predicted, self.gold)

    @property
    def recall(self) -> float | None:
        return _ratio(self.right, self.gold, self.predicted)

    @property
    def f1(self) -> float | None:
        return _ratio(2 * self.right, self.predicted + self.gold, 0)


def _ratio(part: float, whole: float, other: float) -> float | None:
    """None when there is nothing on either side; 0 when only this side is empty."""
    return part / whole if whole else (0.0 if other else None)


@dataclass(frozen=True, slots=True)
class Error:
    """One thing to look at: kind is one of KINDS; `reason` in words. A relation's label is that of the span it starts from."""

    kind: str
    label: str
    gold: GoldSpan | None
    predicted: GoldSpan | None
    reason: str


@dataclass(slots=True)
class Result:
    """One document, scored."""

    document: GoldDocument
    predicted: GoldDocument
    triples: dict[str, Triple]
    errors: list[Error]
    pairs: list[tuple[GoldSpan, GoldSpan, Verdict | None]]
    keys: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # (label, key) -> right, judged

    def right_gold(self) -> set[str]:
        """Ids of gold spans that were found, with the right value where one is judged."""
        return {g.id for g, _, verdict in self.pairs if verdict is None or verdict.right}


def score_document(
    gold: GoldDocument,
    predicted: GoldDocument,
    labels: Collection[str],
    relations: bool = True,
    flags: Collection[str] = FLAGS,
) -> Result:
    """`predicted` against `gold`, spans of `labels` only; `relations`: whether the gold set marks any; `flags`: the
    attributes it marks."""
    result = Result(gold, predicted, {}, [], [])
    for label in labels:
        _score_label(
            label, [s for s in gold.spans if s.label == label], [s for s in predicted.spans if s.label == label], result
        )
    _name_confusions(result)
    if flags and ASSERTED in labels:
        _score_assertions(result, flags)
    if relations:
        _score_relations(result, labels)
    result.errors.sort(key=_place)
    return result


def _score_label(label: str, gold: Sequence[GoldSpan], predicted: Sequence[GoldSpan], result: Result) -> None:
    text = result.document.text
    matches = match(gold, predicted)
    predicted = _without_ignored(label, predicted, {p.id for _, p in matches}, result.document)
    pairs = [(g, p, judge(label, g.value, p.value, text[g.start : g.end])) for g, p in matches]
    result.pairs += pairs
    found, n_gold, n_pred = len(pairs), len(gold), len(predicted)
    exact = sum((g.start, g.end) == (p.start, p.end) for g, p, _ in pairs)
    add = result.triples
    add[f"{label}.strict"] = add[f"{label}.exact"] = Triple(exact, n_pred, n_gold)
    add[f"{label}.partial"] = Triple(exact + 0.5 * (found - exact), n_pred, n_gold)
    add[f"{label}.type"] = Triple(found, n_pred, n_gold)
    right = sum(v is None or v.right for _, _, v in pairs)
    add[f"{label}.right"] = Triple(right, n_pred, n_gold)
    if label in VALUED:
        judged = [v for _, _, v in pairs if v is not None]
        unjudged = found - len(judged)
        valued_gold = sum(isinstance(g.value, dict) for g in gold)
        add[f"{label}.value"] = Triple(sum(v.right for v in judged), n_pred - unjudged, valued_gold)
    for g, p, verdict in pairs:
        for key, ok in verdict.keys.items() if verdict else ():
            a, b = result.keys.get((label, key), (0, 0))
            result.keys[label, key] = (a + ok, b + 1)
        if verdict and not verdict.right:
            result.errors.append(Error("value", label, g, p, verdict.reason))
        elif (g.start, g.end) != (p.start, p.end):
            result.errors.append(Error("boundary", label, g, p, _boundary_reason(g, p, text)))
    matched = {g.id for g, _, _ in pairs}, {p.id for _, p, _ in pairs}
    result.errors += [Error("missed", label, g, None, "nothing found here") for g in gold if g.id not in matched[0]]
    result.errors += [
        Error("spurious", label, None, p, "nothing in the gold here") for p in predicted if p.id not in matched[1]
    ]


def _without_ignored(
    label: str, predicted: Sequence[GoldSpan], matched: set[str], gold: GoldDocument
) -> Sequence[GoldSpan]:
    """`predicted` without those that answer no gold span but lie on one that counts neither way, "~label"."""
    ignored = [s for s in gold.spans if s.label == f"~{label}"]
    if not ignored:
        return predicted
    return [p for p in predicted if p.id in matched or not any(p.start < s.end and s.start < p.end for s in ignored)]


def _boundary_reason(gold: GoldSpan, predicted: GoldSpan, text: str) -> str:
    def side(name: str, wanted: int, got: int, longer: bool) -> str:
        part = _short(" ".join(text[min(wanted, got) : max(wanted, got)].split()))
        return f"{name}: {'with' if longer else 'without'} “{part}”"

    parts = []
    if gold.start != predicted.start:
        parts.append(side("start", gold.start, predicted.start, predicted.start < gold.start))
    if gold.end != predicted.end:
        parts.append(side("end", gold.end, predicted.end, predicted.end > gold.end))
    return "; ".join(parts)


def _name_confusions(result: Result) -> None:
    """Says of a missed span whether a spurious one of another label lies on it."""
    spurious = [e.predicted for e in result.errors if e.predicted is not None and e.kind == "spurious"]
    missed = [e.gold for e in result.errors if e.gold is not None and e.kind == "missed"]
    for place, error in enumerate(result.errors):
        if error.kind == "missed" and error.gold is not None:
            others = _across(error.gold, spurious)
            if others:
                result.errors[place] = Error("missed", error.label, error.gold, None, f"found as {', '.join(others)}")
        elif error.kind == "spurious" and error.predicted is not None:
            others = _across(error.predicted, missed)
            if others:
                result.errors[place] = Error(
                    "spurious", error.label, None, error.predicted, f"the gold has {', '.join(others)} here"
                )


def _place(error: Error) -> tuple[int, int, int]:
    span = error.gold or error.predicted
    assert span is not None
    return span.start, span.end, KINDS.index(error.kind)


def _across(span: GoldSpan, others: Iterable[GoldSpan]) -> list[str]:
    return sorted({o.label for o in others if o.label != span.label and o.start < span.end and span.start < o.end})


def _score_assertions(result: Result, flags: Collection[str]) -> None:
    pairs = [(g, p) for g, p, _ in result.pairs if g.label == ASSERTED]
    matched = {p.id for _, p in pairs}
    ours = [s for s in result.predicted.spans if s.label == ASSERTED]
    ours = list(_without_ignored(ASSERTED, ours, matched, result.document))
    golds = [s for s in result.document.spans if s.label == ASSERTED]
    for flag in flags:
        has = [(bool(g.attributes.get(flag)), bool(p.attributes.get(flag))) for g, p in pairs]
        both = sum(a and b for a, b in has)
        name = flag.lower()
        result.triples[f"assertion.{name}"] = Triple(both, sum(b for _, b in has), sum(a for a, _ in has))
        everywhere = [sum(bool(s.attributes.get(flag)) for s in spans) for spans in (ours, golds)]
        result.triples[f"assertion_e2e.{name}"] = Triple(both, *everywhere)
    for g, p in pairs:
        sides = [[flag.lower() for flag in flags if s.attributes.get(flag)] for s in (g, p)]
        if sides[0] != sides[1]:
            reason = " against ".join(", ".join(side) or "no attribute" for side in sides)
            result.errors.append(Error("assertion", ASSERTED, g, p, reason))


def _score_relations(result: Result, labels: Collection[str]) -> None:
    to_gold = {p.id: g.id for g, p, _ in result.pairs}
    wanted = _links(result.document, labels)
    found = _links(result.predicted, labels)
    right = {(t, to_gold.get(h), to_gold.get(e)) for t, h, e in found} & wanted
    for type in {t for t, _, _ in wanted | found}:
        counts = [sum(link[0] == type for link in links) for links in (right, found, wanted)]
        result.triples[f"relations.{type}"] = Triple(*counts)
    _name_wrong_relations(result, wanted, {(t, to_gold.get(h), to_gold.get(e)) for t, h, e in found})


def _name_wrong_relations(
    result: Result, wanted: set[tuple[str, str, str]], found: set[tuple[str, str | None, str | None]]
) -> None:
    """An error for each span whose relations differ, as far as both ends were found: a lost end is an error already.

    `found`: relations of the prediction, between the gold spans that their ends answer.
    """
    pairs = {g.id: (g, p) for g, p, _ in result.pairs}
    for type, head in sorted({link[:2] for link in wanted | found if link[1] in pairs}, key=str):
        sides = [
            sorted((pairs[e][0] for t, h, e in links if (t, h) == (type, head) and e in pairs), key=lambda s: s.start)
            for links in (wanted, found)
        ]
        if sides[0] != sides[1]:
            shown = [", ".join(f"“{_words(result.document.text, s)}”" for s in side) or "nothing" for side in sides]
            g, p = pairs[str(head)]
            result.errors.append(Error("relation", g.label, g, p, f"{type} {' against '.join(shown)}"))


def _words(text: str, span: GoldSpan) -> str:
    return _short(" ".join(text[span.start : span.end].split()))


def _short(words: str) -> str:
    return words if len(words) <= 40 else f"{words[:19]} … {words[-19:]}"


def _links(document: GoldDocument, labels: Collection[str]) -> set[tuple[str, str, str]]:
    label = {s.id: s.label for s in document.spans}
    return {(k.type, k.head, k.tail) for k in document.relations if label[k.head] in labels and label[k.tail] in labels}


def names_of(results: Sequence[Result]) -> list[str]:
    """Names of all basic figures, in order of first appearance."""
    return list(dict.fromkeys(name for result in results for name in result.triples))


def groups(names: Iterable[str]) -> dict[str, list[str]]:
    """The basic figures that each pooled figure ("micro.strict", "assertion.micro" ...) is made of."""
    out: dict[str, list[str]] = {}
    for name in names:
        head, _, tail = name.partition(".")
        pooled = f"{head}.micro" if head in ("assertion", "assertion_e2e", "relations") else f"micro.{tail}"
        out.setdefault(pooled, []).append(name)
    return out


def totals(results: Sequence[Result]) -> dict[str, Triple]:
    """Basic and pooled figures over all documents."""
    sums: dict[str, Triple] = {}
    for result in results:
        for name, triple in result.triples.items():
            sums[name] = sums.get(name, Triple()) + triple
    for name in [n for n in sums if n.endswith(".value")]:
        spans = sums[name.replace(".value", ".type")]
        if spans.gold and not sums[name].gold:  # marked, but never with a value: nothing to measure
            del sums[name]
    for pooled, parts in groups(list(sums)).items():
        sums[pooled] = sum((sums[part] for part in parts), Triple())
    return sums


def macros(sums: Mapping[str, Triple]) -> dict[str, dict[str, float | None]]:
    """By name of the macro figure: mean precision, recall and F1 over the labels (types, flags) on either side."""
    out: dict[str, dict[str, float | None]] = {}
    for pooled, parts in groups(n for n in sums if not n.startswith("micro.") and not n.endswith(".micro")).items():
        present = [sums[part] for part in parts if sums[part].predicted or sums[part].gold]
        figures: dict[str, Any] = {
            stat: [value for t in present if (value := getattr(t, stat)) is not None]
            for stat in ("precision", "recall", "f1")
        }
        out[pooled.replace("micro", "macro")] = {stat: sum(v) / len(v) if v else None for stat, v in figures.items()}
    return out
