"""HTML: the protocol page of the EU Clinical Trials Register by its coded rows; any other page as its visible text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from extractor.errors import InputError
from extractor.read.formats import shapes
from extractor.read.formats.euctr_text import Coded
from extractor.read.formats.xmls import root_of
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import encoding_of, read_all

MOST = 64 * 1024 * 1024
_LINK = re.compile(r"trial/(\d{4}-\d{6}-\d{2})/([A-Z0-9]{2,3})\b")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "svg", "head", "iframe", "button", "select", "textarea"]
)


def sniff(source: Source, head: str) -> bool:
    """A document whose first element is html, or that says so."""
    begin = head.lstrip("\ufeff \t\r\n")[:400].lower()
    return begin.startswith(("<!doctype html", "<html")) or (
        begin.startswith("<") and (root_of(head) or "").lower() == "html"
    )


def records(source: Source) -> Iterator[Record | FailedInput]:
    """One record."""
    data = read_all(source, MOST)
    text = data.decode(encoding_of(source.head), "extractor.lenient")
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"damaged HTML: {str(error)[:200]}") from None
    if tree is None:
        raise InputError("an HTML document without content")
    if tree.find(".//table[@id='section-e']") is not None:
        yield _euctr(tree, text, source)
        return
    yield Record(source.stem, visible(tree), source.name, format="html")


def _euctr(tree: Any, text: str, source: Source) -> Record:
    coded = Coded()
    for row in tree.iterfind(".//tr"):
        cells = row.findall("td")
        if len(cells) >= 3 and "first" in (cells[0].get("class") or ""):
            inner = cells[2].find(".//table//td")
            coded.put(_flat(cells[0]), _flat(cells[1]), visible(inner if inner is not None else cells[2]).strip())
        elif len(cells) == 1 and re.match(r"D\.IMP: ?\d", _flat(cells[0])):
            coded.product()
    number = str(coded.fields.get("A.2", "")).strip()
    country = next((m[2] for m in _LINK.finditer(text) if m[1] == number), None)
    return shapes.euctr(coded.fields, source.name, "", country)


def _flat(cell: Any) -> str:
    return " ".join("".join(cell.itertext()).split())


def visible(tree: Any) -> str:
    """The text that a reader sees, a line for each block."""
    pieces: list[str] = []
    _collect(tree, pieces)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _collect(root: Any, pieces: list[str]) -> None:
    """Iterative: a page may nest deeper than Python recurses. White space of the source is no line end."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _UNSEEN:
                walker.skip_subtree()
                continue
            if tag in _BLOCKS:
                pieces.append("\n")
            pieces.append((element.text or "").replace("\n", " ").replace("\r", " "))
        else:
            if tag in _BLOCKS and tag != "br":
                pieces.append("\n")
            if element is not root:
                pieces.append((element.tail or "").replace("\n", " ").replace("\r", " "))
