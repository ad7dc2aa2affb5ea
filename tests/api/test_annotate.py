"""POST /v1/annotate and /v1/annotate/batch: answers, and every way to be refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from extractor.api.app import create_app
from extractor.api.bodies import AnnotateRequest
from extractor.api.settings import Settings
from extractor.extractor import Extractor
from extractor.pipeline import LABELS
from extractor.schema import json_schema
from tests.texts import RECORD

URL, BATCH = "/v1/annotate", "/v1/annotate/batch"
TEXT = "😀 2 x 106 cells/kg, intravenous"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(max_body_bytes=50_000, max_chars=5_000, max_documents=20))) as client:
        yield client


def problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, checked against RFC 9457 and our additions."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["code"] == code and body["title"] and body["detail"]
    return body


def test_json_gives_the_document_of_the_python_api(client: TestClient, extractor: Any) -> None:
    answer = client.post(URL, json={"text": RECORD, "id": "x"})
    assert answer.status_code == 200
    assert answer.json() == extractor.annotate(RECORD, id="x").model_dump(mode="json")
    assert list(Draft202012Validator(json_schema()).iter_errors(answer.json())) == []


@pytest.mark.parametrize(("unit", "start", "length"), [("codepoint", 2, 31), ("utf16", 3, 32), ("utf8", 5, 34)])
def test_offset_units(client: TestClient, unit: str, start: int, length: int) -> None:
    document = client.post(URL, json={"text": TEXT, "offset_unit": unit}).json()
    assert (document["entities"][0]["start"], document["length"], document["offset_unit"]) == (start, length, unit)


def test_labels_choose(client: TestClient) -> None:
    document = client.post(URL, json={"text": RECORD, "labels": ["AGE", "ROUTE"]}).json()
    assert {entity["label"] for entity in document["entities"]} == {"AGE", "ROUTE"}


def test_plain_text(client: TestClient) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    document = client.post(URL, content=TEXT.encode(), headers=headers).json()
    assert document == client.post(URL, json={"text": TEXT}).json()
    chosen = client.post(URL + "?id=a&labels=ROUTE&offset_unit=utf8", content=TEXT.encode(), headers=headers).json()
    assert (chosen["id"], [e["label"] for e in chosen["entities"]], chosen["offset_unit"]) == ("a", ["ROUTE"], "utf8")
    windows = client.post(
        URL, content="5 µg orally".encode("cp1252"), headers={"Content-Type": "text/plain; charset=cp1252"}
    )
    assert windows.json()["length"] == 11


def test_an_empty_text_is_an_empty_document(client: TestClient) -> None:
    assert client.post(URL, json={"text": ""}).json()["entities"] == []
    assert client.post(URL, content=b"", headers={"Content-Type": "text/plain"}).json()["length"] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BAD_JSON"),
        (b"{", "BAD_JSON"),
        (b'{"text": NaN}', "BAD_JSON"),
        (b"[" * 20_000, "BAD_JSON"),
        (b'{"text": ' + b"9" * 5_000 + b"}", "BAD_JSON"),
        (b'{"text": "\xff"}', "BAD_ENCODING"),
        (b'{"text": "a\\ud800b"}', "BAD_ENCODING"),
        (b'{"text": "a", "id": "\\udc00"}', "BAD_ENCODING"),
    ],
)
def test_400_malformed_body_or_encoding(client: TestClient, body: bytes, code: str) -> None:
    problem(client.post(URL, content=body, headers=JSON), 400, code)


def test_400_text_in_another_charset_than_it_says(client: TestClient) -> None:
    answer = client.post(URL, content=b"5 \xb5g", headers={"Content-Type": "text/plain; charset=utf-8"})
    assert "byte 2" in problem(answer, 400, "BAD_ENCODING")["detail"]


def test_413_declared_too_large(client: TestClient) -> None:
    problem(client.post(URL, json={"text": "x" * 60_000}), 413, "TOO_LARGE")


def test_413_while_streaming_stops_reading(client: TestClient) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1_000):
            sent += 10_000
            yield b"x" * 10_000

    headers = {"Content-Type": "text/plain"}
    problem(client.post(URL, content=chunks(), headers=headers), 413, "TOO_LARGE")
    problem(client.post(BATCH, content=chunks(), headers=JSON), 413, "TOO_LARGE")


def test_413_one_text_too_long(client: TestClient) -> None:
    problem(client.post(URL, json={"text": "x" * 5_001}), 413, "TOO_LARGE")
    problem(client.post(BATCH, json={"documents": [{"text": "x"}] * 21}), 413, "TOO_LARGE")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/xml"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "text/plain; charset=no-such"},
        {"Content-Type": "text/plain; charset=punycode"},  # takes time with the square of the length
        {"Content-Type": "text/plain; charset=unicode_escape"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_415_media_type(client: TestClient, headers: dict[str, str]) -> None:
    problem(client.post(URL, content=b'{"text": "x"}', headers=headers), 415, "BAD_MEDIA_TYPE")


def test_415_batch_is_json(client: TestClient) -> None:
    problem(client.post(BATCH, content=b"x", headers={"Content-Type": "text/plain"}), 415, "BAD_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 3}, "text"),
        ({"text": "x", "id": 3}, "id"),
        ({"text": "x", "id": "x" * 501}, "id"),
        ({"text": "x", "offset_unit": "bytes"}, "offset_unit"),
        ({"text": "x", "labels": ["DOSE"]}, "labels.0"),
        ({"text": "x", "labels": []}, "labels"),
        ({"text": "x", "labels": "AGE"}, "labels"),
        ({"text": "x", "txet": "y"}, "txet"),
        (["x"], "document"),
        ("x", "document"),
    ],
)
def test_422_names_the_field(client: TestClient, fields: Any, field: str) -> None:
    body = problem(client.post(URL, json=fields), 422, "BAD_FIELDS")
    assert [error["field"] for error in body["errors"]] == [field]


def test_422_names_of_fields_that_utf_8_cannot_carry(client: TestClient) -> None:
    answer = client.post(URL, content=b'{"text": "x", "\\ud800": 1}', headers=JSON)
    assert problem(answer, 422, "BAD_FIELDS")["errors"]


@pytest.mark.parametrize("fields", [[], {}, {"documents": {}}, {"documents": None}, {"documents": [], "more": 1}])
def test_422_batch(client: TestClient, fields: Any) -> None:
    problem(client.post(BATCH, json=fields), 422, "BAD_FIELDS")


def test_405_and_404(client: TestClient) -> None:
    problem(client.get(URL), 405, "HTTP_405")
    problem(client.get("/v1/none"), 404, "HTTP_404")
    problem(client.get("/page/../settings.py"), 404, "HTTP_404")
    problem(client.get("/page/app.py"), 404, "HTTP_404")


def test_a_batch_keeps_its_good_documents(client: TestClient) -> None:
    good = [{"text": TEXT, "id": "a"}, {"text": TEXT, "id": "b", "offset_unit": "utf16", "labels": ["ROUTE"]}]
    bad = ['{"text": "\\ud800", "id": "s"}', '{"text": 3}', '"x"', '{"text": "%s", "id": "long"}' % ("x" * 5_001), "{}"]
    body = f'{{"documents": [{json.dumps(good[0])}, {", ".join(bad)}, {json.dumps(good[1])}]}}'
    answer = client.post(BATCH, content=body.encode(), headers=JSON)
    assert answer.status_code == 200
    told = answer.json()
    assert [d["id"] for d in told["documents"]] == ["a", "b"]
    assert told["documents"] == [client.post(URL, json=fields).json() for fields in good]
    assert [(e["index"], e["id"], e["code"]) for e in told["errors"]] == [
        (1, "s", "BAD_ENCODING"),
        (2, None, "BAD_FIELDS"),
        (3, None, "BAD_FIELDS"),
        (4, "long", "TOO_LARGE"),
        (5, None, "BAD_FIELDS"),
    ]
    assert all(e["message"] for e in told["errors"])


def test_a_bug_on_one_text_keeps_the_batch(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Extractor.annotate

    def annotate(self: Extractor, text: str, *more: Any) -> Any:
        if text == "bug":
            raise ZeroDivisionError("inside")
        return whole(self, text, *more)

    monkeypatch.setattr(Extractor, "annotate", annotate)
    told = client.post(BATCH, json={"documents": [{"text": "bug", "id": "a"}, {"text": "x", "id": "b"}]}).json()
    assert [d["id"] for d in told["documents"]] == ["b"]
    assert [(e["index"], e["id"], e["code"]) for e in told["errors"]] == [(0, "a", "INTERNAL")]
    assert "inside" not in json.dumps(told["errors"])


@pytest.mark.parametrize("charset", ["latin1", "ISO-8859-1", "windows-1252", "utf-16", "GB18030", "Shift_JIS", "koi8-r"])
def test_usual_charsets_are_read(client: TestClient, charset: str) -> None:
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    answer = client.post(URL, content="Age 18 years, orally".encode(charset), headers=headers)
    assert (answer.status_code, answer.json()["length"]) == (200, 20)


def test_an_empty_batch(client: TestClient) -> None:
    assert client.post(BATCH, json={"documents": []}).json() == {"documents": [], "errors": []}


def test_the_request_knows_every_label() -> None:
    assert AnnotateRequest(text="", labels=list(LABELS)).labels == list(LABELS)  # type: ignore[arg-type]


_SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_SLOW
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/plain", "text/html", ""]))
def test_any_bytes_get_an_answer(client: TestClient, body: bytes, kind: str) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": kind})
    assert answer.status_code in (200, 400, 415, 422)
    assert "status" in answer.json() or answer.json()["schema_version"] == "1"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@_SLOW
@given(st.dictionaries(st.sampled_from(["text", "id", "offset_unit", "labels", "x"]), _VALUES))
def test_any_fields_get_an_answer(client: TestClient, fields: dict[str, Any]) -> None:
    assert client.post(URL, json=fields).status_code in (200, 400, 422)
    told = client.post(BATCH, json={"documents": [fields]}).json()
    assert len(told["documents"]) + len(told["errors"]) == 1
