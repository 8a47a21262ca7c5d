"""Models of the OWASP threat model library (`*.tm.json`): zones, actors, components, stores, flows, threats and controls.

Actors, components and data stores become boxes in their trust zones, flows say whether they are encrypted and whether their data is
sensitive. A threat has no state of its own in this format: it is taken as mitigated where all controls against it are active, as
accepted where all of them will not be done, as open in any other case. Assumptions become passages, with what became of them.

Left out: the same diagram drawn again as Mermaid, PlantUML or Graphviz text, which is listed; threat personas; risks and plans;
methods of access at boundaries.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.nodes import Node
from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.values import ModelFile, flags, not_this, read_model, read_model_pages, said
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind, Passage, StatedState, StatedThreat
from ingest.source import Attribute

_BOXES: tuple[tuple[str, DrawnKind], ...] = (("actors", "actor"), ("components", "process"), ("data_stores", "store"))
_REFUSED = frozenset({"wont_do", "retired"})


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    return read_model_pages(data, deadline)


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The one diagram of a model."""
    model = read_model(path, data, deadline)
    root = model.root
    if root.get("scope").kind != "map" or all(root.get(part).kind != "list" for part in ("components", "data_flows", "threats")):
        raise not_this("a model of the threat model library")
    title = said(root.get("scope").get("title"))
    drawing = Drawing("tm_library", Budget.of(limits), title)
    for zone in root.get("trust_zones").items:
        drawing.frame(
            DiagramBoundary(_zone(zone.get("symbolic_name")) or "", said(zone.get("title")), None, model.place(zone.get("title")))
        )
    for part, kind in _BOXES:
        for box in root.get(part).items:
            deadline.check()
            drawing.add(_node(model, box, kind))
    for flow in root.get("data_flows").items:
        deadline.check()
        drawing.connect(_edge(model, flow))
    for threat in _threats(model):
        drawing.threaten(threat)
    unexamined = tuple(f"a diagram drawn again as {said(drawn.get('type')) or 'text'}" for drawn in root.get("diagrams").items)
    return Reading(title, tuple(_passages(model)), drawn_of([drawing]), len(model.lines), model.unit, unexamined)


def _zone(name: Node) -> str | None:
    """Zones have names of their own: a cluster is a component, and the zone of that name."""
    return f"zone:{said(name)}" if said(name) else None


def _node(model: ModelFile, box: Node, kind: DrawnKind) -> DiagramNode:
    technology = " ".join(word for word in (said(box.get("vendor")), said(box.get("product"))) if word)
    shape = said(box.get("type")) or kind
    return DiagramNode(
        said(box.get("symbolic_name")),
        said(box.get("title")) or said(box.get("symbolic_name")),
        shape,
        _zone(box.get("trust_zone")),
        model.place(box.get("title")),
        kind,
        technology,
        said(box.get("description")),
    )


def _edge(model: ModelFile, flow: Node) -> DiagramEdge:
    attributes: dict[str, Attribute] = flags({"encrypted": flow.get("encrypted"), "sensitive": flow.get("has_sensitive_data")})
    return DiagramEdge(
        said(flow.get("source").get("object")),
        said(flow.get("destination").get("object")),
        said(flow.get("title")),
        model.place(flow.get("title")),
        said(flow.get("symbolic_name")),
        (),
        attributes,
    )


def _threats(model: ModelFile) -> Iterator[StatedThreat]:
    controls: dict[str, list[Node]] = {}
    for control in model.root.get("controls").items:
        for against in map(said, control.get("threats").items):
            controls.setdefault(against, []).append(control)
    levels: dict[str, str] = {}
    for risk in model.root.get("risks").items:
        for against in map(said, risk.get("threats").items):
            levels.setdefault(against, said(risk.get("level")))
    for threat in model.root.get("threats").items:
        identity = said(threat.get("symbolic_name"))
        measures = controls.get(identity, [])
        yield StatedThreat(
            said(threat.get("title")),
            _state([said(control.get("status")) for control in measures]),
            model.place(threat.get("title")),
            tuple(filter(None, map(said, threat.get("components_affected").items))),
            said(threat.get("event")),
            levels.get(identity, ""),
            said(threat.get("description")),
            tuple(f"{said(control.get('title'))} ({said(control.get('status'))})" for control in measures),
        )


def _state(statuses: list[str]) -> StatedState:
    if statuses and all(status == "active" for status in statuses):
        return "mitigated"
    return "accepted" if statuses and all(status in _REFUSED for status in statuses) else "open"


def _passages(model: ModelFile) -> Iterator[Passage]:
    """Descriptions and assumptions; an assumption that nobody confirmed says so."""
    root = model.root
    if text := said(root.get("description")):
        yield Passage(text, "paragraph", ("Description",), model.place(root.get("description")))
    for assumption in root.get("assumptions").items:
        text, validity = said(assumption.get("description")), said(assumption.get("validity"))
        if text and validity != "rejected":
            section = "Assumptions" if validity == "confirmed" else "Assumptions, to be confirmed"
            yield Passage(text, "list_item", (section,), model.place(assumption.get("description")))
