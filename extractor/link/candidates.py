"""The codes of what a mention says, with the probability of each."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from extractor.link.base import HPO, ICD, MONDO, SYSTEMS, base, system_of
from extractor.link.keys import is_short
from extractor.link.match import Hit, find
from extractor.link.parts import parts, without_brackets, without_types
from extractor.link.score import Way, around, family_of, features, score, score_of_first, ways_of

_LEAST = 0.4  # a system's best code below it is not given: none rather than a wrong one
_LEAST_OTHER = 0.25  # and further ones below it
_LEAST_PART = 0.6  # a part of a composite mention counts only above it
_BESIDE = 0.4  # what a code can have at most beside one of its system that bears the very name
_OWN_NAMES = frozenset((MONDO, HPO))  # systems whose own names decide; MeSH's are scored by gold
_MOST = 3  # codes of a system


class Candidate(NamedTuple):
    """A code of one system with its preferred name, and the probability that it is right."""

    system: str
    code: str
    display: str
    score: float


@lru_cache(maxsize=1 << 12)
def candidates(mention: str, long_form: str = "") -> tuple[Candidate, ...]:
    """Codes of a mention, the likeliest first; empty when nothing is likely enough.

    `long_form`: the mention with its abbreviations written out, where the text defines them. "Hepatitis B or C" gives
    the codes of both.
    """
    found: list[Candidate] = []
    for name in _names(mention, long_form):
        items = parts(name)
        if items and is_short(mention):  # "A or B (XY)": XY is one of them, where it is known
            found = best(ranked(find(mention)))
        if found:
            break
        if items:
            found = [c for item in items for c in best(ranked(find(item))) if c.score >= _LEAST_PART]
        else:
            found = best(ranked(find(name)))
        if found:
            break
    unique = {(c.system, c.code): c for c in sorted(found, key=lambda c: c.score)}
    return tuple(sorted(unique.values(), key=lambda c: (-c.score, SYSTEMS.index(c.system))))


def _names(mention: str, long_form: str) -> list[str]:
    """What to look up, in order, until something is found."""
    names = [without_brackets(long_form)] if long_form else []
    names.append(without_brackets(mention))
    return list(dict.fromkeys([*names, *map(without_types, names)]))


def ranked(hits: list[Hit]) -> list[Candidate]:
    """All codes that hits lead to, with their scores, the likeliest first."""
    concepts = base().concepts
    found = []
    found_ways = ways_of(hits)
    all_ = around(hits, found_ways)
    named = {system_of(code) for code, ways in found_ways.items() if _is_named(ways)} & _OWN_NAMES
    for code, ways in found_ways.items():
        system = system_of(code)
        display = concepts[code if code in concepts else ways[0].hit.code].display
        likely = score(family_of(system), features(code, ways, all_))
        if system == ICD and ways[0].hit.kind == "like":  # a code is exact: half a name is no title
            likely *= max(way.hit.inside * way.hit.outside for way in ways)
        if system in named and not _is_named(ways):
            likely = min(likely, _BESIDE)
        found.append(Candidate(system, code, display, likely))
    found.sort(key=_order)
    out = []
    seen = set()
    for c in found:
        likely = c.score if c.system in seen else score_of_first(family_of(c.system), c.score)
        seen.add(c.system)
        out.append(Candidate(c.system, c.code, c.display, round(likely, 3)))
    return sorted(out, key=_order)


def _is_named(ways: list[Way]) -> bool:
    """Whether a code has the very name as its own."""
    return any(way.relation == "direct" and way.hit.kind in ("label", "name") for way in ways)


def _order(c: Candidate) -> tuple[float, int, str]:
    return (-c.score, SYSTEMS.index(c.system), c.code)


def best(found: list[Candidate]) -> list[Candidate]:
    """Of each system the likeliest codes, when the first of them is likely enough; OMIM's series not beside its codes."""
    out: list[Candidate] = []
    for system in SYSTEMS:
        own = [c for c in found if c.system == system]
        if own and own[0].score >= _LEAST:
            out += [own[0], *(c for c in own[1:_MOST] if c.score >= _LEAST_OTHER)]
    return out
