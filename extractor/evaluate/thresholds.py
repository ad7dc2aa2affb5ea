"""`--min CELL_DOSE.value_f1=0.93`: figures that must be reached, for use in CI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from extractor.errors import UsageError

_FORM = re.compile(r"(?P<name>[\w.]+?)_(?P<stat>f1|precision|recall|p|r)=(?P<least>\d*\.?\d+)")
_STATS = {"p": "precision", "r": "recall"}


def shortfalls(minima: Iterable[str], figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each figure below its minimum, or not measured. Raises UsageError for a minimum without sense."""
    out = []
    for minimum in minima:
        match = _FORM.fullmatch(minimum.strip())
        if not match:
            raise UsageError(f"--min {minimum}: must look like CELL_DOSE.value_f1=0.93 (f1, precision or recall)")
        if not 0 <= float(match["least"]) <= 1:
            raise UsageError(f"--min {minimum}: a figure lies between 0 and 1")
        name, stat = match["name"], _STATS.get(match["stat"], match["stat"])
        if name not in figures:
            near = [n for n in figures if n.split(".")[0] == name.split(".")[0]] or list(
                dict.fromkeys(n.split(".")[0] for n in figures)
            )
            raise UsageError(f"--min {minimum}: no figure {name}; there are {', '.join(near)}")
        reached = figures[name][stat]
        if reached is None:
            out.append(f"{name}_{stat} was not measured: nothing of it in gold or predictions")
        elif reached < float(match["least"]):
            out.append(f"{name}_{stat} is {reached:.4f}, below the minimum {match['least']}")
    return out
