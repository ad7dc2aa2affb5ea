"""One overlap policy for all labels.

1. Two mentions of one label never share a character: the longer wins, then the earlier, then the one with the higher score.
2. A number states one thing: of the measured labels (LAB_THRESHOLD, AGE, CELL_DOSE, DRUG_DOSE) only one may hold given characters.
   The longer span wins ("platelets ≥ 100 × 10^9/L" over the amount inside it); at equal length the order of MEASURED decides.
3. A SCHEDULE that lies wholly inside a measured span is dropped ("mg/day", "g/24 hours"); any other nesting or overlap is allowed.
4. Nothing lies in a furniture section (menus, contact blocks).
5. No span ends in a bracket that it did not open (guidelines, General).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from extractor.scan import Scan
from extractor.spans import Mention

MEASURED = ("AGE", "CELL_DOSE", "LAB_THRESHOLD", "DRUG_DOSE")


def _closed(mention: Mention, text: str) -> Mention:
    """The mention without closing brackets at its end that it did not open."""
    end = mention.end
    while text[end - 1] in _CLOSING and end - 1 > mention.start:
        span = text[mention.start : end]
        if span.count(_CLOSING[span[-1]]) >= span.count(span[-1]):
            break
        end = mention.start + len(span[:-1].rstrip(" \n\t.,;:"))
    return mention if end == mention.end else mention.but(end=end)


_CLOSING = {")": "(", "]": "["}


def _disjoint(mentions: Iterable[Mention]) -> list[Mention]:
    """Longest first, none that overlaps a kept one. Sorted by start."""
    kept: list[Mention] = []
    groups: list[list[Mention]] = []
    end = -1
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if mention.start < end:
            groups[-1].append(mention)
        else:
            groups.append([mention])
        end = max(end, mention.end)
    for group in groups:
        if len(group) == 1:
            kept.append(group[0])
            continue
        chosen: list[Mention] = []
        for mention in sorted(group, key=_rank):
            if not any(mention.overlaps(other) for other in chosen):
                chosen.append(mention)
        kept.extend(sorted(chosen, key=lambda m: m.start))
    return kept


def _rank(mention: Mention) -> tuple[int, int, float, int]:
    order = MEASURED.index(mention.label) if mention.label in MEASURED else 0
    return mention.start - mention.end, order, -mention.score, mention.start


def resolve(mentions: Iterable[Mention], scan: Scan) -> list[Mention]:
    """The mentions that the policy keeps, by start."""
    by_label: dict[str, list[Mention]] = {}
    for mention in mentions:
        section = scan.section_at(mention.start)
        if mention.end > mention.start and not (section and section.furniture):
            by_label.setdefault(mention.label, []).append(_closed(mention, scan.text))
    out: list[Mention] = []
    measured: list[Mention] = []
    for label, found in by_label.items():
        kept = _disjoint(found)
        (measured if label in MEASURED else out).extend(kept)
    measured = _disjoint(measured)
    out = [m for m in out if m.label != "SCHEDULE" or not _inside(m, measured)]
    return sorted([*out, *measured], key=lambda m: (m.start, -m.end, m.label))


def _inside(mention: Mention, spans: list[Mention]) -> bool:
    i = bisect_right(spans, mention.start, key=lambda m: m.start) - 1
    return i >= 0 and spans[i].end >= mention.end
