"""One invented trial in the format of every registry."""
# ruff: noqa: E501  (documents as they come)

from __future__ import annotations

import csv
import io
import json
from typing import Any, NamedTuple

NCT = "NCT99000001"
TITLE = "Amniotic cells for made-up knee disease"
CONDITION = "Imaginary arthrosis"
SUMMARY = "A study that nobody ran."
INCLUSION = "1. Age 21 to 77 years\n2. Creatinine < 1.4 mg/dL"
EXCLUSION = "1. Pregnancy\n2. Allergy to <fiction>"
CRITERIA = f"Inclusion Criteria:\n\n{INCLUSION}\n\nExclusion Criteria:\n\n{EXCLUSION}"
ARM = "High dose"
ARM_TEXT = "Two infusions of 3 x 10^6 cells/kg, 4 weeks apart"
DRUG = "Amniocel"
DRUG_TEXT = "Given intravenously over 40 minutes"
OUTCOME = "Walking distance"
FRAME = "6 months"


class Sample(NamedTuple):
    """Bytes in one format; `holds` are texts that must come out, with the kind of section they stand in; `path` of one field."""

    data: bytes
    format: str
    id: str
    holds: dict[str, str]
    path: str


def v2(nct: str = NCT, **more: Any) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": nct, "briefTitle": TITLE, **more},
            "statusModule": {"overallStatus": "UNKNOWN"},
            "descriptionModule": {"briefSummary": SUMMARY},
            "conditionsModule": {"conditions": [CONDITION]},
            "armsInterventionsModule": {
                "armGroups": [
                    {"label": ARM, "type": "EXPERIMENTAL", "description": ARM_TEXT},
                    {"label": "Control", "type": "NO_INTERVENTION"},
                ],
                "interventions": [{"type": "BIOLOGICAL", "name": DRUG, "description": DRUG_TEXT}],
            },
            "outcomesModule": {"primaryOutcomes": [{"measure": OUTCOME, "timeFrame": FRAME}]},
            "eligibilityModule": {"eligibilityCriteria": CRITERIA, "sex": "ALL", "healthyVolunteers": False},
        },
        "hasResults": False,
    }


def v1(nct: str = NCT) -> dict[str, Any]:
    return {
        "ProtocolSection": {
            "IdentificationModule": {"NCTId": nct, "BriefTitle": TITLE},
            "DescriptionModule": {"BriefSummary": SUMMARY},
            "ConditionsModule": {"ConditionList": {"Condition": [CONDITION]}},
            "ArmsInterventionsModule": {
                "ArmGroupList": {"ArmGroup": [{"ArmGroupLabel": ARM, "ArmGroupDescription": ARM_TEXT}]},
                "InterventionList": {
                    "Intervention": [{"InterventionName": DRUG, "InterventionDescription": DRUG_TEXT}]
                },
            },
            "OutcomesModule": {
                "PrimaryOutcomeList": {
                    "PrimaryOutcome": [{"PrimaryOutcomeMeasure": OUTCOME, "PrimaryOutcomeTimeFrame": FRAME}]
                }
            },
            "EligibilityModule": {"EligibilityCriteria": CRITERIA},
        }
    }


def fields(nct: str = NCT) -> dict[str, Any]:
    return {
        "Rank": 1,
        "NCTId": [nct],
        "BriefTitle": [TITLE],
        "BriefSummary": [SUMMARY],
        "Condition": [CONDITION],
        "Acronym": [],
        "ArmGroupLabel": [ARM, "Control"],
        "ArmGroupDescription": [ARM_TEXT],
        "InterventionName": [DRUG],
        "InterventionDescription": [DRUG_TEXT],
        "PrimaryOutcomeMeasure": [OUTCOME],
        "PrimaryOutcomeTimeFrame": [FRAME],
        "EligibilityCriteria": [CRITERIA],
    }


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def classic_study(nct: str = NCT) -> str:
    crlf = escape(CRITERIA).replace("\n", "&#xD;\n")
    return f"""<clinical_study rank="1">
  <!-- as the classic site gave it -->
  <required_header><url>https://example.org/{nct}</url></required_header>
  <id_info><org_study_id>X-1</org_study_id><nct_id>{nct}</nct_id></id_info>
  <brief_title>{TITLE}</brief_title>
  <brief_summary><textblock>
      {SUMMARY}
    </textblock></brief_summary>
  <enrollment type="Anticipated">12</enrollment>
  <condition>{CONDITION}</condition>
  <primary_outcome><measure>{OUTCOME}</measure><time_frame>{FRAME}</time_frame></primary_outcome>
  <arm_group><arm_group_label>{ARM}</arm_group_label><description>{ARM_TEXT}</description></arm_group>
  <arm_group><arm_group_label>Control</arm_group_label><arm_group_type>No Intervention</arm_group_type></arm_group>
  <intervention><intervention_type>Biological</intervention_type><intervention_name>{DRUG}</intervention_name>
    <description>{DRUG_TEXT}</description></intervention>
  <eligibility><criteria><textblock>{crlf}</textblock></criteria><gender>All</gender></eligibility>
</clinical_study>
"""


def table(columns: dict[str, str], delimiter: str = ",", rows: int = 1) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(columns)
    for _ in range(rows):
        writer.writerow(columns.values())
    return out.getvalue().encode("utf-8")


EU_CTR = f"""This file contains full details on each clinical trial selected for download.

Summary
EudraCT Number: 2099-000001-10
Sponsor's Protocol Code Number: X-1
National Competent Authority: Spain - AEMPS
Link: https://www.clinicaltrialsregister.eu/ctr-search/trial/2099-000001-10/ES/

A. Protocol Information
A.1 Member State Concerned: Spain - AEMPS
A.2 EudraCT number: 2099-000001-10
A.3 Full title of the trial: {TITLE}
A.3 Full title of the trial (es): Un estudio
A.4.1 Sponsor's protocol code number: X-1

B. Sponsor Information
B.1.1 Name of Sponsor: Nobody Ltd

D. IMP Identification
D.IMP: 1
D.1.2 and D.1.3 IMP Role: Test
D.3.1 Product name: {DRUG}
D.3.7 Routes of administration for this IMP:
Intravenous use
D.3.10 Strength
D.3.11.1 Active substance of chemical origin: No
D.IMP: 2
D.3.1 Product name: Placebo

E. General Information on the Trial
E.1.1 Medical condition(s) being investigated: {CONDITION}
E.2.1 Main objective of the trial: {SUMMARY}
E.3 Principal inclusion criteria: {INCLUSION}
E.3 Principal inclusion criteria (es): 1. Edad
E.4 Principal exclusion criteria: {EXCLUSION}
E.5 End points
E.5.1 Primary end point(s): {OUTCOME}
E.5.1.1 Timepoint(s) of evaluation of this end point: {FRAME}

P. End of Trial
P. End of Trial Status: Ongoing
"""
EU_CTR_NEXT = EU_CTR[EU_CTR.index("Summary") :].replace("/ES/", "/FR/").replace("Spain - AEMPS", "France - ANSM")


def _row(code: str, label: str, value: str) -> str:
    return f'<tr class="tricell"><td class="first">{code}</td><td class="second">{label}</td><td class="third">{value}</td></tr>'


def _nested(text: str) -> str:
    return f"<table border=1><tr><td width='90%'>{escape(text).replace(chr(10), '&#13;<br>')}</td></tr></table>"


EU_CTR_PAGE = f"""

<!DOCTYPE html>
<html><head><title>Clinical Trials Register</title><script>var x = 1 < 2;</script></head><body>
<a href="/ctr-search/trial/2099-000001-10/DE">DE</a>
<table id="section-a">{_row("A.1", "Member State Concerned", "Germany - PEI")}{_row("A.2", "EudraCT number", "2099-000001-10")}
{_row("A.3", "Full title of the trial", _nested(TITLE))}</table>
<table id="section-d"><tr><td colspan="3" class="cellBlue">D.IMP: 1</td></tr>{_row("D.3.1", "Product name", DRUG)}</table>
<table id="section-e">{_row("E.1.1", "Medical condition(s)", _nested(CONDITION))}{_row("E.3", "Principal inclusion criteria", _nested(INCLUSION))}
{_row("E.4", "Principal exclusion criteria", _nested(EXCLUSION))}{_row("E.5.1", "Primary end point(s)", _nested(OUTCOME))}</table>
</body></html>"""

EUDRACT = f"""<!-- conforms to schemas -->
<result xmlns:ns3="http://eudract.ema.europa.eu/schema/clinical_trial_result" eudractNumber="2099-000001-10" sponsor="Nobody">
	<trialInformation>
		<fullTitle>
			{TITLE}
		</fullTitle>
		<mainObjective>{SUMMARY}</mainObjective>
	</trialInformation>
	<subjectDisposition><postAssignmentPeriods><postAssignmentPeriod><arms>
		<arm id="a1"><title>{ARM}</title><description>{ARM_TEXT}</description>
			<armProducts><armProduct><name>{DRUG}</name><doseAndAdministrationDetails>{DRUG_TEXT}</doseAndAdministrationDetails></armProduct></armProducts>
		</arm></arms></postAssignmentPeriod></postAssignmentPeriods></subjectDisposition>
	<endPoints><endPoint><title>{OUTCOME}</title><timeFrame>{FRAME}</timeFrame></endPoint></endPoints>
</result>
"""

CTIS = {
    "ctNumber": "2099-500001-10-00",
    "ctStatus": 4,
    "authorizedApplication": {
        "authorizedPartI": {
            "trialDetails": {
                "clinicalTrialIdentifiers": {"fullTitle": TITLE, "publicTitle": TITLE},
                "trialInformation": {
                    "medicalCondition": {"partIMedicalConditions": [{"medicalCondition": CONDITION}]},
                    "trialObjective": {"mainObjective": SUMMARY},
                    "eligibilityCriteria": {
                        "principalInclusionCriteria": [
                            {"number": 1, "principalInclusionCriteria": "Age 21 to 77 years"}
                        ],
                        "principalExclusionCriteria": [{"number": 1, "principalExclusionCriteria": "Pregnancy"}],
                    },
                    "endPoint": {"primaryEndPoints": [{"number": 1, "endPoint": OUTCOME}]},
                },
            },
            "products": [{"productDictionaryInfo": {"activeSubstanceName": DRUG}, "routes": ["INTRAVENOUS USE"]}],
        }
    },
}
ICTRP_COLUMNS = {
    "TrialID": "ACTRN99000000001",
    "Public_title": TITLE,
    "Condition": CONDITION,
    "Intervention": f"{DRUG}: {DRUG_TEXT}",
    "Inclusion_agemin": "21Y",
    "Inclusion_Criteria": INCLUSION,
    "Exclusion_Criteria": EXCLUSION,
    "Primary_outcome": OUTCOME,
}
ICTRP_XML = (
    "\ufeff<Trials_downloaded_from_ICTRP>\n<Trial>"
    + "".join(f"<{name}>{escape(value)}\n    </{name}>" for name, value in ICTRP_COLUMNS.items())
    + "</Trial>\n</Trials_downloaded_from_ICTRP>"
)
WHO_XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<trials subjects="1"><Triall><main><trial_id>ChiCTR9900000001</trial_id><public_title>{TITLE}</public_title><hc_freetext>{CONDITION}</hc_freetext>
<i_freetext>Group 1:{ARM_TEXT};</i_freetext></main>
<criteria><inclusion_criteria>{escape(INCLUSION)}</inclusion_criteria><agemin>21</agemin><exclusion_criteria>{escape(EXCLUSION)}</exclusion_criteria></criteria>
<primary_outcome><prim_outcome>{OUTCOME};</prim_outcome></primary_outcome></Triall></trials>
"""
ISRCTN = {
    "isrctn": "99000001",
    "trialDescription": {"title": TITLE, "plainEnglishSummary": SUMMARY, "primaryOutcome": OUTCOME},
    "participants": {"inclusion": INCLUSION, "exclusion": EXCLUSION},
    "conditions": {"condition": {"description": CONDITION}},
    "interventions": {"intervention": {"description": ARM_TEXT, "drugNames": DRUG}},
}
ISRCTN_XML = f"""<?xml version="1.0"?><allTrials xmlns="http://www.67bricks.com/isrctn" totalCount="1"><fullTrial><trial lastUpdated="2099">
<isrctn dateAssigned="2099-01-01">99000001</isrctn><trialDescription><title>{TITLE}</title><plainEnglishSummary>{SUMMARY}</plainEnglishSummary>
<primaryOutcomes><outcomeMeasure id="1"><variable>{OUTCOME}</variable><method>Scale</method><timepoints>{FRAME}</timepoints></outcomeMeasure>
</primaryOutcomes><primaryOutcome/></trialDescription>
<participants><inclusion>{escape(INCLUSION)}</inclusion><ageRange>Mixed</ageRange><lowerAgeLimit unit="years" value="21.0">21 Years</lowerAgeLimit><exclusion>{escape(EXCLUSION)}</exclusion></participants>
<conditions><condition><description>{CONDITION}</description></condition></conditions>
<interventions><intervention><description>{ARM_TEXT}</description></intervention></interventions>
</trial></fullTrial></allTrials>"""
EU_CTR_JSON = {
    "x5_trial_status": "Ongoing",
    "a1_member_state_concerned": "Belgium - FPS",
    "a2_eudract_number": "2099-000001-10",
    "a3_full_title_of_the_trial": TITLE,
    "a3_full_title_of_the_trial_fr": "Une etude",
    "dimp": [{"_dimp": "1", "d31_product_name": DRUG, "d37_routes_of_administration_for_this_imp": "Oral use"}],
    "e11_medical_conditions_being_investigated": CONDITION,
    "e3_principal_inclusion_criteria": "Age 21 to 77 years",
    "e4_principal_exclusion_criteria": "Pregnancy",
    "e51_primary_end_points": OUTCOME,
    "e511_timepoints_of_evaluation_of_this_end_point": FRAME,
    "e52_secondary_end_points": "",
}
SEARCH = f"""<?xml version="1.0" encoding="UTF-8"?>
<search_results count="7"><!--<query>x</query>--><study rank="1"><nct_id>{NCT}</nct_id><title>{TITLE}</title><acronym/>
<conditions><condition>{CONDITION}</condition></conditions><interventions><intervention type="Drug">{DRUG}</intervention></interventions>
<outcome_measures><outcome_measure>{OUTCOME}</outcome_measure></outcome_measures></study></search_results>"""

_ALL = {TITLE: "title", CONDITION: "conditions", OUTCOME: "outcome"}
_CT = {
    **_ALL,
    ARM: "arm",
    ARM_TEXT: "arm",
    DRUG: "intervention",
    DRUG_TEXT: "intervention",
    SUMMARY: "summary",
    CRITERIA: "eligibility",
}
_BOTH = {**_ALL, INCLUSION: "inclusion", EXCLUSION: "exclusion"}
_SITE = {
    "NCT Number": NCT,
    "Study Title": TITLE,
    "Study URL": "https://example.org",
    "Conditions": f"{CONDITION}|Other",
    "Interventions": f"DRUG: {DRUG}",
}


def _json(node: Any) -> bytes:
    return json.dumps(node, ensure_ascii=False, indent=1).encode("utf-8")


SAMPLES: dict[str, Sample] = {
    "ctgov-v2 study": Sample(
        _json(v2()), "ctgov-v2", NCT, _CT, "protocolSection.armsInterventionsModule.armGroups[0].label"
    ),
    "ctgov-v2 list": Sample(_json([v2()]), "ctgov-v2", NCT, _CT, "protocolSection.conditionsModule.conditions[0]"),
    "ctgov-v2 page": Sample(
        _json({"totalCount": 1, "studies": [v2()], "nextPageToken": "x"}),
        "ctgov-v2",
        NCT,
        _CT,
        "protocolSection.descriptionModule.briefSummary",
    ),
    "ctgov-v1 study": Sample(
        _json(v1()), "ctgov-v1", NCT, _CT, "ProtocolSection.EligibilityModule.EligibilityCriteria"
    ),
    "ctgov-v1 answer": Sample(
        _json({"FullStudiesResponse": {"APIVrs": "1", "FullStudies": [{"Rank": 1, "Study": v1()}]}}),
        "ctgov-v1",
        NCT,
        _CT,
        "Study.ProtocolSection.EligibilityModule.EligibilityCriteria",
    ),
    "ctgov-v1 fields": Sample(_json(fields()), "ctgov-v1-fields", NCT, _CT, "ArmGroupLabel[1]"),
    "ctgov-v1 fields answer": Sample(
        _json({"StudyFieldsResponse": {"FieldList": ["NCTId"], "StudyFields": [fields()]}}),
        "ctgov-v1-fields",
        NCT,
        _CT,
        "ArmGroupLabel[0]",
    ),
    "ctgov classic xml": Sample(classic_study().encode(), "ctgov-xml", NCT, _CT, "arm_group[1].arm_group_label"),
    "ctgov classic json": Sample(
        _json(
            {
                "id_info": {"nct_id": NCT},
                "brief_title": TITLE,
                "condition": CONDITION,
                "primary_outcome": {"measure": OUTCOME},
                "arm_group": [{"arm_group_label": ARM}],
            }
        ),
        "ctgov-xml",
        NCT,
        {**_ALL, ARM: "arm"},
        "arm_group[0].arm_group_label",
    ),
    "ctgov search xml": Sample(
        SEARCH.encode(), "ctgov-search-xml", NCT, {**_ALL, DRUG: "intervention"}, "interventions.intervention.#text"
    ),
    "ctgov csv new": Sample(
        table(_SITE),
        "table",
        NCT,
        {TITLE: "title", CONDITION: "conditions", f"DRUG: {DRUG}": "intervention"},
        "Conditions[1]",
    ),
    "ctgov tsv classic": Sample(
        table(
            {
                "Rank": "1",
                "NCT Number": NCT,
                "Title": TITLE,
                "Conditions": CONDITION,
                "Outcome Measures": OUTCOME,
                "Age": "21 Years to 77 Years",
            },
            "\t",
        ),
        "table",
        NCT,
        _ALL,
        "Outcome Measures",
    ),
    "aact": Sample(
        f"id|nct_id|gender|minimum_age|criteria\n1|{NCT}|All|21 Years|Inclusion Criteria:~~- Age 21 to 77 years~- Weight ~50 kg\n".encode(),
        "aact",
        NCT,
        {"Inclusion Criteria:\n\n- Age 21 to 77 years\n- Weight ~50 kg": "eligibility"},
        "eligibilities[0].criteria",
    ),
    "criteria csv": Sample(
        table({"#nct_id": NCT, "title": TITLE, "conditions": CONDITION, "eligibility_criteria": CRITERIA}),
        "table",
        NCT,
        {TITLE: "title", CRITERIA: "eligibility"},
        "eligibility_criteria",
    ),
    "eu ctr text": Sample(
        EU_CTR.encode(),
        "euctr",
        "2099-000001-10-ES",
        {**_BOTH, DRUG: "intervention", "Intravenous use": "intervention", FRAME: "outcome"},
        "D.IMP[1].D.3.1",
    ),
    "eu ctr page": Sample(
        EU_CTR_PAGE.encode(), "euctr", "2099-000001-10-DE", {**_BOTH, DRUG: "intervention"}, "D.IMP[0].D.3.1"
    ),
    "eu ctr json": Sample(
        _json(EU_CTR_JSON),
        "euctr",
        "2099-000001-10-BE",
        {**_ALL, DRUG: "intervention", "Age 21 to 77 years": "inclusion", "Pregnancy": "exclusion", FRAME: "outcome"},
        "e3_principal_inclusion_criteria",
    ),
    "eudract results": Sample(
        EUDRACT.encode(),
        "eudract-results",
        "2099-000001-10",
        {TITLE: "title", ARM: "arm", DRUG_TEXT: "arm", OUTCOME: "outcome"},
        "@eudractNumber",
    ),
    "ctis": Sample(
        _json(CTIS),
        "ctis",
        "2099-500001-10-00",
        {**_ALL, "Age 21 to 77 years": "inclusion", "Pregnancy": "exclusion", "INTRAVENOUS USE": "intervention"},
        "authorizedApplication.authorizedPartI.trialDetails.trialInformation.trialObjective.mainObjective",
    ),
    "ictrp xml": Sample(ICTRP_XML.encode(), "ictrp", "ACTRN99000000001", _BOTH, "inclusion_criteria"),
    "ictrp csv": Sample(
        table(ICTRP_COLUMNS), "table", "ACTRN99000000001", {**_ALL, EXCLUSION: "exclusion"}, "Inclusion_Criteria"
    ),
    "chictr xml": Sample(
        WHO_XML.encode(),
        "who-xml",
        "ChiCTR9900000001",
        {k: v for k, v in _BOTH.items() if k != OUTCOME},
        "criteria.agemin",
    ),
    "isrctn json": Sample(
        _json(ISRCTN), "isrctn", "ISRCTN99000001", {**_BOTH, ARM_TEXT: "intervention"}, "participants.inclusion"
    ),
    "isrctn xml": Sample(
        ISRCTN_XML.encode(),
        "isrctn",
        "ISRCTN99000001",
        {**_BOTH, ARM_TEXT: "intervention", "Scale": "outcome", FRAME: "outcome", "21 Years": "eligibility"},
        "trialDescription.primaryOutcomes.outcomeMeasure.variable",
    ),
}
