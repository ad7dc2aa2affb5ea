"""ROUTE: the name and NCI Thesaurus code of the CDISC codelist C66729, and the place in the text's words."""

from __future__ import annotations

from extractor.scan import Scan
from extractor.spans import Mention, Value, Warn
from extractor.tag.route import Part
from extractor.tag.route_vocabulary import routes

# the two routes of C66729 that differ from INTRAVENOUS by the noun behind it
FORMS = {
    ("INTRAVENOUS", "bolus"): "INTRAVENOUS BOLUS",
    ("INTRAVENOUS", "boli"): "INTRAVENOUS BOLUS",
    ("INTRAVENOUS", "drip"): "INTRAVENOUS DRIP",
    ("INTRAVENOUS", "push"): "INTRAVENOUS BOLUS",
}
# other readings: a portal vein is a vein; C66729 keeps INTRACAVERNOUS for pathologic cavities, many users do not
ALSO = {"INTRAPORTAL": ("INTRAVENOUS",), "INTRACORPORUS CAVERNOSUM": ("INTRACAVERNOUS",)}


def _value(name: str, site: str | None) -> Value:
    value: Value = {"ncit": routes()[name].ncit, "name": name}
    if site:
        value["site"] = site
    return value


def normalise(mention: Mention, scan: Scan) -> Mention:
    """The mention with {"ncit", "name", "site"?}; ncit is None where neither C66729 nor the FDA's list has a code."""
    part: Part = mention.parts
    text = scan.lower[mention.start : mention.end]
    name = part.name
    for (base, noun), other in FORMS.items():
        if name == base and text.endswith(noun):
            name = other
    others = part.others + ALSO.get(name, ())
    warnings = mention.warnings
    if part.others:
        warnings += (Warn("ROUTE_AMBIGUOUS", f"the abbreviation may also stand for {', '.join(part.others)}"),)
    if routes()[name].ncit is None:
        warnings += (Warn("ROUTE_UNCODED", f"the CDISC ROUTE codelist has no term for {name}"),)
    return mention.but(
        value=_value(name, part.site), alternatives=tuple(_value(o, part.site) for o in others), warnings=warnings
    )
