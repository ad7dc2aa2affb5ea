"""Conditions inside longer proper names, which are none: scales, societies, journals, proteins, addresses; and the word "all".

One rule for the spans of the vocabulary and of a model. Words: vocab/condition_veto.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from extractor.scan import Scan
from extractor.spans import Mention
from extractor.tag.condition_short import is_answer
from extractor.vocab.loader import load_table, require_known

LABEL = "CONDITION"
ROLES = ("body", "instrument", "small", "between", "substance", "link", "preposition", "prefix", "everyone")
_WINDOW = 90  # characters on each side
_WORD = r"[A-Z][\w'’&-]{0,30}"  # of a proper name
_GAP = r"(?:[ \t]|\n[ \t]{2,24})"  # a blank, or the end of a line that goes on indented
_RECORD = 2000  # characters around ALL in which a leukaemia may be told
_MOST = 6  # words of a proper name on one side of the condition
_ADDRESS = re.compile(r"(?:@|www\.|https?://)\S{0,80}\Z")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words: dict[str, list[str]] = {role: [] for role in ROLES}
    for row in load_table("condition_veto.csv", ("words", "role"), required=("words", "role")):
        require_known(row, "role", ROLES, "role")
        words[row["role"]] += row.many("words")
    one = {role: "|".join(re.escape(w) for w in sorted(ws, key=len, reverse=True)) for role, ws in words.items()}
    head = "|".join(w.title().replace(" ", _GAP) for w in (*words["body"], *words["instrument"]))
    body = "|".join(w.title().replace(" ", _GAP) for w in words["body"])
    # " Quality-of-Life Measure", " Association", ", Lung and Blood Institute"
    step = rf"(?:[,)]?{_GAP}(?:{_WORD}|{one['link']}))"
    return {
        "behind": re.compile(rf"{step}{{0,{_MOST}}}?(?:\)?{_GAP}|-)(?:{head})s?\b"),
        "small": re.compile(rf"(?:{_GAP}(?:{one['between']})){{0,2}}{_GAP}(?:{one['small']})s?\b"),
        "substance": re.compile(rf"(?:[ -](?:\d|alpha|beta))?[ -](?:{one['substance']})s?\b", re.IGNORECASE),
        # "National Institute of ... ", "Journal for"
        "before": re.compile(
            rf"\b(?:{body}){_GAP}(?:{one['preposition']})(?:{_GAP}the)?(?:{_GAP}(?:{_WORD},?|{one['link']})){{0,{_MOST}}}?{_GAP}\Z"
        ),
        # a trade name: "Cordacell-CKD"
        "trade": re.compile(rf"(?<![\w-])(?!(?:{one['prefix']})-)[A-Z][A-Za-z]*[a-z]{{2}}-\Z", re.IGNORECASE),
        "everyone": re.compile(rf"\s(?:{one['everyone']})s?\b", re.IGNORECASE),
    }


def veto(scan: Scan, mentions: Iterable[Mention]) -> list[Mention]:
    """`mentions` without the conditions that stand inside a proper name, in their order. Other labels stay."""
    return [m for m in mentions if m.label != LABEL or not _named(scan, m.start, m.end)]


def _named(scan: Scan, start: int, end: int) -> bool:
    """Whether [start, end) of the view is a part of a proper name, or no condition at all ("all")."""
    text, patterns = scan.text, _patterns()
    found, before, behind = text[start:end], text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    if found in ("All", "all") or (found == "ALL" and _everyone(scan, start, end)):
        return True
    if found[0].isupper():
        name = patterns["behind"].match(behind)
        # in a line of capitals nothing tells a name from what stands before it
        if name and any(c.islower() for c in name.group()):
            return True
        if patterns["before"].search(before) or (found.isupper() and _trade(before)):
            return True
    if patterns["small"].match(behind) or patterns["substance"].match(behind):
        return True
    return bool(_ADDRESS.search(before))


def _trade(before: str) -> bool:
    match = _patterns()["trade"].search(before)
    return match is not None and match.group()[0].isupper()


def _everyone(scan: Scan, start: int, end: int) -> bool:
    """Whether the word ALL is the value of a field, or the ordinary word in capitals."""
    if is_answer(scan.text, start, end):
        return True
    near = scan.lower[max(0, start - _RECORD) : end + _RECORD]
    return "leuk" not in near and "lymphobl" not in near and bool(_patterns()["everyone"].match(scan.text, end))
