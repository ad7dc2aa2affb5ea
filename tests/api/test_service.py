"""Health, readiness, metrics, limits, the page."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from extractor import __version__
from extractor.api.app import PAGE, create_app
from extractor.api.settings import Settings
from extractor.errors import UsageError
from extractor.pipeline import LABELS
from extractor.schema import json_schema


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as client:
        yield client


def test_health_ready_info_schema(client: TestClient) -> None:
    assert client.get("/v1/health").json() == {"status": "ok"}
    assert client.get("/v1/ready").json() == {"status": "ready"}
    info = client.get("/v1/info").json()
    assert info["labels"] == list(LABELS) and info["extractor"]["version"] == __version__
    assert client.get("/v1/schema").json() == json_schema()


def test_503_before_the_rules_are_loaded() -> None:
    client = TestClient(create_app(Settings()))  # without its lifespan
    assert client.get("/v1/health").status_code == 200
    answers = [client.get("/v1/ready"), client.get("/v1/info"), client.post("/v1/annotate", json={"text": "x"})]
    answers.append(client.post("/v1/annotate/batch", json={"documents": [{"text": "x"}]}))
    for answer in answers:
        assert answer.status_code == 503 and answer.json()["code"] == "NOT_READY"
        assert int(answer.headers["retry-after"]) > 0


def test_503_when_busy() -> None:
    """One text is tagged, one request waits, the third is told to come back; health answers all the time."""
    app = create_app(Settings(concurrency=1, queue=1, retry_after=7))
    with TestClient(app) as client:
        begun, go_on = threading.Event(), threading.Event()
        real = app.state.extractor.annotate

        def slow(*arguments: Any) -> Any:
            begun.set()
            assert go_on.wait(30)
            return real(*arguments)

        app.state.extractor.annotate = slow
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda: answers.append(client.post("/v1/annotate", json={"text": "x"}).status_code))
            for _ in range(2)
        ]
        try:
            threads[0].start()
            assert begun.wait(30)
            threads[1].start()
            while app.state.gate.free() > 0:
                time.sleep(0.01)
            busy = client.post("/v1/annotate", json={"text": "x"})
            assert client.get("/v1/health").status_code == 200
        finally:
            go_on.set()
            for thread in threads:
                thread.join(30)
        assert (busy.status_code, busy.headers["retry-after"], busy.json()["code"]) == (503, "7", "BUSY")
        assert answers == [200, 200]
        assert client.post("/v1/annotate", json={"text": "x"}).status_code == 200


def test_refused_requests_give_their_place_back() -> None:
    app = create_app(Settings(concurrency=1, queue=0, max_body_bytes=100))
    with TestClient(app) as client:
        for _ in range(5):
            assert client.post("/v1/annotate", json={"text": "x" * 200}).status_code == 413
            assert client.post("/v1/annotate", json={"text": 3}).status_code == 422
            assert client.post("/v1/annotate", content=b"{").status_code == 415
        assert client.post("/v1/annotate", json={"text": "x"}).status_code == 200


def test_408_when_the_body_does_not_come() -> None:
    app = create_app(Settings(body_seconds=1))
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/v1/annotate", "raw_path": b"/v1/annotate", "query_string": b"", "root_path": "",
            "headers": [(b"content-type", b"text/plain")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        await app(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(ask())
    assert sent[0]["status"] == 408
    assert app.state.gate.free() == 18


def test_500_tells_nothing_of_the_inside(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings())
    with TestClient(app, raise_server_exceptions=False) as client:

        def broken(*_: Any) -> Any:
            raise RuntimeError("secret detail")

        app.state.extractor.annotate = broken
        answer = client.post("/v1/annotate", json={"text": "x"})
    assert answer.status_code == 500 and answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text and answer.json()["code"] == "INTERNAL"
    assert "unexpected error at /v1/annotate" in caplog.text


def _value(exposition: str, sample: str) -> float:
    match = re.search(rf"^{re.escape(sample)} (\S+)$", exposition, re.MULTILINE)
    return float(match[1]) if match else 0.0


def test_metrics_count_requests_characters_and_entities() -> None:
    with TestClient(create_app(Settings())) as client:
        client.post("/v1/annotate", json={"text": "2 x 106 cells/kg"})
        client.post("/v1/annotate/batch", json={"documents": [{"text": "given orally"}, {"text": 3}]})
        client.post("/v1/annotate", content=b"{", headers={"Content-Type": "application/json"})
        client.get("/v1/annotate/some/other/path")
        told = client.get("/metrics").text
    for sample, value in {
        'extractor_requests_total{method="POST",route="/v1/annotate",status="200"}': 1,
        'extractor_requests_total{method="POST",route="/v1/annotate",status="400"}': 1,
        'extractor_requests_total{method="GET",route="unmatched",status="404"}': 1,
        "extractor_characters_total": 28,
        "extractor_documents_total": 2,
        'extractor_entities_total{label="CELL_DOSE"}': 1,
        'extractor_entities_total{label="ROUTE"}': 1,
        'extractor_request_seconds_count{route="/v1/annotate"}': 2,
    }.items():
        assert _value(told, sample) == value, sample
    assert "some/other/path" not in told


def test_memory_does_not_grow_with_requests(client: TestClient) -> None:
    def ask(number: int) -> None:
        text = f"Patient group {number} receives {number} x 106 cells/kg by intravenous infusion on day {number}. " * 20
        assert client.post("/v1/annotate", json={"text": text}).status_code == 200

    for number in range(30):
        ask(number)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(30, 60):
            ask(number)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(60, 160):
            ask(number)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 200_000, f"{grown:,} bytes more after 100 requests"


def test_the_page_needs_no_network_and_no_inline_code(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in re.findall(r'(?:src|href)="(page/[^"]+)"', page.text):
        assert client.get(f"/{name}").status_code == 200
    for path in PAGE.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "").replace("'http", "")
        assert not re.search(r"https?://|//cdn", text), path.name
    assert "<script>" not in page.text and " style=" not in page.text and " onclick" not in page.text


def test_the_page_knows_every_label() -> None:
    script = (PAGE / "page.js").read_text(encoding="utf-8")
    style = (PAGE / "page.css").read_text(encoding="utf-8")
    for label in LABELS:
        assert f"{label}: {{ code:" in script
        assert style.count(f"--{label}:") == 2  # light and dark


def test_openapi_and_docs(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) >= {"/v1/annotate", "/v1/annotate/batch", "/v1/health", "/v1/ready", "/v1/schema"}
    assert set(described["paths"]["/v1/annotate"]["post"]["responses"]) >= {"200", "400", "413", "415", "422", "503"}
    assert client.get("/docs").status_code == 200


def test_settings_come_from_the_environment() -> None:
    given = {
        "TRIAL_EXTRACTOR_MAX_CHARS": "10",
        "TRIAL_EXTRACTOR_LABELS": "AGE",
        "TRIAL_EXTRACTOR_QUEUE": "0",
        "OTHER": "1",
    }
    settings = Settings.from_environment(given)
    assert (settings.max_chars, settings.labels, settings.queue) == (10, "AGE", 0)
    assert settings.max_documents == Settings().max_documents


@pytest.mark.parametrize("value", ["ten", "-1", "0", "1.5"])
def test_wrong_settings_are_refused(value: str) -> None:
    with pytest.raises(UsageError, match="TRIAL_EXTRACTOR_MAX_CHARS"):
        Settings.from_environment({"TRIAL_EXTRACTOR_MAX_CHARS": value})


def test_unknown_labels_in_the_settings_are_refused_at_the_start() -> None:
    with pytest.raises(UsageError, match="DOSE"):
        create_app(Settings(labels="DOSE"))
