"""Names that a text introduces for a cell product.

An abbreviation or code in brackets, an intervention's name, "CODE is ... cells", trade names made of "stem" or "cel".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from extractor.scan import Scan
from extractor.tag.abbreviations import find_abbreviations
from extractor.tag.cell_vocabulary import kinds

MOST = 60  # names of one text that are looked for again
HEAD = 2000  # trade names are looked for in the first characters: title and summary
_NAME = r"[A-Za-z0-9γδαβ][\w.+/-]{1,24}[®™]?"
_IN_BRACKETS = re.compile(rf"\s{{0,2}}[(\[（]\s?[\"“]?({_NAME})[\"”]?\s?[)\]），,;]")
_BEFORE_BRACKET = re.compile(rf"({_NAME})\s?[(（]\s?(?:the\s)?$")
# "X is an allogeneic ...", "X, an ex vivo expanded ...", "X: autologous ..."
_IS = re.compile(
    rf"({_NAME})\s?(?:is|are|consists? of|contains?|:|=|,\san?|,\sthe|,\swhich is)\s(?:an?\s|the\s)?"
    r"(?:[a-z-]{1,16}\s){0,5}$"
)
_SAYS = re.compile(r" (?:is|are|consists?|contains?) |[:=]|, an? |, the ")
_INTERVENTION = re.compile(
    rf"\n([A-Z]{_NAME[len('[A-Za-z0-9γδαβ]') :]})(?:\s\([^()\n]{{1,40}}\))?"
    r"(?: (?:[Ii]njection|[Cc]ells?|[Ii]nfusion|[Tt]herapy|[Tt]reatment))?\r?\n"
    r"(Biological|BIOLOGICAL|Genetic|GENETIC|Drug|DRUG|Combination Product|Procedure)\r?\n"
)
_NOT_CELLS = re.compile(
    r"(?i)antibod|peptide|recombinant|interferon|interleukin|growth factor|plasmid|virus|placebo|saline|chemotherap"
    r"|colony.stimulating|vaccine"
)
# a code right before the cells: "TX103 CAR-T cells"
CODE = re.compile(
    r"(?<![\w-])((?!HPV|IL|CD|SARS|COVID|NCT|PCV|TSG|HSP|HIV|CTCAE|DAY|Day|LEVEL|[Ww]eek)"
    r"[A-Za-z]{2,8}-?[0-9]{2,8}[A-Za-z]?)\s$"
)
_TRADE = re.compile(
    r"\b(?!\w{0,8}ench[yi])(?:[A-Z][A-Za-z]{2,14}(?:[Ss]tem|STEM|cel|[a-z]Cell|[Cc]hymal|[a-z]Exo|CELL)|Exo[A-Z][a-z]{2,8})"
    r"(?:-[A-Z0-9]{1,4})?(?!\w)"
)
_CELLULAR = re.compile(r"-|SC|MNC|SVF|EV|NK|CAR|TIL")
_NO_NAME = re.compile(r"[0-9.]+[x×^]|CD[0-9]+[a-z]?\+?$|(?:TM|NCT[0-9]+|Day[0-9]*)$")


def _name(text: str) -> str | None:
    """`text` when it looks like a name: two capitals, or a capital or small letter with a figure, or a trade mark."""
    text = text.rstrip(".,;:-")
    bare = text.rstrip("®™")
    letters = [c for c in bare if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    if len(letters) < 2 or bare in kinds()["ordinary"] or _NO_NAME.match(bare) or "+" in bare:
        return None
    if capitals >= 2 or (capitals and any(c.isdigit() for c in bare)) or bare != text:
        return bare
    return None


def _coined(name: str | None) -> bool:
    """A made-up name: figures, or capitals inside small letters."""
    return name is not None and (any(c.isdigit() for c in name) or (len(name) > 4 and any(c.islower() for c in name)))


def _around(text: str, start: int, end: int) -> Iterator[str | None]:
    """Candidates for a name of the product at text[start:end]."""
    match = _IN_BRACKETS.match(text, end)
    if match:
        yield _name(match[1])
    window = text[max(0, start - 90) : start]
    if window.endswith(("(", "（", "( ", "the ")) and (match := _BEFORE_BRACKET.search(window)):
        name = _name(match[1])
        yield name if _coined(name) or (name and _CELLULAR.search(name)) else None
    elif _SAYS.search(window, max(0, len(window) - 60)) and (match := _IS.search(window)):
        name = _name(match[1])
        yield name if _coined(name) else None
    match = CODE.match(text[start : start + 14].split(" ")[0] + " ")
    if match:
        yield match[1]


def introduced(scan: Scan, products: list[tuple[int, int]]) -> set[str]:
    """Names for the products at `products` (view offsets, by start)."""
    text = scan.text
    names = {match.group() for match in _TRADE.finditer(text, 0, HEAD)} - kinds()["no_trade"]
    if not products:
        return names
    ends = sorted(products, key=lambda p: p[1])
    end_at = [p[1] for p in ends]
    for start, end in products:
        names.update(name for name in _around(text, start, end) if name)
    for short in find_abbreviations(scan):
        i = bisect_left(end_at, short.end - 6)
        while i < len(ends) and end_at[i] <= short.end:
            start, end = ends[i]
            if end - start >= 5 and not text[end : short.end].strip(" s-") and _name(short.short):
                names.add(short.short)
            i += 1
    starts = sorted(p[0] for p in products)
    for match in _INTERVENTION.finditer(text):
        name = _name(match[1])
        end = text.find("\n", match.end())
        line = text[match.end() : end if end >= 0 else match.end() + 300]
        i = bisect_left(starts, match.end())
        told = i < len(starts) and starts[i] < match.end() + min(len(line), 160)
        biological = match[2].lower() in ("biological", "genetic") and _coined(name) and not _NOT_CELLS.search(line)
        if name and (told or biological):
            names.add(name)
    return names


def occurrences(scan: Scan, names: set[str]) -> Iterator[tuple[int, int]]:
    """Spans of all whole-word occurrences of `names` (a plural s may follow)."""
    text = scan.text
    for name in sorted(names)[:MOST]:
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if text[end : end + 1] == "s" and not text[end + 1 : end + 2].isalnum():
                end += 1
            if not (at and (text[at - 1].isalnum() or text[at - 1] in "-_")) and not text[end : end + 1].isalnum():
                yield at, end
            at = text.find(name, end)
