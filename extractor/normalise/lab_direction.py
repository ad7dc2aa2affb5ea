"""Which way a measure moves when it improves or worsens: from the side that healthy people are on, or score_directions.csv."""

from __future__ import annotations

import re
from functools import cache

from extractor.scan.trie import trie_pattern
from extractor.tag.lab_names import Name
from extractor.tag.lab_state import Parts
from extractor.vocab import load_table, require_known

_BETTER = re.compile(r"\bimprov", re.IGNORECASE)
_WORSE = re.compile(r"\b(?:worsen|deteriorat)", re.IGNORECASE)
_SIDES = {"high": "increase", "low": "decrease"}
_OPPOSITE = {"increase": "decrease", "decrease": "increase", "change": "change"}


@cache
def _instruments() -> tuple[re.Pattern[str], dict[str, str]]:
    """Names of instruments, lower case, and the side that is better. Raises VocabularyError for another side than high or low."""
    sides = {}
    for row in load_table("score_directions.csv", ["name", "better"], unique=["name"], required=["name", "better"]):
        require_known(row, "better", _SIDES, "side")
        sides.update({name.lower(): row["better"] for name in row.many("name")})
    return re.compile(rf"(?<![a-z0-9]){trie_pattern(sides, blank='[ -]')}(?![a-z0-9])"), sides


def improvement(name: Name, text: str) -> str:
    """The change that is an improvement of `name`: "increase", "decrease", or "change" where that is not known."""
    pattern, sides = _instruments()
    found = pattern.search(text[name.start : name.end].lower())
    if found:
        return _SIDES[sides[found.group().replace("-", " ")]]
    good = name.measure.good if name.measure is not None else ""
    return _SIDES.get(good, "change")


def direction(parts: Parts, said: str, text: str) -> str | None:
    """The direction of the change of `parts`; `said` is the text of the mention: "improvement" is up or down by the measure."""
    if _BETTER.search(said):
        return improvement(parts.names[-1], text)
    if _WORSE.search(said):
        return _OPPOSITE[improvement(parts.names[-1], text)]
    return parts.change
