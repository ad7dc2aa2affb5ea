"""Speed of repair, sections and rules beside baselines in the same run, on hostile texts, and of a cold start.

    python benchmarks/speed.py [FOLDER]

FOLDER holds *.txt registry records (default: annotations/seeds, repeated to about 1 MB). Prints a Markdown table of medians of
process time on one core; the ratios are what to quote. Baselines: spaCy's blank English tokenizer, and the same with its
rule-based sentencizer, over the same texts. A hostile text of 1 MB (of UTF-8) is compared with the records as one text, by the rules
alone and up to the Document as JSON, which grows with what is found.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIZE = 1_000_000
HOSTILE = {
    "digits": "1",
    "numbers": "10 ",
    "commas": "1,",
    "powers": "10^6-",
    "lost powers": "1 × 106/kg ",
    "units": "mg/",
    "comparators": ">= ",
    "brackets": "((",
    "entities": "&amp;",
    "escapes": "\\",
    "tags": "<br ",
    "line breaks": "\n",
    "days": "day 1, 2, 3 and ",
    "cells": "mesenchymal stem cells ",
    "doses": "1-2 x 10^6 cells/kg, ",
    "thresholds": "ALT or AST ≥ 2 x ULN, ",
    "ages": "aged 18 to 65 years and ",
    "routes": "intravenous injection or ",
    "capitals": "AB (CD) ",
    "conditions": "chronic kidney disease, diabetes and ",
    "one word": "a",
    "full width": "１０",
    "circled": "①",
    "decimal commas": "1,5 mg ",
    "drug doses": "5 mg ",
    "cell doses": "1×10^6 MSCs ",
    "Roman figures": "IV ",
    "item numbers": "1. Age\n",
    "short names": "(MSC) ",
    "plurals": "MSCs ",
    "field ages": "Age 18 ",
    "pressures": "BP > 160/100 mmHg, ",
    "courses": "weekly for 4 weeks; ",
}


def texts(folder: Path) -> list[str]:
    """Records of about SIZE characters in all, repeated where the folder holds less."""
    found = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]
    out: list[str] = []
    while sum(map(len, out)) < SIZE:
        out.extend(found)
    while sum(map(len, out)) > SIZE * 1.05 and len(out) > 1:
        out.pop()
    return out


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median process time of `work`, after one run that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "annotations" / "seeds"
    records = texts(folder)
    chars = sum(map(len, records))

    import spacy

    from extractor import Extractor
    from extractor.collector import fewer_collections
    from extractor.pipeline import LABELS, finder, scan_text, tag, warm_up
    from extractor.repair import repair
    from extractor.sections import find_sections

    warm_up(tuple(LABELS))
    blank = spacy.blank("en")
    sentences = spacy.blank("en")
    sentences.add_pipe("sentencizer")
    blank.max_length = sentences.max_length = 10 * SIZE
    views = [repair(r).text for r in records]
    scans = [scan_text(r) for r in records]
    for scan in scans:
        _ = scan.numbers, scan.comparators, scan.lower

    rows: list[tuple[str, float]] = [
        ("spaCy blank tokenizer (baseline)", seconds(lambda: [blank.make_doc(r) for r in records])),
        ("spaCy blank tokenizer and sentencizer", seconds(lambda: [sentences(r) for r in records])),
        ("repair, sections and rules", seconds(lambda: [tag(scan_text(r)) for r in records])),
        ("… repair", seconds(lambda: [repair(r) for r in records])),
        ("… sections", seconds(lambda: [find_sections(v) for v in views])),
    ]
    rows += [(f"… {label}", seconds(lambda label=label: [finder(label)(s) for s in scans])) for label in LABELS]
    print(f"{len(records)} texts of {folder.name}, {chars:,} characters\n")
    print("| step | characters a second | time against the baseline |\n|---|---:|---:|")
    for name, took in rows:
        print(f"| {name} | {chars / max(took, 1e-9):,.0f} | {took / rows[0][1]:.2f} |")

    extractor = Extractor.load(model="none")
    works = (
        lambda text: tag(scan_text(text)),
        lambda text: extractor.annotate(text).model_dump_json(),
    )
    print(
        "\n| 1 MB of hostile text | rules, against 1 MB of records as one text | whole Document as JSON |\n|---|---:|---:|"
    )
    one = "\n\n".join(records)
    with fewer_collections():
        usual = [seconds(lambda work=work: work(one), repeats=3) * SIZE / len(one.encode()) for work in works]
        for name, piece in HOSTILE.items():
            hostile = piece * (SIZE // len(piece.encode()))
            took = [seconds(lambda work=work, text=hostile: work(text), repeats=1) for work in works]
            print(f"| {name} | {took[0] / usual[0]:.2f} | {took[1] / usual[1]:.2f} |")

    start = time.perf_counter()
    seed = next(iter(sorted((ROOT / "annotations" / "seeds").glob("*.txt"))))
    subprocess.run([sys.executable, "-m", "extractor", "annotate", str(seed)], check=True, stdout=subprocess.DEVNULL)
    print(f"\nCold start of `extractor annotate` on one record: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
