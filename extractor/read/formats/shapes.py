"""Which registry a parsed record comes from, by its fields; shared by the JSON and the XML reader."""

from __future__ import annotations

import re
from typing import Any

from extractor.errors import InputError
from extractor.read.layout import record as lay_out
from extractor.read.layout import text_of
from extractor.read.record import Record

_IDS = ("id", "doc_id", "document_id", "nct_id", "nctId", "trial_id", "_id", "name")
_TEXTS = ("text", "content", "body")
# how the EU Clinical Trials Register's names of member states begin, and its codes
COUNTRIES = {
    "austria": "AT", "belgium": "BE", "bulgaria": "BG", "croatia": "HR", "cyprus": "CY", "czech": "CZ", "denmark": "DK",
    "estonia": "EE", "finland": "FI", "france": "FR", "germany": "DE", "greece": "GR", "hungary": "HU", "iceland": "IS",
    "ireland": "IE", "italy": "IT", "latvia": "LV", "liechtenstein": "LI", "lithuania": "LT", "luxembourg": "LU",
    "malta": "MT", "netherlands": "NL", "norway": "NO", "poland": "PL", "portugal": "PT", "romania": "RO",
    "slovakia": "SK", "slovenia": "SI", "spain": "ES", "sweden": "SE", "uk": "GB", "united kingdom": "GB",
    "outside": "3RD",
}  # fmt: skip
_EUCTR_KEY = re.compile(r"([a-h])(\d{1,7})_")


def read(node: Any, source: str, place: str = "") -> Record:
    """The Record of one parsed object. Raises InputError when its shape is unknown."""
    if isinstance(node, str) and node.strip():
        return Record(None, node, source, place=place)
    if not isinstance(node, dict):
        raise InputError(f"a record must be an object or a text, not {type(node).__name__}")
    try:
        found = _read(node, source, place)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"a record of an unexpected build: {type(error).__name__}: {error}"[:300]) from None
    if found is None:
        keys = ", ".join(sorted(map(str, node))[:6])
        raise InputError(
            f"an object of no known registry and without a text (it has: {keys})" if node else "an empty object"
        )
    return found


def _read(node: dict[str, Any], source: str, place: str) -> Record | None:
    for shape in (
        _ctgov_v2,
        _ctgov_v1,
        _ctgov_fields,
        _ctgov_xml,
        _who,
        _isrctn,
        _ctis,
        _eudract,
        _euctr,
        _ictrp,
        _search,
        _plain,
    ):
        if found := shape(node, source, place):
            return found
    return None


def known(node: Any) -> bool:
    """Would `read` take it?"""
    try:
        read(node, "")
    except InputError:
        return False
    return True


def _get(node: Any, *path: str) -> str | None:
    for name in path:
        if isinstance(node, list):
            node = node[0] if node else None
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, list):
        node = node[0] if node else None
    text = text_of(node) if node is not None else None
    return text.strip() or None if text else None


def _ctgov_v2(node: dict[str, Any], source: str, place: str) -> Record | None:
    if not isinstance(node.get("protocolSection"), dict):
        return None
    return lay_out("ctgov-v2", node, _get(node, "protocolSection", "identificationModule", "nctId"), source, place)


def _ctgov_v1(node: dict[str, Any], source: str, place: str) -> Record | None:
    prefix = ""
    for wrapper in ("FullStudy", "Study"):
        if isinstance(node.get(wrapper), dict):
            node, prefix = node[wrapper], f"{prefix}.{wrapper}".lstrip(".")
    if not isinstance(node.get("ProtocolSection"), dict):
        return None
    return lay_out(
        "ctgov-v1", node, _get(node, "ProtocolSection", "IdentificationModule", "NCTId"), source, place, prefix
    )


def _ctgov_fields(node: dict[str, Any], source: str, place: str) -> Record | None:
    return lay_out("ctgov-v1-fields", node, _get(node, "NCTId"), source, place) if "NCTId" in node else None


def _ctgov_xml(node: dict[str, Any], source: str, place: str) -> Record | None:
    node = node["clinical_study"] if isinstance(node.get("clinical_study"), dict) else node
    if not isinstance(node.get("id_info"), dict | list):
        return None
    return lay_out("ctgov-xml", node, _get(node, "id_info", "nct_id"), source, place)


def _who(node: dict[str, Any], source: str, place: str) -> Record | None:
    return (
        lay_out("who-xml", node, _get(node, "main", "trial_id"), source, place)
        if _get(node, "main", "trial_id")
        else None
    )


def _isrctn(node: dict[str, Any], source: str, place: str) -> Record | None:
    node = node["trial"] if isinstance(node.get("trial"), dict) else node
    number = _get(node, "isrctn")
    if number is None or "trialDescription" not in node:
        return None
    return lay_out("isrctn", node, "ISRCTN" + number.upper().removeprefix("ISRCTN"), source, place)


def _ctis(node: dict[str, Any], source: str, place: str) -> Record | None:
    number = _get(node, "ctNumber")
    inner = node.get("authorizedApplication")
    if number is None or not ("authorizedPartI" in node or isinstance(inner, dict)):
        return None
    if isinstance(inner, dict) and "authorizedPartI" not in node:
        moved = {**node, "authorizedPartI": inner.get("authorizedPartI")}
        found = lay_out("ctis", moved, number, source, place)
        fields = tuple(
            f._replace(path="authorizedApplication." + f.path) if f.path.startswith("authorizedPartI") else f
            for f in found.fields
        )
        return Record(found.id, found.text, source, fields, (), found.sections, "ctis", place)
    return lay_out("ctis", node, number, source, place)


def _eudract(node: dict[str, Any], source: str, place: str) -> Record | None:
    number = _get(node, "@eudractNumber")
    if number is None or "trialInformation" not in node:
        return None
    return lay_out("eudract-results", node, number, source, place)


def _euctr(node: dict[str, Any], source: str, place: str) -> Record | None:
    if "a2_eudract_number" not in node:
        return None
    coded, names = _coded(node)
    products = [_coded(item)[0] for item in node.get("dimp") or () if isinstance(item, dict)]
    coded["D.IMP"] = products
    found = euctr(coded, source, place)
    return Record(
        found.id,
        found.text,
        source,
        tuple(f._replace(path=names.get(f.path, f.path)) for f in found.fields),
        (),
        found.sections,
        "euctr",
        place,
    )


def _coded(node: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Fields by the register's codes ("e51_primary…" is E.5.1), of which dots were lost; and the key of each code."""
    coded: dict[str, Any] = {}
    names: dict[str, str] = {}
    for key, value in node.items():
        match = _EUCTR_KEY.match(key)
        if match and isinstance(value, str):
            code = f"{match[1].upper()}.{'.'.join(_digits(match[1], match[2]))}"
            if code not in coded:
                coded[code], names[code] = value, key
    return coded, names


def _digits(letter: str, digits: str) -> list[str]:
    """D.3.10, D.3.11 are the only codes of two digits that are used here."""
    if letter == "d" and digits.startswith(("310", "311")):
        return ["3", digits[1:3], *digits[3:]]
    return list(digits)


def euctr(coded: dict[str, Any], source: str, place: str, country: str | None = None) -> Record:
    """A record of the EU Clinical Trials Register from its coded fields; id: EudraCT number and country."""
    number = text_of(coded.get("A.2")) or ""
    state = (text_of(coded.get("A.1")) or "").casefold()
    code = country or next((c for name, c in COUNTRIES.items() if state.startswith(name)), "")
    id = "-".join(part for part in (number.strip(), code) if part)
    return lay_out("euctr", coded, id or None, source, place)


def _ictrp(node: dict[str, Any], source: str, place: str) -> Record | None:
    lower = {key.lower(): value for key, value in node.items()}
    return lay_out("ictrp", lower, _get(lower, "trialid"), source, place) if "trialid" in lower else None


def _search(node: dict[str, Any], source: str, place: str) -> Record | None:
    return (
        lay_out("ctgov-search-xml", node, _get(node, "nct_id"), source, place)
        if "nct_id" in node and "title" in node
        else None
    )


def _plain(node: dict[str, Any], source: str, place: str) -> Record | None:
    text = next((node[key] for key in _TEXTS if isinstance(node.get(key), str)), None)
    if text is None:
        return None
    return Record(
        next((_get(node, key) for key in _IDS if _get(node, key)), None), text, source, format="json", place=place
    )
