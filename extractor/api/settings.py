"""Settings of the service, from TRIAL_EXTRACTOR_* environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from extractor.errors import UsageError
from extractor.extractor import DEFAULT_MODEL
from extractor.pipeline import LABELS

PREFIX = "TRIAL_EXTRACTOR_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and choices; the environment variable of `max_chars` is TRIAL_EXTRACTOR_MAX_CHARS.

    max_body_bytes: largest request body. max_chars: longest single text. max_documents: most documents in a batch.
    concurrency: texts tagged at a time in one process. queue: further requests that may wait; more are answered 503.
    retry_after: seconds that busy answers ask to wait. body_seconds: how long a client may take to send its body.
    labels: labels that are loaded, separated by commas. model: "default", "accurate", "none", or a path.
    root_path: path prefix that a proxy strips.
    """

    max_body_bytes: int = 8 * 1024 * 1024
    max_chars: int = 2_000_000
    max_documents: int = 1_000
    concurrency: int = 2
    queue: int = 16
    retry_after: int = 2
    body_seconds: int = 30
    labels: str = ",".join(LABELS)
    model: str = DEFAULT_MODEL
    root_path: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings with what the environment sets. Raises UsageError for a number that is none."""
        given: dict[str, int | str] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            text = environment.get(name, "").strip()
            if not text:
                continue
            if isinstance(field.default, str):
                given[field.name] = text
            elif text.isascii() and text.isdigit() and (int(text) > 0 or field.name == "queue"):
                given[field.name] = int(text)
            else:
                raise UsageError(f"{name} must be a whole number above 0, not {text!r}")
        return cls(**given)  # type: ignore[arg-type]
