"""OWASP Threat Dragon models (JSON of versions 1 and 2): cells of their diagrams, and the threats that stand at them.

Read are actors, processes, stores and flows with their names, what is said of them (encrypted, protocol, public network, log,
credentials, out of scope), boxes of trust boundaries with what lies inside, and each threat with its state. Places are lines of the file.

Left out: boundaries drawn as curves, of which nothing says which side is which; texts, flows whose ends are attached to nothing;
contributors; descriptions of templates.
"""

from __future__ import annotations

from ingest.config.nodes import Node
from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.geometry import Rectangle, innermost_frames, number
from ingest.documents.diagrams.values import ModelFile, flags, not_this, read_model, read_model_pages, said, state_of
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind, StatedThreat

_KINDS: dict[str, DrawnKind] = {"actor": "actor", "process": "process", "store": "store"}
_NODE_FLAGS = {
    "out_of_scope": "outOfScope", "encrypted": "isEncrypted", "log": "isALog", "credentials": "storesCredentials", "signed": "isSigned",
    "provides_authentication": "providesAuthentication", "web_application": "isWebApplication",
}  # fmt: skip
_FLOW_FLAGS = {"out_of_scope": "outOfScope", "encrypted": "isEncrypted", "public_network": "isPublicNetwork"}


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    return read_model_pages(data, deadline)


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The diagrams of a model."""
    model = read_model(path, data, deadline)
    diagrams = model.root.get("detail").get("diagrams")
    is_model = model.root.get("detail").kind == "map" and diagrams.kind == "list"
    if not is_model or any(diagram.kind != "map" for diagram in diagrams.items):
        raise not_this("a Threat Dragon model")
    budget = Budget.of(limits)
    drawings = [_read_diagram(model, diagram, budget, deadline) for diagram in diagrams.items]
    return Reading(said(model.root.get("summary").get("title")), (), drawn_of(drawings), len(model.lines), model.unit)


def _read_diagram(model: ModelFile, diagram: Node, budget: Budget, deadline: Deadline) -> Drawing:
    drawing = Drawing("threat_dragon", budget, said(diagram.get("title")))
    cells = diagram.get("cells").items or diagram.get("diagramJson").get("cells").items
    boxes: dict[str, Rectangle] = {}
    frames: dict[str, Rectangle] = {}
    for cell in cells:
        deadline.check()
        identity = said(cell.get("id"))
        shape = _shape(cell)
        area = _area(cell)
        if shape == "boundary" and area is not None:
            frames[identity] = area
        elif shape in _KINDS and area is not None:
            boxes[identity] = area
    inside = innermost_frames({**boxes, **frames}, frames)
    for cell in cells:
        _read_cell(model, drawing, cell, inside)
    return drawing


def _read_cell(model: ModelFile, drawing: Drawing, cell: Node, inside: dict[str, str]) -> None:
    shape, identity, named = _shape(cell), said(cell.get("id")), _name(cell)
    data = cell.get("data") if cell.get("data").kind == "map" else cell
    place = model.place(named if named.kind == "scalar" else cell)
    if shape in _KINDS:
        about = flags({name: data.get(key) for name, key in _NODE_FLAGS.items()})
        drawing.add(
            DiagramNode(
                identity,
                said(named) or identity,
                shape,
                inside.get(identity),
                place,
                _KINDS[shape],
                "",
                said(data.get("description")),
                about,
            )
        )
    elif shape == "flow":
        source, target = (said(cell.get(end).get("cell", "id")) for end in ("source", "target"))
        if not source or not target:
            return
        attributes = flags({name: data.get(key) for name, key in _FLOW_FLAGS.items()})
        if protocol := said(data.get("protocol")):
            attributes["protocol"] = protocol
        drawing.connect(DiagramEdge(source, target, said(named), place, identity, (), attributes))
        if said(data.get("isBidirectional")) == "true":
            drawing.connect(DiagramEdge(target, source, said(named), place, identity, (), attributes))
    elif shape == "boundary":
        drawing.frame(DiagramBoundary(identity, said(named), inside.get(identity), place))
    for threat in (*data.get("threats").items, *(cell.get("threats").items if data is not cell else ())):
        drawing.threaten(_threat(model, threat, identity))


def _threat(model: ModelFile, threat: Node, about: str) -> StatedThreat:
    title = threat.get("title")
    return StatedThreat(
        said(title) or said(threat.get("type")),
        state_of(said(threat.get("status"))),
        model.place(title if said(title) else threat),
        (about,),
        said(threat.get("type")),
        said(threat.get("severity")),
        said(threat.get("description")),
        tuple(filter(None, [said(threat.get("mitigation"))])),
    )


def _shape(cell: Node) -> str:
    """`tm.Actor` of the first version, `actor` of the second; the box of a boundary is a `boundary`, its curve is nothing."""
    kind = (said(cell.get("data").get("type")) or said(cell.get("type")) or said(cell.get("shape"))).lower().removeprefix("tm.")
    if "boundary" not in kind:
        return kind
    return "" if cell.get("source").kind == "map" or "curve" in said(cell.get("shape")) else "boundary"


def _name(cell: Node) -> Node:
    candidates = (
        cell.get("data").get("name"),
        cell.get("name"),
        cell.get("attrs").get("text").get("text"),
        *(label.get("attrs").get("text").get("text") for label in cell.get("labels").items[:1]),
    )
    return next((node for node in candidates if said(node)), candidates[0])


def _area(cell: Node) -> Rectangle | None:
    position, size = cell.get("position"), cell.get("size")
    if position.kind != "map" or size.kind != "map":
        return None
    return Rectangle(
        number(position.get("x").text), number(position.get("y").text), number(size.get("width").text), number(size.get("height").text)
    )
