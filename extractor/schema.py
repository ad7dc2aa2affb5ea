"""The public schema, version 1: pydantic models of a Document. The exported JSON Schema is the normative form."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_serializer

SCHEMA_VERSION: Literal["1"] = "1"
OffsetUnit = Literal["codepoint", "utf16", "utf8"]
SectionKind = Literal[
    "title", "conditions", "summary", "description", "arm", "intervention", "inclusion", "exclusion", "eligibility", "outcome",
    "design", "contact", "other",
]  # fmt: skip
Inclusive = bool | list[bool]
Number = float | list[float]
Bound = Number | str  # a letter where a score has classes instead of figures: Child-Pugh B


class Model(BaseModel):
    """Unknown keys are refused: a typo in a key is a bug, not data."""

    model_config = ConfigDict(extra="forbid")


class Value(Model):
    """A reading. Keys that the text does not state are left out, never null."""

    @model_serializer(mode="wrap")
    def _stated(self, handler: Any) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


class DoseValue(Value):
    """CELL_DOSE, DRUG_DOSE: low and high (equal for a single value), or `values` for a list of levels; unit in UCUM."""

    low: float | None = None
    high: float | None = None
    values: list[float] | None = None
    unit: str | None = None
    low_inclusive: bool | None = None
    high_inclusive: bool | None = None
    approximate: bool | None = None
    basis: Literal["per_kg", "total", "per_site", "per_m2", "per_volume"] | None = None


class RouteValue(Value):
    """ROUTE: NCI Thesaurus code and name of the CDISC ROUTE codelist C66729; site in the text's words."""

    ncit: str | None = None
    name: str
    site: str | None = None


class ScheduleValue(Value):
    """SCHEDULE: ISO 8601 durations, UCUM period units, FHIR Timing."""

    kind: Literal["administration", "assessment"]
    count: int | None = None
    count_max: int | None = None
    frequency: float | None = None
    frequency_max: float | None = None
    period: float | None = None
    period_max: float | None = None
    period_unit: Literal["s", "min", "h", "d", "wk", "mo", "a"] | None = None
    interval: str | None = None
    interval_max: str | None = None
    duration: str | None = None
    duration_max: str | None = None
    points: list[str] | None = None
    until: str | None = None
    timing: dict[str, Any] | None = None


class SiBound(Value):
    """The same bound in the analyte's SI unit."""

    low: Number | None = None
    high: Number | None = None
    unit: str


class LabValue(Value):
    """LAB_THRESHOLD: the bound as written, unit in UCUM; pairs such as blood pressure as lists."""

    kind: Literal["lab", "vital", "imaging", "score"]
    analytes: list[str]
    logic: Literal["any", "all"] | None = None
    low: Bound | None = None
    low_inclusive: Inclusive | None = None
    high: Bound | None = None
    high_inclusive: Inclusive | None = None
    unit: str | None = None
    reference: str | None = None
    change: Literal["increase", "decrease", "change"] | None = None
    si: SiBound | None = None


class AgeValue(Value):
    """AGE: bounds with the UCUM unit of time."""

    low: float | None = None
    low_inclusive: bool | None = None
    high: float | None = None
    high_inclusive: bool | None = None
    unit: Literal["a", "mo", "wk", "d", "h", "min"]


class Concept(Model):
    """A code that others can join on; score is the calibrated probability that it is right."""

    system: str
    code: str
    display: str
    score: float = Field(ge=0, le=1)


class Assertion(Model):
    """ConText attributes of a mention."""

    model_config = ConfigDict(extra="forbid", frozen=True)  # entities share it

    negated: bool = False
    historical: bool = False
    family: bool = False
    hypothetical: bool = False
    uncertain: bool = False


class Source(Model):
    """What found the mention: a rule, the model or a vocabulary, and which one; "annotator" in imported gold."""

    model_config = ConfigDict(extra="forbid", frozen=True)  # entities share it

    by: Literal["rule", "model", "vocabulary", "annotator"]
    id: str


class Repair(Model):
    """A place that was read differently from what stands there."""

    rule: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    read_as: str


class Expansion(Model):
    """The long form of a mention that is an abbreviation, where the text defines it."""

    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class _Entity(Model):
    id: str
    label: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str
    section: str | None = None
    value: Any = None
    concepts: list[Concept] = []
    assertion: Assertion = Assertion()
    expansion: Expansion | None = None
    source: Source
    score: float = Field(ge=0, le=1)
    repairs: list[Repair] = []
    alternatives: list[Any] = []


class Condition(_Entity):
    label: Literal["CONDITION"]
    value: None = None
    alternatives: list[dict[str, Any]] = []


class CellProduct(_Entity):
    label: Literal["CELL_PRODUCT"]
    value: None = None
    alternatives: list[dict[str, Any]] = []


class CellDose(_Entity):
    label: Literal["CELL_DOSE"]
    value: DoseValue | None = None
    alternatives: list[DoseValue] = []


class DrugDose(_Entity):
    label: Literal["DRUG_DOSE"]
    value: DoseValue | None = None
    alternatives: list[DoseValue] = []


class Route(_Entity):
    label: Literal["ROUTE"]
    value: RouteValue | None = None
    alternatives: list[RouteValue] = []


class Schedule(_Entity):
    label: Literal["SCHEDULE"]
    value: ScheduleValue | None = None
    alternatives: list[ScheduleValue] = []


class LabThreshold(_Entity):
    label: Literal["LAB_THRESHOLD"]
    value: LabValue | None = None
    alternatives: list[LabValue] = []


class Age(_Entity):
    label: Literal["AGE"]
    value: AgeValue | None = None
    alternatives: list[AgeValue] = []


Entity = Annotated[
    Condition | CellProduct | CellDose | DrugDose | Route | Schedule | LabThreshold | Age, Field(discriminator="label")
]


class Section(Model):
    """A section of the text; evidence tells whether a heading stands there."""

    id: str
    kind: SectionKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    evidence: Literal["header", "inferred"]


class Relation(Model):
    """A link between two entities by id."""

    type: Literal["DOSE_OF", "ROUTE_OF", "SCHEDULE_OF"]
    head: str
    tail: str
    score: float = Field(ge=0, le=1)


class Arm(Model):
    name: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Regimen(Model):
    """This dose of this product by this route on this schedule in this arm."""

    arm: Arm | None = None
    product: str | None = None
    dose: str | None = None
    routes: list[str] = []
    schedules: list[str] = []
    timing: dict[str, Any] | None = None
    administrations: int | None = None
    total_dose: DoseValue | None = None
    evidence: list[str] = []


class DocumentWarning(Model):
    """Something a reader must know before trusting a value; `entity` names the span where it is about one."""

    code: str
    message: str
    entity: str | None = None


class ModelInfo(Model):
    name: str
    version: str
    sha256: str


class ExtractorInfo(Model):
    """What made the Document: package version, digest of the rule files, model (null: rules and vocabularies only)."""

    version: str
    rules: str
    model: ModelInfo | None = None


class Document(Model):
    """Everything found in one submitted text. `text[start:end] == entity.text` in the text exactly as submitted."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: str
    text_sha256: str
    length: int = Field(ge=0)
    offset_unit: OffsetUnit = "codepoint"
    extractor: ExtractorInfo
    sections: list[Section] = []
    entities: list[Entity] = []
    relations: list[Relation] = []
    regimens: list[Regimen] = []
    warnings: list[DocumentWarning] = []


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a serialised Document: every key is there, but for those of values, which are only stated."""
    schema = Document.model_json_schema()
    values = {cls.__name__ for cls in Value.__subclasses__()}
    for name, definition in [("Document", schema), *schema["$defs"].items()]:
        if name not in values and "properties" in definition:
            definition["required"] = list(definition["properties"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:trial-extractor:document:1",
        **schema,
    }
