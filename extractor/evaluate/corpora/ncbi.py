"""NCBI-disease (Dogan, Leaman, Lu 2014): PubMed abstracts in PubTator form, NCBI*set_corpus.txt.

SpecificDisease, DiseaseClass, CompositeMention and Modifier ("breast cancer" in "breast cancer families") ->
CONDITION. Not mapped: MeSH and OMIM ids. By its rules, and not by ours: signs, symptoms and findings are not marked,
so that what we find of them counts as spurious: read recall first. One record stands in the training set twice; the
second gets "-2" behind its id.
"""

from __future__ import annotations

from pathlib import Path

from extractor.evaluate.corpora.common import pubtator
from extractor.evaluate.gold import GoldDocument, Loss


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All abstracts of the PubTator files under `path`."""
    return pubtator(path, ["SpecificDisease", "DiseaseClass", "CompositeMention", "Modifier"])
