"""INCEpTION: UIMA CAS XMI (XML 1.0), a file or zip a document
(https://docs.oasis-open.org/uima/v1.0/os/uima-spec-os.html).

CAS offsets are UTF-16 code units. We write the layers webanno.custom.TrialMention and TrialRelation, with a
TypeSystem.xml that declares them; values, fragments and unusual attributes are JSON in string features. We read any
layer with spans: the label is its feature "label", else "value" (NamedEntity), else the layer's name; every other
feature becomes an attribute. Layers with Governor and Dependent are relations. XML 1.0 has no control characters:
they become blanks.

Done with the standard library: dkpro-cassis does the same, but pins seven packages, and only this corner of UIMA is
needed.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.evaluate.gold import FLAGS, GoldDocument, GoldRelation, GoldSpan, Loss, make_document
from extractor.offsets import converter
from extractor.serialise.atomic import write_atomically
from extractor.serialise.names import file_name

XMI = "http://www.omg.org/XMI"
CAS = "http:///uima/cas.ecore"
TCAS = "http:///uima/tcas.ecore"
META = "http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore"
CUSTOM = "http:///webanno/custom.ecore"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_LAYER = re.compile(r"api/(segmentation|metadata|lexmorph|syntax|transform)|/uima/|webanno/internal")
_PLUMBING = {f"{{{XMI}}}id", "sofa", "begin", "end", "mention", "fragments", "attributes", "Governor", "Dependent"}


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """The XMI of a file, of a zip, or of all under a folder."""
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    for name, content in _sources(path):
        documents.append(_document(name, content, losses))
    return documents, losses


def _sources(path: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".xmi", ".zip")) if path.is_dir() else [path]
    for file in files:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in sorted(archive.namelist()):
                    if name.lower().endswith(".xmi"):
                        yield f"{file}!{name}", archive.read(name)
        else:
            yield str(file), file.read_bytes()


def _document(where: str, content: bytes, losses: list[Loss]) -> GoldDocument:
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise InputError(f"{where}: broken XML: {error}") from None
    sofas = [e.get("sofaString", "") for e in root.iter(f"{{{CAS}}}Sofa")]
    if not sofas:
        raise InputError(f"{where}: no cas:Sofa with a text in it")
    text = sofas[0]
    meta = root.find(f"{{{META}}}DocumentMetaData")
    id = (meta.get("documentId") or meta.get("documentTitle") if meta is not None else None) or Path(where).stem
    if len(sofas) > 1:
        losses.append(Loss(id, "second view of the CAS", where))
    back = _from_utf16(text)
    spans, relations = [], []
    for element in root:
        space, _, layer = element.tag[1:].partition("}")
        if element.get("begin") is None or _NO_LAYER.search(space):
            continue
        if element.get("Governor") and element.get("Dependent"):
            relations.append(
                GoldRelation(_label(element, layer)[0], element.attrib["Governor"], element.attrib["Dependent"])
            )
        else:
            spans.append((element.get(f"{{{XMI}}}id", ""), _span(element, layer, back, where)))
    ids = {xmi: span.id for xmi, span in spans}
    kept = [GoldRelation(k.type, ids[k.head], ids[k.tail]) for k in relations if k.head in ids and k.tail in ids]
    if len(kept) < len(relations):
        losses.append(Loss(id, "relation of something that is no span", f"{len(relations) - len(kept)} of them"))
    return make_document(id, text, [span for _, span in spans], kept)


def _label(element: ET.Element, layer: str) -> tuple[str, str | None]:
    """The label, and the feature it came from."""
    for feature in ("label", "value"):
        if element.get(feature):
            return element.attrib[feature], feature
    return layer, None


def _span(element: ET.Element, layer: str, back: Any, where: str) -> GoldSpan:
    label, feature = _label(element, layer)
    attributes: dict[str, str | bool] = {}
    value = None
    try:
        for name, content in element.attrib.items():
            if name == "value" and feature != "value":
                value = json.loads(content)
            elif name not in _PLUMBING and name != feature and content != "false":
                attributes[name] = True if content == "true" else content
        attributes |= json.loads(element.get("attributes") or "{}")
        start, end = back(int(element.attrib["begin"])), back(int(element.attrib["end"]))
        fragments = tuple((a, b) for a, b in json.loads(element.get("fragments") or "[]"))
    except (ValueError, KeyError) as error:
        raise InputError(f"{where}: annotation {element.get(f'{{{XMI}}}id')} of {layer}: {error}") from None
    return GoldSpan(
        element.get("mention") or f"X{element.get(f'{{{XMI}}}id')}", label, start, end, fragments, value, attributes
    )


def _from_utf16(text: str) -> Any:
    """A function from UTF-16 offsets of `text` to code points."""
    if text.isascii():
        return lambda offset: offset
    to = converter(text, "utf16")
    places = [to(i) for i in range(len(text) + 1)]
    return lambda offset: bisect_left(places, offset)


def write(documents: Sequence[GoldDocument], path: Path) -> list[Loss]:
    """ID.xmi for each document and TypeSystem.xml, in the folder `path`."""
    path.mkdir(parents=True, exist_ok=True)
    losses: list[Loss] = []
    write_atomically(path / "TypeSystem.xml", _TYPES.encode())
    for document in documents:
        write_atomically(path / f"{file_name(document.id)}.xmi", _render(document, losses).encode())
    return losses


def _render(document: GoldDocument, losses: list[Loss]) -> str:
    if _FORBIDDEN.search(document.text):
        losses.append(
            Loss(
                document.id, "control characters of the text", f"{len(_FORBIDDEN.findall(document.text))} became blanks"
            )
        )
    to = converter(document.text, "utf16")
    numbers = {span.id: 10 + n for n, span in enumerate(document.spans)}
    meta = {"documentId": document.id, "documentTitle": document.id, "language": "en"}
    lines = [
        _element("cas:NULL", {"xmi:id": 0}),
        _element(
            "metadata:DocumentMetaData", {"xmi:id": 2, "sofa": 1, "begin": 0, "end": to(len(document.text)), **meta}
        ),
    ]
    for span in document.spans:
        place = {"xmi:id": numbers[span.id], "sofa": 1, "begin": to(span.start), "end": to(span.end)}
        lines.append(_element("custom:TrialMention", {**place, **_features(span, document.id, losses)}))
    members = [2, *numbers.values()]
    for n, link in enumerate(document.relations, 10 + len(numbers)):
        tail = next(s for s in document.spans if s.id == link.tail)
        ends = {"Governor": numbers[link.head], "Dependent": numbers[link.tail]}
        place = {"xmi:id": n, "sofa": 1, "begin": to(tail.start), "end": to(tail.end)}
        lines.append(
            _element("custom:TrialRelation", {**place, **ends, "label": _clean(link.type, document.id, losses)})
        )
        members.append(n)
    sofa = {"xmi:id": 1, "sofaNum": 1, "sofaID": "_InitialView", "mimeType": "text", "sofaString": document.text}
    lines.append(_element("cas:Sofa", sofa))
    lines.append(_element("cas:View", {"sofa": 1, "members": " ".join(map(str, members))}))
    spaces = f'xmlns:xmi="{XMI}" xmlns:cas="{CAS}" xmlns:tcas="{TCAS}" xmlns:metadata="{META}" xmlns:custom="{CUSTOM}"'
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<xmi:XMI {spaces} xmi:version="2.0">\n{body}\n</xmi:XMI>\n'


def _features(span: GoldSpan, id: str, losses: list[Loss]) -> dict[str, Any]:
    features: dict[str, Any] = {"mention": _clean(span.id, id, losses), "label": _clean(span.label, id, losses)}
    if span.value is not None:
        features["value"] = json.dumps(span.value)
    if span.fragments:
        features["fragments"] = json.dumps(span.fragments)
    features |= {name: "true" for name, flag in span.attributes.items() if name in FLAGS and flag is True}
    others = {name: v for name, v in span.attributes.items() if name not in features}
    if others:
        features["attributes"] = json.dumps(others)
    return features


def _clean(name: str, id: str, losses: list[Loss]) -> str:
    if _FORBIDDEN.search(name):
        losses.append(Loss(id, "control characters of a name", repr(name)))
    return name


def _element(tag: str, attributes: dict[str, Any]) -> str:
    return f"<{tag} {' '.join(f'{k}={_quoted(str(v))}' for k, v in attributes.items())}/>"


def _quoted(text: str) -> str:
    text = (
        _FORBIDDEN.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
    return '"' + re.sub("[\t\n\r\x85\u2028]", lambda m: f"&#{ord(m[0])};", text) + '"'


def _type(name: str, supertype: str, **features: str) -> str:
    rows = "".join(
        f"<featureDescription><name>{n}</name><description/><rangeTypeName>{r}</rangeTypeName></featureDescription>"
        for n, r in features.items()
    )
    return (
        f"<typeDescription><name>{name}</name><description/><supertypeName>{supertype}</supertypeName>"
        f"<features>{rows}</features></typeDescription>\n"
    )


_STRING, _MENTION = "uima.cas.String", "webanno.custom.TrialMention"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>\n'
    + _type(
        "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData",
        "uima.tcas.DocumentAnnotation",
        documentId=_STRING,
        documentTitle=_STRING,
    )
    + _type(
        _MENTION,
        "uima.tcas.Annotation",
        **dict.fromkeys(("label", "value", "mention", "fragments", "attributes"), _STRING),
        **dict.fromkeys(FLAGS, "uima.cas.Boolean"),
    )
    + _type(
        "webanno.custom.TrialRelation", "uima.tcas.Annotation", Governor=_MENTION, Dependent=_MENTION, label=_STRING
    )
    + "</types></typeSystemDescription>\n"
)
