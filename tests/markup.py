"""Annotated lines: tests that read like examples.

A case file is a list of lines. `⟦` and `⟧` mark each mention that must be found, and nothing else may be found on the line; a line
without marks is a near miss. A line `= {...}` below gives the value of the next mention of the line above, as JSON; every key it
names must be equal (numbers: to 1e-9 relative), and no other key of the value contract may be present unless the JSON has "...": true.
`\\n` in a line stands for a line break. `#` starts a comment line; `@ exclusion` puts the lines below into a section of that kind.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"


@dataclass
class Case:
    file: str
    line: int
    text: str
    spans: list[tuple[int, int]]
    section: str | None
    values: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def parse(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Text and spans of a marked line."""
    text, spans, start = "", [], 0
    for char in marked.replace("\\n", "\n"):
        if char == "⟦":
            start = len(text)
        elif char == "⟧":
            spans.append((start, len(text)))
        else:
            text += char
    return text, spans


def read_cases(name: str) -> list[Case]:
    """All cases of tests/cases/<name>.txt."""
    cases: list[Case] = []
    section = None
    for number, line in enumerate((CASES / f"{name}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("= "):
            cases[-1].values.append(json.loads(line[2:]))
        elif line.startswith("@ "):
            section = None if line[2:] == "none" else line[2:]
        elif line.strip() and not line.startswith("#"):
            text, spans = parse(line)
            cases.append(Case(name, number, text, spans, section))
    return cases


def same(wanted: Any, found: Any) -> bool:
    """Equality of values, numbers to 1e-9."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return math.isclose(wanted, found, rel_tol=1e-9)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(same, wanted, found))
    return bool(wanted == found)


def differences(wanted: dict[str, Any], found: dict[str, Any] | None) -> list[str]:
    """What differs, in words; empty when the value is right."""
    if found is None:
        return ["no value"]
    more = wanted.get("...", False)
    keys = [k for k in wanted if k != "..."] + ([] if more else [k for k in found if k not in wanted])
    return [f"{k}: {found.get(k)!r}, must be {wanted.get(k)!r}" for k in keys if not same(wanted.get(k), found.get(k))]
