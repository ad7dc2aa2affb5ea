"""Sections: this project against medspaCy's Sectionizer with the same headings.

    python benchmarks/sections.py [FOLDER] > benchmarks/sections.md

Agreement is measured on hand-marked section starts of the five records in annotations/seeds; speed on them and on the
.txt files of FOLDER (or of $RECORDS). medspaCy gets every heading of vocab/section_headings.csv as a rule, plain and
with a colon; blank spaCy pipeline, tokenizer included in its time, since it cannot do without.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from extractor.repair import repair
from extractor.sections import find_sections
from extractor.vocab.loader import load_table

SEEDS = Path(__file__).parents[1] / "annotations" / "seeds"
REST = frozenset(("design", "contact", "other"))  # told apart from the others, not from each other
# per record: (kind, how the section's text begins), in order; a section lasts until the next start
MARKED: dict[str, list[tuple[str, str]]] = {
    "000": [
        ("summary", "The goal of this"),
        ("other", "Study Type"),
        ("arm", "This group of patients"),
        ("arm", "This group of patients"),
        ("outcome", "Urine protein remission"),
        ("other", "This platform"),
    ],
    "001": [
        ("title", "Overview"),
        ("other", "Status:"),
        ("eligibility", "Participant gender"),
        ("summary", "Summary"),
        ("outcome", "Primary endpoint"),
        ("outcome", "Secondary endpoint"),
        ("other", "Phase:"),
        ("eligibility", "Accepts Healthy"),
        ("other", "Details"),
        ("eligibility", "Criteria"),
        ("inclusion", "Enrollment criteria"),
        ("exclusion", "Exclusion criteria"),
    ],
    "002": [
        ("title", "Mesenchymal"),
        ("other", "NCT ID"),
        ("summary", "Brief Summary"),
        ("description", "Detailed Description"),
        ("conditions", "Conditions"),
        ("other", "Study Design"),
        ("arm", "Study Groups"),
        ("arm", "DKD\n"),
        ("arm", "HN\n"),
        ("arm", "non-DKD\n"),
        ("arm", "non-HN\n"),
        ("intervention", "Interventions"),
        ("intervention", "0.9% sodium chloride\n"),
        ("intervention", "MSCs\n"),
        ("eligibility", "Eligibility Criteria"),
        ("inclusion", "Inclusion Criteria"),
        ("exclusion", "Exclusion Criteria"),
        ("eligibility", "Minimum Eligible Age"),
        ("other", "Sponsors"),
    ],
    "003": [
        ("title", "A Prospective"),
        ("other", "Status:"),
        ("summary", "SUMMARY"),
        ("eligibility", "Eligibility"),
        ("inclusion", "- Only patients"),
        ("other", "Locations"),
        ("arm", "Treatments"),
        ("arm", "Experimental: IL-2"),
        ("other", "Sponsors"),
    ],
    "004": [
        ("title", "Safety and Efficacy"),
        ("other", "- Registration"),
        ("summary", "- Brief Summary"),
        ("description", "- Detailed Description"),
        ("eligibility", "Recruitment & Eligibility"),
        ("inclusion", "- Men and women"),
        ("exclusion", "- Patients with kidney diseases"),
        ("other", "Study & Design"),
        ("arm", "- Arm && Interventions"),
        ("outcome", "- Primary Outcome"),
        ("outcome", "- Secondary Outcome"),
        ("other", "Trial Locations"),
    ],
}
Finder = Callable[[str], list[tuple[int, int, str]]]


def ours(text: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) of this project's sections; furniture is of the rest."""
    return [(s.start, s.end, "other" if s.furniture else s.kind) for s in find_sections(text)]


def medspacy_finder(start_line: bool) -> Finder:
    """medspaCy's Sectionizer with the same headings; `start_line`: only at the start of a line."""
    import spacy
    from medspacy.section_detection import Sectionizer, SectionRule

    nlp = spacy.blank("en")
    sectionizer = Sectionizer(nlp, rules=None, require_start_line=start_line)
    columns = ("heading", "kind", "form", "extent", "furniture", "not_in")
    rules = {}
    for row in load_table("section_headings.csv", columns):
        if row["form"] not in ("lead", "cue"):
            for heading in row.many("heading"):
                rules[heading.lower()] = rules[heading.lower() + ":"] = "other" if row["furniture"] else row["kind"]
    sectionizer.add([SectionRule(literal=literal, category=kind) for literal, kind in rules.items()])

    def find(text: str) -> list[tuple[int, int, str]]:
        doc = sectionizer(nlp(text))
        out = []
        for section in doc._.sections:
            span = doc[section.section_span[0] : section.section_span[1]]
            out.append((span.start_char, span.end_char, section.category or ""))
        return out

    return find


def marks(text: str, marked: list[tuple[str, str]]) -> list[tuple[int, int, str]]:
    """Marked sections as (start, end, kind)."""
    starts, at = [], 0
    for _, phrase in marked:
        at = text.index(phrase, at)
        starts.append(at)
        at += len(phrase)
    ends = [*starts[1:], len(text)]
    return [(a, b, kind) for a, b, (kind, _) in zip(starts, ends, marked, strict=True)]


def kinds_by_character(sections: list[tuple[int, int, str]], length: int) -> list[str]:
    """The kind of each character; what lies in no section is of the rest."""
    out = ["other"] * length
    for start, end, kind in sections:
        out[start:end] = ["other" if kind in REST else kind] * (end - start)
    return out


def agreement(find: Finder, texts: dict[str, str]) -> tuple[int, int, float]:
    """(marked starts found with their kind, marked starts but the rest, share of characters of the right kind)."""
    found = wanted = right = characters = 0
    for number, text in texts.items():
        gold, got = marks(text, MARKED[number]), find(text)
        starts = {(start + len(text[start:end]) - len(text[start:end].lstrip()), kind) for start, end, kind in got}
        wanted += sum(kind not in REST for _, _, kind in gold)
        found += sum((start, kind) in starts for start, _, kind in gold if kind not in REST)
        pairs = zip(kinds_by_character(gold, len(text)), kinds_by_character(got, len(text)), text, strict=True)
        same = [a == b for a, b, char in pairs if not char.isspace()]
        right += sum(same)
        characters += len(same)
    return found, wanted, right / characters


def speed(find: Finder, texts: list[str]) -> float:
    """Characters a second of processor time, after a warm-up; the better of two rounds."""
    find(texts[0])
    rounds = []
    for _ in range(2):
        start = time.process_time()
        for text in texts:
            find(text)
        rounds.append(time.process_time() - start)
    return sum(map(len, texts)) / min(rounds)


def main(folder: str | None) -> None:
    texts = {p.name[:3]: repair(p.read_text(encoding="utf-8")).text for p in sorted(SEEDS.glob("*.txt"))}
    finders = {
        "extractor.sections": ours,
        "medspaCy Sectionizer, anywhere": medspacy_finder(False),
        "medspaCy Sectionizer, at line starts": medspacy_finder(True),
    }
    records = [p.read_text(encoding="utf-8") for p in sorted(Path(folder).glob("*.txt"))[:300]] if folder else []
    print("# Sections: agreement and speed\n\nMade by `python benchmarks/sections.py FOLDER`.\n")
    print(f"medspaCy {version('medspacy')}, spaCy {version('spacy')}, Python {sys.version.split()[0]}; one core.")
    print(
        f"Agreement: {len(texts)} records of annotations/seeds; speed: those, and {len(records)} records of FOLDER.\n"
    )
    print("| finder | marked starts found | characters of the right kind | seeds, chars/s | records, chars/s |")
    print("|---|---|---|---|---|")
    for name, find in finders.items():
        found, wanted, share = agreement(find, texts)
        fast = f"{speed(find, records):,.0f}" if records else "-"
        print(f"| {name} | {found}/{wanted} | {share:.1%} | {speed(find, list(texts.values())):,.0f} | {fast} |")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RECORDS"))
