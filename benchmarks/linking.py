"""Concept codes for conditions, measured and fitted.

    python benchmarks/linking.py --corpora CORPORA [--fit] [--names NAMES.tsv] [--out benchmarks/linking.md]

CORPORA holds ncbi_pubtator/ and bc5cdr_pubtator/ (PubTator files with MeSH and OMIM ids). The train parts fit the weights
of extractor/vocab/concept_scores.csv (--fit); the develop parts are held out and only measured. NAMES.tsv is what
scripts/build_concepts.py writes beside the vocabulary: names as they are, for the peers, which run where they are
installed (gilda-slim; scikit-learn for scispaCy's vectors). benchmarks/linking_icd.csv is the gold of ICD-10-CM.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from linking_fit import fit
from linking_gold import HELD, PARTS, TRAIN, Case, accepted, codes_of, icd_gold, read

from extractor.link.base import ICD, MESH, OMIM, base
from extractor.link.candidates import Candidate, best, candidates, ranked
from extractor.link.keys import is_short, key_of
from extractor.link.match import find, folded_names
from extractor.link.parts import parts, without_brackets

NOTES = """# Concept codes of conditions

    python benchmarks/linking.py --corpora CORPORA --fit --names NAMES.tsv --out benchmarks/linking.md

Accuracy at 1 given the mention: the likeliest MeSH or OMIM code is one of the gold's (of a composite mention: of any of its
parts). The develop parts are held out: nothing is fitted on them. Abbreviations are written out for all linkers alike where
the abstract defines them. All linkers have the same names; a MONDO or HPO term counts as the MeSH or OMIM code that it
equals. "Own names, exact" is the first concept whose name equals the mention when case, number, order and small words
are set aside. Times are the processor's, nothing cached: read them as ratios.

scispaCy's candidate generator stands here with its vectors (character trigrams, TF-IDF, min_df 10) and the exact nearest
names: its own index of approximate neighbours (nmslib, M 100, efConstruction 2000) was not built, having come to less than
one tenth of 140,417 aliases after 23 minutes beside other work. Exact neighbours are what it approximates. It gives a
code to every string, nonsense too. No re-ranker beyond the logistic model was tried: what is left wrong is mostly what
the names lack (MeSH's entry terms of narrower concepts are not in the sources) or what the gold decides by context.

"""
GIVEN = 0.4  # the score from which the path gives a code
BANDS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)


def coded(found: Iterable[Candidate]) -> list[tuple[str, float]]:
    """MeSH and OMIM codes with scores, the likeliest first."""
    return [(c.code, c.score) for c in found if c.system in (MESH, OMIM)]


def ours(case: Case) -> list[tuple[str, float]]:
    """The likeliest code of every part of a mention, whatever its score."""
    out = []
    for name in dict.fromkeys((case.long, case.text)):
        bare = without_brackets(name)
        for item in parts(bare) or [bare]:
            out += coded(ranked(find(item)))[:1]
        if out:
            break
    return out


def as_given(case: Case) -> list[tuple[str, float]]:
    """What the path gives."""
    long = case.long if case.long != case.text else ""
    found = coded(candidates(case.text, long))
    return found if parts(without_brackets(case.long)) else found[:1]


def both_given(case: Case) -> list[tuple[str, float]]:
    """What the path gives, the likeliest MeSH code and the likeliest OMIM code."""
    long = case.long if case.long != case.text else ""
    found = candidates(case.text, long)
    if parts(without_brackets(case.long)):
        return coded(found)
    return [(own[0].code, own[0].score) for system in (MESH, OMIM) if (own := [c for c in found if c.system == system])]


def exact(case: Case) -> list[tuple[str, float]]:
    """The own index without folding, likeness and weights: the first concept of the name, and what it equals."""
    name = without_brackets(case.long)
    found = base().names.get(f"^{name}" if is_short(name) else key_of(name), ())
    return [(code, 1.0) for first in found[:1] for code in codes_of(first)[:1]]


Linker = Callable[[Case], list[tuple[str, float]]]


def gilda(names: Sequence[tuple[str, str]]) -> Linker:
    """gilda-slim over the same names. Raises ImportError where it is not installed."""
    from gilda.grounder import Grounder
    from gilda.process import normalize
    from gilda.term import Term

    entries: dict[str, list[Any]] = defaultdict(list)
    seen = set()
    for code, name in names:
        norm = normalize(name)
        status = "synonym" if code in seen else "name"
        seen.add(code)
        entries[norm].append(
            Term(norm, name, code.partition(":")[0] if ":" in code else "MESH", code, name, status, "x")
        )
    grounder = Grounder(entries)

    def link(case: Case) -> list[tuple[str, float]]:
        out: list[tuple[str, float]] = []
        for match in grounder.ground(without_brackets(case.long)) or grounder.ground(case.text):
            out += [(code, match.score) for code in codes_of(match.term.id)[:1]]
        return out[:1]

    return link


def scispacy(names: Sequence[tuple[str, str]], cases: Sequence[Case]) -> Linker:
    """scispaCy's candidate generator: its vectors (TF-IDF of character trigrams, min_df 10), with the exact nearest
    names in place of nmslib's approximate ones, ranked as it ranks: by the cosine of the nearest alias."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    aliases: dict[str, list[str]] = defaultdict(list)
    for code, name in names:
        if ", " not in name and code not in aliases[name]:
            aliases[name].append(code)
    texts = list(aliases)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=10, dtype=np.float32)
    matrix = vectorizer.fit_transform(texts).T.tocsr()
    wanted = list(dict.fromkeys(without_brackets(case.long) for case in cases))
    near: dict[str, list[tuple[str, float]]] = {}

    def look_up() -> None:
        for begin in range(0, len(wanted), 100):
            product = vectorizer.transform(wanted[begin : begin + 100]) @ matrix
            for row, name in enumerate(wanted[begin : begin + 100]):
                values = product.data[product.indptr[row] : product.indptr[row + 1]]
                columns = product.indices[product.indptr[row] : product.indptr[row + 1]]
                top = np.argsort(-values, kind="stable")[:30]
                near[name] = [
                    (code, float(values[i]))
                    for i in top
                    for a in aliases[texts[columns[i]]]
                    for code in codes_of(a)[:1]
                ]

    def link(case: Case) -> list[tuple[str, float]]:
        if not near:  # all at once, when the first is asked for
            look_up()
        return near[without_brackets(case.long)][:1]

    return link


def measure(linker: Linker, cases: Sequence[Case]) -> tuple[float, float, float]:
    """(accuracy at 1 over all mentions, share of mentions with a code, share of those that are right)."""
    given = right = 0
    known: dict[Case, list[tuple[str, float]]] = {}
    for case in cases:
        if case not in known:
            known[case] = linker(case)
        given += bool(known[case])
        right += any(code in case.ids for code, _ in known[case])
    return right / len(cases), given / len(cases), right / max(given, 1)


def reliability(pairs: Iterable[tuple[float, bool]]) -> list[tuple[str, int, float, float]]:
    """(band, count, mean score, share right) of scores and whether they were right."""
    pairs = list(pairs)
    out = []
    for low, high in pairwise(BANDS):
        own = [p for p in pairs if low <= p[0] < high]
        if own:
            mean = sum(p for p, _ in own) / len(own)
            out.append((f"{low:.1f}-{min(high, 1.0):.1f}", len(own), mean, sum(r for _, r in own) / len(own)))
    return out


def report(data: dict[str, list[Case]], names: Sequence[tuple[str, str]]) -> str:
    """The tables of benchmarks/linking.md."""
    linkers: dict[str, Linker | str] = {
        "ours": ours,
        f"ours, what it gives (score >= {GIVEN})": as_given,
        "the same, MeSH's first or OMIM's first": both_given,
        "own names, exact": exact,
    }
    if names:
        held = [case for part in HELD for case in data[part]]
        makers: dict[str, Callable[[], Linker]] = {
            "gilda-slim": lambda: gilda(names),
            "scispaCy's vectors, exact neighbours": lambda: scispacy(names, held),
        }
        for title, maker in makers.items():
            try:
                linkers[title] = maker()
            except ImportError as error:
                linkers[title] = str(error)
    out = ["| linker | " + " | ".join(HELD) + " | ms a mention |", "|---" * (len(HELD) + 2) + "|"]
    for title, linker in linkers.items():
        if isinstance(linker, str):
            out.append(f"| {title} | {linker} |" + " |" * len(HELD))
            continue
        cells, start, count = [], time.process_time(), 0
        for part in HELD:
            at_1, given, right = measure(linker, data[part])
            cells.append(f"{at_1:.3f} ({right:.3f} of the {given:.0%} given)")
            count += len(set(data[part]))
        spent = (time.process_time() - start) / count * 1000
        out.append(f"| {title} | {' | '.join(cells)} | {spent:.2f} |")
    out += ["", "Reliability of the scores (MeSH and OMIM, the likeliest code of a mention):", ""]
    out += ["| part | score | mentions | mean score | right |", "|---|---|---|---|---|"]
    for part in HELD:
        pairs = [
            (found[0][1], found[0][0] in case.ids) for case in data[part] for found in [ours(case)] if len(found) == 1
        ]
        out += [f"| {part} | {band} | {n} | {mean:.2f} | {share:.2f} |" for band, n, mean, share in reliability(pairs)]
    return "\n".join([*out, "", *icd_report(held=False), "", *icd_report(held=True)])


def icd_report(held: bool) -> list[str]:
    """ICD-10-CM over one half of linking_icd.csv."""
    gold = icd_gold(held)
    first, any_, pairs, wrong = 0, 0, [], []
    for name, codes in gold.items():
        found = [c for c in best(ranked(find(name))) if c.system == ICD]
        first += bool(found) and accepted(found[0].code, codes)
        any_ += any(accepted(c.code, codes) for c in found)
        if found:
            pairs.append((found[0].score, accepted(found[0].code, codes)))
        if not found or not accepted(found[0].code, codes):
            wrong.append(f"{name} ({', '.join(f'{c.code} {c.score}' for c in found) or 'none'})")
    count = len(gold)
    return [
        f"ICD-10-CM over {count} names that {'were held out' if held else 'the weights and extra names were made with'}: "
        f"the first code is right {first / count:.3f}, any of those given {any_ / count:.3f}; given {len(pairs) / count:.3f}, "
        f"right of those {sum(r for _, r in pairs) / max(len(pairs), 1):.3f}.",
        "",
        "| score | names | mean score | right |",
        "|---|---|---|---|",
        *(f"| {band} | {n} | {mean:.2f} | {share:.2f} |" for band, n, mean, share in reliability(pairs)),
        "",
        f"Not right: {'; '.join(wrong)}.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--names", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    start = time.process_time()
    base()
    loaded = time.process_time() - start
    folded_names()
    folded = time.process_time() - start - loaded
    data = {part: read(args.corpora / path) for part, path in PARTS.items()}
    if args.fit:
        fit([case for part in TRAIN for case in data[part]])
    names = (
        [tuple(line.split("\t")) for line in args.names.read_text(encoding="utf-8").splitlines()] if args.names else []
    )
    text = NOTES + report(data, cast("list[tuple[str, str]]", names))
    text += f"\n\nIndex: read in {loaded:.2f} s, folded in {folded:.2f} s (processor time).\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
