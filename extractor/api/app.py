"""The app factory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response

from extractor import __version__
from extractor.api import problems
from extractor.api.gate import Gate
from extractor.api.metrics import Metrics, MetricsMiddleware
from extractor.api.routes import router
from extractor.api.settings import Settings
from extractor.extractor import Extractor, check_labels

PAGE = Path(__file__).parent / "page"
_SCRIPT = "text/javascript; charset=utf-8"
_FILES = {"page.css": "text/css; charset=utf-8", "page.js": _SCRIPT, "docs.js": _SCRIPT}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service. Without `settings`, the environment's. The extractor loads when the app starts.

    Raises UsageError for settings that make no sense.
    """
    settings = settings or Settings.from_environment()
    labels = check_labels([label.strip().upper() for label in settings.labels.split(",") if label.strip()])

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.extractor = Extractor.load(labels, settings.max_chars, settings.model)
        yield
        app.state.extractor = None

    app = FastAPI(
        title="trial-extractor", version=__version__, lifespan=lifespan, root_path=settings.root_path,
        summary="Spans with values out of trial registry text.", docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.state.settings = settings
    app.state.extractor = None
    app.state.gate = Gate(settings.concurrency, settings.queue, settings.retry_after)
    app.state.metrics = Metrics()
    app.add_middleware(MetricsMiddleware, metrics=app.state.metrics)
    problems.install(app)
    app.include_router(router)
    _add_page(app)
    return app


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return Response((PAGE / "index.html").read_bytes(), headers=_HEADERS, media_type="text/html; charset=utf-8")

    # FastAPI's own page loads its scripts from a public server, which a closed network does not reach
    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return Response((PAGE / "docs.html").read_bytes(), headers=_HEADERS, media_type="text/html; charset=utf-8")

    @app.get("/page/{name}", include_in_schema=False)
    def page_file(name: str) -> Response:
        if name not in _FILES:
            raise problems.Problem(404, "HTTP_404", "Not found")
        return Response((PAGE / name).read_bytes(), headers=_HEADERS, media_type=_FILES[name])
