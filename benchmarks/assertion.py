"""Assertion: this project's cues under its own ConText, under medspaCy's ConText, and medspaCy as it comes.

    python benchmarks/assertion.py [--gold FOLDER]... [--fresh FOLDER]... [--chia FOLDER] [--lct FOLDER] > benchmarks/assertion.md

Every engine gets the gold conditions, so that only the attributes are compared. FOLDER holds brat pairs with the attributes of
annotations/GUIDELINES.md; --gold: records on which the cues were mended, --fresh: records at which nobody looked. annotations/seeds is
always read. CHIA marks negation alone, exceptions ("other than X") among it, LCT by rules of its own: there the figures tell the
engines apart and are no accuracy of ours. Costs are processor time, spaCy's tokenizer counted, since medspaCy cannot do without; imports
and starts each in a process of its own, without torch, which no user needs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from extractor.evaluate.corpora import read_corpus
from extractor.evaluate.formats import read_gold
from extractor.evaluate.gold import GoldDocument
from extractor.pipeline import scan_text
from extractor.relate.assertion import assertions, boundaries
from extractor.relate.assertion_cues import ATTRIBUTES, COLUMNS
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.vocab import load_table

SEEDS = Path(__file__).parents[1] / "annotations" / "seeds"
Engine = Callable[[Sequence[Mention], Scan], Sequence[dict[str, bool]]]
Item = tuple[Scan, list[Mention], list[frozenset[str]]]
MEDSPACY = {"NEGATED_EXISTENCE": "negated", "HISTORICAL": "historical", "FAMILY": "family",
            "HYPOTHETICAL": "hypothetical", "POSSIBLE_EXISTENCE": "uncertain"}  # fmt: skip
_HIDE_TORCH = (
    "import sys\n"
    "class Hide:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name == 'torch': raise ImportError(name)\n"
    "sys.meta_path.insert(0, Hide())\n"
)


def medspacy_engine(ours: bool, sentences: str) -> Engine:
    """medspaCy's ConText. `ours`: with our cues, our tokenizer; sentences: "ours", or "spacy" for its sentencizer."""
    import spacy
    from medspacy.context import ConText, ConTextRule

    from extractor.tag.spacy_components import registry_tokenizer

    nlp = spacy.blank("en")
    if ours:
        nlp.tokenizer = registry_tokenizer(nlp)
    nlp.max_length = 10**8
    splitter = nlp.create_pipe("sentencizer") if sentences == "spacy" else None
    context = ConText(nlp, rules=None if ours else "default", input_span_type="group", span_group_name="c")
    names = dict(MEDSPACY)
    if ours:
        context.context_attributes_mapping = None
        names = {name.upper(): name for name in ATTRIBUTES}
        context.add(_rules(ConTextRule))

    def engine(mentions: Sequence[Mention], scan: Scan) -> Sequence[dict[str, bool]]:
        doc = nlp.make_doc(scan.text)
        if splitter is not None:
            splitter(doc)
        else:
            _split(doc, scan.text)
        spans = [doc.char_span(m.start, m.end, label="CONDITION", alignment_mode="expand") for m in mentions]
        doc.spans["c"] = [s for s in spans if s is not None]
        context(doc)
        found: dict[tuple[int, int], set[str]] = {}
        for target, modifier in doc._.context_graph.edges:
            if modifier.category in names:
                found.setdefault((target.start, target.end), set()).add(names[modifier.category])
        flags = [found.get((s.start, s.end), set()) if s is not None else set() for s in spans]
        return [{name: name in flag for name in ATTRIBUTES} for flag in flags]

    return engine


def _rules(make: type) -> list:
    """Our cue file as ConTextRules; the reach in words becomes a scope in tokens, the mention's first included."""
    directions = {"forward": "FORWARD", "backward": "BACKWARD", "both": "BIDIRECTIONAL"}
    ends = {name.upper(): {f"STOP-{name.upper()}"} for name in ATTRIBUTES}
    rules = []
    for row in load_table("assertion_cues.csv", COLUMNS):
        kind = row["attribute"].upper()
        direction = {"STOP": "TERMINATE", "PSEUDO": "PSEUDO"}.get(kind, directions[row["direction"]])
        scope = int(row["reach"]) + 1 if kind in ends else None
        for cue in row.many("cue"):
            pattern = [_token(word) for word in cue.split()] if "#" in cue else None
            pattern = pattern and [part for parts in pattern for part in parts]
            rules.append(
                make(cue, kind, pattern=pattern, direction=direction, max_scope=scope, terminated_by=ends.get(kind))
            )
    return rules


def _token(word: str) -> list[dict]:
    """Token patterns of one word of a cue."""
    if word == "#":
        return [{"LIKE_NUM": True, "OP": "?"}, {"LOWER": {"REGEX": "^(?:hour|day|week|month|year)s?$"}}]
    return [{"LOWER": word}]


def _split(doc: object, text: str) -> None:
    """Sentence starts at our boundaries of criteria."""
    bounds = boundaries(text)
    at = 0
    for token in doc:  # type: ignore[attr-defined]
        start = token.i == 0
        while at < len(bounds) and bounds[at] <= token.idx:
            start, at = True, at + 1
        token.is_sent_start = start


def items(documents: Sequence[GoldDocument]) -> list[Item]:
    """Scanned texts with their gold conditions as mentions, and the attributes of each."""
    out = []
    for document in documents:
        scan = scan_text(document.text)
        mentions, flags = [], []
        for span in document.spans:
            if span.label == "CONDITION":
                start, end = scan.aligned.to_view(span.start), scan.aligned.to_view(span.end)
                mentions.append(Mention(start, max(end, start + 1), "CONDITION", "gold"))
                flags.append(frozenset(name.lower() for name, value in span.attributes.items() if value))
        out.append((scan, mentions, flags))
    return out


def score(engine: Engine, data: Sequence[Item]) -> tuple[list[bool], dict[str, tuple[int, int, int]]]:
    """(whether all attributes are right, by condition; attribute -> (right, given, in the gold))."""
    right: list[bool] = []
    counts = {name: [0, 0, 0] for name in ATTRIBUTES}
    for scan, mentions, gold in data:
        for wanted, got in zip(gold, engine(mentions, scan), strict=True):
            given = {name for name, value in got.items() if value}
            right.append(given == wanted)
            for name in ATTRIBUTES:
                counts[name][0] += name in given and name in wanted
                counts[name][1] += name in given
                counts[name][2] += name in wanted
    return right, {name: (a, b, c) for name, (a, b, c) in counts.items()}


def seconds(engine: Engine, data: Sequence[Item]) -> float:
    """Processor time of one engine, the better of two rounds."""
    rounds = []
    for _ in range(2):
        start = time.process_time()
        for scan, mentions, _ in data:
            engine(mentions, scan)
        rounds.append(time.process_time() - start)
    return min(rounds)


def process(code: str) -> float:
    """Seconds of processor time that a new process takes for `code`, the least of three."""
    taken = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, "-c", _HIDE_TORCH + code], check=True, capture_output=True)
        after = os.times()
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(taken)


def table(name: str, data: Sequence[Item], engines: dict[str, Engine]) -> None:
    """One set of texts; "better, worse" are conditions that only this engine, only the first one has right."""
    count = sum(len(mentions) for _, mentions, _ in data)
    ours = name not in ("CHIA", "LCT")
    shown = [a for a in ATTRIBUTES if any(a in wanted for _, _, gold in data for wanted in gold)]
    print(f"\n## {name}: {len(data)} texts, {count:,} conditions\n")
    head = " all right | better, worse |" if ours else ""
    print(f"| engine |{head} {' | '.join(shown)} |\n|---|{'---|---|' if ours else ''}{'---|' * len(shown)}")
    first: list[bool] = []
    for title, engine in engines.items():
        right, counts = score(engine, data)
        first = first or right
        better, worse = (
            sum(b and not a for a, b in zip(first, right, strict=True)),
            sum(a and not b for a, b in zip(first, right, strict=True)),
        )
        cells = [f"{a}, {a / max(b, 1):.0%} / {a / max(c, 1):.0%}" for a, b, c in (counts[name] for name in shown)]
        whole = f" {sum(right) / count:.1%} | {better}, {worse} |" if ours else ""
        print(f"| {title} |{whole} {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--gold", "--fresh"):
        parser.add_argument(name, type=Path, action="append", default=[])
    for name in ("--chia", "--lct"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    sets = {"annotations/seeds": items(read_gold(SEEDS)[0])}
    for title, folders in (("Records the cues were mended on", options.gold), ("Fresh records", options.fresh)):
        if folders:
            sets[title] = [item for folder in folders for item in items(read_gold(folder)[0])]
    for corpus in ("chia", "lct"):
        if getattr(options, corpus):
            sets[corpus.upper()] = items(read_corpus(corpus, getattr(options, corpus))[0])
    engines: dict[str, Engine] = {
        "extractor": assertions,
        "medspaCy, our cues, our sentences": medspacy_engine(True, "ours"),
        "medspaCy, its cues, our sentences": medspacy_engine(False, "ours"),
        "medspaCy, its cues, spaCy's sentencizer": medspacy_engine(False, "spacy"),
    }
    print("# Assertion: who is right, and at what cost\n")
    print("Made by `python benchmarks/assertion.py --gold FOLDER --fresh FOLDER --chia FOLDER --lct FOLDER`.\n")
    print(f"medspaCy {version('medspacy')}, spaCy {version('spacy')}, Python {sys.version.split()[0]}; one core.")
    print(
        "An attribute's cell: right, of those given / of those in the gold. Better, worse: conditions with all attributes right"
    )
    print("under this engine only, under the first one only.")
    for name, data in sets.items():
        table(name, data, engines)
    data = [item for key, part in sets.items() if key != "CHIA" for item in part][:300]
    chars = sum(len(scan.text) for scan, _, _ in data)
    print(f"\n## Cost\n\n| engine | characters a second, over {chars:,} |\n|---|---|")
    for title, engine in engines.items():
        print(f"| {title} | {chars / seconds(engine, data):,.0f} |", flush=True)
    print("\n| in a new process, without torch | seconds of processor time |\n|---|---|")
    run = f"sys.argv = ['extractor', 'annotate', {str(next(SEEDS.glob('*.txt')))!r}]\nfrom extractor.cli import main\nmain()"
    for title, code in (
        ("`import spacy`", "import spacy"),
        ("`import medspacy.context`, spaCy among it", "import medspacy.context"),
        ("`extractor annotate` on one record", run),
        ("the same, with `import medspacy.context`", "import medspacy.context\n" + run),
    ):
        print(f"| {title} | {process(code):.2f} |", flush=True)


if __name__ == "__main__":
    main()
