"""BC5CDR (Li et al. 2016): PubMed abstracts in PubTator form, CDR_*Set.PubTator.txt.

Disease -> CONDITION. Not mapped: Chemical, MeSH ids, chemical-disease relations. By its rules, and not by ours:
"toxicity" and other adverse effects named without an organ are diseases; words of severity and time belong to some
mentions; "disease" in a composite ("ovarian and breast cancer") is one mention with two ids. It is no registry text.
"""

from __future__ import annotations

from pathlib import Path

from extractor.evaluate.corpora.common import pubtator
from extractor.evaluate.gold import GoldDocument, Loss


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All abstracts of the PubTator files under `path`."""
    return pubtator(path, ["Disease"])
