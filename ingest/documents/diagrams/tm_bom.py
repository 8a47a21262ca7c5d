"""Threat models inside CycloneDX bills of materials (TM-BOM): components of type `threat-model` and what their properties say.

Each component of such a type is told by its property `cdx:model:type`: diagram, boundary, actor, server, datastore, dataflow, asset. The
diagrams become diagrams, assets become the data that flows carry. Places are lines of the file.

Left out: risk ratings, shapes and positions, repositories and pieces of code; other parts of the bill of materials.
"""

from __future__ import annotations

from ingest.config.nodes import Node
from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.values import ModelFile, not_this, read_model, read_model_pages, said
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind

_PREFIX = "cdx:model:"
_KINDS: dict[str, DrawnKind] = {
    "actor": "actor", "server": "process", "process": "process", "service": "process", "datastore": "store", "database": "store",
}  # fmt: skip
_NO_BOX = frozenset({"boundary", "dataflow", "asset", "diagram", "repository", "code"})


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    return read_model_pages(data, deadline)


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The diagrams of the bill of materials."""
    model = read_model(path, data, deadline)
    root = model.root
    if said(root.get("bomFormat")) != "CycloneDX":
        raise not_this("a CycloneDX threat model")
    models = [component for component in root.get("components").items if said(component.get("type")) == "threat-model"]
    budget = Budget.of(limits)
    drawings = [_read_diagram(model, component, budget, deadline) for component in models]
    title = said(root.get("metadata").get("component").get("name"))
    return Reading(title, (), drawn_of(drawings), len(model.lines), model.unit)


def _read_diagram(model: ModelFile, diagram: Node, budget: Budget, deadline: Deadline) -> Drawing:
    drawing = Drawing("tm_bom", budget, said(diagram.get("name")))
    parts = diagram.get("components").items
    assets = {said(part.get("bom-ref")): said(part.get("name")) for part in parts if _property(part, "type") == "asset"}
    for part in parts:
        deadline.check()
        kind, identity, name = _property(part, "type"), said(part.get("bom-ref")), said(part.get("name"))
        place, inside = model.place(part.get("name")), _property(part, "inBoundary") or None
        if kind == "boundary":
            drawing.frame(DiagramBoundary(identity, name, inside, place))
        elif kind == "dataflow":
            ends = _property(part, "dataflow:source"), _property(part, "dataflow:destination")
            carried = tuple(assets.get(asset, asset) for asset in _properties(part, "dataflow:data"))
            label = said(part.get("description")) or name
            drawing.connect(DiagramEdge(*ends, label, place, identity, carried))
            if _property(part, "dataflow:isBidirectional") == "true":
                drawing.connect(DiagramEdge(ends[1], ends[0], label, place, identity, carried))
        elif kind and kind not in _NO_BOX:
            drawing.add(
                DiagramNode(
                    identity,
                    name or identity,
                    kind,
                    inside,
                    place,
                    _KINDS.get(kind, ""),
                    _property(part, "platform"),
                    said(part.get("description")),
                )
            )
    return drawing


def _properties(component: Node, name: str) -> list[str]:
    return [said(entry.get("value")) for entry in component.get("properties").items if said(entry.get("name")) == _PREFIX + name]


def _property(component: Node, name: str) -> str:
    return next(iter(_properties(component, name)), "")
