"""Sections of a record."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "title", "conditions", "summary", "description", "arm", "intervention", "inclusion", "exclusion", "eligibility", "outcome",
    "design", "contact", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """One section: view offsets of its whole range, heading included (`body` is where the heading ends).

    `kind` is one of KINDS; `evidence` is "header" or "inferred"; `name` is the arm's or intervention's name where one stands.
    Sections do not overlap and are sorted. `furniture` sections yield no mentions.
    """

    start: int
    end: int
    kind: str
    evidence: str = "header"
    body: int = 0
    name: tuple[int, int] | None = None
    furniture: bool = False
