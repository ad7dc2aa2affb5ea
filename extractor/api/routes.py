"""The routes under /v1, and /metrics. Handlers are plain functions: tagging is CPU work and runs in threads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from extractor.api.bodies import AnnotateRequest, check_request, media_type, parse_json, plain_text, read_body
from extractor.api.metrics import CONTENT_TYPE
from extractor.api.problems import Problem, log
from extractor.commands import schema as schema_bytes
from extractor.errors import ExtractorError
from extractor.extractor import Extractor
from extractor.schema import SCHEMA_VERSION, Document
from extractor.serialise.jsonl import to_json

router = APIRouter()
JSON, TEXT = "application/json", "text/plain"


async def admitted(request: Request) -> AsyncIterator[None]:
    """Holds a place for the request, from before its body is read until it is answered."""
    with request.app.state.gate.request():
        yield


async def body(request: Request, _: Annotated[None, Depends(admitted)]) -> bytes:
    return await read_body(request, request.app.state.settings)


Body = Annotated[bytes, Depends(body)]


def _annotate(request: Request, wanted: AnnotateRequest) -> Document:
    state = request.app.state
    if state.extractor is None:
        raise Problem(503, "NOT_READY", "The service is starting.", headers={"Retry-After": "1"})
    extractor: Extractor = state.extractor
    try:
        with state.gate.work():
            document = extractor.annotate(wanted.text, wanted.id, wanted.offset_unit, wanted.labels)
    except ExtractorError as error:
        state.metrics.failures.labels(error.code).inc()
        raise
    state.metrics.count(wanted.text, document)
    return document


def _request_body(media: dict[str, Any]) -> dict[str, Any]:
    problems = {"application/problem+json": {"schema": {"type": "object"}}}
    answers = {400: "Malformed body or encoding", 413: "Too large", 415: "Media type", 422: "Wrong fields", 503: "Busy"}
    return {
        "requestBody": {"required": True, "content": media},
        "responses": {str(status): {"description": text, "content": problems} for status, text in answers.items()},
    }


_ONE = {JSON: {"schema": AnnotateRequest.model_json_schema()}, TEXT: {"schema": {"type": "string"}}}
_MANY = {
    JSON: {
        "schema": {
            "type": "object",
            "required": ["documents"],
            "properties": {"documents": {"type": "array", "items": AnnotateRequest.model_json_schema()}},
        }
    }
}


@router.post("/v1/annotate", response_model=Document, openapi_extra=_request_body(_ONE), tags=["annotate"])
def annotate(
    request: Request,
    data: Body,
    id: Annotated[str | None, Query(description="text/plain only")] = None,
    offset_unit: Annotated[str | None, Query(description="text/plain only")] = None,
    labels: Annotated[str | None, Query(description="text/plain only: labels separated by commas")] = None,
) -> Response:
    """Annotate one text: JSON, or the text itself as text/plain."""
    if media_type(request, JSON, TEXT) == JSON:
        fields = parse_json(data)
    else:
        fields = {"text": plain_text(request, data), "id": id}
        fields |= {"offset_unit": offset_unit} if offset_unit else {}
        fields |= {"labels": labels.split(",")} if labels else {}
    return Response(to_json(_annotate(request, check_request(fields))), media_type=JSON)


@router.post("/v1/annotate/batch", openapi_extra=_request_body(_MANY), tags=["annotate"])
def annotate_batch(request: Request, data: Body) -> Response:
    """Annotate many texts. A bad one stands in `errors` with its index; the others are in `documents`, in order."""
    media_type(request, JSON)
    fields = parse_json(data)
    if not isinstance(fields, dict) or not isinstance(fields.get("documents"), list) or len(fields) != 1:
        wrong = [{"field": "documents", "message": "must be a list, and the only field"}]
        raise Problem(422, "BAD_FIELDS", 'Send {"documents": [...]}.', errors=wrong)
    most = request.app.state.settings.max_documents
    if len(fields["documents"]) > most:
        raise Problem(413, "TOO_LARGE", f"More than {most:,} documents.")
    documents: list[bytes] = []
    errors: list[dict[str, Any]] = []
    for index, item in enumerate(fields["documents"]):
        try:
            documents.append(to_json(_annotate(request, check_request(item))))
        except ExtractorError as error:
            errors.append(_failure(index, item, error.code, str(error)))
        except Problem as problem:
            if problem.status == 503:
                raise
            fields_in_words = "; ".join(f"{e['field']}: {e['message']}" for e in problem.errors or ())
            errors.append(_failure(index, item, problem.code, fields_in_words or problem.detail))
        except Exception as error:  # a bug of ours on one text must not lose the others
            log.error("unexpected error on document %d of a batch", index, exc_info=error)
            errors.append(_failure(index, item, "INTERNAL", "The service failed; the fault is logged."))
    return Response(_join(documents, errors), media_type=JSON)


def _failure(index: int, item: Any, code: str, message: str) -> dict[str, Any]:
    id = item.get("id") if isinstance(item, dict) else None
    return {"index": index, "id": id[:500] if isinstance(id, str) else None, "code": code, "message": message}


def _join(documents: list[bytes], errors: list[dict[str, Any]]) -> bytes:
    return b'{"documents":[' + b",".join(documents) + b'],"errors":' + json.dumps(errors).encode() + b"}"


@router.get("/v1/health", tags=["service"])
def health() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/v1/ready", tags=["service"])
def ready(request: Request) -> dict[str, str]:
    """Rules and model are loaded; 503 until then."""
    if request.app.state.extractor is None:
        raise Problem(503, "NOT_READY", "The service is starting.", headers={"Retry-After": "1"})
    return {"status": "ready"}


@router.get("/v1/info", tags=["service"])
def info(request: Request) -> dict[str, Any]:
    """Versions, model, rules, labels and limits."""
    state = request.app.state
    if state.extractor is None:
        raise Problem(503, "NOT_READY", "The service is starting.", headers={"Retry-After": "1"})
    limits = {name: getattr(state.settings, name) for name in ("max_body_bytes", "max_chars", "max_documents")}
    return {
        "schema_version": SCHEMA_VERSION,
        "extractor": state.extractor.info.model_dump(),
        "labels": list(state.extractor.labels),
        "limits": limits,
    }


@cache
def _schema() -> bytes:
    return schema_bytes()


@router.get("/v1/schema", tags=["service"])
def schema() -> Response:
    """The JSON Schema of a Document."""
    return Response(_schema(), media_type="application/schema+json")


@router.get("/metrics", tags=["service"])
def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    return Response(request.app.state.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})
