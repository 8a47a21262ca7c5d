"""What this server is, what it was started with, and whether it lives."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from pipeline.interfaces.web.desk import At

router = APIRouter(include_in_schema=False)


@router.get("/about")
def about(request: Request, desk: At) -> Response:
    from pipeline.interfaces.cli.version import version
    from pipeline.threats.catalog import load_catalog

    return desk.page(
        request, "about", version=version(), threats=len(load_catalog().threats), systems=len(desk.record.systems()),
        settings=desk.settings, needed=desk.sessions.needed,
    )  # fmt: skip


@router.get("/health")
def health(desk: At) -> Response:
    """200 while the record answers; says nothing of what is in it."""
    try:
        desk.record.systems()
    except Exception:
        return JSONResponse({"status": "the record does not answer"}, 503)
    return JSONResponse({"status": "ok"})
