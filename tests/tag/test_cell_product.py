"""Cell products: concepts, introduced names, costs that cases cannot say."""

from __future__ import annotations

from extractor.pipeline import scan_text
from extractor.tag.cell_product import find


def _texts(text: str) -> list[str]:
    scan = scan_text(text)
    return [scan.text[m.start : m.end] for m in find(scan)]


def test_mesenchymal_cells_carry_their_cell_ontology_code() -> None:
    for text in ("autologous mesenchymal stem cells", "UC-MSCs are infused"):
        (mention,) = find(scan_text(text))
        assert mention.concepts[0]["code"] == "CL:0000134"


def test_an_intervention_named_by_a_code_is_found_everywhere() -> None:
    interventions = "Interventions\nABX-22\nBiological\nallogeneic umbilical cord cells\n\n"
    text = f"Title\nA study of ABX-22\n\n{interventions}Outcomes\nSafety of ABX-22"
    assert _texts(text).count("ABX-22") == 3


def test_a_drug_among_the_interventions_is_not() -> None:
    text = "Interventions\nABX-22\nBiological\nmonoclonal antibody\n\nMSC\nBiological\nMSC once"
    assert "ABX-22" not in _texts(text)


def test_lines_of_a_list_are_not_joined() -> None:
    assert _texts("Keywords\nBone marrow\nMesenchymal stem cell") == ["Mesenchymal stem cell"]


def test_many_introduced_names_cost_no_more_than_a_fixed_number() -> None:
    text = " ".join(f"MSC (AB{i})" for i in range(500))
    assert len(find(scan_text(text))) >= 500
