"""XML of the registries, streamed: ClinicalTrials.gov (classic study, search results), ICTRP, ChiCTR, ISRCTN, EudraCT.

Entities are never resolved, nothing is loaded from elsewhere, and libxml2's limits on depth and size stay on.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from extractor.errors import InputError
from extractor.read.formats import shapes
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source

# elements that hold one record
_RECORDS = frozenset({"clinical_study", "study", "trial", "Trial", "Triall", "result"})
_PROLOG = re.compile(r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_ENTITY = re.compile(r"<!ENTITY")
_SPACE = re.compile(r"\s*\n\s*")


def root_of(head: str) -> str | None:
    """The name of the first element."""
    match = _ROOT.match(head, _PROLOG.match(head).end())  # type: ignore[union-attr]
    return match[2] if match else None


def sniff(source: Source, head: str) -> bool:
    """Begins with an element, of a document that is no HTML."""
    root = root_of(head)
    return (
        root is not None
        and root.lower() != "html"
        and (head.lstrip("\ufeff \t\r\n").startswith("<?xml") or _is_xml(head, root))
    )


def _is_xml(head: str, root: str) -> bool:
    """Without a declaration: a root that we know, or one that is closed again at the end of a short text."""
    known = _RECORDS | {
        "search_results",
        "Trials_downloaded_from_ICTRP",
        "trials",
        "allTrials",
        "fullTrial",
        "clinical_studies",
    }
    return root in known or head.rstrip().endswith(f"</{root}>")


def records(source: Source) -> Iterator[Record | FailedInput]:
    """Records in order. Raises InputError for a damaged document, after the records before the damage."""
    if _ENTITY.search(source.head.decode("latin-1")):
        raise InputError("the document declares entities: not read, for safety")
    count = 0
    held: Record | FailedInput | None = None  # a record is good when something follows it: the last may be cut off
    with source.open() as file:
        parser = etree.iterparse(
            file, events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            for _, element in parser:
                name = local(element.tag)
                if name not in _RECORDS or _inside_record(element):
                    continue
                place = f"{name}[{count}]"
                count += 1
                if held is not None:
                    yield held
                held = _record(element, source, place)
                _free(element)
        except etree.XMLSyntaxError as error:
            raise InputError(f"damaged XML after {count:,} records: {str(error)[:200]}") from None
        broken = [e for e in parser.error_log if e.level >= etree.ErrorLevels.FATAL and e.type_name in _LOSSES]
    if broken:
        raise InputError(f"damaged XML: cut off in record {count:,}, line {broken[0].line}: {broken[0].message[:200]}")
    if held is not None:
        yield held
    if not count:
        raise InputError("XML of no known registry")


# errors of libxml2 after which something is missing
_LOSSES = ("ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_EMPTY", "ERR_RESOURCE_LIMIT", "ERR_GT_REQUIRED")


def _inside_record(element: Any) -> bool:
    """A record's own element of that name: `study` in a list of references, say."""
    return any(local(parent.tag) in _RECORDS for parent in element.iterancestors())


def _record(element: Any, source: Source, place: str) -> Record | FailedInput:
    node = to_node(element)
    try:
        return shapes.read(node, source.name, place)
    except InputError as error:
        return FailedInput(f"{source.name}: {place}", error)


def _free(element: Any) -> None:
    """Forget what has been read."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def local(tag: Any) -> str:
    """A tag without its namespace."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def to_node(element: Any) -> Any:
    """Dicts, lists and texts: attributes as "@name", the text beside them as "#text", repeated elements as a list."""
    children = [child for child in element if isinstance(child.tag, str)]
    text = _own_text(element)
    node: dict[str, Any] = {
        f"@{local(name)}": value for name, value in element.attrib.items() if not name.startswith("{")
    }
    if not children:
        if not node:
            return text
        return {**node, "#text": text}
    for child in children:
        name, value = local(child.tag), to_node(child)
        if name in node:
            if not isinstance(node[name], list):
                node[name] = [node[name]]
            node[name].append(value)
        else:
            node[name] = value
    if text.strip():
        node["#text"] = text
    return node


def _own_text(element: Any) -> str:
    pieces = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            pieces.append(html.unescape(child.text))
        pieces.append(child.tail or "")
    text = "".join(pieces)
    # a value on a line of its own between its tags is laid out, not written so
    return text.strip() if _SPACE.match(text) and "\n" not in text.strip() else text
