"""A structured record -> its text, laid out under headings, and where in it each field of the source stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, zip_longest
from typing import Any, NamedTuple

from extractor.read.mapping import Rule, rules
from extractor.read.record import Field, KnownSection, Record

_LINE_BREAK = re.compile(
    r"\r\n?|(?:[ \t]*\n)?[ \t]*<br[ \t]{0,3}/?>\n?|[ \t]*&#(?:x0{0,3}D|0{0,3}13);\n?", re.IGNORECASE
)
_NAMED = ("arm", "intervention")


class Leaf(NamedTuple):
    """A text of the source and its path."""

    path: str
    text: str


Block = list[Leaf]


def record(format: str, node: Any, id: str | None, source: str, place: str = "", prefix: str = "") -> Record:
    """The Record of one `node` of a format in vocab/source_fields.csv; `prefix` leads every path."""
    return build(sections_of(format, node, prefix), id, source, format, place)


def sections_of(format: str, node: Any, prefix: str = "") -> Iterator[tuple[Rule, list[Block]]]:
    """(rule of the heading, blocks of text below it) for each section that has text."""
    for _, group in groupby(rules()[format], key=lambda rule: rule.heading):
        members = list(group)
        blocks = [block for rule in members for block in _blocks(rule, node, prefix)]
        if blocks:
            yield members[0], blocks


def build(
    sections: Iterable[tuple[Rule, list[Block]]], id: str | None, source: str, format: str, place: str = ""
) -> Record:
    """Lay out sections: a heading on its own line, its blocks below, a blank line between blocks and sections."""
    parts: list[str] = []
    fields: list[Field] = []
    known: list[KnownSection] = []
    at = 0

    def write(text: str) -> int:
        nonlocal at
        parts.append(text)
        at += len(text)
        return at

    for rule, blocks in sections:
        if known:
            write("\n\n")
            known[-1] = known[-1]._replace(end=at)
        start, body = at, write(rule.heading + "\n")
        for number, block in enumerate(blocks):
            if number:
                write("\n\n")
            first = at
            for line, leaf in enumerate(block):
                if line:
                    write("\n")
                fields.append(Field(at, at + len(leaf.text), leaf.path, rule.kind))
                write(leaf.text)
            name = _name(rule, block, first) if rule.kind in _NAMED and rule.parts else None
            if number and name is None:
                continue
            if number:
                known[-1] = known[-1]._replace(end=first)
                start = body = first
            known.append(KnownSection(start, at, rule.kind, body, name, rule.furniture))
    if known:
        write("\n")
        known[-1] = known[-1]._replace(end=at)
    return Record(id, "".join(parts), source, tuple(fields), (), tuple(known), format, place)


def _name(rule: Rule, block: Block, start: int) -> tuple[int, int] | None:
    text = block[0].text
    blank = len(text) - len(text.lstrip())
    return (start + blank, start + len(text.rstrip())) if "\n" not in text.strip() else None


def _blocks(rule: Rule, node: Any, prefix: str) -> Iterator[Block]:
    if rule.parallel:
        yield from _parallel(rule, node, prefix)
        return
    for path in rule.paths:
        if rule.parts:
            items = list(_walk(node, path, prefix))
            blocks = [[leaf for part in rule.parts for leaf in leaves(item, part, at)] for at, item in items]
            found = [unique(block) for block in blocks if block]
        else:
            lines = unique(leaves(node, path, prefix))
            found = [lines] if lines else []
        if found:
            yield from found
            return


def _parallel(rule: Rule, node: Any, prefix: str) -> Iterator[Block]:
    """Lists side by side, item by item; where their lengths differ nobody knows what belongs together: one by one."""
    columns = [list(leaves(node, part, prefix)) for part in rule.parts]
    filled = [column for column in columns if column]
    if not filled:
        return
    if len({len(column) for column in filled}) == 1:
        for row in zip_longest(*filled):
            yield unique(row)
        return
    for column in filled:
        yield from ([leaf] for leaf in column)


def unique(found: Iterable[Leaf]) -> Block:
    """Leaves without repetitions of the same text."""
    seen: dict[str, Leaf] = {}
    for leaf in found:
        seen.setdefault(leaf.text, leaf)
    return list(seen.values())


def leaves(node: Any, path: tuple[str, ...], prefix: str) -> Iterator[Leaf]:
    """Texts at `path`; blank ones left out."""
    for at, found in _walk(node, path, prefix):
        text = clean(text_of(found) or "")
        if text.strip():
            yield Leaf(at, text)


def _walk(node: Any, path: tuple[str, ...], at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _walk(item, path, f"{at}[{number}]")
    elif not path:
        if node is not None:
            yield at, node
    elif isinstance(node, dict):
        if path[0] in node:
            yield from _walk(node[path[0]], path[1:], f"{at}.{path[0]}" if at else path[0])
    elif path == ("#text",):  # an element without attributes is its text
        yield at, node


def text_of(node: Any) -> str | None:
    """The text of a leaf; an element with attributes holds it as "#text"."""
    if isinstance(node, str):
        return node
    if isinstance(node, dict):
        inner = node.get("#text")
        return inner if isinstance(inner, str) else None
    return None if isinstance(node, list) else str(node)


def clean(text: str) -> str:
    """Line ends as \\n, also those that an export wrote as markup."""
    return _LINE_BREAK.sub("\n", text) if "\r" in text or "<" in text or "&#" in text else text
