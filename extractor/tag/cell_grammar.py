"""How a cell product's name is composed: a head, the words before it, and what they make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from extractor.scan import Scan
from extractor.tag.cell_names import CODE
from extractor.tag.cell_vocabulary import cores, heads, kinds, roles

REACH, HALF = 110, 60  # characters read before a head, and read first
MOST = 14  # words before a head
NEAR = 24  # characters that hold the word right before it


class Head(NamedTuple):
    """The last word of a name. cl: Cell Ontology code and label, or ""."""

    start: int
    end: int
    policy: str
    cl: str


class Word(NamedTuple):
    """A word before the head and its role (cell_words.csv)."""

    start: int
    text: str
    role: str


_TAIL = re.compile(r"(?:'?s)?(?![A-Za-z])(?:[0-9]{1,3}(?![0-9A-Za-z]))?")


def anchors(scan: Scan) -> list[Head]:
    """Heads and names, longest at each place, disjoint, by start."""
    low, text = scan.lower, scan.text
    found = []  # (start, -end, policy, cl)
    for last, (length, policy, cl) in heads().iter(low):
        start, end = last + 1 - length, last + 1
        if not (start and low[start - 1].isalnum()) and not low[end : end + 1].isalnum():
            found.append((start, -end, policy, cl))
    for last, (length, policy, cl) in cores().iter(text):
        tail = _TAIL.match(text, last + 1)
        start = core = last + 1 - length
        if not tail:
            continue
        while start > 0 and core - start < 12 and text[start - 1].isalnum():
            start -= 1
        if start < core and length == 2 and text[start:core].isupper():
            continue  # "ADC", "MDC": another abbreviation that ends alike
        if text[start : tail.end()] not in kinds()["other"]:
            found.append((start, -tail.end(), policy, cl))
    found.sort(key=itemgetter(0, 1))
    out: list[Head] = []
    for start, minus_end, policy, cl in found:
        if not out or start >= out[-1].end:
            out.append(Head(start, -minus_end, policy, cl))
    return out


_TOKEN = re.compile(r"[^\W_]+(?:['’`][^\W\d_]+)?\+?")
_MARKER = re.compile(r"cd[0-9]{1,3}[a-z]{0,2}\+?$|[a-z0-9]{2,8}\+$|(?:car|cart|cd)[0-9]{1,3}$")
_CODE = re.compile(r"[^\W_]*[A-Z0-9][^\W_]*")
_RED = re.compile(r"(?<![a-z])red $")
_GAP = re.compile(r"[ \t]{0,3}(?:[-–/]|\(\+\))?[ \t]{0,3}(?:\r?\n[ \t]{0,16})?")


def _joined(scan: Scan, end: int, start: int) -> bool:
    """May the words around text[end:start] belong to one name? A line break joins only where the line was wrapped."""
    gap = scan.text[end:start]
    if gap in (" ", "-"):
        return True
    if gap == ".":  # "iC9-CAR.B7-H3 T cells"
        return scan.lower.endswith("car", 0, end) or scan.text[end - 1 : end].isdigit()
    if len(gap) > 20 or not _GAP.fullmatch(gap):
        return False
    if "\n" not in gap:
        return True
    line = end - (scan.text.rfind("\n", 0, end) + 1)
    return len(gap) - gap.index("\n") > 2 or (line >= 40 and scan.text[start : start + 1].islower())


def _role(scan: Scan, token: re.Match[str], right: int, right_text: str, derived: bool) -> str:
    """The role of a token whose right neighbour is `right_text` at `right`; "" when it is no word of a name."""
    text = token.group()
    if derived and text in ("cell", "cells"):
        return "link"
    role = roles().get(text.replace("’", "'").replace("`", "'"), "")
    if role:
        return role
    if _MARKER.match(text):
        return "target"
    unknown = right_text in kinds()["suffix"] and (
        scan.lower[right - 1] == "-" or _CODE.fullmatch(scan.text, token.start(), token.end())
    )
    return "target" if unknown else ""


def _tokens_before(low: str, start: int) -> Iterator[re.Match[str]]:
    """Tokens in the REACH characters before `start`, nearest first; few names reach beyond the nearer half, which is read first."""
    floor, half = max(0, start - REACH), max(0, start - HALF)
    near = list(_TOKEN.finditer(low, half, start))
    if half and near:
        del near[0]  # it may begin before
    yield from reversed(near)
    if floor < half:
        yield from reversed(list(_TOKEN.finditer(low, floor, near[0].start() if near else start)))


def words_before(scan: Scan, start: int, derived: bool) -> list[Word]:
    """The words that belong to the name whose head starts at `start`, nearest first."""
    low = scan.lower
    found: list[Word] = []
    near = _TOKEN.findall(low, max(0, start - NEAR), start)
    if not near or not (derived or near[-1][-1] == "+" or near[-1][0] == "c" or near[-1].replace("’", "'") in roles()):
        return found
    right, right_text, right_role = start, "", ""
    known = roles()
    for token in _tokens_before(low, start):
        text, end = token.group(), token.end()
        if not (right - end == 1 and low[end] in " -") and not _joined(scan, end, right):
            break
        role = (not derived and known.get(text)) or _role(scan, token, right, right_text, derived)
        if not role:
            break
        if text in ("and", "or"):
            if right_role not in ("tissue", "type", "strong", "process", "target"):
                break
        elif right_text in ("and", "or") and (len(found) < 2 or role != found[-2].role):
            break
        right, right_text, right_role = token.start(), text, role
        found.append(Word(right, text, role))
        if len(found) == MOST:
            break
    if found and _RED.search(low, max(0, found[-1].start - 5), found[-1].start):
        return []
    while found and (found[-1].role in ("link", "weak") or found[-1].text in kinds()["not_first"]):
        found.pop()
    if found and found[-1].text == "vitro" and low.endswith("in ", 0, found[-1].start):
        found.append(Word(found[-1].start - 3, "in", found[-1].role))
    if found and (code := CODE.search(scan.text, max(0, found[-1].start - 20), found[-1].start)):
        found.append(Word(code.start(), low[code.start(1) : code.end(1)], "target"))
    return found


def nature(head: Head, words: list[Word]) -> str:
    """What a name is by itself: "product", "context" (where the text gives it), "stem", "graft" or "never"."""
    texts, found, sets = {w.text for w in words}, {w.role for w in words}, kinds()
    if head.policy in ("product", "name"):
        return "product"
    if head.policy == "never":
        return "never"
    donor = sets["donor"]
    relation = any(w.role == "relation" and w.text not in donor for w in words) or len(texts & donor) > 1
    tumour = bool(texts & sets["tumour"])
    if head.policy == "vaccine":
        changed = bool(found & {"relation", "strong", "process"})
        return "product" if (tumour and changed) or texts & {"dendritic", "dc"} else "never"
    if relation or "strong" in found:
        return "product"
    if tumour:
        return "never"
    if head.policy == "derived":
        return "product" if "stem" in texts or texts & sets["placed"] or "target" in found else "context"
    if head.policy in ("graft", "context"):
        return head.policy
    return _nature_of_cells(words, texts, found)


def _nature_of_cells(words: list[Word], texts: set[str], found: set[str]) -> str:
    """The nature of "... cells" without donor or engineering."""
    sets = kinds()
    if not words or texts <= sets["own_body"] or found <= {"process", "species", "weak", "link"}:
        return "never"
    if "stem" in texts:
        said = [w for w in words if w.text != "stem" and w.role in ("tissue", "type", "target")]
        if all(w.text in sets["plain"] for w in said):
            return "stem"
        return "context" if texts & {"pluripotent", "embryonic", "neural", "induced"} else "product"
    placed = bool(texts & sets["placed"])
    if texts & {"progenitor", "precursor"} and (texts & sets["blood"] or placed or "blood" in texts):
        return "product"
    if texts & {"mononuclear", "nucleated"} and texts & {"marrow", "cord", "bm"}:
        return "product"
    return "product" if placed or (texts & {"marrow", "fat"} and "derived" in texts) else "context"
