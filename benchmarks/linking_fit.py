"""Fits the weights of extractor/vocab/concept_scores.csv: python benchmarks/linking.py --corpora CORPORA --fit"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from linking_gold import Case, accepted, codes_of, icd_gold

from extractor.link.base import system_of
from extractor.link.keys import key_of
from extractor.link.match import Hit, find
from extractor.link.parts import parts, without_brackets
from extractor.link.score import FILE, around, family_of, features, ways_of
from extractor.vocab.loader import FOLDER, load_table

SURE = ("label", "name")


def fit(train: Sequence[Case]) -> None:
    """Write the weights of all families."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    rows: dict[str, list[tuple[dict[str, float], bool, float]]] = defaultdict(list)
    groups: dict[str, list[list[tuple[dict[str, float], bool]]]] = defaultdict(list)  # the codes of one name
    for (long, ids), count in Counter((case.long, case.ids) for case in train).items():
        name = without_brackets(long)
        if not parts(name) and ids != ("-1",):
            hits = find(name)
            told = [(f, found, right_of(f, code, ids)) for f, found, code in weighed(hits) if f != "icd"]
            if hits and hits[0].kind in SURE and not any(right for f, _, right in told if f == "mondo"):
                # the gold has no MONDO ids: a term with the very name is not wrong because its cross-reference is another
                told = [item for item in told if item[0] != "mondo"]
            for family, found, right in told:
                if right is not None:
                    rows[family].append((found, right, count**0.75))
            for family in ("mesh", "mondo"):
                group = [(found, bool(right)) for f, found, right in told if f == family and right is not None]
                groups[family] += [group] * count if group else []
    mended = {key_of(name) for row in load_table("concepts_extra.csv", ("names", "code")) for name in row.many("names")}
    for name, codes in icd_gold(held=False).items():
        if key_of(name) in mended:  # found because it is on this list
            continue
        own = [(found, accepted(code, codes)) for family, found, code in weighed(find(name)) if family == "icd"]
        rows["icd"] += [(found, right, 1.0) for found, right in own]
        groups["icd"] += [own] if own else []
    lines = [
        "# Weights of extractor.link.score: the logarithm of the odds that a code is right is the sum of weight x feature.",
        "# Fitted by benchmarks/linking.py --fit; what it measures stands in benchmarks/linking.md.",
        "family,feature,weight,source",
    ]
    for family, told in rows.items():
        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform([found for found, _, _ in told])
        model = LogisticRegression(C=0.3 if family == "icd" else 1.0, max_iter=2000, fit_intercept=False)
        model.fit(matrix, [right for _, right, _ in told], sample_weight=[weight for _, _, weight in told])
        source = "linking_icd.csv" if family == "icd" else "NCBI-disease and BC5CDR train"
        lines += [
            f"{family},{name},{weight:.3f},{source}"
            for name, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
        ]
        lines += first_lines(family, source, [(group, model.predict_proba(vectorizer.transform([f for f, _ in group]))[:, 1])
                                              for group in groups[family]])  # fmt: skip
        print(family, len(told), sum(right for _, right, _ in told), file=sys.stderr)
    (FOLDER / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def first_lines(
    family: str, source: str, groups: Sequence[tuple[list[tuple[dict[str, float], bool]], Any]]
) -> list[str]:
    """The weights that make the score of the likeliest code of a name its chance of being right; none where all are."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    odds, rights = [], []
    for group, chances in groups:
        top = int(np.argmax(chances))
        odds.append([float(np.log(chances[top] / (1 - chances[top])))])
        rights.append(group[top][1])
    if len(set(rights)) == 1:
        return []
    model = LogisticRegression(C=10.0).fit(odds, rights)
    return [
        f"{family},first bias,{model.intercept_[0]:.3f},{source}",
        f"{family},first slope,{model.coef_[0][0]:.3f},{source}",
    ]


def weighed(hits: list[Hit]) -> Iterable[tuple[str, dict[str, float], str]]:
    """(family, features, code) of all codes that hits lead to."""
    found = ways_of(hits)
    all_ = around(hits, found)
    for code, ways in found.items():
        yield family_of(system_of(code)), features(code, ways, all_), code


def right_of(family: str, code: str, ids: Sequence[str]) -> bool | None:
    """Whether a code is right for gold ids of MeSH and OMIM; None where they cannot tell."""
    if family == "mesh":
        return code in ids
    equal = codes_of(code)
    return any(other in ids for other in equal) if equal else None
