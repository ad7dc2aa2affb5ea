"""Internal currency: half-open spans over the repaired text. Immutable, comparable, picklable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

Value = dict[str, Any]
# what may be said of a condition, in the order of all outputs; schema.Assertion has a field for each
ASSERTIONS = ("negated", "historical", "family", "hypothetical", "uncertain")


@dataclass(frozen=True, slots=True)
class Warn:
    """A warning about one mention: stable code, message for a reader."""

    code: str
    message: str


class Mention(NamedTuple):
    """One tagged expression.

    `start`/`end` point into the repaired text (`View.text`); the pipeline maps them back at the end.
    `parts` carries what the tagger already read (numbers, unit, comparator ...) for the label's normaliser;
    `value` is filled by the normaliser. `rule` names the pattern that fired.
    """

    start: int
    end: int
    label: str
    rule: str
    score: float = 1.0
    by: str = "rule"
    parts: Any = None
    value: Value | None = None
    alternatives: tuple[Value, ...] = ()
    warnings: tuple[Warn, ...] = ()
    concepts: tuple[dict[str, Any], ...] = ()
    # readings that are not edits of the text: a lost comparator, for one: (rule, start, end, read_as)
    repairs: tuple[tuple[str, int, int, str], ...] = ()

    def overlaps(self, other: Mention) -> bool:
        return self.start < other.end and other.start < self.end

    def but(self, **changes: Any) -> Mention:
        """A copy with some fields changed."""
        return self._replace(**changes)
