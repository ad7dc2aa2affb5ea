"""Applies the damage rules until nothing changes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import cache

from extractor.repair.aligned import AlignedText, Edit, Repair
from extractor.repair.rules import DamageRule, characters, damage_rules, mojibake

ROUNDS = 12
_POWERS = "three third four fourth five fifth six sixth seven seventh eight eighth nine ninth ten tenth eleven eleventh twelve twelfth"
_ORDINALS = {word: 3 + i // 2 for i, word in enumerate(_POWERS.split())}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def _entity(match: re.Match[str]) -> str | None:
    name = re.sub(r"^&(?:amp;)*\s?|\s?;$", "", match.group())
    for candidate in (name, name.lower()):
        read = html.unescape(f"&{candidate};")
        if not read.startswith("&") or read == "&":
            return read if (len(read) <= 2 and read.isprintable()) or read in "\n\xa0 " else " "
    return None


def _power_words(match: re.Match[str]) -> str | None:
    n = match["n"]
    power = int(n) if n.isdigit() else _ORDINALS.get(n)
    return f"10^{power}" if power is not None and power <= 14 else None


@cache
def _numeral(circled: str) -> str:
    return f"({unicodedata.numeric(circled):.0f})"


_OPERATIONS: dict[str, Callable[[re.Match[str]], str | None]] = {
    "entity": _entity,
    "mojibake": lambda match: mojibake()[match.group()],
    "compatibility": lambda match: unicodedata.normalize("NFKC", match[match.re.groupindex.get("r", 0)]),
    "circled": lambda match: _numeral(match.group()),
    "superscript-power": lambda match: "^" + match["r"].translate(_SUPERSCRIPTS).lstrip("+"),
    "symbol-font": lambda match: {"³": "≥", "£": "≤"}[match["r"]],
    "power-words": _power_words,
}  # fmt: skip


@cache
def _template(text: str) -> tuple[str | int, ...]:
    """Literals and groups of a template in turn; nothing where it has other escapes than groups."""
    pieces = _GROUP.split(text)
    if any("\\" in literal for literal in pieces[::2]):
        return ()
    return tuple(int(p) if i % 2 and p.isdigit() else p for i, p in enumerate(pieces))


_GROUP = re.compile(r"\\g<(\w+)>")


def _expand(match: re.Match[str], text: str) -> str:
    """match.expand, without parsing the template each time."""
    pieces = _template(text)
    if not pieces:
        return match.expand(text)
    return "".join([match[p] or "" if i % 2 else str(p) for i, p in enumerate(pieces)])


def _edit(rule: DamageRule, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    for group in rule.replaced:
        if match.start(group) >= 0:
            start, end = match.span(group)
    old = match.string[start:end]
    if rule.read_as is not None:
        new: str | None = _expand(match, rule.read_as)
    elif rule.delete is not None:
        new = old.translate(dict.fromkeys(map(ord, rule.delete)))
    else:
        new = _OPERATIONS[rule.op or ""](match)
    if new is None or new == old:
        return None
    alternatives = tuple([_expand(match, a) for a in rule.alternatives]) if rule.alternatives else ()
    return Edit(start, end, new, rule.id, alternatives)


def _apply(rule: DamageRule, aligned: AlignedText) -> AlignedText:
    text = aligned.text
    if not any(literal in text for literal in rule.needs):
        return aligned
    edits: list[Edit] = []
    at = 0
    for match in rule.pattern.finditer(text):
        edit = _edit(rule, match)
        if edit is not None and edit.start >= at:
            edits.append(edit)
            at = edit.end
    return aligned.apply(edits)


def repair(text: str) -> AlignedText:
    """The repaired view of `text`. Repairing a repaired view changes nothing more.

    Linear in the length of the text: every pattern has bounded quantifiers, and the number of rounds is bounded.
    """
    aligned = AlignedText(text)
    for _ in range(ROUNDS):
        before = aligned.text
        if not before.isascii() or _CONTROLS.search(before):
            aligned = aligned.translate(before.translate(characters().translate))
        for rule in damage_rules():
            aligned = _apply(rule, aligned)
        if aligned.text == before:
            break
    return aligned


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def character_repairs(aligned: AlignedText, start: int, end: int) -> list[Repair]:
    """One-for-one readings inside original [start, end): runs of one rule are one Repair."""
    table = characters()
    out: list[Repair] = []
    for match in table.pattern.finditer(aligned.original, start, end):
        rule, at, read = table.rule[match.group()], match.start(), table.translate[ord(match.group())]
        if out and out[-1].rule == rule and out[-1].end == at:
            last = out.pop()
            out.append(Repair(rule, last.start, at + 1, last.read_as + read))
        else:
            out.append(Repair(rule, at, at + 1, read))
    return out
