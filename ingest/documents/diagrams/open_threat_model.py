"""Open Threat Model files (OTM, JSON and YAML): trust zones, components, data flows, assets, threats and mitigations.

Components become boxes in the zone they stand in, also through other components, flows carry the names of their assets, and each threat is
told once for each component, flow or zone it is stated of, with the state it has there. Places are lines of the file.

Left out: representations (where things are drawn, or in which file of code they lie), risk ratings of zones and assets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.config.nodes import Node
from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.values import ModelFile, not_this, read_model, read_model_pages, said, state_of, truth
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind, StatedThreat
from ingest.source import Attribute

_KIND_WORDS: tuple[tuple[DrawnKind, tuple[str, ...]], ...] = (
    ("store", ("database", "-db-", "datastore", "data-store", "storage", "bucket")),
    ("actor", ("external-entity", "actor", "human", "interactor")),
)


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    return read_model_pages(data, deadline)


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The one diagram of a model."""
    model = read_model(path, data, deadline)
    root = model.root
    if not said(root.get("otmVersion")):
        raise not_this("an Open Threat Model")
    drawing = Drawing("open_threat_model", Budget.of(limits), said(root.get("project").get("name")))
    assets = {said(asset.get("id")): said(asset.get("name")) for asset in root.get("assets").items}
    for zone in root.get("trustZones").items:
        drawing.frame(DiagramBoundary(f"zone:{said(zone.get('id'))}", said(zone.get("name")), _parent(zone), model.place(zone.get("name"))))
    components = {said(component.get("id")): component for component in root.get("components").items}
    for identity, component in components.items():
        deadline.check()
        _component(model, drawing, identity, component, _zone(component, components))
    for flow in root.get("dataflows", "dataFlows").items:
        deadline.check()
        _flow(model, drawing, flow, assets)
    for threat in _threats(model):
        drawing.threaten(threat)
    return Reading(drawing.name, (), drawn_of([drawing]), len(model.lines), model.unit)


def _parent(node: Node) -> str | None:
    """What a component or zone stands in; zones and components have ids of their own."""
    parent = node.get("parent")
    if zone := said(parent.get("trustZone")):
        return f"zone:{zone}"
    return said(parent.get("component")) or None


def _zone(component: Node, components: Mapping[str, Node]) -> str | None:
    """The zone a component stands in, be it through the components around it."""
    seen: set[str] = set()
    inside = _parent(component)
    while inside is not None and inside in components and inside not in seen:
        seen.add(inside)
        inside = _parent(components[inside])
    return inside


def _component(model: ModelFile, drawing: Drawing, identity: str, component: Node, zone: str | None) -> None:
    kind_word = said(component.get("type"))
    lowered = f"-{kind_word.lower().replace('_', '-').replace(' ', '-')}-"
    kind: DrawnKind = next((kind for kind, words in _KIND_WORDS if any(word in lowered for word in words)), "")
    tags = tuple(tag for tag in map(said, component.get("tags").items) if tag)
    attributes: dict[str, Attribute] = {"tags": tags} if tags else {}
    if truth(component.get("properties").get("Out Of Scope")):
        attributes["out_of_scope"] = True
    drawing.add(
        DiagramNode(
            identity,
            said(component.get("name")) or identity,
            kind_word or "component",
            zone,
            model.place(component.get("name")),
            kind,
            "",
            said(component.get("description")),
            attributes,
        )
    )


def _flow(model: ModelFile, drawing: Drawing, flow: Node, assets: Mapping[str, str]) -> None:
    source, target = said(flow.get("source")), said(flow.get("destination"))
    carried = tuple(assets.get(asset) or asset for asset in map(said, flow.get("assets").items) if asset)
    attributes: dict[str, Attribute] = {"out_of_scope": True} if truth(flow.get("properties").get("Out Of Scope")) else {}
    label, place, identity = said(flow.get("name")), model.place(flow.get("name")), said(flow.get("id"))
    drawing.connect(DiagramEdge(source, target, label, place, identity, carried, attributes))
    if truth(flow.get("bidirectional")):
        drawing.connect(DiagramEdge(target, source, label, place, identity, carried, attributes))


def _threats(model: ModelFile) -> Iterator[StatedThreat]:
    """Each threat where it is stated; those that are stated of nothing, once."""
    root = model.root
    known = {said(threat.get("id")): threat for threat in root.get("threats").items}
    mitigations = {said(mitigation.get("id")): said(mitigation.get("name")) for mitigation in root.get("mitigations").items}
    unstated = dict(known)
    for part in (*root.get("components").items, *root.get("dataflows", "dataFlows").items, *root.get("trustZones").items):
        for stated in part.get("threats").items:
            identity = said(stated.get("threat"))
            threat = known.get(identity)
            if threat is None:
                continue
            unstated.pop(identity, None)
            yield _told(model, threat, stated, said(part.get("id")), mitigations)
    for threat in unstated.values():
        yield _told(model, threat, None, "", mitigations)


def _told(model: ModelFile, threat: Node, stated: Node | None, about: str, mitigations: Mapping[str, str]) -> StatedThreat:
    risk = threat.get("risk")
    sizes = [f"{name} {said(risk.get(name))}" for name in ("likelihood", "impact") if said(risk.get(name))]
    measures = (
        ()
        if stated is None
        else tuple(
            name + (f" ({state})" if (state := said(item.get("state"))) else "")
            for item in stated.get("mitigations").items
            if (name := mitigations.get(said(item.get("mitigation")), ""))
        )
    )
    return StatedThreat(
        said(threat.get("name")),
        "" if stated is None else state_of(said(stated.get("state"))),
        model.place(threat.get("name") if stated is None else stated.get("threat")),
        (about,) if about else (),
        ", ".join(category for category in map(said, threat.get("categories").items) if category),
        ", ".join(sizes),
        said(threat.get("description")),
        measures,
    )
