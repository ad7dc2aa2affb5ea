"""ROUTE: how something enters the body.

Three kinds of evidence, each from its own vocabulary: a route's term ("intrathecally", routes.csv), an abbreviation
read in its context ("IV", route_abbreviations.csv), a place something is put into ("into the liver", route_sites.csv).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.route_vocabulary import Patterns, abbreviations, definitions, patterns, routes, terms

LABEL = "ROUTE"
WINDOW = 60  # characters looked at on either side of a term
REACH = 160  # characters before a place in which giving must be said


class Part(NamedTuple):
    """What the normaliser needs: the route's name and the place in words, if one is in the span."""

    name: str
    site: str | None = None
    others: tuple[str, ...] = ()


class _Hit(NamedTuple):
    start: int
    end: int
    name: str
    kind: str  # free, bound, site


_DOSE_BEFORE = re.compile(
    r"(?:[0-9]\s?(?:mg|mcg|µg|μg|ug|g|ml|iu|units?|u|kg|%|mm)|/\s?(?:kg|m2|m\^2|m²|day|d|dose|week|ml|hr|h)|\b(?:via|by|iv\s?(?:or|and|/|,)|i\.v\.\s?(?:or|and|/|,)|given|administered|injected|infused|daily|route|taken)|placebo|saline|bolus)"
    r"[),.:;]?\s?(?:/\s?)?[(\[]?$"
)
_DOSE_AFTER = re.compile(
    r"[)\]]?[,;:]?[\s-]?(?:(?:or|and|/)\s?i\.?v\b|over|on\s(?:days?|d)\b|(?:once|twice|daily|bid|tid|qd|qid|q\s?[0-9]|every|weekly|monthly|for\s[0-9]|x\s?[0-9]|day\s?[-–0-9]|days\s?[-–0-9])"
    r"|(?:injections?|infusions?|administrations?|bolus|dos(?:e|es|ing)|route|push|drip|chemotherapy|methotrexate|mtx|therapy|treatment|delivery|injected|infused)\b)"
)


def _abbreviated(scan: Scan, low: str, around: Patterns) -> list[tuple[int, int, Part]]:
    """Abbreviations that stand for a route where they stand."""
    pattern, known = abbreviations()
    text, found = scan.text, []
    spelled: dict[str, str | None] = {}
    for match in pattern.finditer(text):
        start, end = match.span()
        names, policy = known[match.group()]
        before, after = low[max(0, start - 30) : start], low[end : end + 30]
        if match.group().lower() == "iv" and _roman(before, after, around):
            continue
        if match.group().isupper() and _shouted(text, start, end) and policy == "context":
            continue
        short = match.group().lower()
        if short not in spelled:
            spelled[short] = _defined(low, short, names)
        chosen = spelled[short]
        if policy == "context" and chosen is None and not (_DOSE_AFTER.match(after) or _DOSE_BEFORE.search(before)):
            continue
        if policy == "context" and _NOT_AFTER.match(after):
            continue
        if short == "ip" and chosen is None and _OF_PRODUCT.match(after):
            continue  # the investigational product
        name = chosen or names[0]
        found.append((start, end, Part(name, None, () if chosen else tuple(n for n in names if n != name))))
    return found


# numbered items: "IV. To describe ...", "Cohort IV: ..."
_ITEM_BEFORE = re.compile(r"(?:^|\n|[.;:]\s{1,3}|\n\s{0,12})$")
_ITEM_AFTER = re.compile(r"[.)]\s{1,3}[a-z]")
_NAMED_BEFORE = re.compile(r"\b(?:cohort|arm|stratum|strata|regimen|visit|step|table|objective|aim|schedule)s?\s$")
_NAMED_AFTER = re.compile(r"\s?[:,.)]|\s(?:and|or|are|is|patients)\b")


def _roman(before: str, after: str, around: Patterns) -> bool:
    """Is this IV a Roman figure?"""
    if around.roman.search(before) or _ROMAN_AFTER.match(after):
        return True
    item = _ITEM_AFTER.match(after) and _ITEM_BEFORE.search(before)
    return bool(item or (_NAMED_AFTER.match(after) and _NAMED_BEFORE.search(before)))


_ROMAN_AFTER = re.compile(
    r"\s?(?:[-–]|to|or|and|/)\s?v\b|[ab]\b|\s(?:disease|disorder|hypersensitivity|drug (?:ab)?use|collagen|of the)\b"
    r"|\s?\((?:metast|advanced|distant|with)"
)
_OF_PRODUCT = re.compile(r"[\s-](?:administration|dos(?:e|ing)|treatment|therapy)")
_NOT_AFTER = re.compile(
    r"[\s-](?:transplant|graft|therapy product|harvest|collection|mobili[sz]|band|staff|department|system)"
)


def _shouted(text: str, start: int, end: int) -> bool:
    """Does the abbreviation stand in a line of capitals, where it may be a word?"""
    around = text[max(0, start - 12) : end + 12]
    letters = sum(map(str.isalpha, around))
    return letters > 8 and sum(map(str.isupper, around)) == letters


def _defined(low: str, short: str, names: tuple[str, ...]) -> str | None:
    """The route that the text spells out before "(short)"; else the only one of `names` that it spells out at all."""
    at = low.find(f"({short})")
    best: tuple[int, str] | None = None
    if at >= 0:
        window = low[max(0, at - 40) : at]
        for name in names:
            for term in definitions(name):
                where = window.rfind(term)
                if where >= 0 and (best is None or where > best[0]):
                    best = (where, name)
    if best:
        return best[1]
    said = [name for name in names if any(term in low for term in definitions(name))]
    return said[0] if len(said) == 1 else None


def _hits(low: str) -> list[_Hit]:
    """Whole-word terms, longest at each place, disjoint, by start."""
    hits = []
    for last, (length, name, kind) in terms().iter(low):
        start, end = last + 1 - length, last + 1
        if (start and (low[start - 1].isalnum() or low[start - 1] == "_")) or (
            end < len(low) and (low[end].isalnum() or low[end] == "_")
        ):
            continue
        hits.append(_Hit(start, end, name, kind))
    hits.sort(key=lambda h: (h.start, -h.end))
    out: list[_Hit] = []
    for hit in hits:
        if not out or hit.start >= out[-1].end:
            out.append(hit)
    return out


_NEXT = re.compile(r"[\s-]{1,3}([a-z][a-z -]{0,14})")
_BETWEEN = re.compile(
    r"\s{0,2}(?:,|/|and/or|and|or|&|versus|vs\.?|\+|,\s?and|,\s?or|plus|injections?\s(?:and|or)|infusions?\s(?:and|or)|-\s?(?:and|or))\s{0,2}"
)


# "an intra-articular knee fracture"
_PART = re.compile(r"(?:[\s-](?:knee|hip|ankle|wrist|elbow|shoulder|joint|bone|tibial|femoral)s?(?=[\s-]))?")


def _stopped(low: str, hit: _Hit) -> bool:
    stop = routes()[hit.name].stop
    following = _NEXT.match(low, _PART.match(low, hit.end).end())  # type: ignore[union-attr]
    return bool(stop and following and stop.match(following[1]))


def _stated(low: str, hits: list[_Hit], around: Patterns) -> list[_Hit]:
    """Terms that name a route: free ones; bound ones beside a word of giving or in a series with another route."""
    sure = []
    for hit in hits:
        if hit.kind == "adverb":
            sure.append(True)
        elif hit.kind == "free":
            sure.append(not _stopped(low, hit))
        elif hit.kind == "bound":
            beside = around.beside.match(low, hit.end) or around.lead.search(low[max(0, hit.start - 40) : hit.start])
            sure.append(bool(beside) and not _stopped(low, hit))
        else:
            sure.append(False)
    for i, hit in enumerate(hits):
        if sure[i] or hit.kind != "bound" or _stopped(low, hit):
            continue
        for j in (i - 1, i + 1):
            if 0 <= j < len(hits) and sure[j]:
                gap = low[min(hit.end, hits[j].end) : max(hit.start, hits[j].start)]
                sure[i] = sure[i] or (len(gap) < 18 and bool(_BETWEEN.fullmatch(gap)))
    return [hit for i, hit in enumerate(hits) if sure[i]]


def _widened(low: str, start: int, end: int, around: Patterns) -> tuple[int, int, str | None]:
    """The span with technique words before it, the noun of administration and the place behind it; and the place."""
    before = around.technique.search(low, max(0, start - WINDOW), start)
    if before:
        start = before.start()
    noun = around.noun.match(low, end)
    if noun:
        end = noun.end()
    tail = around.tail.match(low, end)
    return (start, tail.end(), tail[1]) if tail else (start, end, None)


# how far before "in", "to" giving may be said; "by" needs a means ("by lumbar puncture", not "replaced by tumour")
_NEAR = {"to": 25, "in": 40, "inside": 40, "within": 40}
_VESSELS = ("INTRA-ARTERIAL", "INTRACORONARY", "INTRAPORTAL", "INTRAVENOUS")
_MEANS = re.compile(r"puncture|tap$|scopy$|scope$|enema$|tube$|catheter$|line$|vein$|port$|artery$")
_SENTENCE = re.compile(r"[.;!?]\s|\n\s*\n|\n(?=[A-Z*-])")


_PUT = re.compile(r"[ -](?:injections?|infusions?|instillations?)\b")  # "knee injections"


def _placed(
    text: str, low: str, hits: list[_Hit], taken: list[tuple[int, int]], around: Patterns
) -> list[tuple[int, int, Part]]:
    """Places that something is given into."""
    found = []
    starts = [s for s, _ in taken]
    for hit in hits:
        if hit.kind != "site":
            continue
        if noun := _PUT.match(low, hit.end):
            found.append((hit.start, noun.end(), Part(hit.name, low[hit.start : hit.end])))
            continue
        begin = max(0, hit.start - WINDOW)
        into = around.into.search(low, begin, hit.start)
        if not into:
            continue
        clause_from = max(0, into.start() - REACH)
        for stop in _SENTENCE.finditer(text, clause_from, into.start()):
            clause_from = stop.end()
        clause = low[clause_from : into.start()]
        given = [m.start() for m in around.giving.finditer(clause)]
        vessel = into[1] == "via" and hit.name in _VESSELS
        if vessel and not given and not around.taking.search(clause):
            given = [len(clause)]
        if not given or around.taking.search(clause, given[-1]):
            continue
        reach = REACH if hit.name in _VESSELS and into[1] == "to" else _NEAR.get(into[1], REACH)
        near = len(clause) - given[-1] < reach and (into[1] != "by" or _MEANS.search(low, hit.start, hit.end))
        i = bisect_left(starts, clause_from)
        said = i < len(starts) and starts[i] < hit.end
        if near and not said and not around.no_place.match(low, hit.end):
            start = into.start(2)
            found.append((start, hit.end, Part(hit.name, low[start : hit.end])))
    return found


def find(scan: Scan) -> list[Mention]:
    """Mentions of ROUTE, by start, disjoint. `parts` is a Part."""
    low, around = scan.lower, patterns()
    hits = _hits(low)
    spans: list[tuple[int, int, Part, str]] = []
    for hit in _stated(low, hits, around):
        start, end, site = _widened(low, hit.start, hit.end, around)
        spans.append((start, end, Part(hit.name, site), "route.term"))
    for start, end, part in _abbreviated(scan, low, around):
        start, end, site = _widened(low, start, end, around)
        spans.append((start, end, Part(part.name, site, part.others), "route.abbreviation"))
    spans.sort(key=lambda s: (s[0], -s[1]))
    taken = [(s[0], s[1]) for s in spans]
    spans.extend((start, end, part, "route.place") for start, end, part in _placed(scan.text, low, hits, taken, around))
    spans.sort(key=lambda s: (s[0], -s[1]))
    out: list[Mention] = []
    for start, end, part, rule in spans:
        if not out or start >= out[-1].end:
            out.append(Mention(start, end, LABEL, rule, parts=part))
    return out
