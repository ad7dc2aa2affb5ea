"""The batch engine: what it costs over the bare pipeline, what a second worker brings, how much memory it takes.

    python benchmarks/batch.py RECORDS.jsonl > benchmarks/batch.md

RECORDS.jsonl holds {"id", "text"} a line, 3,000 or more. Each figure is the least of several runs, those that
are compared in turn. Overhead is told in CPU time, which other programs on the machine hardly disturb; the second worker
needs two cores that are free.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from itertools import islice
from pathlib import Path

ROUNDS = 3
PAIRS = 14  # of one and two workers: the least of many, to meet moments in which both cores are free
TIMED = 600  # records that are timed
FEW, MANY = 300, 3000  # records between which memory must not grow


def bare(path: Path) -> dict[str, float]:
    """Extractor.annotate over the texts, nothing written."""
    from extractor.errors import InputError
    from extractor.extractor import Extractor

    extractor = Extractor.load()
    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    cpu, wall = time.process_time(), time.perf_counter()
    for text in texts:
        with suppress(InputError):  # the engine would name it in its report
            extractor.annotate(text)
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "characters": sum(map(len, texts))}


def batch(path: Path, workers: int) -> dict[str, float]:
    """The engine from a JSONL file to a JSONL file."""
    from extractor.batch import Options, run
    from extractor.extractor import Extractor

    Extractor.load()
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        run([str(path)], Options(out=Path(folder) / "out.jsonl", workers=workers, progress=False))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    below = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cpu": cpu,
        "wall": wall,
        "peak": peak,
        "workers_peak": below.ru_maxrss / 1024,
        "workers_cpu": below.ru_utime + below.ru_stime,
    }


def measured(what: str, path: Path, workers: int = 1) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--one", what, str(path), str(workers)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def least(rounds: list[dict[str, float]], key: str) -> float:
    return min(r[key] for r in rounds)


def main(records: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = {}
        for count in (TIMED, FEW, MANY):
            parts[count] = Path(folder) / f"{count}.jsonl"
            with records.open(encoding="utf-8") as file:
                parts[count].write_text("".join(islice(file, count)), encoding="utf-8")
        rounds: dict[str, list[dict[str, float]]] = {"bare": [], "batch": [], "one": [], "two": []}
        for _ in range(ROUNDS):
            rounds["bare"].append(measured("bare", parts[TIMED]))
            rounds["batch"].append(measured("batch", parts[TIMED], 1))
        for _ in range(PAIRS):
            rounds["one"].append(measured("batch", parts[FEW], 1))
            rounds["two"].append(measured("batch", parts[FEW], 2))
        memory = {(n, w): measured("batch", parts[n], w) for n in (FEW, MANY) for w in (1, 2)}
    characters = rounds["bare"][0]["characters"]
    cpu, one_cpu = least(rounds["bare"], "cpu"), least(rounds["batch"], "cpu")
    one, two = least(rounds["one"], "wall"), least(rounds["two"], "wall")
    print("# Batch engine\n\nMade by `python benchmarks/batch.py RECORDS.jsonl`.\n")
    print(f"Python {sys.version.split()[0]}, pydantic {version('pydantic')}, {os.cpu_count()} cores;", end=" ")
    print(f"load of the machine at the end {os.getloadavg()[0]:.1f}. {TIMED:,} records, {characters:,} characters.\n")
    print("| | seconds | |\n|---|---|---|")
    print(f"| bare pipeline, CPU | {cpu:.2f} | {characters / cpu:,.0f} characters/s |")
    print(f"| batch, one worker, CPU | {one_cpu:.2f} | {one_cpu / cpu:.3f} × bare |")
    print(f"| {FEW:,} records, one worker, wall | {one:.2f} | |")
    print(f"| {FEW:,} records, two workers, wall | {two:.2f} | {one / two:.2f} × as fast |")
    parent, all_cpu = least(rounds["two"], "cpu"), least(rounds["one"], "cpu")
    print(f"| of which reading and writing, CPU | {parent:.2f} | {parent / all_cpu:.1%} of the work |\n")
    print(f"| peak memory, MB | {FEW:,} records | {MANY:,} records | ratio |\n|---|---|---|---|")
    for workers, key, name in (
        (1, "peak", "one worker"),
        (2, "peak", "two workers: parent"),
        (2, "workers_peak", "two workers: largest worker"),
    ):
        few, many = memory[FEW, workers][key], memory[MANY, workers][key]
        print(f"| {name} | {few:.1f} | {many:.1f} | {many / few:.3f} |")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        _, _, what, path, workers = sys.argv
        print(json.dumps(bare(Path(path)) if what == "bare" else batch(Path(path), int(workers))))
    else:
        main(Path(sys.argv[1]))
