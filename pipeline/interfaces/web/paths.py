"""Attack paths of a system: each hop with the finding it rests on, and what ends the way."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.interfaces.web.desk import At, Entry
from pipeline.reports.paths import counted, cut_words, elements_of, ends_of, hop_places, open_paths, threats_of, tree_of

router = APIRouter(include_in_schema=False)


@router.get("/systems/{system}/paths")
def paths(request: Request, desk: At, entry: Entry) -> Response:
    scan = desk.latest(entry)
    if scan is None:
        return desk.page(request, "unscanned", entry=entry, tab="paths")
    found = open_paths(scan)
    return desk.page(
        request, "paths", entry=entry, tab="paths", paths=found, counted=counted(scan, len(found)), threats_by=threats_of(scan),
        elements_of=elements_of, ends_of=ends_of, cut_words=cut_words, hop_places=hop_places, tree_of=tree_of,
        known={element.id for element in scan.system.elements},
    )  # fmt: skip
