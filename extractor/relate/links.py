"""DOSE_OF, ROUTE_OF and SCHEDULE_OF, in dosing text only (guidelines, Values: relations).

Every dose is linked to a product, every route and administration schedule to a dose, or to the product when no dose is near.
The nearest candidate of the same sentence wins; else the nearest of the same section (arm, intervention, paragraph). Scores
fall with the distance: they order links, they are not calibrated.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.scan import Scan
from extractor.spans import Mention

_BREAK = re.compile(r"(?:[.;!?](?=\s{1,3}[A-Z(•*-]|\s*\n)|\n)")
_PARAGRAPH = re.compile(r"\n\s{0,20}\n")
_DOSING = {"arm", "intervention", "summary", "description", "title", None, "other", "design"}
TYPES = {"CELL_DOSE": "DOSE_OF", "DRUG_DOSE": "DOSE_OF", "ROUTE": "ROUTE_OF", "SCHEDULE": "SCHEDULE_OF"}
# distance (characters) beyond which two mentions of one sentence are no longer taken to be about each other
REACH = 400


class Link(NamedTuple):
    """A relation between two mentions, by index into the list that was given."""

    type: str
    head: int
    tail: int
    score: float


class Places:
    """Sentence and block number of an offset: cheap, from line breaks and full stops before capitals."""

    def __init__(self, scan: Scan) -> None:
        self._sentences = [m.end() for m in _BREAK.finditer(scan.text)]
        self._paragraphs = [m.end() for m in _PARAGRAPH.finditer(scan.text)]
        self._sections = [s.start for s in scan.sections]

    def sentence(self, offset: int) -> int:
        return bisect_right(self._sentences, offset)

    def block(self, offset: int) -> tuple[int, int]:
        """Section and paragraph."""
        return bisect_right(self._sections, offset), bisect_right(self._paragraphs, offset)


def is_dosing(mention: Mention, scan: Scan) -> bool:
    """Whether the mention can take part in a relation: what is given, outside eligibility and outcomes."""
    section = scan.section_at(mention.start)
    if section is not None and section.kind not in _DOSING:
        return False
    return not (mention.label == "SCHEDULE" and (mention.value or {}).get("kind") == "assessment")


def _gap(a: Mention, b: Mention) -> int:
    return max(a.start - b.end, b.start - a.end, 0)


def nearest(mention: Mention, candidates: Sequence[tuple[int, Mention]], places: Places) -> tuple[int, float] | None:
    """(index, score) of the candidate that `mention` is about. Among equals the one that stands before wins."""
    best: tuple[tuple[int, int, int], int, float] | None = None
    sentence, block = places.sentence(mention.start), places.block(mention.start)
    for index, other in candidates:
        gap = _gap(mention, other)
        if places.sentence(other.start) == sentence and gap <= REACH:
            rank, score = 0, 0.95 - 0.25 * gap / REACH
        elif places.block(other.start) == block and gap <= 2 * REACH:
            rank, score = 1, 0.7 - 0.2 * gap / (2 * REACH)
        elif places.block(other.start)[0] == block[0] and gap <= 2 * REACH:
            rank, score = 2, 0.5 - 0.2 * gap / (2 * REACH)
        else:
            continue
        key = (rank, gap, int(other.start > mention.start))
        if best is None or key < best[0]:
            best = (key, index, round(score, 3))
    return (best[1], best[2]) if best else None


def around(
    mention: Mention, items: Sequence[tuple[int, Mention]], starts: Sequence[int]
) -> Sequence[tuple[int, Mention]]:
    """The items (disjoint, by start) among which the one that `mention` is about must be: those that it touches and the next
    on either side. Sentences, blocks and sections are stretches of text, so what lies farther off on a side never ranks higher.
    """
    low = high = bisect_left(starts, mention.start)
    while low > 0 and (low == high or items[low][1].end > mention.start):
        low -= 1
    while high < len(items) and items[high][1].start < mention.end:
        high += 1
    return items[low : high + 1]


def _names(products: Sequence[tuple[int, Mention]], scan: Scan) -> dict[int, int]:
    """Abbreviation -> the name it stands behind: in "mesenchymal stem cells (MSCs)" links go to the name."""
    return {
        j: i
        for (i, name), (j, short) in pairwise(products)
        if 1 <= short.start - name.end <= 3 and scan.text[name.end : short.start].strip() == "("
    }


def find_links(mentions: Sequence[Mention], scan: Scan) -> list[Link]:
    """All relations among `mentions` (sorted by start), by start of the head."""
    places = Places(scan)
    live = [(i, m) for i, m in enumerate(mentions) if is_dosing(m, scan)]
    products = [(i, m) for i, m in live if m.label == "CELL_PRODUCT"]
    doses = [(i, m) for i, m in live if m.label in ("CELL_DOSE", "DRUG_DOSE")]
    product_starts, dose_starts = [m.start for _, m in products], [m.start for _, m in doses]
    names = _names(products, scan)
    links = []
    for i, mention in live:
        if mention.label == "CELL_DOSE":
            near = around(mention, products, product_starts)
            inside = [(j, p) for j, p in near if mention.start <= p.start and p.end <= mention.end]
            found = nearest(mention, inside or near, places)
        elif mention.label in ("ROUTE", "SCHEDULE"):
            found = nearest(mention, around(mention, doses, dose_starts), places)
            if found is None or found[1] <= 0.7:
                product = nearest(mention, around(mention, products, product_starts), places)
                if product and (found is None or product[1] > 0.7):
                    found = product
        else:
            continue
        if found is not None:
            links.append(Link(TYPES[mention.label], i, names.get(found[0], found[0]), found[1]))
    return _to_doses(links, mentions, places)


def _to_doses(links: list[Link], mentions: Sequence[Mention], places: Places) -> list[Link]:
    """What is said of a product is said of its dose, where its paragraph states just one cell dose."""
    by_block: dict[tuple[int, int], list[Link]] = {}
    for link in links:
        if link.type == "DOSE_OF":
            by_block.setdefault(places.block(mentions[link.head].start), []).append(link)
    out = []
    for link in links:
        stated = by_block.get(places.block(mentions[link.head].start), [])
        if link.type != "DOSE_OF" and mentions[link.tail].label == "CELL_PRODUCT" and len(stated) == 1:
            link = Link(link.type, link.head, stated[0].head, round(link.score * stated[0].score, 3))
        out.append(link)
    return out
