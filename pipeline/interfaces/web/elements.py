"""One element of a system: what it is, what goes in and out, what guards it, what can go wrong with it, and what was not looked at."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.findings.model import STRIDE
from pipeline.interfaces.web.code import excerpt
from pipeline.interfaces.web.desk import At, Entry, element_of
from pipeline.reports.html import SYMBOLS
from pipeline.reports.wording import STATES, names, open_findings

router = APIRouter(include_in_schema=False)
MOST = 60  # of each list


@router.get("/systems/{system}/elements/{element}")
def element(request: Request, desk: At, entry: Entry, element: str) -> Response:
    scan = desk.latest(entry)
    if scan is None:
        return desk.page(request, "unscanned", entry=entry, tab="flows")
    one = element_of(scan, element)
    flows = [flow for flow in scan.system.flows if one.id in (flow.source, flow.target)]
    ids = {one.id, *(flow.id for flow in flows)}
    cells = {cell.stride: cell for cell in scan.coverage if cell.element == one.id}
    found = open_findings(scan)
    return desk.page(
        request, "element", entry=entry, tab="flows", element=one, names=names(scan), shown=tuple(map(excerpt, one.evidence[:8])),
        more=max(len(one.evidence) - 8, 0), incoming=[flow for flow in flows if flow.target == one.id][:MOST],
        outgoing=[flow for flow in flows if flow.source == one.id][:MOST], flow_count=len(flows),
        controls=[control for control in scan.system.controls if ids & set(control.protects)][:MOST], own=one.id,
        relations=[tie for tie in scan.system.relations if one.id in (tie.source, tie.target)][:MOST],
        claims=[claim for claim in scan.system.claims if one.id in claim.about][:MOST],
        boundaries=[boundary for boundary in scan.system.boundaries if one.id in boundary.elements],
        findings=[finding for finding in found if finding.element == one.id],
        passing=[finding for finding in found if finding.element != one.id and one.id in finding.attack_path][:MOST],
        cells=[(stride, cells.get(stride)) for stride in STRIDE], symbols=SYMBOLS, state_names=STATES,
        control_by={control.id: control for control in scan.system.controls}, known={each.id for each in scan.system.elements},
        titles={finding.id: finding for finding in scan.findings},
    )  # fmt: skip
