"""AWS Threat Composer workspaces (.tc.json): threat statements with their states and mitigations, and the prose beside them.

A workspace draws its pictures as images, so it gives a diagram without boxes: threats alone. The descriptions of the application, its
architecture and its data flows are prose in Markdown and become passages, and so do its assumptions, each under the title of its part.

Left out: the images, which are listed as not examined; comments on statements, tags; links between assumptions and threats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.config.nodes import Node
from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.values import ModelFile, not_this, read_model, read_model_pages, said, state_of
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading
from ingest.documents.outline import squeezed
from ingest.facts import Passage, PassageKind, StatedThreat

_PROSE = (("applicationInfo", "Application"), ("architecture", "Architecture"), ("dataflow", "Data flow"))
_MARKS = re.compile(r"^(?:#{1,6}|[-*+]|\d{1,3}[.)])\s+")
_DONE = {"mitigationresolved": "in place", "mitigationinprogress": "in progress", "mitigationidentified": "planned",
         "mitigationresolvedwillnotaction": "will not be done"}  # fmt: skip


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    return read_model_pages(data, deadline)


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The threats of a workspace as a diagram without boxes, its prose as passages."""
    model = read_model(path, data, deadline)
    root = model.root
    if not said(root.get("schema")) or not any(root.get(part).kind != "none" for part in ("applicationInfo", "threats", "mitigations")):
        raise not_this("a Threat Composer workspace")
    name = said(root.get("applicationInfo").get("name"))
    drawing = Drawing("threat_composer", Budget.of(limits), name)
    for threat in _threats(model):
        deadline.check()
        drawing.threaten(threat)
    passages = tuple(_passages(model))
    if len(passages) > limits.max_passages:
        raise LimitReached(f"has more than {limits.max_passages} passages")
    pictures = sum(1 for part, _title in _PROSE if said(root.get(part).get("image")))
    unexamined = ("its picture" if pictures == 1 else f"its {pictures} pictures",) if pictures else ()
    return Reading(name, passages, drawn_of([drawing]), len(model.lines), model.unit, unexamined)


def _passages(model: ModelFile) -> Iterator[Passage]:
    for part, title in _PROSE:
        description = model.root.get(part).get("description")
        for block in re.split(r"\n+", description.text) if description.kind == "scalar" else ():
            text = squeezed(block)
            if text:
                kind: PassageKind = "title" if text.startswith("#") else "list_item" if _MARKS.match(text) else "paragraph"
                yield Passage(_MARKS.sub("", text), kind, (title,), model.place(description))
    for assumption in model.root.get("assumptions").items:
        if text := said(assumption.get("content")):
            yield Passage(text, "list_item", ("Assumptions",), model.place(assumption.get("content")))


def _threats(model: ModelFile) -> Iterator[StatedThreat]:
    root = model.root
    mitigations = {said(mitigation.get("id")): mitigation for mitigation in root.get("mitigations").items}
    linked: dict[str, list[Node]] = {}
    for link in root.get("mitigationLinks").items:
        mitigation = mitigations.get(said(link.get("mitigationId")))
        if mitigation is not None:
            linked.setdefault(said(link.get("linkedId")), []).append(mitigation)
    for threat in root.get("threats").items:
        metadata = {said(entry.get("key")): _value(entry.get("value")) for entry in threat.get("metadata").items}
        statement = threat.get("statement")
        text = said(statement) or _assembled(threat)
        if not text:
            continue
        told = (f"{said(item.get('content'))}{_done(item)}" for item in linked.get(said(threat.get("id")), ()))
        yield StatedThreat(
            text,
            state_of(said(threat.get("status"))),
            model.place(statement if said(statement) else threat),
            (),
            metadata.get("STRIDE", ""),
            metadata.get("Priority", ""),
            "",
            tuple(told),
        )


def _value(value: Node) -> str:
    """One word, or a list of them: the classes of a threat are one."""
    return ", ".join(text for item in value.items if (text := said(item))) if value.kind == "list" else said(value)


def _assembled(threat: Node) -> str:
    """The statement of a threat that only holds its parts, in the order the tool writes them."""
    source, needs, action, impact = (said(threat.get(name)) for name in ("threatSource", "prerequisites", "threatAction", "threatImpact"))
    if not source or not action:
        return ""
    return f"A {source}{' ' + needs if needs else ''} can {action}{', which leads to ' + impact if impact else ''}"


def _done(mitigation: Node) -> str:
    word = _DONE.get(said(mitigation.get("status")).lower())
    return f" ({word})" if word else ""
