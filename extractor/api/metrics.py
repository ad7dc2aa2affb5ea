"""Prometheus metrics. Label values are bounded: routes as declared, never paths as requested."""

from __future__ import annotations

import os
import time
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.schema import Document

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        where: dict[str, Any] = {"registry": self.registry, "namespace": "extractor"}
        self.requests = Counter("requests", "Requests answered", ["route", "method", "status"], **where)
        self.seconds = Histogram("request_seconds", "Seconds until the answer", ["route"], buckets=_SECONDS, **where)
        self.characters = Counter("characters", "Characters annotated", **where)
        self.documents = Counter("documents", "Documents annotated", **where)
        self.failures = Counter("document_failures", "Documents refused", ["code"], **where)
        self.entities = Counter("entities", "Entities found", ["label"], **where)

    def count(self, text: str, document: Document) -> None:
        """Count one annotated text."""
        self.characters.inc(len(text))
        self.documents.inc()
        for entity in document.entities:
            self.entities.labels(entity.label).inc()

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes: of all server processes where there are several."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)


class MetricsMiddleware:
    """Counts and times every HTTP request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS") else "other"
            self.metrics.requests.labels(route, method, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - begun)
