"""Assertion of conditions: negated, historical, family, hypothetical, uncertain.

The ConText algorithm (Harkema et al. 2009) over the cues of vocab/assertion_cues.csv: a cue holds for the mentions that follow (or
precede) it in the same criterion, up to its reach in words, unless a stop cue stands between. A condition is never negated by
standing in the exclusion criteria.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.vocab import load_table

ATTRIBUTES = ("negated", "historical", "family", "hypothetical", "uncertain")
WINDOW = 140  # characters on each side in which cues are looked for
_BOUNDARY = re.compile(r"[.;:](?=\s)|\n[ \t]{0,8}(?:\n|[-*•⁃]|[0-9(])|•")
_WORDS = re.compile(r"\w+")
_NOTHING = dict.fromkeys(ATTRIBUTES, False)


class _Cue(NamedTuple):
    attribute: str
    direction: str
    reach: int


@cache
def _cues() -> tuple[re.Pattern[str], dict[str, list[_Cue]]]:
    table: dict[str, list[_Cue]] = {}
    for row in load_table(
        "assertion_cues.csv", ["cue", "attribute", "direction", "reach"], required=["cue", "attribute", "direction"]
    ):
        if row["attribute"] not in (*ATTRIBUTES, "stop", "pseudo") or row["direction"] not in (
            "forward",
            "backward",
            "both",
        ):
            raise VocabularyError(
                f"{row.where}: attribute or direction unknown: {row['attribute']}, {row['direction']}"
            )
        for cue in row.many("cue"):
            known = table.setdefault(cue, [])
            if any(k.attribute == row["attribute"] and k.direction == row["direction"] for k in known):
                raise VocabularyError(f"{row.where}: cue {cue!r} stands twice")
            known.append(_Cue(row["attribute"], row["direction"], int(row["reach"])))
    words = "|".join(re.escape(c).replace(r"\ ", r"\s{1,2}") for c in sorted(table, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w])"), table


def assertions(mentions: Sequence[Mention], scan: Scan) -> list[dict[str, bool]]:
    """One dict of ATTRIBUTES a mention; all False for labels other than CONDITION."""
    return [_assert(m, scan) if m.label == "CONDITION" else _NOTHING for m in mentions]


def _assert(mention: Mention, scan: Scan) -> dict[str, bool]:
    before = scan.lower[max(0, mention.start - WINDOW) : mention.start]
    cut = [m.end() for m in _BOUNDARY.finditer(before)]
    before = before[cut[-1] :] if cut else before
    after = scan.lower[mention.end : mention.end + WINDOW]
    end = _BOUNDARY.search(after)
    after = after[: end.start()] if end else after
    found = _hits(before, "forward") | _hits(after, "backward")
    return {name: name in found for name in ATTRIBUTES} if found else _NOTHING


def _hits(text: str, direction: str) -> set[str]:
    """Attributes whose cues reach the mention: it stands behind `text` (forward cues) or before it (backward cues)."""
    pattern, table = _cues()
    matches = list(pattern.finditer(text))
    if not matches:
        return set()
    words = [m.start() for m in _WORDS.finditer(text)]
    found: set[str] = set()
    ordered = reversed(matches) if direction == "forward" else iter(matches)
    for match in ordered:
        cues = table[re.sub(r"\s+", " ", match.group())]
        if any(c.attribute == "stop" for c in cues):
            break
        if direction == "forward":
            distance = len(words) - bisect_left(words, match.end())
        else:
            distance = bisect_left(words, match.start())
        found |= {
            c.attribute for c in cues if c.direction == direction and c.attribute in ATTRIBUTES and distance <= c.reach
        }
    return found
