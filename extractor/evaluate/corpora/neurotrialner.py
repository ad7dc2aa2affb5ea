"""NeuroTrialNER (Doneva et al. 2024): titles and brief summaries of neurology trials, CSV with character offsets.

CONDITION -> CONDITION. Not mapped: DRUG, BEHAVIOURAL, SURGICAL, RADIOTHERAPY, PHYSICAL, CONTROL and OTHER
(interventions by name; our CELL_PRODUCT is narrower than OTHER). By its rules, and not by ours: only conditions under
study are marked, not those of outcomes, exclusions and background, so that what we find of them counts as spurious:
read recall first.
"""

from __future__ import annotations

import ast
import csv
import sys
from pathlib import Path

from extractor.errors import InputError
from extractor.evaluate.corpora.common import assemble
from extractor.evaluate.gold import GoldDocument, Loss

COLUMN = "ner_manual_ct_target"


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All records of the CSV files under `path`."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    for file in [path] if path.is_file() else sorted(path.rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                if "text" not in row or COLUMN not in row:
                    break  # another table of the corpus
                try:
                    marked = ast.literal_eval(row[COLUMN])
                    spans = [
                        {"label": "CONDITION", "start": s, "end": e}
                        for s, e, label, _ in marked
                        if label == "CONDITION"
                    ]
                except (ValueError, SyntaxError, TypeError) as error:
                    raise InputError(f"{file}: record {number}: {COLUMN} is no list of spans: {error}") from None
                documents.append(assemble(row.get("nct_id") or row.get("id") or str(number), row["text"], spans))
    return documents, losses
