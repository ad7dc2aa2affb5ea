"""The gold of benchmarks/linking.py: mentions with MeSH and OMIM ids, names with ICD-10-CM codes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

from extractor.link.base import MESH, OMIM, base, system_of
from extractor.normalise.condition import long_forms, written_out
from extractor.scan import Scan
from extractor.vocab.loader import load_table

PARTS = {
    "NCBI-disease train": "ncbi_pubtator/NCBItrainset_corpus.txt",
    "BC5CDR train": "bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt",
    "NCBI-disease develop": "ncbi_pubtator/NCBIdevelopset_corpus.txt",
    "BC5CDR develop": "bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt",
}
TRAIN, HELD = tuple(PARTS)[:2], tuple(PARTS)[2:]


class Case(NamedTuple):
    """A gold mention: as written, with its abbreviations written out, the ids that count as right."""

    text: str
    long: str
    ids: tuple[str, ...]


def read(path: Path) -> list[Case]:
    """The disease mentions of a PubTator file; a composite mention has several ids, any of which counts."""
    texts: dict[str, list[str]] = defaultdict(lambda: ["", ""])
    mentions: list[tuple[str, str, tuple[str, ...]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        head = re.match(r"(\d+)\|([ta])\|(.*)", line)
        cells = line.split("\t")
        if head:
            texts[head[1]]["ta".index(head[2])] = head[3]
        elif len(cells) > 5 and cells[4] != "Chemical":
            mentions.append((cells[0], cells[3].strip(), tuple(i.strip() for i in re.split(r"[|+]", cells[5]))))
    longs = {key: long_forms(cast(Scan, _Text(" ".join(text)))) for key, text in texts.items()}
    return [Case(text, written_out(text, longs[key].get), ids) for key, text, ids in mentions]


class _Text:
    """As much of a Scan as the abbreviations need."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sections = ()


def codes_of(code: str) -> list[str]:
    """The MeSH or OMIM codes of a concept: itself, what it equals, what is close."""
    if system_of(code) in (MESH, OMIM):
        return [code]
    links = base().concepts[code].links if code in base().concepts else ()
    return [n[1:] for r in "=~" for n in links if n[0] == r and system_of(n[1:]) in (MESH, OMIM)]


def icd_gold(held: bool) -> dict[str, tuple[str, ...]]:
    """name -> accepted ICD-10-CM codes, of the names that are held out or of the others."""
    rows = load_table("linking_icd.csv", ("name", "codes"), ("name",), ("name", "codes"), Path(__file__).parent)
    return {row["name"]: row.many("codes") for row in rows if (row["source"] == "held out") == held}


def accepted(code: str, codes: Sequence[str]) -> bool:
    """Whether a code is one of those accepted; the category above them does not count, unless it is listed."""
    return any(code.startswith(c[:-1].rstrip(".")) if c.endswith("*") else code == c for c in codes)
