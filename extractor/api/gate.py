"""Limits what runs at a time: a few texts are tagged, some requests wait, the rest are told to come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from extractor.api.problems import Problem


class Gate:
    """`running` texts at a time, `waiting` further requests admitted."""

    def __init__(self, running: int, waiting: int, retry_after: int) -> None:
        self._working = threading.BoundedSemaphore(running)
        self._lock = threading.Lock()
        self._free = running + waiting
        self._retry_after = retry_after

    def free(self) -> int:
        """How many more requests would be admitted now."""
        return self._free

    @contextmanager
    def request(self) -> Iterator[None]:
        """Admit one request for the block. Raises Problem 503 with Retry-After, at once, when too many are here."""
        with self._lock:
            admitted = self._free > 0
            self._free -= admitted
        if not admitted:
            raise Problem(503, "BUSY", "Too many requests at a time.", headers={"Retry-After": str(self._retry_after)})
        try:
            yield
        finally:
            with self._lock:
                self._free += 1

    @contextmanager
    def work(self) -> Iterator[None]:
        """Wait for a turn to tag one text."""
        with self._working:
            yield
