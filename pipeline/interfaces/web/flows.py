"""The data-flow diagram, drawn on the server: every box leads to its element, flows that cross a boundary stand out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.findings.model import Scan
from pipeline.interfaces.web.desk import At, Entry
from pipeline.reports.diagram import HEIGHT, WIDTH, draw
from pipeline.reports.escape import shorten, visible
from pipeline.reports.graph import STATED_WORDS, drawn_edges, drawn_nodes, stated_legend
from pipeline.reports.html import LABEL
from pipeline.reports.paths import open_paths
from pipeline.reports.wording import ZONES, names, open_findings, words
from pipeline.system.model import Flow

router = APIRouter(include_in_schema=False)
MOST_FLOWS = 300
CROWDED = 45  # arrows, beyond which a picture begins with those that findings lie on


@dataclass(frozen=True, slots=True)
class Crossing:
    """All flows between two elements that cross boundaries, as one line of a table."""

    source: str
    target: str
    carries: tuple[str, ...]
    boundaries: tuple[str, ...]
    encrypted: bool | None
    count: int


@router.get("/systems/{system}/flows")
def flows(request: Request, desk: At, entry: Entry, show: Literal["", "all", "paths"] = "") -> Response:
    scan = desk.latest(entry)
    if scan is None:
        return desk.page(request, "unscanned", entry=entry, tab="flows")
    few, crossing = on_paths(scan), crossings(scan)
    every, along = _arrows(scan), _arrows(few)
    divided = 0 < along < every
    shown = (show or ("paths" if every > CROWDED else "all")) if divided else "all"
    drawing = draw(few if shown == "paths" else scan)
    return desk.page(
        request, "flows", entry=entry, tab="flows", diagram=drawing, divided=divided, shown=shown, names=names(scan),
        label=label, node_width=WIDTH, node_height=HEIGHT,
        stated_words=STATED_WORDS,
        stated_legend=stated_legend((box.node for box in drawing.boxes), (arrow.edge for arrow in drawing.arrows)),
        crossing={(one.source, one.target) for one in crossing}, crossings=crossing[:MOST_FLOWS], crossing_count=len(crossing),
        elements=sorted(scan.system.elements, key=lambda one: (one.kind, one.name)), flow_count=len(scan.system.flows),
        boundaries=[one for one in scan.system.boundaries if one.kind != "zone"], zones=ZONES,
    )  # fmt: skip


def _arrows(scan: Scan) -> int:
    """How many arrows the picture of a scan has, without placing them."""
    return len(drawn_edges(scan, drawn_nodes(scan)))


def on_paths(scan: Scan) -> Scan:
    """The scan with what open findings and attack paths run along, and no other element or flow: what a crowded picture begins with."""
    found = open_findings(scan)
    ways = [finding.attack_path for finding in found]
    ways += [(hop.source, hop.target) for path in open_paths(scan) for route in path.routes for hop in route.hops]
    pairs = {pair for way in ways for pair in pairwise(way)}
    kept = {item for way in ways for item in way} | {finding.element for finding in found}
    system = scan.system
    return scan.model_copy(
        update={
            "system": system.model_copy(
                update={
                    "elements": tuple(one for one in system.elements if one.id in kept),
                    "flows": tuple(one for one in system.flows if (one.source, one.target) in pairs),
                    "relations": tuple(one for one in system.relations if (one.source, one.target) in pairs),
                }
            )
        }
    )


def crossings(scan: Scan) -> tuple[Crossing, ...]:
    """Pairs of elements with a boundary between them, from the outermost zone inwards."""
    known, zones = names(scan), {element.id: element.zone for element in scan.system.elements}
    pairs: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in scan.system.flows:
        if flow.crosses or zones.get(flow.source) != zones.get(flow.target):
            pairs[flow.source, flow.target].append(flow)
    order = list(ZONES)

    def rank(pair: tuple[str, str]) -> tuple[int, str, str]:
        zone = zones.get(pair[0])
        return order.index(zone) if zone in order else len(order), *pair

    return tuple(_crossing(pair, pairs[pair], known, zones) for pair in sorted(pairs, key=rank))


def _crossing(pair: tuple[str, str], flows: Iterable[Flow], known: dict[str, str], zones: Mapping[str, str]) -> Crossing:
    flows = tuple(flows)
    boundaries = tuple(dict.fromkeys(known.get(item, item) for flow in flows for item in flow.crosses))
    if not boundaries:
        boundaries = (f"{words(zones.get(pair[0], ''))} → {words(zones.get(pair[1], ''))}",)
    encrypted = {flow.stated.encrypted for flow in flows if flow.stated is not None}
    return Crossing(
        *pair, tuple(sorted({label for flow in flows for label in flow.carries})), boundaries,
        next(iter(encrypted)) if len(encrypted) == 1 else None, len(flows),
    )  # fmt: skip


def label(name: str) -> str:
    """What fits into a box: of a long path its end, of any other long name its beginning."""
    shown = visible(name)
    tail = shown.rpartition("/")[2]
    return shorten(f"…/{tail}" if len(shown) > LABEL and tail and tail != shown else shown, LABEL)
