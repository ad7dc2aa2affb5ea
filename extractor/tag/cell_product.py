"""CELL_PRODUCT: cells and cell-derived products that are given.

A name is composed (cell_grammar.py): words of donor, species, tissue, kind and processing before a head ("cells",
"MSCs", "exosomes"). Cells that no body bears unaided (mesenchymal, engineered, of a donor) are products wherever they
are named; other cells only where the text gives them. Names that the text introduces for a product ("(aMBMC)", a code)
are products too (cell_names.py).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.cell_grammar import Head, anchors, nature, words_before
from extractor.tag.cell_names import introduced, occurrences
from extractor.tag.cell_vocabulary import Context, context, kinds

LABEL = "CELL_PRODUCT"
CELL_ONTOLOGY = "http://purl.obolibrary.org/obo/cl.owl"


class _Found(NamedTuple):
    """A name in the text. key: its last two words, singular; sure: it is a product here."""

    start: int
    end: int
    key: str
    nature: str
    sure: bool
    concepts: tuple[dict[str, Any], ...] = ()


_FORM = re.compile(
    r"[ -](?:like\scells?|suspensions?|sheets?|spray|cells?(?!-free)|fractions?|vaccines?|[a-z]{1,12}\ssuspensions?"
    r"|gel)\b"
    r"(?!\s(?:lymphoma|leukemia))"
)
_FROM = re.compile(
    r"\s(?:(?:derived|isolated|obtained|expanded|cultured|harvested)\s)?from\s(?:the\s|human\s|autologous\s|allogeneic\s)?"
    r"(?:adipose\stissue|bone\smarrow|umbilical\scord(?:\sblood|\stissue)?|wharton['’]?s?\sjelly|placenta|fat(?:\stissue)?"
    r"|menstrual\sblood|dental\spulp|peripheral\sblood|cord\sblood|(?:human\s)?exfoliated\s(?:deciduous\s)?teeth)\b"
)
_COUNTED = re.compile(r"(?:[0-9]|million|billion)\s(?:of\s)?$")
_TAKEN = re.compile(
    r"[\s-]{1,2}(?:aspirat|biops|harvest|sampl|collect|donat|derived|stem|cell|function|fail|recover|involve|suppress)"
)
_DOSED = re.compile(r"\s?[:=(]?\s{0,2}(?:[0-9][0-9.,]{0,6}\s?[x×*]\s?)?10\^[0-9]")
_GRAFTED = re.compile(r"[\s-]{1,2}(?:transplant|infusion|graft|rescue|injection|implant)")
_BRACKET = re.compile(r"\s?\(\s?(?=[A-Za-z-]{0,8}[A-Z])")


def _unlike(scan: Scan, start: int, end: int, around: Context) -> bool:
    """Do the words around say that the cells are measured, made into or diseased?"""
    low = scan.lower
    return bool(around.never_after.match(low, end) or around.never_before.search(low, max(0, start - 40), start))


def _given(scan: Scan, start: int, head_end: int, end: int, around: Context) -> bool:
    """Do the words around say that the cells are given? head_end: where "suspension" and its like begin."""
    low = scan.lower
    if _unlike(scan, start, end, around):
        return False
    after = around.after.match(low, head_end) or around.after.match(low, end) or around.done.match(low, end)
    return bool(after or _DOSED.match(low, end) or around.before.search(low, max(0, start - 70), start))


def _concepts(cl: str, texts: set[str]) -> tuple[dict[str, Any], ...]:
    if not cl and "stem" in texts and texts & {"mesenchymal", "stromal"}:
        cl = "CL:0000134 mesenchymal stem cell"
    elif not cl and "stem" in texts and texts & kinds()["blood"]:
        cl = "CL:0000037 hematopoietic stem cell"
    if not cl:
        return ()
    code, _, display = cl.partition(" ")
    return ({"system": CELL_ONTOLOGY, "code": code, "display": display, "score": 1.0},)


def _compose(scan: Scan, head: Head, around: Context) -> _Found | None:
    """The name that ends at `head`; None when it is no product anywhere."""
    low = scan.lower
    words = words_before(scan, head.start, head.policy == "derived")
    kind = nature(head, words)
    if kind == "never":
        return None
    start = words[-1].start if words else head.start
    form = _FORM.match(low, head.end)
    end = form.end() if form else head.end
    source = _FROM.match(low, end)
    if kind == "stem" and not source:  # generic, unless the cells are counted
        counted = _COUNTED.search(low, max(0, start - 24), start) or low.startswith(("/kg", " per kg"), end)
        return _Found(start, end, "stem cell", kind, True) if counted else None
    if source and (kind == "stem" or low.startswith(("derived", "isolated"), end + 1)):
        end, kind = source.end(), "product" if kind == "stem" else kind
    if kind == "product":
        sure = not around.hard_after.match(low, end) and not (head.policy == "graft" and _TAKEN.match(low, end))
    elif kind == "graft":
        sure = bool(_GRAFTED.match(low, end))
    else:
        sure = _given(scan, start, head.end, end, around)
    key = " ".join([w.text for w in words[:1]] + [low[head.start : head.end].rstrip("s")])
    return _Found(start, end, key, kind, sure, _concepts(head.cl, {w.text for w in words}))


def _alike(scan: Scan, found: list[_Found], around: Context) -> list[_Found]:
    """Mentions with no word of giving beside them: of a kind given elsewhere, or before a product's abbreviation."""
    keys = {f.key for f in found if f.sure and not around.roaming.search(f.key)}
    starts = {f.start for f in found if f.sure}
    out = []
    for f in found:
        if f.sure or f.nature != "context":
            continue
        short = _BRACKET.match(scan.text, f.end)
        same = f.key in keys and "peripheral" not in scan.lower[f.start : f.end]
        if (short and short.end() in starts) or (same and not _unlike(scan, f.start, f.end, around)):
            out.append(f)
    return out


def find(scan: Scan) -> list[Mention]:
    """Mentions of CELL_PRODUCT, by start, disjoint, with Cell Ontology concepts where the kind has one."""
    around = context()
    composed = [f for head in anchors(scan) if (f := _compose(scan, head, around))]
    found = [f for f in composed if f.sure] + _alike(scan, composed, around)
    names = introduced(scan, [(f.start, f.end) for f in found])
    for start, end in occurrences(scan, names):
        if not around.hard_after.match(scan.lower, end):
            found.append(_Found(start, end, "", "introduced", True))
    found.sort(key=lambda f: (f.start, -f.end))
    out: list[Mention] = []
    for f in found:
        if not out or f.start >= out[-1].end:
            out.append(Mention(f.start, f.end, LABEL, "cell." + f.nature, concepts=f.concepts))
        elif f.end > out[-1].end and f.nature != "introduced":
            out[-1] = out[-1].but(end=f.end, concepts=f.concepts or out[-1].concepts)
    return out
