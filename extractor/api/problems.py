"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from extractor.errors import EncodingError, ExtractorError, InputError, TextTooLargeError, UsageError

log = logging.getLogger("extractor.api")
_TITLES = {
    400: "Bad request", 404: "Not found", 405: "Method not allowed", 408: "Request timeout", 413: "Content too large",
    415: "Unsupported media type", 422: "Wrong fields", 500: "Internal error", 503: "Busy",
}  # fmt: skip


class Problem(Exception):
    """An answer other than success. `code` is stable and machine readable; `errors` names wrong fields."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.errors, self.headers = status, code, detail, errors, headers


def as_problem(error: ExtractorError) -> Problem:
    """The answer to an error of the package."""
    statuses = [(TextTooLargeError, 413), (EncodingError, 400), (InputError, 422), (UsageError, 422)]
    status = next((status for kind, status in statuses if isinstance(error, kind)), 500)
    return Problem(status, error.code, str(error))


def respond(problem: Problem) -> Response:
    """The problem as a response."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.errors is not None:
        body["errors"] = problem.errors
    # ASCII: names of unknown fields are the client's and may hold what UTF-8 cannot carry
    return Response(json.dumps(body), problem.status, problem.headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    @app.exception_handler(Problem)
    def _problem(request: Request, error: Problem) -> Response:
        return respond(error)

    @app.exception_handler(ExtractorError)
    def _own(request: Request, error: ExtractorError) -> Response:
        return respond(as_problem(error))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers) if error.headers else None
        return respond(Problem(error.status_code, f"HTTP_{error.status_code}", str(error.detail), headers=headers))

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected error at %s", request.url.path, exc_info=error)
        return respond(Problem(500, "INTERNAL", "The service failed; the fault is logged."))
