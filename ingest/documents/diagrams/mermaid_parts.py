"""Mermaid's other diagrams of parts: C4, architecture, and what is drawn of types and states.

Takes the statements of one diagram after its head, gives a `Diagram`, or None where the head names a kind that is not read. Types and
states are read with their arrows and marked as such: they draw no parts of a system.

Left out: members of classes, notes, styles, concurrency and choices of states; icons and sides of services; entity relationships.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.documents.diagrams.c4 import read_c4, read_macro
from ingest.documents.diagrams.drawing import Budget, Drawing
from ingest.documents.diagrams.labels import plain_label
from ingest.documents.limits import Deadline
from ingest.facts import Diagram, DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind
from ingest.source import Place

_HEADS = (
    ("c4", re.compile(r"C4(?:Context|Container|Component|Dynamic|Deployment)\b")),
    ("architecture", re.compile(r"architecture(?:-beta)?\b")),
    ("types", re.compile(r"classDiagram(?:-v2)?\b")),
    ("states", re.compile(r"stateDiagram(?:-v2)?\b")),
)
_PART = re.compile(
    r"(?P<what>group|service|junction)\s+(?P<id>[\w-]+)\s*(?:\((?P<icon>[^()]*)\))?\s*(?:\[(?P<label>[^\]]*)\])?(?:\s+in\s+(?P<inside>[\w-]+))?\s*$"
)
_LINK = re.compile(
    r"(?P<source>[\w-]+?)(?:\{group\})?(?:\s*:\s*[TBLR])?\s*(?P<back><)?--?(?P<label>\[[^\]]*\])?-{0,2}(?P<head>>)?\s*(?:[TBLR]\s*:\s*)?(?P<target>[\w-]+)(?:\{group\})?\s*$"
)
_STORE_ICONS = frozenset({"database", "disk", "logos:aws-s3", "logos:postgresql", "logos:mysql", "logos:redis", "logos:mongodb"})
_CLASS = re.compile(r"class\s+(?P<id>[\w.]+)(?:~[^~]*~)?(?:\[\"(?P<label>[^\"]*)\"\])?")
_RELATED = re.compile(
    r"(?P<source>[\w.]+)(?:~[^~]*~)?\s*(?:\"[^\"]*\"\s*)?(?P<arrow>[<|*o()]{0,2}(?:--|\.\.)[>|*o()]{0,2})\s*(?:\"[^\"]*\"\s*)?(?P<target>[\w.]+)(?:~[^~]*~)?\s*(?::\s*(?P<label>.*))?$"
)
_STATE = re.compile(r"state\s+(?:\"(?P<label>[^\"]*)\"\s+as\s+)?(?P<id>[\w.]+)")
_CHANGE = re.compile(r"(?P<source>\[\*\]|[\w.]+)\s*-->\s*(?P<target>\[\*\]|[\w.]+)\s*(?::\s*(?P<label>.*))?$")


def read_parts(path: str, head: str, statements: Iterable[tuple[int, str]], budget: Budget, deadline: Deadline) -> Diagram | None:
    """The diagram that `head` begins."""
    kind = next((name for name, pattern in _HEADS if pattern.match(head)), None)
    if kind is None:
        return None
    drawing = Drawing("mermaid", budget, draws="types" if kind == "types" else "steps" if kind == "states" else "system")
    if kind == "c4":
        _read_c4(path, drawing, statements, deadline)
        return drawing.finished()
    readers = {"architecture": _read_architecture, "types": _read_types, "states": _read_states}
    for line, text in statements:
        deadline.check()
        readers[kind](drawing, text, Place(path, line, line))
    return drawing.finished()


def _read_c4(path: str, drawing: Drawing, statements: Iterable[tuple[int, str]], deadline: Deadline) -> None:
    blocks: list[str | None] = []
    for line, text in statements:
        deadline.check()
        if text.startswith("}"):
            if blocks:
                blocks.pop()
            continue
        if text.startswith("title "):
            drawing.name = plain_label(text[6:])
            continue
        macro = read_macro(text)
        if macro is None:
            continue
        inside = next((block for block in reversed(blocks) if block is not None), None)
        opened = read_c4(drawing, macro, Place(path, line, line), inside)
        if macro.opens:
            blocks.append(opened or None)


def _read_architecture(drawing: Drawing, text: str, place: Place) -> None:
    if (part := _PART.match(text)) is not None:
        label = plain_label(part["label"] or "") or part["id"]
        if part["what"] == "group":
            drawing.frame(DiagramBoundary(part["id"], label, part["inside"], place))
        elif part["what"] == "service":
            icon = (part["icon"] or "").strip().lower()
            kind: DrawnKind = "store" if icon in _STORE_ICONS else ""
            drawing.add(DiagramNode(part["id"], label, icon or "service", part["inside"], place, kind))
        else:
            drawing.add(DiagramNode(part["id"], "", "junction", part["inside"], place))
    elif (link := _LINK.match(text)) is not None:
        label = plain_label((link["label"] or "").strip("[]"))
        if link["back"]:
            drawing.connect(DiagramEdge(link["target"], link["source"], label, place))
        if link["head"] or not link["back"]:
            drawing.connect(DiagramEdge(link["source"], link["target"], label, place))


def _read_types(drawing: Drawing, text: str, place: Place) -> None:
    if (related := _RELATED.match(text)) is not None:
        for end in (related["source"], related["target"]):
            drawing.add(DiagramNode(end, end, "class", None, place))
        label = plain_label(related["label"] or "")
        drawing.connect(DiagramEdge(related["source"], related["target"], label, place))
    elif (declared := _CLASS.match(text)) is not None:
        drawing.add(DiagramNode(declared["id"], plain_label(declared["label"] or "") or declared["id"], "class", None, place))


def _read_states(drawing: Drawing, text: str, place: Place) -> None:
    if (change := _CHANGE.match(text)) is not None:
        for end in (change["source"], change["target"]):
            drawing.add(DiagramNode(end, end, "state", None, place))
        drawing.connect(DiagramEdge(change["source"], change["target"], plain_label(change["label"] or ""), place))
    elif (declared := _STATE.match(text)) is not None:
        drawing.add(DiagramNode(declared["id"], plain_label(declared["label"] or "") or declared["id"], "state", None, place))
