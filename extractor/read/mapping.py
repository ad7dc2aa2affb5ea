"""Which fields of a structured source go into a record's text: vocab/source_fields.csv, indexed."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from extractor.vocab.loader import load_table

# the kinds of extractor.sections.model.KINDS; reading comes before sections, so they are not imported
KINDS = (
    "title", "conditions", "summary", "description", "arm", "intervention", "inclusion", "exclusion", "eligibility",
    "outcome", "design", "contact", "other",
)  # fmt: skip


class Rule(NamedTuple):
    """One row: what stands at the first of `paths` that holds text goes below `heading`; see the file's header."""

    heading: str
    kind: str
    paths: tuple[tuple[str, ...], ...]
    parts: tuple[tuple[str, ...], ...]
    parallel: bool

    @property
    def furniture(self) -> bool:
        """Sponsors, countries and identifiers carry nothing."""
        return self.kind == "contact" or (
            self.kind == "other" and self.heading.casefold() not in ("keywords", "keyword")
        )


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """Rules of each format, in the order of the text. Raises VocabularyError."""
    from extractor.vocab.loader import require_known

    out: dict[str, list[Rule]] = {}
    columns = ("format", "heading", "kind", "path", "parts")
    for row in load_table("source_fields.csv", columns, required=("format", "heading", "kind", "path")):
        require_known(row, "kind", KINDS, "kind")
        split = _split if row["format"] != "euctr" else _whole
        paths, parts = row.many("path"), row.many("parts")
        parallel = paths == ("*",)
        out.setdefault(row["format"], []).append(
            Rule(row["heading"], row["kind"], () if parallel else split(paths), split(parts), parallel)
        )
    return {name: tuple(found) for name, found in out.items()}


def _split(paths: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in paths)


def _whole(paths: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Codes such as E.5.1 are names, not paths."""
    return tuple((path,) for path in paths)
