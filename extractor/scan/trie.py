"""One pattern for many phrases: alternatives share their beginnings, so that each place of the text is tried once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_END = ""


def trie_pattern(phrases: Iterable[str], blank: str = r"\s{1,2}") -> str:
    """A regular expression that matches the longest of `phrases`; a blank in a phrase matches `blank`."""
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for char in phrase:
            node = node.setdefault(char, {})
        node[_END] = {}
    return _source(root, blank)


def _source(node: dict[str, Any], blank: str) -> str:
    prefix = ""
    while len(node) == 1 and _END not in node:
        ((char, node),) = node.items()
        prefix += blank if char == " " else re.escape(char)
    branches = [
        (blank if char == " " else re.escape(char)) + _source(child, blank)
        for char, child in node.items()
        if char != _END
    ]
    if not branches:
        return prefix
    group = f"(?:{'|'.join(branches)})"
    return f"{prefix}{group}?" if _END in node else f"{prefix}{group}"
