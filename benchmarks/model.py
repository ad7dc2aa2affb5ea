"""The whole pipeline with each model beside bare spaCy pipelines, in one run: words a second, memory, start, drift.

    python benchmarks/model.py FOLDER [--drift 20000]

FOLDER holds *.txt registry records. A word is what stands between blanks. Process time on one core, medians; each model in
a process of its own. Baselines: spaCy's blank English tokenizer, and the same with a convolutional NER of spaCy's default
size and random weights (what "a small spaCy CNN" costs). --drift N: resident memory after N documents.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

WORDS = 60_000
MODELS = ("none", "default", "accurate")


def texts(folder: Path, words: int = WORDS) -> list[str]:
    """Records of about `words` words in all."""
    out: list[str] = []
    held = 0
    for path in sorted(folder.glob("*.txt")):
        out.append(path.read_bytes().decode("utf-8"))
        held += len(out[-1].split())
        if held >= words:
            break
    return out


def rate(work: Callable[[str], object], some: list[str], repeats: int = 3) -> float:
    """Words a second of process time, median; the first text is read once before."""
    work(some[0])
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        for text in some:
            work(text)
        spent.append(time.process_time() - start)
    return sum(len(t.split()) for t in some) / statistics.median(spent)


def resident() -> float:
    """Resident memory of this process now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def measure(name: str, folder: Path, drift: int) -> dict[str, object]:
    """Figures of one pipeline, in this process."""
    some = texts(folder)
    if name.startswith("spaCy"):
        work = _spacy(name)
    else:
        from extractor import Extractor

        work = Extractor.load(model=name).annotate
    told: dict[str, object] = {"name": name, "rate": rate(work, some), "memory": resident()}
    if drift and not name.startswith("spaCy"):
        every, marks = texts(folder, 10**9), []
        short = [t for t in every if len(t) < 4000]
        for n in range(drift):
            work(short[n % len(short)])
            if n in (drift // 20, drift - 1):
                marks.append(resident())
        told["drift"] = marks
    return told


def _spacy(name: str) -> Callable[[str], object]:
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    nlp.max_length = 10**7
    if "CNN" in name:
        ner = nlp.add_pipe("ner")
        ner.add_label("CONDITION")
        nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("asthma"), {"entities": [(0, 6, "CONDITION")]})])
    return nlp


def start(model: str, folder: Path) -> float:
    """Seconds from the command to its end on one record, median of 5."""
    record = str(min(folder.glob("*.txt")))
    command = [sys.executable, "-m", "extractor", "annotate", record, "--model", model]
    spent = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--drift", type=int, default=0)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.folder, args.drift)))
        return
    rows = []
    for name in ("spaCy blank tokenizer", "spaCy tokenizer and CNN NER", *MODELS):
        command = [sys.executable, __file__, str(args.folder), "--one", name, "--drift", str(args.drift)]
        rows.append(
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        )
    base = rows[1]["rate"]
    print(
        "| pipeline | words a second | against spaCy's CNN | resident memory, MB | start, s |\n|---|---:|---:|---:|---:|"
    )
    for row in rows:
        seconds = f"{start(row['name'], args.folder):.2f}" if row["name"] in MODELS else ""
        name = f"extractor, model {row['name']}" if row["name"] in MODELS else row["name"]
        print(f"| {name} | {row['rate']:,.0f} | {row['rate'] / base:.2f} | {row['memory']:.0f} | {seconds} |")
    for row in rows:
        if "drift" in row:
            low, high = row["drift"]
            print(
                f"\nmodel {row['name']}: {low:.0f} MB after {args.drift // 20:,} documents, {high:.0f} MB after {args.drift:,}"
            )


if __name__ == "__main__":
    main()
