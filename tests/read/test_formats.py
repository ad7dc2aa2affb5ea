"""Every registry's format: recognised by content, with the right id, known sections, every field's place told."""

from __future__ import annotations

import codecs
import json
import os
from pathlib import Path

import pytest

from extractor.extractor import Extractor
from extractor.pipeline import scan_text
from extractor.read import FailedInput, Record, read_inputs
from tests.read import samples
from tests.read.samples import SAMPLES, Sample


def read(path: Path) -> list[Record | FailedInput]:
    return list(read_inputs([str(path)]))


def one(path: Path) -> Record:
    found = read(path)
    assert len(found) == 1 and isinstance(found[0], Record), found
    return found[0]


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("name", ["right.bin", "trial.txt", "x.xml", "x.json", "x.csv"])
def test_recognised_whatever_its_name(sample: Sample, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(sample.data)
    record = one(tmp_path / name)
    assert (record.format, record.id) == (sample.format, sample.id)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_fields_are_ranges_of_the_text_in_known_sections(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(sample.data)
    record = one(tmp_path / "x")
    found = {record.text[f.start : f.end].strip(): f for f in record.fields}
    for text, kind in sample.holds.items():
        assert text in found, (text, list(found))
        assert found[text].kind == kind
        section = next(s for s in record.sections if s.start <= found[text].start < s.end)
        assert section.kind == kind and section.body <= found[text].start
    assert sample.path in [f.path for f in record.fields]
    assert record.sections[0].start == 0 and record.sections[-1].end == len(record.text)
    assert all(a.end == b.start for a, b in zip(record.sections, record.sections[1:], strict=False))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_sections_of_the_source_hold_in_the_scan(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(sample.data)
    record = one(tmp_path / "x")
    scan = scan_text(record.text, record.sections)
    for field in record.fields:
        section = scan.section_at(scan.aligned.to_view(field.start))
        inside = {"eligibility": ("inclusion", "exclusion"), "summary": (), "description": ()}.get(field.kind, ())
        assert section is not None and section.kind in (field.kind, *inside)


def test_criteria_in_one_field_are_parted_by_their_headings(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(SAMPLES["ctgov-v2 study"].data)
    record = one(tmp_path / "x")
    scan = scan_text(record.text, record.sections)
    at = {word: scan.section_at(scan.text.index(word)).kind for word in ("Creatinine", "Pregnancy")}  # type: ignore[union-attr]
    assert at == {"Creatinine": "inclusion", "Pregnancy": "exclusion"}


def test_arms_are_sections_with_names(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(SAMPLES["ctgov-v2 study"].data)
    record = one(tmp_path / "x")
    names = [record.text[slice(*s.name)] for s in record.sections if s.kind == "arm" and s.name]
    assert names == [samples.ARM, "Control"]


def test_a_field_named_like_a_heading_opens_no_section(tmp_path: Path) -> None:
    study = samples.v2()
    study["protocolSection"]["conditionsModule"]["conditions"] = ["Exclusion Criteria:", "Second disease"]
    (tmp_path / "x").write_text(json.dumps(study), encoding="utf-8")
    record = one(tmp_path / "x")
    scan = scan_text(record.text, record.sections)
    assert scan.section_at(scan.text.index("Second disease")).kind == "conditions"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "mark, encoding",
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
@pytest.mark.parametrize(
    "name", ["ctgov-v2 study", "ctgov-v2 list", "ctgov csv new", "eu ctr text", "eu ctr page", "criteria csv"]
)
def test_encodings(name: str, mark: bytes, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(mark + SAMPLES[name].data.decode().encode(encoding))
    assert one(tmp_path / "x").id == SAMPLES[name].id


def test_xml_says_its_encoding_itself(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?>' + samples.classic_study().replace(
        samples.TITLE, "Étude de 5 µL"
    )
    (tmp_path / "x").write_bytes(text.encode("latin-1"))
    assert "Étude de 5 µL" in one(tmp_path / "x").text


def test_a_bad_byte_costs_a_character_and_no_row(tmp_path: Path) -> None:
    data = samples.table({"NCT Number": "NCT1", "Title": "5 \u00b5L", "Conditions": "x"}, rows=3).replace(
        b"\xc2\xb5", b"\xb5"
    )
    (tmp_path / "x").write_bytes(data)
    found = read(tmp_path / "x")
    assert [r.id for r in found if isinstance(r, Record)] == ["NCT1", "NCT1-2", "NCT1-3"]
    assert "5 µL" in found[0].text  # type: ignore[union-attr]


def test_many_records_in_each_kind_of_file(tmp_path: Path) -> None:
    ids = [f"NCT{n:08}" for n in range(1, 41)]
    files = {
        "list": json.dumps([samples.v2(i) for i in ids]),
        "page": json.dumps({"studies": [samples.v2(i) for i in ids]}),
        "lines": "\n".join(json.dumps(samples.v2(i)) for i in ids) + "\n",
        "answer": json.dumps({"FullStudiesResponse": {"FullStudies": [{"Study": samples.v1(i)} for i in ids]}}),
        "xml": "<clinical_studies>" + "".join(samples.classic_study(i) for i in ids) + "</clinical_studies>",
        "texts": "\n".join(json.dumps({"id": i, "text": f"Infusion {i}"}) for i in ids),
        "wrapped": json.dumps({"meta": {"n": 40}, "data": [samples.v2(i) for i in ids]}),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert [r.id if isinstance(r, Record) else r.error for r in read(tmp_path / name)] == ids, name


def test_exclusion_criteria_in_the_field_of_the_inclusion_criteria_are_told_apart(tmp_path: Path) -> None:
    """As ICTRP hands on trials of ClinicalTrials.gov, line ends as markup."""
    criteria = "Inclusion Criteria:&#x0D;&lt;br&gt;- Adults aged 18 to 75 years&#x0D;&lt;br&gt;Exclusion Criteria:&#x0D;&lt;br&gt;- Stroke"
    (tmp_path / "x").write_text(
        f"<Trials_downloaded_from_ICTRP><Trial><TrialID>NCT1\n  </TrialID><Inclusion_Criteria>{criteria}\n"
        "  </Inclusion_Criteria><Exclusion_Criteria/></Trial></Trials_downloaded_from_ICTRP>",
        encoding="utf-8",
    )
    (record,) = read(tmp_path / "x")
    assert isinstance(record, Record) and record.id == "NCT1"
    found = Extractor(("AGE", "CONDITION")).annotate(record.text, sections=record.sections)
    kinds = {s.id: s.kind for s in found.sections}
    assert [(e.text, kinds[e.section or ""]) for e in found.entities] == [
        ("aged 18 to 75 years", "inclusion"),
        ("Stroke", "exclusion"),
    ]


def test_eu_ctr_full_text_has_a_record_a_country(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(samples.EU_CTR + "\n" + samples.EU_CTR_NEXT, encoding="utf-8")
    assert [r.id for r in read(tmp_path / "x") if isinstance(r, Record)] == ["2099-000001-10-ES", "2099-000001-10-FR"]


def test_aact_tables_of_a_folder_are_put_together(tmp_path: Path) -> None:
    tables = {
        "brief_summaries.txt": "id|nct_id|description\n1|NCT2|Second\n2|NCT1|First\n",
        "detailed_descriptions.txt": 'id|nct_id|description\n1|NCT1|"Long, with\nlines"\n',
        "design_outcomes.txt": "id|nct_id|outcome_type|measure|time_frame\n"
        "1|NCT1|secondary|Pain|1 week\n2|NCT1|primary|Death|1 year\n",
        "eligibilities.txt": "id|nct_id|gender|criteria\n1|NCT1|All|Inclusion\n",
        "facilities.txt": "id|nct_id|city\n1|NCT1|Nowhere\n",
        "studies.txt": "nct_id|brief_title|overall_status\nNCT1|One|Done\nNCT2|Two|Done\n",
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read(tmp_path)
    assert [r.id for r in found if isinstance(r, Record)] == ["NCT1", "NCT2"] and len(found) == 2
    first = found[0].text  # type: ignore[union-attr]
    heads = [
        "Brief Summary\nFirst",
        "Detailed Description\nLong, with\nlines",
        "Primary Outcome Measures\nDeath\n1 year",
        "Secondary Outcome Measures\nPain",
    ]
    assert [first.find(h) > 0 for h in heads] == [True] * 4 and "Nowhere" not in first


@pytest.mark.parametrize(
    "data, says",
    [
        (b'{"protocolSection": {"identificationModule"', "damaged JSON"),
        (b'{"unknown": 1}', "no known registry"),
        (b"<?xml version='1.0'?><menu><item/></menu>", "no known registry"),
        (b'<!DOCTYPE a [<!ENTITY x "yy">]><clinical_study>&x;</clinical_study>', "entities"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (bytes(range(256)) * 20, "binary"),
        (b'[{"a": 1}]', "no known registry"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    (tmp_path / "y.txt").write_text("Good", encoding="utf-8")
    found = read(tmp_path)
    failed = [item for item in found if isinstance(item, FailedInput)]
    assert failed and says in str(failed[0].error)
    assert [item.id for item in found if isinstance(item, Record)] == ["y"]


def test_damage_inside_a_list_keeps_what_stood_before(tmp_path: Path) -> None:
    whole = json.dumps([samples.v2("NCT1"), samples.v2("NCT2"), samples.v2("NCT3")])
    (tmp_path / "cut.json").write_text(whole[: whole.index("NCT3")], encoding="utf-8")
    xml = "<clinical_studies>" + samples.classic_study("NCT4") + samples.classic_study("NCT5")[:200]
    (tmp_path / "cut.xml").write_text(xml, encoding="utf-8")
    (tmp_path / "lines.json").write_text(
        '{"id": "a", "text": "x"}\n{"id": "b", "te\n{"id": "c", "text": "z"}\n', encoding="utf-8"
    )
    found = read(tmp_path)
    assert [i.id for i in found if isinstance(i, Record)] == ["NCT1", "NCT2", "NCT4", "a", "c"]
    assert [Path(i.source.split(":")[0]).name for i in found if isinstance(i, FailedInput)] == [
        "cut.json",
        "cut.xml",
        "lines.json",
    ]


@pytest.mark.parametrize("damaged", ['{"id": "a", "te', '{"id": "a"} text', '{"id": "a", "text": "x"}, {'])
def test_damage_in_the_first_line_of_json_lines_loses_no_other(damaged: str, tmp_path: Path) -> None:
    good = [json.dumps({"id": id, "text": "x", "n": float("nan")}) for id in "bc"]
    (tmp_path / "x.jsonl").write_text("\n".join([damaged, *good]), encoding="utf-8")
    failed, *records = read(tmp_path / "x.jsonl")
    assert isinstance(failed, FailedInput) and failed.source.endswith("x.jsonl: line 1")
    assert [r.id for r in records if isinstance(r, Record)] == ["b", "c"]


def test_xml_bombs_are_refused_quickly(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    (tmp_path / "x").write_text(
        f'<!DOCTYPE s [<!ENTITY l0 "ha">{levels}]><clinical_study>&l11;</clinical_study>', encoding="utf-8"
    )
    outside = '<!DOCTYPE s SYSTEM "file:///etc/passwd"><clinical_study><id_info><nct_id>NCT1</nct_id></id_info></clinical_study>'
    (tmp_path / "y").write_text(outside, encoding="utf-8")
    found = read(tmp_path)
    assert isinstance(found[0], FailedInput) and isinstance(found[1], Record) and found[1].id == "NCT1"


REGISTRY = os.environ.get("TRIAL_EXTRACTOR_REGISTRY", "")


@pytest.mark.skipif(not REGISTRY, reason="TRIAL_EXTRACTOR_REGISTRY names no folder with downloads of the registries")
def test_real_downloads_are_read_without_loss() -> None:
    found = list(read_inputs([REGISTRY]))
    failed = [f"{item.source}: {item.error}" for item in found if isinstance(item, FailedInput)]
    assert not failed and len(found) > 100
    records = [item for item in found if isinstance(item, Record)]
    assert len({r.id for r in records}) == len(records)
    for record in records:
        assert record.text.strip()
        assert all(record.text[f.start : f.end].strip() for f in record.fields)
