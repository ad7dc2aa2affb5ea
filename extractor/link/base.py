"""The concepts and their names, read from extractor/vocab/concepts.tsv.gz."""

from __future__ import annotations

import gzip
from functools import cache, lru_cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.vocab.loader import FOLDER

FILE = "concepts.tsv.gz"
MONDO = "http://purl.obolibrary.org/obo/mondo.owl"
HPO = "http://purl.obolibrary.org/obo/hp.owl"
MESH = "http://id.nlm.nih.gov/mesh"
OMIM = "https://omim.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SYSTEMS = (MONDO, HPO, MESH, OMIM, ICD)  # in the order in which equals are named


class Concept(NamedTuple):
    """A code, its preferred name, and the codes of other systems as relation + code.

    Relations: `=` the same; `~` close, or one of several; `n` has the label of, `s` a synonym of; `9` by ICD-9-CM;
    `p` the parent's.
    """

    code: str
    display: str
    links: tuple[str, ...]


class Base(NamedTuple):
    """All concepts by code, and the names: key -> codes, of which those whose preferred name it is come first.

    `labels`: how many of the codes of a key bear it as their preferred name.
    """

    concepts: dict[str, Concept]
    names: dict[str, list[str]]
    labels: dict[str, int]


@lru_cache(maxsize=1 << 16)
def system_of(code: str) -> str:
    """The URI of the system of a code."""
    if code.startswith("MONDO:"):
        return MONDO
    if code.startswith("HP:"):
        return HPO
    if code.startswith("OMIM:"):
        return OMIM
    return MESH if code[1:].isdigit() and len(code) > 5 else ICD


@cache
def base() -> Base:
    """The knowledge base, read once. Raises VocabularyError for a broken file."""
    path = FOLDER / FILE
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise VocabularyError(f"{path}: cannot be read: {error}") from error
    concepts: dict[str, Concept] = {}
    names: dict[str, list[str]] = {}
    labels: dict[str, int] = {}
    code = ""
    first = False
    for number, line in enumerate(lines, 1):
        mark = line[:1]
        if mark == ">":
            parts = line[1:].split("\t")
            if len(parts) != 3 or parts[0] in concepts:
                raise VocabularyError(f"{path}:{number}: no new concept with code, label and links")
            code = parts[0]
            concepts[code] = Concept(code, parts[1], tuple(parts[2].split()))
            first = True
        elif line and mark != "#":
            known = names.get(line)
            if known is None:
                names[line] = [code]
            elif first:
                known.insert(labels.get(line, 0), code)
            else:
                known.append(code)
            if first:
                labels[line] = labels.get(line, 0) + 1
                first = False
    return Base(concepts, names, labels)
