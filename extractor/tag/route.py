"""ROUTE: how something enters the body.

Three kinds of evidence, each from its own vocabulary: a route's term ("intrathecally", routes.csv), an abbreviation read in its context
("IV", route_abbreviations.csv) and a place that something is put into ("into the hepatic artery", route_sites.csv).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

import ahocorasick

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.vocab import load_table, load_toml, require_known

LABEL = "ROUTE"
WINDOW = 60  # characters looked at on either side of a term
REACH = 160  # characters before a place in which giving must be said


class Route(NamedTuple):
    """A row of routes.csv; `stop`: matches what may not follow."""

    name: str
    ncit: str | None
    stop: re.Pattern[str] | None


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


def _words(entries: list[str]) -> str:
    return "|".join(re.escape(w[:-1]) + "[a-z]{0,10}" if w.endswith("*") else re.escape(w) for w in sorted(entries, key=len, reverse=True))


@cache
def routes() -> dict[str, Route]:
    """Routes by name."""
    rows = load_table("routes.csv", ["name", "ncit", "free", "bound", "stop"], unique=["name", "ncit"], required=["name"])
    out = {}
    for row in rows:
        stop = row.many("stop")
        out[row["name"]] = Route(row["name"], row["ncit"] or None, re.compile("|".join(map(re.escape, stop))) if stop else None)
    return out


def _variants(term: str) -> list[str]:
    return [term.replace("~", gap) for gap in ("", "-", " ", "- ")] if "~" in term else [term]


def _adverb(term: str) -> str | None:
    if term.endswith(("al", "ous", "ar", "eal", "ary")):
        return term + "ly" if not term.endswith("ary") else None
    return term + "ally" if term.endswith("ic") else None


@cache
def _terms() -> ahocorasick.Automaton:
    """Automaton over all terms and places: word -> (length, route, kind)."""
    found: dict[str, tuple[str, str]] = {}
    for row in load_table("routes.csv", ["name", "ncit", "free", "bound", "stop"]):
        for column in ("free", "bound"):
            for entry in row.many(column):
                for term in _variants(entry):
                    found[term] = (row["name"], column)
                    adverb = _adverb(term)
                    if adverb:
                        found[adverb] = (row["name"], "adverb")
    for row in load_table("route_sites.csv", ["head", "name"], unique=["head"], required=["head", "name"]):
        require_known(row, "name", routes(), "route")
        for head in row.many("head"):
            found.setdefault(head, (row["name"], "site"))
    automaton = ahocorasick.Automaton()
    for word, (name, kind) in found.items():
        automaton.add_word(word, (len(word), name, kind))
    automaton.make_automaton()
    return automaton


@cache
def _heads() -> str:
    heads = [h for row in load_table("route_sites.csv", ["head", "name"]) for h in row.many("head")]
    return "|".join(re.escape(h).replace(r"\ ", r"\s") for h in sorted(heads, key=len, reverse=True))


class _Patterns(NamedTuple):
    noun: re.Pattern[str]
    beside: re.Pattern[str]
    lead: re.Pattern[str]
    technique: re.Pattern[str]
    tail: re.Pattern[str]
    into: re.Pattern[str]
    giving: re.Pattern[str]
    taking: re.Pattern[str]
    roman: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = load_toml("route_words.toml")
    nouns, given = _words(words["nouns"]), _words(words["given"])
    return _Patterns(
        noun=re.compile(rf"(?:[\s-]{{1,2}}(?:catheter|cell|bolus|drip)(?=[\s-](?:{nouns})\b))?[\s-]{{1,3}}(?:{nouns})\b"),
        beside=re.compile(rf"[\s-]{{1,3}}(?:[a-z0-9-]{{1,16}}[\s-]){{0,1}}(?:{nouns}|{given})\b"),
        lead=re.compile(rf"\b(?:{_words(words['lead'])})[:,]?\s(?:(?:a|an|the|single|one)\s){{0,2}}$"),
        technique=re.compile(rf"(?<![a-z-])(?:(?:{_words(words['technique'])})[\s-]){{1,3}}$"),
        tail=re.compile(
            r"\s(?:(?:via|through|by|into|using|with|under)\s|(?:in|at)\s(?=(?:the\s|both\s|each\s|left\s|right\s|target\s|affected\s|knee|hip)))"
            r"(?:(?:the|a|an|each|both|his|her|one)\s)?((?:[a-z'’-]{1,16}\s){0,3}?"
            rf"(?:{_heads()}|ultrasound guidance|fluoroscopic guidance|ct guidance|image guidance|fluoroscopy|ultrasonic guidance))\b(?!-)"
        ),
        into=re.compile(
            r"\b(into|via|through|by|to|in|inside|within|intra)\s(?:(?:the|a|an|each|both|one|his|her|their|either|any|two|patients?['’]s?)\s){0,2}"
            r"((?:(?!and\b|or\b|of\b|to\b|the\b|from\b|with\b|for\b|in\b|is\b|by\b)[a-z'’/-]{1,16}\s){0,4})$"
        ),
        giving=re.compile("|".join(words["giving"])),
        taking=re.compile("|".join(words["taking"])),
        roman=re.compile(
            rf"(?:\b(?:{_words(words['roman'])})[\s:=(\])/-]{{0,3}}(?:[a-d]\s?[-,/]\s?)?|(?<![a-z])(?:i{{1,3}}|v|[1-3])[a-c]?\s?(?:[-–/,~&]|to|or|and|and/or|vs\.?|versus|,\s?or)\s?)"
            r"(?:(?:or|and|of|stage|grade|than|to)\s?){0,2}$"
        ),
    )


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, ...], str, str]]]:
    """(pattern, abbreviation -> (route names, likeliest first; policy; words that define it))."""
    found = {}
    for row in load_table("route_abbreviations.csv", ["text", "name", "policy"], unique=["text"], required=["text", "name", "policy"]):
        require_known(row, "name", routes(), "route")
        require_known(row, "policy", ("always", "context"), "policy")
        for text in row.many("text"):
            found[text] = (row.many("name"), row["policy"], "")
    pattern = "|".join(sorted(map(re.escape, found), key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9_])"), found


_DOSE_BEFORE = re.compile(
    r"(?:[0-9]\s?(?:mg|mcg|µg|μg|ug|g|ml|iu|units?|u|kg|%|mm)|/\s?(?:kg|m2|m\^2|m²|day|d|dose|week|ml|hr|h)|\b(?:given|administered|injected|infused|daily|route|taken)|placebo|saline|bolus)"
    r"[),.:;]?\s?(?:/\s?)?[(\[]?$"
)
_DOSE_AFTER = re.compile(
    r"[)\]]?[,;:]?[\s-]?(?:over|on\s(?:days?|d)\b|(?:once|twice|daily|bid|tid|qd|qid|q\s?[0-9]|every|weekly|monthly|for\s[0-9]|x\s?[0-9]|day\s?[-–0-9]|days\s?[-–0-9])"
    r"|(?:injections?|infusions?|administrations?|bolus|dos(?:e|es|ing)|route|push|drip|chemotherapy|methotrexate|mtx|therapy|treatment|delivery|injected|infused)\b)"
)


def _abbreviated(scan: Scan, low: str, patterns: _Patterns) -> list[tuple[int, int, Part]]:
    """Abbreviations that stand for a route where they stand."""
    pattern, known = _abbreviations()
    text, found = scan.text, []
    for match in pattern.finditer(text):
        start, end = match.span()
        names, policy, _ = known[match.group()]
        before, after = low[max(0, start - 30) : start], low[end : end + 30]
        if "iv" == match.group().lower() and (patterns.roman.search(before) or _ROMAN_AFTER.match(after)):
            continue
        if match.group().isupper() and _shouted(text, start, end) and policy == "context":
            continue
        chosen = _defined(low, match.group().lower(), names)
        if policy == "context" and chosen is None and not (_DOSE_BEFORE.search(before) or _DOSE_AFTER.match(after)):
            continue
        if policy == "context" and _NOT_AFTER.match(after):
            continue
        name = chosen or names[0]
        found.append((start, end, Part(name, None, () if chosen else tuple(n for n in names if n != name))))
    return found


_ROMAN_AFTER = re.compile(r"\s?(?:[-–]|to|or|and|/)\s?v\b|[ab]\b|\s(?:disease|disorder|hypersensitivity|drug (?:ab)?use|collagen|of the)\b|\s?\((?:metast|advanced|distant|with)")
_NOT_AFTER = re.compile(r"[\s-](?:transplant|graft|therapy product|harvest|collection|mobili[sz]|band|staff|department|system)")


def _shouted(text: str, start: int, end: int) -> bool:
    """Does the abbreviation stand in a line of capitals, where it may be a word?"""
    around = text[max(0, start - 12) : end + 12]
    letters = [c for c in around if c.isalpha()]
    return len(letters) > 8 and all(c.isupper() for c in letters)


@cache
def _definitions(name: str) -> tuple[str, ...]:
    for row in load_table("routes.csv", ["name", "ncit", "free", "bound", "stop"]):
        if row["name"] == name:
            return tuple(v for column in ("free", "bound") for entry in row.many(column) for v in _variants(entry) if len(v) >= 4)
    return ()


def _defined(low: str, short: str, names: tuple[str, ...]) -> str | None:
    """The route that the text spells out before "(short)" or, failing that, the only one of `names` it spells out anywhere."""
    at = low.find(f"({short})")
    best: tuple[int, str] | None = None
    if at >= 0:
        window = low[max(0, at - 40) : at]
        for name in names:
            for term in _definitions(name):
                where = window.rfind(term)
                if where >= 0 and (best is None or where > best[0]):
                    best = (where, name)
    if best:
        return best[1]
    said = [name for name in names if any(term in low for term in _definitions(name))]
    return said[0] if len(said) == 1 else None


def _hits(low: str) -> list[_Hit]:
    """Whole-word terms, longest at each place, disjoint, by start."""
    hits = []
    for last, (length, name, kind) in _terms().iter(low):
        start, end = last + 1 - length, last + 1
        if (start and (low[start - 1].isalnum() or low[start - 1] == "_")) or (end < len(low) and (low[end].isalnum() or low[end] == "_")):
            continue
        hits.append(_Hit(start, end, name, kind))
    hits.sort(key=lambda h: (h.start, -h.end))
    out: list[_Hit] = []
    for hit in hits:
        if not out or hit.start >= out[-1].end:
            out.append(hit)
    return out


_NEXT = re.compile(r"[\s-]{1,3}([a-z][a-z -]{0,14})")
_BETWEEN = re.compile(r"\s{0,2}(?:,|/|and/or|and|or|&|versus|vs\.?|\+|,\s?and|,\s?or|plus|injections?\s(?:and|or)|infusions?\s(?:and|or)|-\s?(?:and|or))\s{0,2}")


def _stopped(low: str, hit: _Hit) -> bool:
    stop = routes()[hit.name].stop
    following = _NEXT.match(low, hit.end)
    return bool(stop and following and stop.match(following[1]))


def _stated(low: str, hits: list[_Hit], patterns: _Patterns) -> list[_Hit]:
    """Terms that name a route: free ones, and bound ones beside a word of giving or in one series with another route."""
    sure = []
    for hit in hits:
        if hit.kind == "adverb":
            sure.append(True)
        elif hit.kind == "free":
            sure.append(not _stopped(low, hit))
        elif hit.kind == "bound":
            beside = patterns.beside.match(low, hit.end) or patterns.lead.search(low[max(0, hit.start - 40) : hit.start])
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


def _widened(low: str, start: int, end: int, patterns: _Patterns) -> tuple[int, int, str | None]:
    """The span with technique words before it, the noun of administration and the place behind it; and the place."""
    before = patterns.technique.search(low, max(0, start - WINDOW), start)
    if before:
        start = before.start()
    noun = patterns.noun.match(low, end)
    if noun:
        end = noun.end()
    tail = patterns.tail.match(low, end)
    return (start, tail.end(), tail[1]) if tail else (start, end, None)


# how far before "in", "to" giving may be said; "by" needs a means ("by lumbar puncture", not "replaced by tumour")
_NEAR = {"to": 25, "in": 40, "inside": 40, "within": 40}
_VESSELS = ("INTRA-ARTERIAL", "INTRACORONARY", "INTRAPORTAL")
_MEANS = re.compile(r"puncture|tap$|scopy$|scope$|enema$|tube$|catheter$|line$|vein$|port$|artery$")
_SENTENCE = re.compile(r"[.;!?]\s|\n\s*\n|\n(?=[A-Z*-])")


def _placed(text: str, low: str, hits: list[_Hit], taken: list[tuple[int, int]], patterns: _Patterns) -> list[tuple[int, int, Part]]:
    """Places that something is given into."""
    found = []
    starts = [s for s, _ in taken]
    for hit in hits:
        if hit.kind != "site":
            continue
        begin = max(0, hit.start - WINDOW)
        into = patterns.into.search(low, begin, hit.start)
        if not into:
            continue
        clause_from = max(0, into.start() - REACH)
        for stop in _SENTENCE.finditer(text, clause_from, into.start()):
            clause_from = stop.end()
        clause = low[clause_from : into.start()]
        given = [m.start() for m in patterns.giving.finditer(clause)]
        if not given or patterns.taking.search(clause, given[-1]):
            continue
        reach = REACH if hit.name in _VESSELS and into[1] == "to" else _NEAR.get(into[1], REACH)
        near = len(clause) - given[-1] < reach and (into[1] != "by" or _MEANS.search(low, hit.start, hit.end))
        i = bisect_left(starts, clause_from)
        said = any(s < hit.end for s in starts[i:])
        if near and not said and not low.startswith(("-", " biops", " cancer", " pain", " diseas", " fail", " transplant", " cell", " marrow"), hit.end):
            start = into.start(2)
            found.append((start, hit.end, Part(hit.name, low[start : hit.end])))
    return found


def find(scan: Scan) -> list[Mention]:
    """Mentions of ROUTE, by start, disjoint. `parts` is a Part."""
    low, patterns = scan.lower, _patterns()
    hits = _hits(low)
    spans: list[tuple[int, int, Part, str]] = []
    for hit in _stated(low, hits, patterns):
        start, end, site = _widened(low, hit.start, hit.end, patterns)
        spans.append((start, end, Part(hit.name, site), "route.term"))
    for start, end, part in _abbreviated(scan, low, patterns):
        start, end, site = _widened(low, start, end, patterns)
        spans.append((start, end, Part(part.name, site, part.others), "route.abbreviation"))
    spans.sort(key=lambda s: (s[0], -s[1]))
    taken = [(s[0], s[1]) for s in spans]
    spans.extend((start, end, part, "route.place") for start, end, part in _placed(scan.text, low, hits, taken, patterns))
    spans.sort(key=lambda s: (s[0], -s[1]))
    out: list[Mention] = []
    for start, end, part, rule in spans:
        if not out or start >= out[-1].end:
            out.append(Mention(start, end, LABEL, rule, parts=part))
    return out
