"""Training texts: corpora harmonised to one idea of a CONDITION.

What each corpus calls a condition is read by the evaluator's adapters (extractor.evaluate.corpora), so that training
and scoring see the same spans. Then, for all of them:
- texts are repaired as at run time, spans moved along; windows and vocabulary hints are those of run time;
- of overlapping spans the outermost is kept; a discontinuous one is left out, and what it covers is not learned from;
- spans that are neither right nor wrong ("~CONDITION") are not learned from.

Corpora disagree on what a condition is, so the model is told which idea to follow by a style token. Four of the styles
are used at run time, by the kind of text (tag/condition_model.py): "record" (the team's own annotations), "criteria" (LCT:
names without severity, stability, kind), "abstract" (the PubMed corpora) and "loose" (CHIA: stages and classes outside,
bare "disease" and "complication" marked). The others only teach: "studied" (NeuroTrialNER: only what a trial studies) and
"report" (MACCROBAT: diseases and signs of case reports).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from extractor.evaluate.corpora import read_corpus
from extractor.evaluate.corpora.common import assemble, brat_files
from extractor.evaluate.gold import GoldDocument
from extractor.ner import RUN_TIME_STYLES
from extractor.pipeline import finder, scan_text
from extractor.scan import Scan

CORPORA = {
    "lct": "criteria",
    "chia": "loose",
    "bc5cdr": "abstract",
    "ncbi": "abstract",
    "neurotrialner": "studied",
    "maccrobat": "report",
    "registry": "record",
}
STYLES = (*RUN_TIME_STYLES, "studied", "report")
SCORED = ("lct", "chia", "bc5cdr", "ncbi", "registry")
_BC5CDR_DEV = 150  # abstracts of its development part that stay one; the other 350 are learned from

Spans = tuple[tuple[int, int], ...]


class Sample(NamedTuple):
    """One text as the model sees it: `spans` to learn, `unknown` stretches to learn nothing from, vocabulary `hints`."""

    corpus: str
    style: str
    id: str
    text: str
    spans: Spans
    unknown: Spans
    hints: Spans


def load(corpora: Path, registry: Path | None, part: str, names: Iterable[str] = tuple(CORPORA)) -> list[Sample]:
    """Samples of `part` ("train" or "dev") of the named corpora."""
    return [sample(name, d) for name in names for d in documents(corpora, registry, name, part)]


def documents(corpora: Path, registry: Path | None, name: str, part: str) -> list[GoldDocument]:
    """The "train" or "dev" documents of a corpus. LCT and CHIA have no dev part of their own: it is one document in ten,
    by the digits of its id. Corpora that are not in SCORED have train documents only."""
    if name == "registry":
        return registry_gold(registry, part) if registry else []
    if name in ("lct", "chia"):
        return [d for d in read_corpus(name, corpora / name)[0] if is_dev(d.id) == (part == "dev")]
    if name == "ncbi":
        kind = "train" if part == "train" else "develop"
        return read_corpus(name, corpora / f"ncbi_pubtator/NCBI{kind}set_corpus.txt")[0]
    if name == "bc5cdr":
        first = read_corpus(name, corpora / "bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt")[0]
        if part == "dev":
            return first[:_BC5CDR_DEV]
        return read_corpus(name, corpora / "bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt")[0] + first[_BC5CDR_DEV:]
    if part == "dev":
        return []
    if name == "neurotrialner":
        return read_corpus(name, corpora / "neurotrialner/train.csv")[0]
    return list(_maccrobat(corpora / "maccrobat"))


def _maccrobat(folder: Path) -> Iterator[GoldDocument]:
    """Disease_disorder and Sign_symptom as CONDITION."""
    for file in brat_files(folder):
        marked = (s for s in file.spans.values() if s[0] in ("Disease_disorder", "Sign_symptom"))
        spans = [{"label": "CONDITION", "start": a, "end": b, "fragments": pieces} for _, a, b, pieces in marked]
        yield assemble(file.id, file.text, spans)


def is_dev(id: str) -> bool:
    """One document in ten."""
    return int(re.sub(r"\D", "", id) or 0) % 10 == 7


def sample(corpus: str, document: GoldDocument) -> Sample:
    """A gold document in the view of run time."""
    scan = scan_text(document.text)
    kept, unknown = conditions(document)
    unknown = [u for u in unknown if not any(a <= u[0] and u[1] <= b for a, b in kept)]
    return Sample(corpus, CORPORA[corpus], document.id, scan.text, _view(scan, kept), _view(scan, unknown), hints(scan))


def conditions(document: GoldDocument) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The outermost CONDITION spans of a gold document, and the stretches that are neither right nor wrong."""
    spans = [(s.start, s.end) for s in document.spans if s.label == "CONDITION" and not s.fragments]
    unknown = [
        (s.start, s.end) for s in document.spans if s.label == "~CONDITION" or (s.label == "CONDITION" and s.fragments)
    ]
    return outermost(spans), unknown


def hints(scan: Scan) -> Spans:
    """What the vocabulary finds."""
    return tuple((m.start, m.end) for m in finder("CONDITION")(scan))


def outermost(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Longest first, those that overlap a kept one dropped; by start."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda s: (s[0] - s[1], s[0])):
        if all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return sorted(kept)


def _view(scan: Scan, spans: Iterable[tuple[int, int]]) -> Spans:
    moved = ((scan.aligned.to_view(a), scan.aligned.to_view(b)) for a, b in spans)
    return tuple(span for span in moved if span[0] < span[1])


def annotated() -> set[str]:
    """Ids of the registry records that the team has annotated, for whatever part."""
    return {row["id"] for row in _rows()}


def _rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "registry_conditions.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def registry_gold(folder: Path, part: str) -> list[GoldDocument]:
    """The team's own condition annotations: offsets in training/registry_conditions.tsv, texts in `folder`.

    The texts are not ours to copy here: a row names a record, its text's sha256, and two offsets. Raises ValueError
    for a record whose text is another one than was annotated.
    """
    from extractor.evaluate.gold import GoldSpan

    rows: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in _rows():
        if row["part"] == part:
            rows.setdefault((row["id"], row["sha256"]), []).append((int(row["start"]), int(row["end"])))
    documents = []
    for (id, digest), spans in rows.items():
        data = (folder / "cell_therapy" / f"{id}.txt").read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError(f"{folder}/cell_therapy/{id}.txt is not the text that was annotated")
        text = data.decode("utf-8")
        documents.append(
            GoldDocument(id, text, tuple(GoldSpan(f"T{i}", "CONDITION", a, b) for i, (a, b) in enumerate(spans)))
        )
    return documents
