"""Loads the damage rules (vocab/damage.toml, characters.csv, mojibake.csv) into compiled form, once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractor.errors import VocabularyError
from extractor.vocab import load_table, load_toml

_KEYS = {"id", "needs", "pattern", "read_as", "delete", "op", "alternatives", "source", "examples", "near"}


@dataclass(frozen=True, slots=True)
class DamageRule:
    """One rule of damage.toml, compiled. Exactly one of `read_as`, `delete`, `op` is set."""

    id: str
    needs: tuple[str, ...]
    pattern: re.Pattern[str]
    read_as: str | None
    delete: str | None
    op: str | None
    alternatives: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    near: tuple[str, ...]
    replaced: tuple[str, ...]  # the groups that hold what is replaced, the last that matched; none: the whole match


@dataclass(frozen=True, slots=True)
class CharacterTable:
    """One-for-one character readings: translate table, rule by character, and a pattern that finds them."""

    translate: dict[int, str]
    rule: dict[str, str]
    pattern: re.Pattern[str]


def _code_points(cell: str) -> list[int]:
    out: list[int] = []
    for part in cell.split("|"):
        low, _, high = part.strip().removeprefix("U+").partition("-")
        out.extend(range(int(low, 16), int(high or low, 16) + 1))
    return out


@cache
def characters() -> CharacterTable:
    """The table of characters.csv."""
    table: dict[int, str] = {}
    rule: dict[str, str] = {}
    for row in load_table("characters.csv", ["rule", "from", "to"], required=["rule", "from", "to"]):
        fixed = row["to"].startswith("=")
        first = int(row["to"].removeprefix("=").removeprefix("U+"), 16)
        for n, code in enumerate(_code_points(row["from"])):
            if code in table:
                raise VocabularyError(f"{row.where}: U+{code:04X} has two readings")
            table[code] = chr(first if fixed else first + n)
            rule[chr(code)] = row["rule"]
    for source, target in table.items():
        if ord(target) in table:
            raise VocabularyError(
                f"characters.csv: U+{source:04X} is read as a character that is itself read otherwise"
            )
    return CharacterTable(table, rule, re.compile("[" + re.escape("".join(rule)) + "]"))


@cache
def mojibake() -> dict[str, str]:
    """Damaged sequence -> the character it stands for."""
    rows = load_table("mojibake.csv", ["damaged", "read_as", "codec"], unique=["damaged"])
    translate = characters().translate
    out = {}
    for row in rows:
        damaged = "".join(chr(int(code.removeprefix("U+"), 16)) for code in row["damaged"].split())
        out[damaged.translate(translate)] = row["read_as"].translate(translate)
    return out


@cache
def damage_rules() -> tuple[DamageRule, ...]:
    """All rules of damage.toml, in file order. Raises VocabularyError for a rule that breaks the grammar."""
    data = load_toml("damage.toml")
    macros = dict(data.get("macros", {}))
    macros["MOJIBAKE"] = "|".join(map(re.escape, sorted(mojibake(), key=len, reverse=True)))
    rules = []
    seen: set[str] = set()
    for raw in data["rule"]:
        name = raw.get("id", "?")
        if unknown := set(raw) - _KEYS:
            raise VocabularyError(f"damage.toml: rule {name!r}: unknown keys {sorted(unknown)}")
        if name in seen or not raw.get("source") or not raw.get("examples"):
            raise VocabularyError(f"damage.toml: rule {name!r}: needs an id of its own, a source and examples")
        if sum(key in raw for key in ("read_as", "delete", "op")) != 1:
            raise VocabularyError(f"damage.toml: rule {name!r}: needs exactly one of read_as, delete, op")
        seen.add(name)
        source = raw["pattern"]
        for macro, piece in macros.items():
            source = source.replace(f"<<{macro}>>", piece)
        try:
            pattern = re.compile(source)
        except re.error as error:
            raise VocabularyError(f"damage.toml: rule {name!r}: {error}") from error
        rules.append(
            DamageRule(
                name, tuple(raw["needs"]), pattern, raw.get("read_as"), raw.get("delete"), raw.get("op"),
                tuple(raw.get("alternatives", ())), tuple(tuple(e) for e in raw["examples"]), tuple(raw.get("near", ())),
                tuple(group for group in ("r", "r2") if group in pattern.groupindex),
            )
        )  # fmt: skip
    return tuple(rules)
