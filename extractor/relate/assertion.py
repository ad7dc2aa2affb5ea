"""Assertion of conditions: negated, historical, family, hypothetical, uncertain.

The ConText algorithm (Harkema et al. 2009) over the cues of vocab/assertion_cues.csv: a cue holds for the mentions that follow (or
precede) it in the same criterion, up to its reach in words, unless a stop cue stands between. A condition is never negated by
standing in the exclusion criteria.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from extractor.errors import VocabularyError
from extractor.scan import Scan
from extractor.spans import Mention
from extractor.vocab import load_table

ATTRIBUTES = ("negated", "historical", "family", "hypothetical", "uncertain")
WINDOW = 140  # characters on each side in which cues are looked for
# over the text as it stands: a capital, figure or bullet at the start of a line begins a new criterion
_BOUNDARY = re.compile(r"[.;:](?=\s)|\n[ \t]{0,8}(?:\n|[-*•⁃A-Z0-9(])|•")
_WORDS = re.compile(r"\w+")
_BLANKS = re.compile(r"\s+")
_NOTHING = dict.fromkeys(ATTRIBUTES, False)


class _Cue(NamedTuple):
    attribute: str
    direction: str
    reach: int


@cache
def _cues() -> tuple[re.Pattern[str], dict[str, list[_Cue]]]:
    table: dict[str, list[_Cue]] = {}
    columns = ("cue", "attribute", "direction", "reach")
    for row in load_table("assertion_cues.csv", columns, required=columns):
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
    low = max(0, mention.start - WINDOW)
    for match in _BOUNDARY.finditer(scan.text, low, mention.start + 1):
        low = match.end() - match.group()[-1].isalnum()
    end = _BOUNDARY.search(scan.text, mention.end, mention.end + WINDOW)
    high = end.start() if end else mention.end + WINDOW
    found = _before(scan.lower[low : mention.start]) | _behind(scan.lower[mention.end : high])
    return {name: name in found for name in ATTRIBUTES} if found else _NOTHING


def _cues_of(match: re.Match[str]) -> list[_Cue]:
    return _cues()[1][_BLANKS.sub(" ", match.group())]


def _before(text: str) -> set[str]:
    """Attributes of a mention that follows `text`, by its forward cues, nearest first.

    A farther cue holds only where it stands next to the nearer one ("no | family history of"), not across what that one is about.
    """
    found: set[str] = set()
    at, reached = len(text), False
    for match in reversed(list(_cues()[0].finditer(text))):
        cues = _cues_of(match)
        between = len(_WORDS.findall(text, match.end(), at))
        if any(c.attribute == "stop" for c in cues) or (reached and between > 1):
            break
        hits = {
            c.attribute for c in cues if c.direction == "forward" and c.attribute in ATTRIBUTES and between <= c.reach
        }
        if hits:
            found |= hits
            at, reached = match.start(), True
    return found


def _behind(text: str) -> set[str]:
    """Attributes of a mention that stands before `text`, by its backward cues."""
    found: set[str] = set()
    for match in _cues()[0].finditer(text):
        cues = _cues_of(match)
        if any(c.attribute == "stop" for c in cues):
            break
        between = len(_WORDS.findall(text, 0, match.start()))
        found |= {
            c.attribute for c in cues if c.direction == "backward" and c.attribute in ATTRIBUTES and between <= c.reach
        }
    return found
