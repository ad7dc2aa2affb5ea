"""Definitions of abbreviations: this project's finder beside scispaCy's AbbreviationDetector.

    python benchmarks/abbreviations.py GOLD.tsv FOLDER > benchmarks/abbreviations.md

GOLD.tsv has a line for each definition that a reader found in the texts of FOLDER (*.txt): file name without its ending, short form,
long form, with tabs between. A pair counts once a text, without regard to case and blanks. scispaCy runs on a blank pipeline with its own
tokenizer, and with spaCy's; the tokenizer is counted in its time, since it cannot do without.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from extractor.pipeline import scan_text
from extractor.scan import Scan
from extractor.tag.abbreviations import find_abbreviations

Pair = tuple[str, str]
Finder = Callable[[Scan], set[Pair]]


def pair(short: str, long: str) -> Pair:
    """A definition as it is compared."""
    return " ".join(short.lower().split()), " ".join(long.lower().split())


def ours(scan: Scan) -> set[Pair]:
    return {pair(a.short, scan.text[a.start : a.end]) for a in find_abbreviations(scan)}


def scispacy_finder(own_tokenizer: bool) -> Finder:
    """scispaCy's detector; `own_tokenizer`: behind scispaCy's rule-based tokenizer."""
    import spacy
    from scispacy.abbreviation import AbbreviationDetector
    from scispacy.custom_tokenizer import combined_rule_tokenizer

    nlp = spacy.blank("en")
    nlp.max_length = 10**8
    if own_tokenizer:
        nlp.tokenizer = combined_rule_tokenizer(nlp)
    detector = AbbreviationDetector(nlp, make_serializable=True)

    def find(scan: Scan) -> set[Pair]:
        doc = detector(nlp.make_doc(scan.text))
        return {pair(a["short_text"], a["long_text"]) for a in doc._.abbreviations}

    return find


def main(gold: Path, folder: Path) -> None:
    wanted: dict[str, set[Pair]] = {}
    for line in gold.read_text(encoding="utf-8").splitlines():
        name, short, long = line.split("\t")
        wanted.setdefault(name, set()).add(pair(short, long))
    scans = {name: scan_text((folder / f"{name}.txt").read_text(encoding="utf-8")) for name in wanted}
    chars = sum(len(scan.text) for scan in scans.values())
    finders = {
        "extractor.tag.abbreviations": ours,
        "scispaCy AbbreviationDetector": scispacy_finder(True),
        "scispaCy AbbreviationDetector, spaCy's tokenizer": scispacy_finder(False),
    }
    total = sum(map(len, wanted.values()))
    print("# Abbreviations: definitions found, and at what cost\n")
    print("Made by `python benchmarks/abbreviations.py GOLD.tsv FOLDER`.\n")
    print(f"scispaCy {version('scispacy')}, spaCy {version('spacy')}, Python {sys.version.split()[0]}; one core.")
    print(f"{len(wanted)} registry records, {total} definitions read by hand, {chars:,} characters.\n")
    print("| finder | right | of those given | of those in the gold | characters a second |\n|---|---|---|---|---|")
    for title, find in finders.items():
        found = {name: find(scan) for name, scan in scans.items()}
        right = sum(len(found[name] & wanted[name]) for name in wanted)
        given = sum(map(len, found.values()))
        start = time.process_time()
        for scan in scans.values():
            find(scan)
        speed = chars / max(time.process_time() - start, 1e-9)
        print(f"| {title} | {right} | {right / max(given, 1):.1%} | {right / total:.1%} | {speed:,.0f} |")
        if "--errors" in sys.argv:
            for name in wanted:
                print(title[:8], name, "missed", wanted[name] - found[name], "false", found[name] - wanted[name])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
