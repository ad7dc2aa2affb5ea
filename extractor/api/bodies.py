"""Request bodies -> checked requests: streamed under the limit, then JSON or plain text."""

from __future__ import annotations

import asyncio
import codecs
import json
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.api.problems import Problem
from extractor.api.settings import Settings
from extractor.errors import EncodingError
from extractor.schema import OffsetUnit

# of Python, not of the web; the first two take time with the square of the length
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape"})
Label = Literal["CONDITION", "CELL_PRODUCT", "CELL_DOSE", "DRUG_DOSE", "ROUTE", "SCHEDULE", "LAB_THRESHOLD", "AGE"]


class AnnotateRequest(BaseModel):
    """One text to annotate."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(description="The text; offsets in the answer point into it as it was sent.")
    id: str | None = Field(default=None, max_length=500, description="Given back as the Document's id.")
    offset_unit: OffsetUnit = Field(default="codepoint", description="utf16 for JavaScript and Java.")
    labels: list[Label] | None = Field(default=None, min_length=1, description="Only these labels.")


async def read_body(request: Request, settings: Settings) -> bytes:
    """The request's body. Stops reading at the limit (413) and when the client takes too long (408)."""
    limit = settings.max_body_bytes
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "BAD_MEDIA_TYPE", "Send the body without a Content-Encoding.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    try:
        return await asyncio.wait_for(_collect(request, limit), settings.body_seconds)
    except asyncio.TimeoutError:  # not the builtin one on Python 3.10
        raise Problem(408, "TIMEOUT", f"The body did not arrive within {settings.body_seconds} seconds.") from None


async def _collect(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> Problem:
    return Problem(413, "TOO_LARGE", f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})


def media_type(request: Request, *allowed: str) -> str:
    """The body's media type, one of `allowed`; else 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in allowed:
        raise Problem(
            415, "BAD_MEDIA_TYPE", f"Send {' or '.join(allowed)}, not {kind or 'a body without Content-Type'}."
        )
    return kind


def parse_json(body: bytes) -> Any:
    """The JSON value of a body; else 400. Lone surrogates pass here: they fail one document, not its batch."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Problem(400, "BAD_ENCODING", f"The body is not UTF-8: byte {error.start}.") from None
    except RecursionError:
        raise Problem(400, "BAD_JSON", "The body is not JSON that we read: nested too deeply.") from None
    except ValueError as error:
        raise Problem(400, "BAD_JSON", f"The body is not JSON: {error}.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def check_request(fields: Any) -> AnnotateRequest:
    """The checked request. Problem 422 names wrong fields; EncodingError: a string holds a lone surrogate."""
    if isinstance(fields, dict):
        for name in ("text", "id"):
            _refuse_surrogates(name, fields.get(name))
    try:
        return AnnotateRequest.model_validate(fields)
    except ValidationError as error:
        raise Problem(422, "BAD_FIELDS", "Fields are missing, unknown or wrong.", errors=field_errors(error)) from None


def _refuse_surrogates(name: str, value: Any) -> None:
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise EncodingError(f"{name} holds a lone surrogate at offset {error.start}") from None


def field_errors(error: ValidationError) -> list[dict[str, Any]]:
    """Which fields are wrong and why, without what the client sent."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        {"field": ".".join(str(part)[:100] for part in item["loc"]) or "document", "message": item["msg"]}
        for item in found[:20]
    ]


def plain_text(request: Request, body: bytes) -> str:
    """The text of a text/plain body in its charset (default UTF-8); 400 names the byte that does not fit."""
    charset = (
        request.headers.get("content-type", "").partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
    )
    try:
        if codecs.lookup(charset).name in _NO_CHARSETS:
            raise LookupError
        return body.decode(charset)
    except LookupError:
        raise Problem(415, "BAD_MEDIA_TYPE", "The charset is unknown.") from None
    except UnicodeError as error:
        at = f": byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise Problem(400, "BAD_ENCODING", f"The body is not in the charset that it names{at}.") from None
