"""Other tools on the same gold: python benchmarks/peers.py --gold annotations [--out benchmarks/peers.md]

Each peer gets a virtual environment of its own, made for the run and thrown away (network and some minutes needed),
and is used as it comes. What does not install or breaks stands in the table as it is. Two things can be compared,
since no peer has our labels:

- Quantities: of the gold spans with figures, how many the peer touches with any quantity, reads with all figures
  right, and with the unit right as well. Peers do not tell a dose from a threshold, so there is no precision to give
  them; ours is given by label.
- Assertion: the peers get the gold's conditions; ours are those of the conditions that we found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor import __version__
from extractor.evaluate.formats import read_gold
from extractor.evaluate.gold import FLAGS, GoldDocument, GoldSpan
from extractor.evaluate.run import evaluate, predict
from extractor.evaluate.score import Triple
from extractor.evaluate.values import same
from extractor.pipeline import LABELS
from extractor.scan import read_unit

LIMIT_S = 1800
QUANTITIES = ("CELL_DOSE", "DRUG_DOSE", "LAB_THRESHOLD", "AGE")

# A runner reads {"id", "text", "conditions"} lines from standard input and answers {"id", "found"} lines: quantities as
# [start, end, [figures], unit], flags as one list of names for each condition.
HEAD = """
import json, sys
def each(work):
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        row = json.loads(line)
        try:
            found = work(row)
        except Exception as error:
            found = {"error": repr(error)[:200]}
        out.write(json.dumps({"id": row["id"], "found": found}) + "\\n")
"""
QUANTULUM = """
import re
from quantulum3 import parser
def work(row):
    found = parser.parse(row["text"])
    return [[*q.span, [q.value], q.unit.name + "|" + re.split(r"[0-9.,]+", q.surface)[-1]] for q in found]
each(work)
"""
EDSNLP = """
import edsnlp
nlp = edsnlp.blank("eds")
nlp.add_pipe("eds.sentences")
nlp.add_pipe("eds.quantities", config={"quantities": "all", "extract_ranges": True})
def work(row):
    out = []
    for span in nlp(row["text"]).spans.get("quantities", []):
        value = span._.value
        figures = value.value if isinstance(value.value, (list, tuple)) else [value.value]
        unit = str(value.unit).replace("_per_", "/")
        out.append([span.start_char, span.end_char, [float(f) for f in figures], unit])
    return out
each(work)
"""
RECOGNIZERS = """
from recognizers_number_with_unit import Culture, recognize_age, recognize_dimension
def work(row):
    out = []
    for read in (recognize_age, recognize_dimension):
        for r in read(row["text"], Culture.English):
            figure = (r.resolution or {}).get("value")
            out.append([r.start, r.end + 1, [float(figure)] if figure else [], (r.resolution or {}).get("unit") or ""])
    return out
each(work)
"""
MEDSPACY = """
import medspacy
from loguru import logger
logger.disable("PyRuSH")
nlp = medspacy.load()
context = nlp.get_pipe("medspacy_context")
NAMES = {
    "is_negated": "Negated", "is_historical": "Historical", "is_family": "Family", "is_hypothetical": "Hypothetical",
    "is_uncertain": "Uncertain",
}
def work(row):
    with nlp.select_pipes(disable=["medspacy_context"]):
        doc = nlp(row["text"])
    own = [[e.start_char, e.end_char, [], ""] for e in doc.ents]
    flags = []
    for start, end in row["conditions"]:
        # one at a time: entities may not overlap
        span = doc.char_span(start, end, label="CONDITION", alignment_mode="expand")
        doc.ents = [span]
        context(doc)
        flags.append([name for key, name in NAMES.items() if getattr(doc.ents[0]._, key)])
    return {"entities": own, "flags": flags}
each(work)
"""
NEGSPACY = """
import spacy
from negspacy.negation import Negex
nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
nlp.add_pipe("negex")
negex = nlp.get_pipe("negex")
def work(row):
    doc = nlp(row["text"])
    flags = []
    for start, end in row["conditions"]:
        span = doc.char_span(start, end, label="CONDITION", alignment_mode="expand")
        doc.ents = [span]
        negex(doc)
        flags.append(["Negated"] if doc.ents[0]._.negex else [])
    return {"entities": [], "flags": flags}
each(work)
"""


@dataclass(frozen=True)
class Peer:
    """`packages` as pip takes them; kind: what it can be compared on."""

    name: str
    kind: str
    packages: tuple[str, ...]
    runner: str


PEERS = (
    Peer("quantulum3", "quantities", ("quantulum3==0.10.0",), QUANTULUM),
    Peer("quantulum3 with its classifier", "quantities", ("quantulum3[classifier]==0.10.0",), QUANTULUM),
    Peer("edsnlp eds.quantities (French)", "quantities", ("edsnlp==0.23.0",), EDSNLP),
    Peer("Microsoft recognizers", "quantities", ("recognizers-text-suite==1.0.2a2", "emoji<2"), RECOGNIZERS),
    Peer("medspaCy defaults", "assertion", ("medspacy==1.3.1",), MEDSPACY),
    Peer("negspacy defaults", "assertion", ("negspacy==1.1.0", "spacy>=3.7,<3.9"), NEGSPACY),
)


@dataclass
class Answer:
    """What a peer found by document id, or why not; seconds for the texts alone, without the installation."""

    found: dict[str, Any]
    failure: str = ""
    seconds: float = 0.0
    broken: int = 0
    first_error: str = ""


def ask(peer: Peer, gold: Sequence[GoldDocument]) -> Answer:
    """Installs a peer and runs it over the gold texts."""
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        try:
            install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.packages]
            done = subprocess.run(install, capture_output=True, text=True, timeout=LIMIT_S)
            if done.returncode:
                return Answer({}, f"does not install: {_last(done.stderr)}")
            rows = "".join(
                json.dumps({"id": d.id, "text": d.text, "conditions": [[s.start, s.end] for s in _conditions(d)]})
                + "\n"
                for d in gold
            )
            start = time.perf_counter()
            run = subprocess.run(
                [python, "-c", HEAD + peer.runner], input=rows, capture_output=True, text=True, timeout=LIMIT_S
            )
        except subprocess.TimeoutExpired:
            return Answer({}, f"not done after {LIMIT_S} s")
        seconds = time.perf_counter() - start
        answers = [json.loads(line) for line in run.stdout.splitlines()]
        found = {a["id"]: a["found"] for a in answers}
        errors = [f["error"] for f in found.values() if isinstance(f, dict) and "error" in f]
        if run.returncode or (errors and len(errors) == len(gold)):
            return Answer({}, f"breaks: {errors[0] if errors else _last(run.stderr)}")
        good = {id: f for id, f in found.items() if not (isinstance(f, dict) and "error" in f)}
        return Answer(good, "", seconds, len(errors), errors[0] if errors else "")


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip() and not line.startswith("WARNING")]
    return lines[-1][:160] if lines else "no message"


def _conditions(document: GoldDocument) -> list[GoldSpan]:
    return [s for s in document.spans if s.label == "CONDITION"]


def _figures(value: Any) -> list[float]:
    if not isinstance(value, dict):
        return []
    raw = [value.get("low"), value.get("high"), value.get("values")]
    flat = [x for item in raw for x in (item if isinstance(item, list) else [item])]
    return [float(x) for x in dict.fromkeys(flat) if isinstance(x, (int, float))]


def _unit(words: str) -> str:
    unit = read_unit(words.strip(), 0)
    return unit.ucum if unit else words.strip()


Quantity = tuple[int, int, list[float], str]


def quantities(gold: Sequence[GoldDocument], found: dict[str, list[Quantity]]) -> dict[str, tuple[int, int, int, int]]:
    """Of the gold spans with figures, by label: all, touched, figures right, unit right too."""
    out = {}
    for label in QUANTITIES:
        counts = [0, 0, 0, 0]
        for document in gold:
            for span in document.spans:
                wanted = _figures(span.value) if span.label == label else []
                if not wanted:
                    continue
                here = [q for q in found.get(document.id, []) if q[0] < span.end and span.start < q[1]]
                read = [f for q in here for f in q[2]]
                figures = bool(here) and all(any(same(w, f) for f in read) for w in wanted)
                unit = span.value.get("unit")
                # a tool for general units has no cells: it is not asked for them
                units = {unit, (unit or "").replace("{cells}", "")} if unit else {None}
                counts[0] += 1
                counts[1] += bool(here)
                counts[2] += figures
                counts[3] += figures and (
                    unit is None
                    or any(units & {form for w in q[3].split("|") for form in (_unit(w), w.strip())} for q in here)
                )
        out[label] = (counts[0], counts[1], counts[2], counts[3])
    return out


def ours_as_quantities(predicted: Iterable[GoldDocument], label: str) -> dict[str, list[Quantity]]:
    """Our spans of one label in the form that peers answer."""
    return {
        d.id: [
            (s.start, s.end, _figures(s.value), (s.value or {}).get("unit") or "") for s in d.spans if s.label == label
        ]
        for d in predicted
    }


def assertions(gold: Sequence[GoldDocument], found: dict[str, Any]) -> dict[str, Triple]:
    """Triples by flag, given the gold's conditions."""
    out = dict.fromkeys(FLAGS, Triple())
    for document in gold:
        if document.id not in found:
            continue
        for span, flags in zip(_conditions(document), found[document.id]["flags"], strict=True):
            for flag in FLAGS:
                has, wanted = flag in flags, bool(span.attributes.get(flag))
                out[flag] += Triple(has and wanted, has, wanted)
    return out


def main() -> None:
    """Runs all peers, writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=Path("annotations"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/peers.md"))
    options = parser.parse_args()
    gold, _ = read_gold(options.gold)
    start = time.perf_counter()
    ours = predict(gold, tuple(LABELS))
    seconds = time.perf_counter() - start
    answers = {}
    for peer in PEERS:
        print(f"{peer.name} ...", file=sys.stderr)
        answers[peer] = ask(peer, gold)
    options.out.write_text(table(gold, ours, seconds, answers, options.gold), encoding="utf-8")
    print(options.out)


def table(
    gold: Sequence[GoldDocument],
    ours: dict[str, GoldDocument],
    seconds: float,
    answers: dict[Peer, Answer],
    where: Path,
) -> str:
    """The comparison in Markdown."""
    chars = sum(len(d.text) for d in gold)
    lines = [
        "# Peers on the same gold",
        "",
        f"Made by `python benchmarks/peers.py --gold {where}`: {len(gold)} documents, {chars:,} characters.",
        "",
        "The rules of trial-extractor were developed on `annotations/seeds` and `annotations/hard`: on those its figures are an upper",
        "bound, the peers' are not.",
        "",
        "## Quantities",
        "",
        "Share of the gold spans with figures that are touched / read with all figures right / and with the right unit. Peers do not say",
        "what a quantity is: for them any quantity on the span counts, and what they find elsewhere does not count against them. Ours must",
        "have the right label too. A general tool is not asked for “cells” as a unit.",
        "",
        f"| tool | {' | '.join(QUANTITIES)} | seconds | |",
        f"| --- |{' --- |' * (len(QUANTITIES) + 2)}",
    ]
    own = [quantities(gold, ours_as_quantities(ours.values(), label))[label] for label in QUANTITIES]
    lines.append(f"| trial-extractor {__version__}, all labels | {' | '.join(map(_shares, own))} | {seconds:.1f} | |")
    for peer, answer in answers.items():
        if peer.kind == "quantities":
            cells = (
                [_shares(c) for c in quantities(gold, answer.found).values()]
                if not answer.failure
                else ["–"] * len(QUANTITIES)
            )
            lines.append(f"| {peer.name} | {' | '.join(cells)} | {answer.seconds:.1f} | {_note(peer, answer)} |")
    evaluation = evaluate(gold, ours)
    lines += [
        "",
        "## Conditions and their assertion",
        "",
        "F1 by attribute (count in the gold). Peers are given the gold's conditions; ours are those of the conditions that we found.",
        "“Conditions” is the overlap F1 of finding them: medspaCy and negspacy come without rules for that and find none.",
        "",
        f"| tool | conditions | {' | '.join(FLAGS)} | seconds | |",
        f"| --- |{' --- |' * (len(FLAGS) + 3)}",
    ]
    figures = evaluation.figures
    cells = [_f1(figures.get(f"assertion.{flag.lower()}")) for flag in FLAGS]
    lines.append(
        f"| trial-extractor {__version__}, all labels | {_f1(figures.get('CONDITION.type'))} | {' | '.join(cells)} | {seconds:.1f} | |"
    )
    for peer, answer in answers.items():
        if peer.kind == "assertion":
            triples = assertions(gold, answer.found)
            own_found = sum(len(f["entities"]) for f in answer.found.values())
            cells = ["–" if answer.failure or t.f1 is None else f"{t.f1:.3f} ({t.gold:.0f})" for t in triples.values()]
            conditions = "–" if answer.failure else "0.000" if not own_found else f"{own_found} spans without a label"
            lines.append(
                f"| {peer.name} | {conditions} | {' | '.join(cells)} | {answer.seconds:.1f} | {_note(peer, answer)} |"
            )
    return "\n".join([*lines, ""])


def _shares(counts: tuple[int, int, int, int]) -> str:
    total, *parts = counts
    return " / ".join(f"{part / total:.3f}" for part in parts) + f" ({total})" if total else "–"


def _f1(figure: Any) -> str:
    return "–" if not figure or figure["f1"] is None else f"{figure['f1']:.3f} ({figure['gold']:.0f})"


def _note(peer: Peer, answer: Answer) -> str:
    packages = ", ".join(peer.packages)
    broken = f"; breaks on {answer.broken} documents: {answer.first_error}" if answer.broken else ""
    return f"{packages}: {answer.failure}" if answer.failure else packages + broken


if __name__ == "__main__":
    main()
