"""The catalog's pages in the frame of this server: threats, controls, frameworks, taxonomies, words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from fastapi import APIRouter, HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.interfaces.web.templating import FOLDER

router = APIRouter(include_in_schema=False)


@lru_cache(maxsize=1)
def _book() -> Mapping[str, Callable[[], str]]:
    from pipeline.handbook import handbook_of
    from pipeline.handbook.site import page_makers
    from pipeline.threats.catalog import load_catalog
    from pipeline.threats.ledger import load_out_of_reach
    from pipeline.threats.taxonomy import load_taxonomies

    catalog = load_catalog()
    book = handbook_of(catalog, load_taxonomies(), load_out_of_reach())
    return page_makers(book, catalog, FOLDER / "catalog")


@router.get("/catalog")
def index() -> Response:
    return RedirectResponse("/catalog/index.html", 308)


@router.get("/catalog/{path:path}")
def page(path: str) -> Response:
    """A page of the catalog by its path there; what is not one of them does not exist."""
    make = _book().get(path)
    if make is None:
        raise HTTPException(404, "the catalog has no such page")
    return Response(make(), media_type="application/json") if path.endswith(".json") else HTMLResponse(make())
