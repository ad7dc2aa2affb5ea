"""Routes: the vocabulary and what cases cannot say."""

from __future__ import annotations

import re
from itertools import pairwise

from extractor.normalise.route import normalise
from extractor.pipeline import scan_text
from extractor.tag.route import find
from extractor.tag.route_vocabulary import COLUMNS, routes
from extractor.vocab import load_table


def _read(text: str) -> list:
    scan = scan_text(text)
    return [normalise(m, scan) for m in find(scan)]


def test_codes_have_their_form_and_are_many() -> None:
    codes = [r.ncit for r in routes().values() if r.ncit]
    assert len(codes) >= 70
    assert all(re.fullmatch(r"C[0-9]{5,6}", code) for code in codes)


def test_codes_that_others_confuse() -> None:
    named = {name: r.ncit for name, r in routes().items()}
    assert named["INTRATHECAL"] == "C38267"
    assert named["INTRAVENTRICULAR"] == "C38277"
    assert named["EPIDURAL"] == "C38210"
    assert named["INTRAEPIDERMAL"] == "C38243"


def test_only_uncoded_routes_have_no_code() -> None:
    rows = load_table("routes.csv", COLUMNS)
    assert all(row["ncit"] or row["source"].startswith("registry usage") for row in rows)


def test_portal_vein_keeps_the_other_reading() -> None:
    (mention,) = _read("Hepatocytes are infused through the portal vein.")
    assert mention.value == {"ncit": None, "name": "INTRAPORTAL", "site": "portal vein"}
    assert [a["ncit"] for a in mention.alternatives] == ["C38276"]
    assert [w.code for w in mention.warnings] == ["ROUTE_UNCODED"]


def test_ambiguous_abbreviation_names_its_other_readings() -> None:
    (mention,) = _read("methotrexate 12 mg IT on day 1")
    assert mention.value["name"] == "INTRATHECAL"
    assert "INTRATUMOR" in [a["name"] for a in mention.alternatives]
    assert mention.warnings[0].code == "ROUTE_AMBIGUOUS"


def test_mentions_are_disjoint_and_sorted() -> None:
    found = find(
        scan_text("IV or oral, i.v. infusion into the femoral vein, SC injection; injected into the knee joint " * 5)
    )
    assert all(a.end <= b.start for a, b in pairwise(found))
