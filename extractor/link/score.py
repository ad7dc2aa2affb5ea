"""How likely a code is what a name means: a logistic model over the ways that lead from the name to the code."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import exp, log
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.link.base import HPO, ICD, MESH, MONDO, OMIM, base, system_of
from extractor.link.match import Hit
from extractor.vocab.loader import load_table

FILE = "concept_scores.csv"
KINDS = ("label", "name", "folded-label", "folded-name", "short", "like")
RELATIONS = ("direct", "=", "~", "n", "s", "9", "p")
FAMILIES = ("mesh", "mondo", "icd")  # systems whose weights differ; OMIM counts with MeSH, HPO with MONDO
_BY = {MONDO: "by MONDO", HPO: "by HPO", MESH: "by MeSH", OMIM: "by OMIM", ICD: "by ICD"}
_NAMES = {(kind, relation): f"{kind} {relation}" for kind in KINDS for relation in RELATIONS}
_RANKS = {pair: (RELATIONS.index(pair[1]), KINDS.index(pair[0])) for pair in _NAMES}
_MOST_WAYS = 4
_EXPONENT = 30.0
_TINY = 1e-6
_MOST = 0.99  # no reading of a name is surer


class Way(NamedTuple):
    """A hit and the relation by which its concept leads to a code (`direct`: it is the code)."""

    hit: Hit
    relation: str


def family_of(system: str) -> str:
    """The weights that a system's codes are scored with."""
    return "icd" if system == ICD else "mesh" if system in (MESH, OMIM) else "mondo"


def ways_of(hits: Iterable[Hit]) -> dict[str, list[Way]]:
    """code -> the ways that lead to it, for all codes of all systems."""
    ways: dict[str, list[Way]] = {}
    for hit in hits:
        ways.setdefault(hit.code, []).append(Way(hit, "direct"))
        for link in base().concepts[hit.code].links:
            ways.setdefault(link[1:], []).append(Way(hit, link[0]))
    return ways


def _rank(way: Way) -> tuple[int, int]:
    return _RANKS[way.hit.kind, way.relation]


class Around(NamedTuple):
    """What the hits of a name say together: `rivals`: how many MONDO and HPO terms it has found beyond one, of those
    that it fits best; `mesh`, `omim`: whether it leads to such a code that is the same, no mere parent or relative."""

    rivals: int
    mesh: bool
    omim: bool


def around(hits: list[Hit], ways: dict[str, list[Way]]) -> Around:
    """What the hits of a name and the ways from them say together."""
    best = hits[0].kind if hits else ""
    rivals = max(sum(hit.kind == best and ":" in hit.code for hit in hits) - 1, 0)
    sure = {system_of(code) for code, own in ways.items() if any(way.relation in ("direct", "=") for way in own)}
    return Around(min(rivals, _MOST_WAYS), MESH in sure, OMIM in sure)


def features(code: str, ways: list[Way], all_: Around) -> dict[str, float]:
    """What the model weighs."""
    out = {"bias": 1.0}
    best = ways[0] if len(ways) == 1 else min(ways, key=_rank)
    for way in ways:
        out[_NAMES[way.hit.kind, way.relation]] = 1.0
        out[_BY[system_of(way.hit.code)]] = 1.0
    if best.hit.kind == "like":
        out["like inside"] = max(way.hit.inside for way in ways)
        out["like outside"] = max(way.hit.outside for way in ways)
        out["like both"] = max(way.hit.inside * way.hit.outside for way in ways)
    out["ways"] = min(len(ways), _MOST_WAYS) - 1.0
    out["others"] = min(best.hit.others, _MOST_WAYS)
    out["rivals"] = all_.rivals
    if code[0] in "CD" and system_of(code) == MESH:
        out["supplementary"] = float(code[0] == "C")
        out["beside omim"] = float(all_.omim and not all_.mesh)
    if code.startswith("OMIM:"):
        out["omim"] = 1.0
        out["omim alone"] = float(not all_.mesh)
        out["omim series"] = float(code.startswith("OMIM:PS"))
    return out


@cache
def weights() -> dict[str, dict[str, float]]:
    """family -> feature -> weight. Raises VocabularyError for a broken file."""
    out: dict[str, dict[str, float]] = {family: {} for family in FAMILIES}
    for row in load_table(FILE, ("family", "feature", "weight"), required=("family", "feature", "weight")):
        try:
            known = out[row["family"]]
            if row["feature"] in known:
                raise VocabularyError(f"{row.where}: {row['feature']!r} stands twice")
            known[row["feature"]] = float(row["weight"])
        except (KeyError, ValueError) as error:
            raise VocabularyError(f"{row.where}: {error} is no family or weight") from None
    return out


def score(family: str, found: dict[str, float]) -> float:
    """The probability that a code is right."""
    known = weights()[family]
    return _logistic(sum([known.get(name, 0.0) * value for name, value in found.items()]))


def score_of_first(family: str, probability: float) -> float:
    """The probability that the likeliest code of a system is right, given what `score` says of it alone."""
    known = weights()[family]
    odds = log(max(probability, _TINY) / max(1.0 - probability, _TINY))
    return min(_MOST, _logistic(known.get("first bias", 0.0) + known.get("first slope", 1.0) * odds))


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-_EXPONENT, min(_EXPONENT, odds))))
