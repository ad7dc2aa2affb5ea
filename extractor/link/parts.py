"""The names that a mention holds: without brackets, and the parts of "A and B head"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.link.base import base
from extractor.link.keys import fold, key_of
from extractor.link.match import folded_names

_BRACKETS = re.compile(r"\s?[(\[][^()\[\]]*[)\]]")
_LIST = re.compile(r"\s*(?:,\s*(?:and/or|and|or|&)?|\band/or\b|\band\b|\bor\b|&|/)\s*")
_HYPHENS = re.compile(r"(?<=[a-z])-(?=[a-z])")
_ITEM = r"(?:[IVX]{1,4}|[0-9]{1,2}|[A-E])[a-c]?"
_TYPES = re.compile(
    rf"^(?:type|types|class|classes|stage|stages|grade|grades)\s+{_ITEM}(?:(?:\s?[,/-]\s?|\s)(?:(?:and|or|to)\s)?{_ITEM}){{0,6}}\s+",
    re.IGNORECASE,
)
_MOST_PARTS = 5
_MOST_BEGINNING = 4  # words of the first part that the others may share


def without_brackets(mention: str) -> str:
    """ "X (XY) deficiency" -> "X deficiency"; the mention itself when it is all brackets."""
    return " ".join(_BRACKETS.sub(" ", mention).split()) or mention


def without_types(mention: str) -> str:
    """ "Type IIa, IIb or III X", "stage 3 or 4 X" -> "X"."""
    return _TYPES.sub("", mention)


def is_exact_name(text: str) -> bool:
    """Whether a text is the name of a concept as it stands."""
    return key_of(text) in base().names


def is_name(text: str) -> bool:
    """Whether a text is the name of a concept, as it stands or folded."""
    key = key_of(text)
    form = fold(key)
    return bool(key) and (key in base().names or form in base().names or form in folded_names())


def parts(mention: str) -> list[str]:
    """The names in "breast and ovarian cancer", "hepatitis B or C", "type 1 or 2 diabetes"; none when it is one name.

    Every part must be a name of its own once it has got the head or the beginning that it shares.
    """
    if is_exact_name(mention):
        return []
    items = [item for item in _LIST.split(mention) if item]
    if len(items) == 1:
        items = _HYPHENS.split(mention)
    if not 1 < len(items) <= _MOST_PARTS:
        return []
    if all(map(is_name, items)):
        return items
    wholes = list(_wholes(items))
    for known in (is_exact_name, is_name):
        for whole in wholes:
            if all(map(known, whole)):
                return whole
    return []


def _wholes(items: list[str]) -> Iterator[list[str]]:
    """The items with the head of the last one, the beginning of the first one, or both."""
    first, last = items[0].split(), items[-1].split()
    for tail in range(1, len(last) + 1):
        head = " ".join(last[tail:])
        for kept in range(min(len(first), _MOST_BEGINNING)):
            if not head and not kept:
                continue
            beginning = " ".join(first[:kept])
            yield [
                items[0] + " " * bool(head) + head,
                *(f"{beginning} {item} {head}".strip() for item in items[1:-1]),
                f"{beginning} {items[-1]}".strip(),
            ]
