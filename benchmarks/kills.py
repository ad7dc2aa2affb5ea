"""A run that is killed with -9 ten times and resumed each time, against one that is left alone: the same bytes.

    python benchmarks/kills.py RECORDS... [--kills 10] [--workers 2] [--format jsonl] [--model default] [--seed 0]

RECORDS: whatever `extractor annotate` reads; 600 or more, so that ten kills find it at work.
Exit code 1 when something differs or the run was done before all kills.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from extractor.workers import CHUNK


def main() -> int:
    """Runs, kills, compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--format", default="jsonl")
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    command = [
        sys.executable,
        "-m",
        "extractor",
        "annotate",
        *options.records,
        "--no-progress",
        "--model",
        options.model,
        "--format",
        options.format,
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        left_alone = [*command, "--workers", "1", "-o", str(folder / "whole"), "--texts", str(folder / "whole.texts")]
        began = time.monotonic()
        whole = subprocess.run(left_alone, capture_output=True, text=True, check=False)
        code = whole.returncode
        if not (folder / "whole.manifest.json").exists():
            sys.exit(f"the run that was left alone failed: {whole.stderr[-500:]}")
        seconds = time.monotonic() - began
        out = [
            *command,
            "--workers",
            str(options.workers),
            "-o",
            str(folder / "out"),
            "--texts",
            str(folder / "out.texts"),
        ]
        told = json.loads((folder / "whole.manifest.json").read_text(encoding="utf-8"))
        records = told["documents"] + told["failed"]
        marks = records // CHUNK if options.workers > 1 else records
        kills, last = kill(out, folder / "out.journal", options.kills, marks, random.Random(options.seed))
        same = [
            (what, digest(folder / f"whole{suffix}") == digest(folder / f"out{suffix}"))
            for what, suffix in (("output", ""), ("report of failures", ".errors.jsonl"), ("texts", ".texts"))
        ]
        rest = sorted(p.name for p in folder.iterdir() if p.suffix in (".part", ".journal", ".lock"))
    print(
        f"{records:,} records left alone: {seconds:.0f} s, exit code {code}; killed {kills} times, then exit code {last}"
    )
    for what, equal in same:
        print(f"{what}: {'the same bytes' if equal else 'DIFFERENT'}")
    print(f"left over: {', '.join(rest) or 'nothing'}")
    return 0 if all(equal for _, equal in same) and not rest and kills == options.kills and last == code else 1


def kill(command: list[str], journal: Path, kills: int, marks: int, chance: random.Random) -> tuple[int, int]:
    """How often it was killed, and the exit code of the run that was let through.

    The moments: some chunks further on (none: while it loads or reads past what is done), and then a part of a second.
    """
    done = 0
    while True:
        process = subprocess.Popen([*command, "--resume"], stderr=subprocess.DEVNULL, start_new_session=True)
        if done == kills:
            return done, process.wait()
        ahead = chance.randint(0, max(1, marks // kills - 1))
        until = count(journal) + ahead
        while process.poll() is None and count(journal) < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3 if ahead else 2))
        if process.poll() is not None:
            return done, process.returncode
        process.send_signal(signal.SIGKILL)
        process.wait()
        done += 1
        print(f"kill {done}: {count(journal)} of {marks} chunks were done", file=sys.stderr)


def count(journal: Path) -> int:
    """Marks of a journal, one a chunk, behind its header."""
    try:
        return max(0, journal.read_bytes().count(b"\n") - 1)
    except FileNotFoundError:
        return 0


def digest(path: Path) -> str | None:
    """sha256 of a file, or of the names and bytes of a folder's files (source names in them are the same); None: not there."""
    if path.is_dir():
        both = hashlib.sha256()
        for file in sorted(path.iterdir()):
            both.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
        return both.hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
