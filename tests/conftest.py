"""Shared fixtures."""

from __future__ import annotations

import pytest

from extractor.extractor import Extractor


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """One loaded extractor for all tests: it is stateless."""
    return Extractor.load()
