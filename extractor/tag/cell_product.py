"""CELL_PRODUCT: cells and cell-derived products that are given.

A name is composed: words of donor, species, tissue, kind and processing before a head ("cells", "MSCs", "exosomes"), read backwards from the
head. Cells that no body bears unaided (mesenchymal, engineered, of a donor) are products wherever they are named; other cells only where the
text gives them. Names that the text introduces for a product ("(aMBMC)", a code) are products too: extractor/tag/cell_names.py.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import ahocorasick

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.cell_names import CODE, introduced, occurrences
from extractor.vocab import load_table, load_toml, require_known

LABEL = "CELL_PRODUCT"
POLICIES = ("cell", "context", "product", "derived", "graft", "vaccine", "never", "name")
ROLES = ("relation", "species", "tissue", "strong", "type", "process", "weak", "target", "link")
REACH = 110  # characters read before a head


class Head(NamedTuple):
    """The last word of a name. cl: Cell Ontology code and label, or ""."""

    start: int
    end: int
    policy: str
    cl: str


class Word(NamedTuple):
    start: int
    text: str
    role: str


@cache
def _roles() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in load_table("cell_words.csv", ["role", "words"], required=["role", "words"]):
        require_known(row, "role", ROLES, "role")
        for word in row.many("words"):
            found.setdefault(word, row["role"])
    return found


@cache
def _heads() -> ahocorasick.Automaton:
    found: dict[str, tuple[str, str]] = {}
    for row in load_table("cell_heads.csv", ["head", "policy", "cl"], unique=["head"], required=["head", "policy"]):
        require_known(row, "policy", POLICIES, "policy")
        for head in row.many("head"):
            found[head] = (row["policy"], row["cl"])
    for row in load_table("cell_products.csv", ["name", "cells"], unique=["name"], required=["name", "cells"]):
        for name in row.many("name"):
            found[name] = ("name", "")
    automaton = ahocorasick.Automaton()
    for word, (policy, cl) in found.items():
        automaton.add_word(word, (len(word), policy, cl))
    automaton.make_automaton()
    return automaton


@cache
def _cores() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for row in load_table("cell_abbreviations.csv", ["core", "policy", "cl"], unique=["core"], required=["core", "policy"]):
        require_known(row, "policy", POLICIES, "policy")
        for core in row.many("core"):
            automaton.add_word(core, (len(core), row["policy"], row["cl"] if row["cl"].startswith("CL:") else ""))
    automaton.make_automaton()
    return automaton


_TAIL = re.compile(r"(?:'?s)?(?![A-Za-z])(?:[0-9]{1,3}(?![0-9A-Za-z]))?")


def _alternatives(entries: list[str]) -> str:
    return "|".join(re.escape(w[:-1]) + "[a-z]{0,10}" if w.endswith("*") else re.escape(w) for w in sorted(entries, key=len, reverse=True))


class _Context(NamedTuple):
    after: re.Pattern[str]
    done: re.Pattern[str]
    before: re.Pattern[str]
    never_after: re.Pattern[str]
    hard_after: re.Pattern[str]
    never_before: re.Pattern[str]


_FILLER = r"(?:of|with|the|a|an|single|one|two|three|repeated|intravenous|intravenously|intrathecal|and|or|autologous|allogeneic|in|by|following|x|dose|doses|for|first|their|your|own|special|certain|vivo)"


@cache
def _context() -> _Context:
    words = load_toml("cell_context.toml")
    bracket = r"(?:\s?\([^()\n]{1,40}\))?"
    return _Context(
        after=re.compile(rf"{bracket}(?:\s?/\s?kg\b|\sper\s(?:kg|kilo|eye|site|knee|dose|infusion|injection|patient))|{bracket}[\s/-]{{1,3}}(?:[a-z-]{{1,14}}\s)?(?:{_alternatives(words['after'])})\b"),
        done=re.compile(
            rf"{bracket}\s{{1,8}}(?:that\s|which\s|then\s)?(?:are|is|were|was|will\sbe|to\sbe|being|be|have\sbeen|has\sbeen|can\sbe)\s(?:[a-z-]{{1,14}}\s){{0,3}}?"
            rf"(?:{_alternatives(words['done'])})\b|{bracket}\s(?:{_alternatives(words['done'])})\s"
        ),
        before=re.compile(rf"(?<![a-z])(?:{_alternatives(words['before'])})[\s:/-]{{1,3}}(?:{_FILLER}\s{{1,8}}){{0,4}}$"),
        never_after=re.compile(rf"{bracket}(?:\s|-){{1,3}}(?:{_alternatives(words['never_after'])})\b"),
        hard_after=re.compile(rf"(?:\s|-){{1,3}}(?:{_alternatives(words['hard_after'])})\b"),
        never_before=re.compile(rf"(?<![a-z])(?:{_alternatives(words['never_before'])})\s(?:the\s|of\s)?$"),
    )


_TOKEN = re.compile(r"[^\W_]+(?:['’`][^\W\d_]+)?\+?")
_MARKER = re.compile(r"cd[0-9]{1,3}[a-z]{0,2}\+?$|[a-z0-9]{2,8}\+$|(?:car|cart|cd)[0-9]{1,3}$")
_CODE = re.compile(r"[^\W_]*[A-Z0-9][^\W_]*")
_BEFORE_SUFFIX = frozenset(
    "specific directed targeted targeting redirected reactive pulsed loaded transduced expressing positive restricted primed modified sensitized derived activated car chimeric tcr secreting".split()
)
_GAP = re.compile(r"[ \t]{0,3}(?:[-–/]|\(\+\)|,)?[ \t]{0,3}(?:\r?\n[ \t]{0,16})?")


def _joined(scan: Scan, end: int, start: int) -> bool:
    """May the words around text[end:start] belong to one name?"""
    gap = scan.text[end:start]
    if gap == " " or gap == "-":
        return True
    if gap == ".":  # "iC9-CAR.B7-H3 T cells"
        return scan.lower.endswith("car", 0, end) or scan.text[end - 1 : end].isdigit()
    if len(gap) > 20 or not _GAP.fullmatch(gap) or "," in gap:
        return False
    if "\n" not in gap:
        return True
    line = end - (scan.text.rfind("\n", 0, end) + 1)
    return len(gap) - gap.index("\n") > 2 or (line >= 40 and scan.text[start : start + 1].islower())


def _words_before(scan: Scan, start: int, derived: bool) -> list[Word]:
    """The words that belong to the name whose head starts at `start`, nearest first."""
    low, roles = scan.lower, _roles()
    found: list[Word] = []
    right, right_text, right_role = start, "", ""
    near = _TOKEN.findall(low, max(0, start - 24), start)
    if not near or not (near[-1].replace("’", "'") in roles or near[-1][-1] == "+" or derived or near[-1].startswith("c")):
        return found
    for token in reversed(list(_TOKEN.finditer(low, max(0, start - REACH), start))):
        text = token.group()
        if not _joined(scan, token.end(), right):
            break
        role = roles.get(text.replace("’", "'").replace("`", "'"), "")
        if derived and text in ("cell", "cells"):
            role = "link"
        if not role and _MARKER.match(text):
            role = "target"
        if not role and right_text in _BEFORE_SUFFIX and (low[right - 1] == "-" or _CODE.fullmatch(scan.text, token.start(), token.end())):
            role = "target"
        if not role:
            break
        if text in ("and", "or"):
            if right_role not in ("tissue", "type", "strong", "process", "target"):
                break
        elif right_text in ("and", "or") and (len(found) < 2 or role != found[-2].role):
            break
        found.append(Word(token.start(), text, role))
        right, right_text, right_role = token.start(), text, role
    if found and low.endswith("red ", 0, found[-1].start):
        return []
    while found and (found[-1].role in ("link", "weak") or found[-1].text in _NOT_FIRST):
        found.pop()
    if found and (code := CODE.search(scan.text, max(0, found[-1].start - 20), found[-1].start)):
        found.append(Word(code.start(), low[code.start(1) : code.end(1)], "target"))
    return found


_NOT_FIRST = frozenset("like identical in vivo csf marrow's tissue tissues fluid receptor receptors producing secreting jelly cells dose specific patient party effector vector".split())
_TUMOUR = frozenset("tumor tumour cancer neuroblastoma carcinoma myeloma melanoma leukemia lymphoma glioma".split())
_DONOR = frozenset("patient patient's patients' related matched mismatched identical third hla own auto universal".split())
_PLACED = frozenset("umbilical cord placenta placental amniotic amnion wharton wharton's whartons jelly adipose limbal decidual decidua menstrual endometrial amnio chorionic chorion dental wj uc adipose".split())
_BLOOD_KIND = frozenset("hematopoietic haematopoietic hematopoetic haemopoietic hemopoietic haematopoetic multipotent mononuclear".split())
_PLAIN = frozenset("adult human embryonic fetal progenitor precursor multipotent pluripotent nucleated somatic".split())


def _nature(head: Head, words: list[Word]) -> str:
    """ "product", "context" or "never", from the words of the name alone."""
    texts = {w.text for w in words}
    roles = {w.role for w in words}
    relation = any(w.role == "relation" and w.text not in _DONOR for w in words) or len(texts & _DONOR) > 1
    if head.policy in ("never", "product", "name"):
        return "never" if head.policy == "never" else "product"
    if texts & _TUMOUR and not relation and "infiltrating" not in texts:
        return "never"
    if ("strong" in roles or relation) and head.policy != "vaccine":
        return "product"
    if head.policy == "derived":
        return "product" if "stem" in texts or texts & _PLACED or "target" in roles else "context"
    if head.policy == "vaccine":
        return "product" if texts & _TUMOUR and roles & {"relation", "strong", "process"} or texts & {"dendritic", "dc"} else "never"
    if head.policy == "graft":
        return "graft"
    if head.policy == "context":
        return "context"
    if not words:
        return "never"
    if "stem" in texts:
        rest = [w for w in words if w.text != "stem" and w.role in ("tissue", "type", "target") and w.text not in _PLAIN]
        if not rest:
            return "stem"
        return "context" if texts & {"pluripotent", "embryonic", "neural", "induced"} else "product"
    if texts & {"progenitor", "precursor"} and (texts & _BLOOD_KIND or texts & _PLACED or "blood" in texts):
        return "product"
    if texts & {"mononuclear", "nucleated"} and texts & {"marrow", "cord", "bm"}:
        return "product"
    if texts & _PLACED or (texts & {"marrow", "fat"} and "derived" in texts):
        return "product"
    if texts <= {"nucleated", "total", "blood", "peripheral", "patient's", "patient", "smooth", "muscle"}:
        return "never"
    if roles <= {"process", "species", "weak", "link"}:
        return "never"
    return "context"


def _anchors(scan: Scan) -> list[Head]:
    """Heads and names, longest at each place, disjoint, by start."""
    low, text = scan.lower, scan.text
    found = []
    for last, (length, policy, cl) in _heads().iter(low):
        start, end = last + 1 - length, last + 1
        if (start and low[start - 1].isalnum()) or (end < len(low) and low[end].isalnum()):
            continue
        found.append(Head(start, end, policy, cl))
    for last, (length, policy, cl) in _cores().iter(text):
        tail = _TAIL.match(text, last + 1)
        core = last + 1 - length
        if not tail:
            continue
        start = core
        while start > 0 and core - start < 12 and text[start - 1].isalnum():
            start -= 1
        if start < core and length == 2 and text[start:core].isupper():
            continue  # "ADC", "MDC": another abbreviation that ends alike
        if text[start : tail.end()] not in _OTHER:
            found.append(Head(start, tail.end(), policy, cl))
    found.sort(key=lambda h: (h.start, -h.end))
    out: list[Head] = []
    for head in found:
        if not out or head.start >= out[-1].end:
            out.append(head)
    return out


_OTHER = frozenset("MDSC MDSCs TUHSC UHSC RANK FNCLCC PTLD OPTIL UNK BLANK NBMC LDC SDC EDC".split())
_RIGHT = re.compile(
    r"(?:[ -](?:like\scells?|suspensions?|sheets?|spray|cells?(?!-free)|fractions?|vaccines?|[a-z]{1,12}\ssuspensions?|gel)\b(?!\s(?:lymphoma|leukemia)))?"
)
_FROM = re.compile(
    r"\s(?:(?:derived|isolated|obtained|expanded|cultured|harvested)\s)?from\s(?:the\s|human\s|autologous\s|allogeneic\s)?"
    r"(?:adipose\stissue|bone\smarrow|umbilical\scord(?:\sblood|\stissue)?|wharton['’]?s?\sjelly|placenta|fat(?:\stissue)?|menstrual\sblood|dental\spulp|peripheral\sblood"
    r"|cord\sblood|(?:human\s)?exfoliated\s(?:deciduous\s)?teeth)\b"
)
_PREFIX = re.compile(r"(?:post|pre|non|anti|no|per|and|or|by|via)-?$")


def _given(scan: Scan, start: int, head_end: int, end: int, context: _Context) -> bool:
    """Do the words around say that the cells are given? head_end: where the head ends, before "suspension" and its like."""
    low = scan.lower
    if context.never_after.match(low, end) or context.never_before.search(low, max(0, start - 40), start):
        return False
    return bool(context.after.match(low, head_end) or context.after.match(low, end) or context.done.match(low, end) or context.before.search(low, max(0, start - 70), start))


def _concepts(cl: str, texts: set[str]) -> tuple[dict[str, Any], ...]:
    if not cl and "stem" in texts | {""} and texts & {"mesenchymal", "stromal", "mesenchymal-"}:
        cl = "CL:0000134 mesenchymal stem cell"
    elif not cl and texts & _BLOOD_KIND - {"multipotent", "mononuclear"} and "stem" in texts:
        cl = "CL:0000037 hematopoietic stem cell"
    if not cl:
        return ()
    code, _, display = cl.partition(" ")
    return ({"system": "http://purl.obolibrary.org/obo/cl.owl", "code": code, "display": display, "score": 1.0},)


def _alike(scan: Scan, found: _Found, context: _Context) -> bool:
    """May this mention be of the kind that is given elsewhere in the text?"""
    low = scan.lower
    return not (
        context.never_after.match(low, found.end)
        or context.never_before.search(low, max(0, found.start - 40), found.start)
        or "peripheral" in low[found.start : found.end]
    )


class _Found(NamedTuple):
    start: int
    end: int
    rule: str
    key: str
    nature: str
    concepts: tuple[dict[str, Any], ...]


def _compose(scan: Scan, head: Head, context: _Context) -> tuple[_Found, bool] | None:
    """The name that ends at `head`, and whether it is a product here."""
    low = scan.lower
    words = _words_before(scan, head.start, head.policy == "derived") if head.policy not in ("never",) else []
    nature = _nature(head, words)
    if nature == "never":
        return None
    start = words[-1].start if words else head.start
    right = _RIGHT.match(low, head.end)
    end = right.end() if right else head.end
    source = _FROM.match(low, end)
    if nature == "stem" and not source:
        counted = _COUNTED.search(low, max(0, start - 24), start) or low.startswith(("/kg", " per kg"), end)
        return (_Found(start, end, "cell.stem", "stem cell", "stem", ()), True) if counted else None
    if source and (nature == "stem" or low.startswith(("derived", "isolated"), end + 1)):
        end, nature = source.end(), "product" if nature == "stem" else nature
    if nature == "product":
        good = not context.hard_after.match(low, end) and not (head.policy == "graft" and _TAKEN.match(low, end))
    elif nature == "graft":
        good = bool(_GRAFTED.match(low, end))
    else:
        good = _given(scan, start, head.end, end, context)
    key = " ".join([w.text for w in words[:1]] + [low[head.start : head.end].rstrip("s")])
    concepts = _concepts(head.cl, {w.text for w in words})
    return _Found(start, end, "cell." + nature, key, nature, concepts), good


_BRACKET = re.compile(r"\s?\(\s?(?=[A-Za-z-]{0,8}[A-Z])")
_COUNTED = re.compile(r"(?:[0-9]|million|billion)\s(?:of\s)?$")
_TAKEN = re.compile(r"[\s-]{1,2}(?:aspirat|biops|harvest|sampl|collect|donat|derived|stem|cell|function|fail|recover|involve|suppress)")
_GRAFTED = re.compile(r"[\s-]{1,2}(?:transplant|infusion|graft|rescue|injection|implant)")
# kinds that also roam the body by themselves: one mention that is given says nothing of the others
_ROAMING = re.compile(
    r"(?:lymphocyte|leukocyte|granulocyte|monocyte|macrophage|nk|epc|pbmc|treg|adipocyte)$|^[a-z]{0,3}$"
    r"|^(?:t|b|nk|killer|dendritic|white|blood|immune|regulatory|endothelial|epithelial|muscle|helper|memory|effector|presenting|nucleated|cd[0-9]+\+?|beta|β|progenitor) cell"
)


def find(scan: Scan) -> list[Mention]:
    """Mentions of CELL_PRODUCT, by start, disjoint, with Cell Ontology concepts where the kind has one."""
    context = _context()
    sure: list[_Found] = []
    open_: list[_Found] = []
    for head in _anchors(scan):
        composed = _compose(scan, head, context)
        if composed:
            (sure if composed[1] else open_).append(composed[0])
    keys = {f.key for f in sure if not _ROAMING.search(f.key)}
    for found in open_:
        if found.nature == "context" and found.key in keys and _alike(scan, found, context):
            sure.append(found)
    starts = {f.start for f in sure}
    sure.extend(f for f in open_ if f.nature == "context" and (short := _BRACKET.match(scan.text, f.end)) and short.end() in starts)
    spans = [(f.start, f.end) for f in sure]
    names = introduced(scan, spans)
    for start, end in occurrences(scan, names):
        if context.hard_after.match(scan.lower, end):
            continue
        sure.append(_Found(start, end, "cell.introduced", "", "name", ()))
    sure.sort(key=lambda f: (f.start, -f.end))
    out: list[Mention] = []
    for f in sure:
        if out and f.start < out[-1].end:
            if f.end > out[-1].end and f.rule != "cell.introduced":
                out[-1] = out[-1].but(end=f.end, concepts=f.concepts or out[-1].concepts)
            continue
        out.append(Mention(f.start, f.end, LABEL, f.rule, concepts=f.concepts))
    return out
