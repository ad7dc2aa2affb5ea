"""Names that a text introduces for a cell product: an abbreviation or code in brackets, an intervention's name, "CODE is ... cells"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from extractor.scan import Scan
from extractor.tag.abbreviations import find_abbreviations

_IN_BRACKETS = re.compile(r"\s{0,2}[(\[（]\s?[\"“]?([A-Za-z0-9γδαβ][\w.+/®™-]{1,24})[\"”]?\s?[)\]），,;]")
_BEFORE_BRACKET = re.compile(r"([A-Za-z0-9][\w.+/®™-]{1,24})\s?[(（]\s?(?:the\s)?$")
_IS = re.compile(r"([A-Za-z0-9][\w.+/-]{1,24}[®™]?)\s?(?:is|are|consists? of|contains?|:|=)\s(?:an?\s|the\s)?(?:[a-z-]{1,16}\s){0,4}$")
_SAYS = re.compile(r" (?:is|are|consists?|contains?) |[:=]")
_INTERVENTION = re.compile(r"\n([A-Z][\w.+/®™-]{1,24})(?:\s\([^()\n]{1,40}\))?\r?\n(?:Biological|BIOLOGICAL|Genetic|GENETIC|Drug|DRUG|Combination Product|Procedure)\r?\n")
_TYPED = re.compile(r"\b(?:Biological|BIOLOGICAL|Genetic|GENETIC): ?([A-Z][\w.+/®™-]{1,24})")
_NO_NAME = re.compile(r"[0-9.]+[x×^]|CD[0-9]+[a-z]?\+?$|(?:TM|NCT[0-9]+|Day[0-9]*)$")
_ORDINARY = frozenset("HSCT SCT BMT PBSCT ASCT AHSCT DLI GVHD G-CSF GM-CSF IV RA COVID-19 HLA USA II III DMSO CD34 CD34+ CD19 BCMA Day Group Phase FDA GMP II/III PRP DNA PBS HSA".split())


def _name(text: str) -> str | None:
    """`text` when it looks like a name: two capitals, or a capital or small letter with a figure, or a trade mark."""
    text = text.rstrip(".,;:-")
    bare = text.rstrip("®™")
    letters = [c for c in bare if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    if len(bare) < 2 or len(letters) < 2 or bare in _ORDINARY or bare.isdigit() or _NO_NAME.match(bare) or "+" in bare:
        return None
    if capitals >= 2 or (capitals and any(c.isdigit() for c in bare)) or bare != text:
        return bare
    return None


def introduced(scan: Scan, products: list[tuple[int, int]]) -> set[str]:
    """Names for the products at `products` (view offsets, by start)."""
    text, names = scan.text, set()
    ends = sorted(products, key=lambda p: p[1])
    end_at = [p[1] for p in ends]
    for start, end in products:
        match = _IN_BRACKETS.match(text, end)
        if match and (name := _name(match[1])):
            names.add(name)
        window = text[max(0, start - 90) : start]
        if window.endswith(("(", "（", "( ", "the ")) and (match := _BEFORE_BRACKET.search(window)) and (name := _name(match[1])):
            names.add(name)
        elif _SAYS.search(window, len(window) - 55 if len(window) > 55 else 0) and (match := _IS.search(window)) and (name := _name(match[1])) and any(c.isdigit() for c in name):
            names.add(name)
    for short in find_abbreviations(scan):
        i = bisect_left(end_at, short.end - 6)
        while i < len(ends) and end_at[i] <= short.end:
            if ends[i][0] <= short.end and ends[i][1] >= short.end - 6 and ends[i][1] - ends[i][0] >= 5 and _name(short.short):
                if not text[ends[i][1] : short.end].strip(" s-"):
                    names.add(short.short)
            i += 1
    starts = sorted(p[0] for p in products)
    for match in _INTERVENTION.finditer(text):
        name = _name(match[1])
        i = bisect_left(starts, match.end())
        if name and i < len(starts) and starts[i] - match.end() < 160 and "\n\n" not in text[match.end() : starts[i]].replace("\r", ""):
            names.add(name)
    return names


def occurrences(scan: Scan, names: set[str]) -> Iterator[tuple[int, int]]:
    """Spans of all whole-word occurrences of `names` (a plural s may follow)."""
    text = scan.text
    for name in names:
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if text[end : end + 1] == "s" and not text[end + 1 : end + 2].isalnum():
                end += 1
            if not (at and (text[at - 1].isalnum() or text[at - 1] in "-_")) and not text[end : end + 1].isalnum():
                yield at, end
            at = text.find(name, end)
