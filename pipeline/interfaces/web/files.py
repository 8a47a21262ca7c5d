"""Style and scripts: our own files alone, by name."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from pipeline.handbook.site import TEMPLATES as HANDBOOK
from pipeline.interfaces.web.templating import STATIC

router = APIRouter(include_in_schema=False)
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
KNOWN = {
    **{file.name: file for file in sorted(STATIC.iterdir()) if file.suffix in TYPES},
    "catalog.css": HANDBOOK / "site.css",
    "catalog.js": HANDBOOK / "site.js",
}


@router.get("/static/{name}")
def static(name: str) -> Response:
    if name not in KNOWN:
        raise HTTPException(404, "there is no such file")
    file = KNOWN[name]
    return Response(file.read_bytes(), media_type=TYPES[file.suffix], headers={"cache-control": "private, max-age=3600"})


@router.get("/favicon.ico")
def icon() -> Response:
    return static("icon.svg")
