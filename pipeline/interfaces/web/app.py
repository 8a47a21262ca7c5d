"""The application: which pages there are, and what stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.interfaces.web import (
    about,
    api,
    asking,
    catalog,
    changes,
    coverage,
    elements,
    files,
    findings,
    flows,
    lines,
    login,
    paths,
    systems,
)
from pipeline.interfaces.web.desk import Desk
from pipeline.interfaces.web.gate import Gate
from pipeline.interfaces.web.sessions import Sessions
from pipeline.interfaces.web.settings import WebSettings

if TYPE_CHECKING:
    from pipeline.record import Record

PAGES = (systems, findings, paths, coverage, flows, elements, changes, asking, lines, catalog, about, login, files, api)


def create_app(record: Record, settings: WebSettings | None = None) -> FastAPI:
    """The pages and the JSON over a record, which stays open as long as the application lives."""
    settings = settings or WebSettings()
    sessions = Sessions(settings.token, settings.session_hours, settings.failures_a_minute)
    desk = Desk(record, settings, sessions)

    def refusal(request: Request, status: int, what: str) -> Response:
        return _told(desk, request, status, what)

    app = FastAPI(
        title="threatloom", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json",
        middleware=[Middleware(Gate, settings=settings, sessions=sessions, refusal=refusal)],
    )  # fmt: skip
    app.state.desk = desk
    for page in PAGES:
        app.include_router(page.router)

    @app.exception_handler(HTTPException)
    async def _failed(request: Request, failure: HTTPException) -> Response:
        what = failure.detail if failure.status_code != 404 or failure.detail != "Not Found" else "there is no such page"
        return _told(desk, request, failure.status_code, what)

    @app.exception_handler(RequestValidationError)
    async def _unusable(request: Request, failure: RequestValidationError) -> Response:
        first = failure.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return _told(desk, request, 422, f"{where or 'the request'}: {first['msg']}")

    return app


def _told(desk: Desk, request: Request, status: int, what: str) -> Response:
    """A failure in words: JSON for programs, a page for people."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": what}, status)
    return desk.page(request, "error", status, code=status, what=what)
