"""Shared fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.support import write_jsonl


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "in.jsonl", 100, bad=(3, 50))
