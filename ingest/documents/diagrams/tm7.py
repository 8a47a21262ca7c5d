"""Models of the Microsoft Threat Modeling Tool (.tm7, XML of data contracts): stencils, connectors, boundaries and threats.

Read are processes, stores and external interactors with their names and stencils, border boundaries with what lies inside, connectors
with what their attributes say, and the threats of each diagram with their states. The tool writes its XML for itself, in lines
nobody reads: places are a diagram's page and the paragraph on it, each saying one part of it in words.

Left out: line boundaries, of which nothing says which side is which; annotations; the template that the file carries along
(its knowledge base); notes; who made or changed what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.geometry import Rectangle, innermost_frames, number
from ingest.documents.diagrams.values import not_this, state_of
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.documents.outline import squeezed
from ingest.documents.xml_tree import XmlElement, read_xml
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind, StatedThreat
from ingest.source import Attribute, Place

_KINDS: dict[str, tuple[DrawnKind, str]] = {
    "GE.P": ("process", "process"), "GE.DS": ("store", "data store"), "GE.EI": ("actor", "external interactor"),
}  # fmt: skip
# Templates of a company's own have kinds of their own: what tells is the shape. Theirs are rectangles for anything.
_SHAPES: dict[str, tuple[DrawnKind, str]] = {
    "StencilEllipse": ("process", "process"), "StencilParallelLines": ("store", "data store"), "StencilRectangle": ("", "box"),
}  # fmt: skip
_FLOW_FLAGS = {"encrypted": "providesConfidentiality", "integrity": "providesIntegrity", "authenticated": "authenticatesSource"}
_PROTOCOLS = frozenset({"http", "https", "rpc", "dcom", "smb", "ipsec", "tcp", "udp", "named pipe", "alpc", "ioctl interface", "sql"})


@dataclass(frozen=True, slots=True)
class _Part:
    """One stencil, connector or threat, and how it is said in words."""

    element: XmlElement
    words: str


@dataclass(frozen=True, slots=True)
class _Surface:
    identity: str
    name: str
    shapes: tuple[_Part, ...]
    connectors: tuple[_Part, ...]
    threats: tuple[_Part, ...]

    @property
    def parts(self) -> tuple[_Part, ...]:
        return (*self.shapes, *self.connectors, *self.threats)


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """A page for each diagram, a paragraph for each part of it."""
    surfaces = _surfaces(read_xml(data, limits, deadline))
    return {page: tuple(part.words for part in surface.parts) for page, surface in enumerate(surfaces, 1)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The diagrams of a model."""
    root = read_xml(data, limits, deadline)
    surfaces = _surfaces(root)
    budget = Budget.of(limits)
    drawings = []
    for page, surface in enumerate(surfaces, 1):
        deadline.check()
        drawings.append(_read_surface(path, page, surface, budget))
    title = root.at("MetaInformation", "ThreatModelName")
    count = sum(len(surface.parts) for surface in surfaces)
    return Reading(squeezed(title.text) if title is not None else "", (), drawn_of(drawings), count, "paragraph")


def _surfaces(root: XmlElement) -> tuple[_Surface, ...]:
    surfaces = root.child("DrawingSurfaceList") if root.name == "ThreatModel" else None
    if surfaces is None:
        raise not_this("a Microsoft threat model")
    instances = root.child("ThreatInstances")
    threats: dict[str, list[_Part]] = {}
    for entry in () if instances is None else instances.children:
        value = entry.child("Value")
        if value is not None:
            threats.setdefault(_text(value, "DrawingSurfaceGuid"), []).append(_Part(value, _threat_words(value)))
    found = []
    for surface in surfaces.children:
        shapes = tuple(_Part(value, _shape_words(value)) for value in _values(surface, "Borders"))
        names = {_text(part.element, "Guid"): _name(part.element) for part in shapes}
        connectors = tuple(
            _Part(value, _connector_words(value, names)) for value in _values(surface, "Lines") if value.get("type") == "Connector"
        )
        identity = _text(surface, "Guid")
        found.append(_Surface(identity, _name(surface), shapes, connectors, tuple(threats.pop(identity, ()))))
    return tuple(found)


def _values(surface: XmlElement, name: str) -> Iterator[XmlElement]:
    for entry in (child for found in surface.children if found.name == name for child in found.children):
        value = entry.child("Value")
        if value is not None:
            yield value


def _read_surface(path: str, page: int, surface: _Surface, budget: Budget) -> Drawing:
    drawing = Drawing("tm7", budget, surface.name)
    frames: dict[str, Rectangle] = {}
    boxes: dict[str, Rectangle] = {}
    for part in surface.shapes:
        identity, area = _text(part.element, "Guid"), _area(part.element)
        (frames if part.element.get("type") == "BorderBoundary" else boxes)[identity] = area
    inside = innermost_frames({**boxes, **frames}, frames)
    for index, part in enumerate(surface.parts, 1):
        element, identity, place = part.element, _text(part.element, "Guid"), Place(path, index, index, page)
        if index > len(surface.shapes) + len(surface.connectors):
            drawing.threaten(_threat(element, place))
        elif index > len(surface.shapes):
            drawing.connect(_edge(element, place))
        elif element.get("type") == "BorderBoundary":
            drawing.frame(DiagramBoundary(identity, _name(element), inside.get(identity), place))
        elif (known := _kind(element)) is not None:
            scope: dict[str, Attribute] = {"out_of_scope": True} if _said(element, "Out Of Scope").lower() == "true" else {}
            stencil = _stencil(element)
            technology = stencil if stencil != _name(element) else ""
            drawing.add(
                DiagramNode(
                    identity,
                    _name(element) or stencil or identity,
                    known[1],
                    inside.get(identity),
                    place,
                    known[0],
                    technology,
                    "",
                    scope,
                )
            )
    return drawing


def _edge(element: XmlElement, place: Place) -> DiagramEdge:
    attributes: dict[str, Attribute] = {}
    for name, key in _FLOW_FLAGS.items():
        word = _said(element, key).lower()
        if word in ("yes", "no"):
            attributes[name] = word == "yes"
    stencil = _stencil(element)
    if stencil.lower() in _PROTOCOLS:
        attributes["protocol"] = stencil
    if _said(element, "Out Of Scope").lower() == "true":
        attributes["out_of_scope"] = True
    return DiagramEdge(
        _text(element, "SourceGuid"), _text(element, "TargetGuid"), _name(element), place, _text(element, "Guid"), (), attributes
    )


def _threat(element: XmlElement, place: Place) -> StatedThreat:
    told = _threat_properties(element)
    about = tuple(dict.fromkeys(filter(None, (_text(element, name) for name in ("FlowGuid", "TargetGuid", "SourceGuid")))))
    measure = _text(element, "StateInformation")
    return StatedThreat(
        _threat_title(element),
        state_of(_text(element, "State")),
        place,
        about,
        told.get("UserThreatCategory", ""),
        _text(element, "Priority"),
        told.get("UserThreatDescription", ""),
        (measure,) if measure else (),
    )


def _kind(element: XmlElement) -> tuple[DrawnKind, str] | None:
    return _KINDS.get(_text(element, "GenericTypeId")) or _SHAPES.get(element.get("type"))


# Words


def _shape_words(element: XmlElement) -> str:
    kind = (_kind(element) or ("", "boundary"))[1]
    stencil, name = _stencil(element), _name(element)
    return f'{kind} "{name}"' + (f" ({stencil})" if stencil and stencil != name else "")


def _connector_words(element: XmlElement, names: dict[str, str]) -> str:
    ends = [names.get(_text(element, end), "?") for end in ("SourceGuid", "TargetGuid")]
    return f'flow "{_name(element)}" from "{ends[0]}" to "{ends[1]}"'


def _threat_words(element: XmlElement) -> str:
    return f"threat {_text(element, 'Id')} ({_text(element, 'State')}): {_threat_title(element)}"


# Parts of the contracts


def _text(element: XmlElement, name: str) -> str:
    child = element.child(name)
    return "" if child is None else squeezed(child.text)


def _said(element: XmlElement, wanted: str) -> str:
    """The value of a property by the name shown or the name inside; of a list the selected entry."""
    properties = element.child("Properties")
    for entry in () if properties is None else properties.children:
        if wanted in (_text(entry, "DisplayName"), _text(entry, "Name")) and "Header" not in entry.get("type"):
            value = entry.child("Value")
            chosen = _text(entry, "SelectedIndex")
            if value is not None and value.children and chosen.isdecimal() and int(chosen[:9]) < len(value.children):
                return squeezed(value.children[int(chosen[:9])].text)
            return "" if value is None else squeezed(value.text)
    return ""


def _name(element: XmlElement) -> str:
    return _said(element, "Name")


def _stencil(element: XmlElement) -> str:
    """The kind of box or arrow the author chose: the first heading among its properties."""
    properties = element.child("Properties")
    headings = (
        _text(entry, "DisplayName") for entry in (() if properties is None else properties.children) if "Header" in entry.get("type")
    )
    return next(headings, "")


def _threat_properties(element: XmlElement) -> dict[str, str]:
    properties = element.child("Properties")
    return {_text(entry, "Key"): _text(entry, "Value") for entry in (() if properties is None else properties.children)}


def _threat_title(element: XmlElement) -> str:
    return _text(element, "Title") or _threat_properties(element).get("Title", "") or _text(element, "TypeId")


def _area(element: XmlElement) -> Rectangle:
    left, top, width, height = (number(_text(element, name)) for name in ("Left", "Top", "Width", "Height"))
    return Rectangle(left, top, width, height)
