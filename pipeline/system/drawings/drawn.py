"""Diagrams into the model: boxes become elements, arrows flows, frames boundaries, threats that a threat model states claims.

A box that bears the name of something found is that thing; any other becomes an element that is known from the document only. Each box is
told with what it was taken for and why. Stated threats are what their authors say: no rule reads them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.facts import Diagram, DiagramBoundary, DiagramEdge, DiagramNode, DocumentFacts, StatedThreat
from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_claims import Labelled
from pipeline.system.documents.described_names import Described, explained, own_name
from pipeline.system.documents.prose_names import is_administrative, is_staff
from pipeline.system.documents.told import TOLD_OF_OTHERS, describes
from pipeline.system.documents.told_tools import put_tool, tools_in
from pipeline.system.drawings.drawn_steps import drawn_parts
from pipeline.system.drawings.masked_drawings import without_secrets
from pipeline.system.model import AttributeValue, Boundary, Claim, DrawnName, ElementKind, Evidence, Flow, Stated
from pipeline.system.name_matching import NOTHING, Found, Known, Match, match_name, only_of_kind, said_words
from pipeline.system.rules.drawn_words import CARRIED, carried_by, is_asking, kind_of, role_at, technology_of
from pipeline.system.rules.words import load_words, mentions

FORMAL = frozenset({"threat_dragon", "tm7", "open_threat_model", "tm_bom", "tm_library"})  # notations in which each box has its kind
_STORES: frozenset[ElementKind] = frozenset(
    {"vector_store", "data_store", "dataset", "log", "queue", "model_registry", "memory", "web_content", "prompt"}
)
_OUTSIDE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public", "web_content"})
_ANSWERING: frozenset[ElementKind] = frozenset({"vector_store", "retriever", "hosted_llm", "local_llm"})
_ANSWERS_AGENTS: frozenset[ElementKind] = frozenset(
    {"hosted_llm", "local_llm", "vector_store", "retriever", "end_user", "anonymous_public", "agent", "log"}
)
_ASKED: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_ENTRIES: frozenset[ElementKind] = frozenset({"chat_ui", "http_route", "webhook"})
_PEOPLE = frozenset({"user", "power_user", "administrator", "engineer"})  # of the actors of the threat model library
_FLAGS = frozenset({"encrypted", "authenticated", "integrity", "sensitive", "public_network", "out_of_scope"})
_MOST_MATCHED = 3_000  # boxes that are held against what was found
_MOST_STEPS = 4
_LONGEST_DESCRIPTION = 300
_ACCESS = re.compile(
    r"\d{4}|\b(?:reach\w*|access\w*|port|https?|tcp|quer\w*|search\w*|ask\w*|retriev\w*|look\w*|read\w*|fetch\w*|get\w*|top)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One diagram and what its boxes were taken for."""

    path: str
    diagram: Diagram
    kinds: Mapping[str, ElementKind]  # by the id of the box
    elements: Mapping[str, str]  # element ids, by the id of the box
    found: frozenset[str]  # ids of boxes that code or configuration has


@dataclass(slots=True)
class Drawings:
    """What all diagrams together draw, beyond elements and flows."""

    boundaries: list[Boundary] = field(default_factory=list)
    names: list[DrawnName] = field(default_factory=list)
    made: dict[tuple[ElementKind, frozenset[str]], str] = field(default_factory=dict)  # elements that boxes became, by kind and words
    told: dict[frozenset[str], str] = field(default_factory=dict)  # elements that prose told of, by words
    roles: dict[tuple[str, str], list[str | None]] = field(default_factory=dict)  # of the flows between two elements
    pictures: list[Picture] = field(default_factory=list)
    labels: list[Labelled] = field(default_factory=list)  # what stands at boxes and arrows beside their names


def add_drawings(assembly: Assembly, documents: Sequence[DocumentFacts], described: Described | None = None) -> Drawings:
    """Drawn elements, flows and stated threats; gives the boundaries and the names that diagrams draw.

    `described` is what documents call the parts of a system that only they describe; None beside code.
    """
    drawings = Drawings(
        told={
            said_words(draft.name): identity
            for identity, draft in sorted(assembly.drafts.by_id.items())
            if draft.attributes.get("stated_by") == "document" and said_words(draft.name)
        }
    )
    for source, target, role in assembly.flows:
        drawings.roles.setdefault((source, target), []).append(role)
    known = [
        Known.of(draft) for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.attributes.get("stated_by") != "document" and draft.attributes.get("examples_only") is not True
    ]  # fmt: skip
    found = Found(known)
    for document in documents:
        if document.purpose in TOLD_OF_OTHERS or (described is not None and not describes(document)):
            continue
        for number, written in enumerate(document.diagrams, 1):
            diagram = without_secrets(written, assembly.book.masked)
            own = f"{document.path}#{number}" if number > 1 else document.path
            drawings.pictures.append(_add_diagram(assembly, drawings, diagram, own, found, described))
    return drawings


def boxes_of(documents: Sequence[DocumentFacts]) -> dict[str, dict[str, ElementKind]]:
    """What the notation of each diagram says of its boxes, by `path#number` and id."""
    return {
        f"{document.path}#{number}": {node.id: kind_of_node(diagram, node) for node in _parts(diagram)}
        for document in documents for number, diagram in enumerate(document.diagrams)
    }  # fmt: skip


def _parts(diagram: Diagram) -> tuple[DiagramNode, ...]:
    return drawn_parts(diagram, lambda node: kind_of_node(diagram, node), diagram.language in FORMAL)


def _add_diagram(
    assembly: Assembly, drawings: Drawings, diagram: Diagram, own: str, found: Found, described: Described | None
) -> Picture:  # fmt: skip
    nodes = _parts(diagram)
    kinds = {node.id: kind_of_node(diagram, node) for node in nodes}
    if described is not None:
        kinds = {node.id: described.node_kind(node, kinds[node.id]) for node in nodes}
    matches = _matches(nodes, kinds, found if len(drawings.names) < _MOST_MATCHED else Found(()))
    identities: dict[str, str] = {}
    for node in nodes:
        evidence = assembly.cite_place(node.place, "claim")
        if evidence is None or not node.label:
            continue
        match = matches[node.id]
        name = node.label if described is None else described.full(own_name(node.label))
        key = (kinds[node.id], said_words(name))
        identity = match.element or drawings.made.get(key) or _told(assembly, drawings, *key)
        if identity is None:
            identity = assembly.drafts.put(kinds[node.id], name, None, _attributes(node, kinds[node.id]), evidence, None, "documentation")
            if key[1]:
                drawings.made[key] = identity
        elif match.element is None:
            draft = assembly.draft(identity)
            assembly.drafts.put(draft.kind, draft.name, None, None, evidence, None, "documentation")
        identities[node.id] = identity
        if described is not None:
            drawings.labels += _beside(assembly, node, identity, evidence)
        drawings.names.append(
            DrawnName(name=node.label[:200], element=identity, found=match.element is not None, reason=match.reason, evidence=(evidence,))
        )
    asking = _asking(diagram, kinds)
    for edge in diagram.edges:
        source, target = identities.get(edge.source), identities.get(edge.target)
        if source is None or target is None or source == target:
            continue
        if kinds[edge.target] == "embedding_model" and (edge.source in asking or is_asking(edge.label)):
            assembly.relate(source, "embeds_with", target, assembly.cite_place(edge.place, "claim"))  # a question, which nothing keeps
        else:
            _add_flow(assembly, drawings, source, target, edge)
        if described is not None:
            drawings.labels += _told_at(assembly, source, target, edge)
    drawings.boundaries += _boundaries(diagram, own, identities)
    ends = {edge.id: (edge.source, edge.target) for edge in diagram.edges if edge.id}
    for threat in diagram.threats:
        parts = [part for about in threat.about for part in ends.get(about, (about,))]
        _add_threat(assembly, threat, [identities[part] for part in parts if part in identities])
    taken = frozenset(identity for identity in identities if matches[identity].element is not None)
    return Picture(own.partition("#")[0], diagram, kinds, identities, taken)


def _beside(assembly: Assembly, node: DiagramNode, identity: str, evidence: Evidence) -> Iterator[Labelled]:
    """What the label of a box says beside its name, and the product it names."""
    rest = explained(node.label)
    draft = assembly.draft(identity)
    technology = technology_of(rest, node.technology)
    if technology is not None and technology_of(draft.name) is None:
        draft.attributes.setdefault("technology", technology)
    if (is_administrative(draft.name) and draft.kind == "http_route") or (is_staff(draft.name) and draft.kind == "end_user"):
        draft.attributes["admin"] = True
    for text in (rest, node.description):
        if text:
            yield Labelled(text, evidence, (identity,))


def _told_at(assembly: Assembly, source: str, target: str, edge: DiagramEdge) -> Iterator[Labelled]:
    """What stands at an arrow: of the access to its end, and the tools that an agent uses there."""
    evidence = assembly.cite_place(edge.place, "claim")
    if evidence is None:
        return
    texts = [", ".join(filter(None, (edge.label, str(edge.attributes.get("protocol") or ""))))]
    if edge.attributes.get("encrypted") is False and assembly.draft(target).kind == "mcp_server":
        texts.append("unencrypted")
    for text in filter(None, texts):
        yield Labelled(text, evidence, (source, target) if "html" in text.lower() else (target,))
    if assembly.draft(source).kind == "agent" and assembly.draft(target).kind not in _ANSWERS_AGENTS:
        for tool in tools_in(edge.label, assembly.draft(target).name):
            made = put_tool(assembly, source, tool, evidence)
            if made != target:
                assembly.flow(
                    Flow(
                        id=f"{made}->{target}:drawn",
                        source=made,
                        target=target,
                        carries=("tool_arguments",),
                        steps=(evidence,),
                        stated_by="document",
                    )
                )


# Boxes


def kind_of_node(diagram: Diagram, node: DiagramNode) -> ElementKind:
    """What a box is: by its name, else by its technology, held against what its notation says."""
    kind = kind_of(node.label)
    if kind == "component" and node.technology:
        kind = kind_of(node.technology)
    if (node.kind == "actor" or node.shape == "actor") and kind == "component":
        is_person = diagram.language not in FORMAL or (diagram.language == "tm_library" and node.shape in _PEOPLE)
        return "end_user" if is_person else "external_service"
    if node.kind == "store" or node.shape == "database":
        if node.attributes.get("log") is True and kind == "component":
            return "log"
        if kind in ("embedding_model", "agent"):
            return "vector_store" if kind == "embedding_model" else "data_store"  # a table of agents is no agent
        is_told = kind in _STORES if diagram.language in FORMAL else kind not in ("component", "end_user")
        return kind if is_told else "data_store"
    if node.kind == "process" and kind in _OUTSIDE:
        return "component"
    if kind == "component" and node.attributes.get("external") is True:
        return "external_service"
    return kind


def _matches(nodes: Sequence[DiagramNode], kinds: Mapping[str, ElementKind], found: Found) -> dict[str, Match]:
    """What each box is taken for: by its name, and where a box is the only one of its kind, by that."""
    matches = {node.id: match_name(node.label, node.technology, kinds[node.id], found) for node in nodes}
    taken = {match.element for match in matches.values()}
    left = [known for known in found.known if known.element not in taken]
    for node in nodes:
        kind = kinds[node.id]
        if matches[node.id] is NOTHING and sum(other == kind for other in kinds.values()) == 1:
            matches[node.id] = only_of_kind(node.label, kind, left)
    return matches


def _told(assembly: Assembly, drawings: Drawings, kind: ElementKind, words: frozenset[str]) -> str | None:
    """The element of prose that a box of the same name is; where the two say different kinds, prose and drawing mean two things."""
    identity = drawings.told.get(words)
    if identity is None:
        return None
    return identity if "component" in (kind, told := assembly.draft(identity).kind) or told == kind else None


def _attributes(node: DiagramNode, kind: ElementKind) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {"stated_by": "document"}
    if node.technology:
        attributes["technology"] = node.technology[:80]
    if node.description:
        attributes["description"] = node.description[:_LONGEST_DESCRIPTION]
    for name, value in node.attributes.items():
        if value is True or (value and isinstance(value, str | tuple)):
            attributes[f"stated_{name}"] = value  # what tools write where nobody said a thing is false
    if kind == "ml_model":
        for subject, listed in load_words().decides_about.items():
            if mentions([node.label], listed):
                attributes["decides_about"] = subject
        if mentions([node.label], load_words().physical):
            attributes["physical"] = True
    return attributes


# Arrows and frames


def _asking(diagram: Diagram, kinds: Mapping[str, ElementKind]) -> frozenset[str]:
    """Boxes that answer: what is embedded for them is a question, not what is put into an index."""
    answers = {edge.target for edge in diagram.edges if kinds.get(edge.source) in _ANSWERING}
    return frozenset(answers | {edge.source for edge in diagram.edges if kinds.get(edge.target) in _ANSWERING - {"vector_store"}})


def _add_flow(assembly: Assembly, drawings: Drawings, source: str, target: str, edge: DiagramEdge) -> None:
    """An arrow that the code does not already show; arrows of one meaning between two boxes are one flow."""
    drafts = assembly.draft(source), assembly.draft(target)
    roles = drawings.roles.setdefault((source, target), [])
    if any(flow.stated_by != "document" for role in roles for flow in assembly.flows[source, target, role]):
        return
    if all(draft.attributes.get("stated_by") != "document" for draft in drafts):
        return
    evidence = assembly.cite_place(edge.place, "claim")
    if evidence is None:
        return
    text = " ".join((edge.label, *edge.data))
    role = role_at(drafts[0].name, drafts[0].kind, drafts[1].name, drafts[1].kind, text)
    usual = CARRIED.get(drafts[0].kind)
    told = carried_by(text, drafts[0].kind, drafts[1].kind)
    if drafts[1].kind in _ASKED and "prompt" not in text.lower():
        told -= {"secret_value"}  # by a key one is let in; it is no part of what is asked
    if drafts[0].kind in _ENTRIES and drafts[1].kind not in _OUTSIDE and not told - {"uploaded_file"}:
        usual = "user_input"  # what people enter goes on
    if role is None and drafts[1].kind == "vector_store" and drafts[0].kind == "component" and edge.label and not _ACCESS.search(text):
        role = "index_write"  # who asks is drawn as asking
    carries = tuple(sorted({*told, *((usual,) if usual is not None else ())}))
    if role in roles:
        known, *others = assembly.flows[source, target, role]
        steps = (*known.steps, evidence) if evidence not in known.steps and len(known.steps) < _MOST_STEPS else known.steps
        both = {"carries": tuple(sorted({*known.carries, *carries})), "steps": steps, "stated": known.stated or _stated(edge)}
        assembly.flows[source, target, role] = [known.model_copy(update=both), *others]
        return
    identity = f"{source}->{target}:drawn" + (f":{role}" if roles else "")
    roles.append(role)
    flow = Flow(id=identity, source=source, target=target, carries=carries, role=role, steps=(evidence,), stated_by="document")
    assembly.flow(flow.model_copy(update={"stated": _stated(edge)}))


def _stated(edge: DiagramEdge) -> Stated:
    said = {name: value for name, value in edge.attributes.items() if name in _FLAGS and isinstance(value, bool)}
    protocol = edge.attributes.get("protocol")
    return Stated(label=edge.label[:200], data=edge.data, protocol=str(protocol or "")[:80], **said)


def _boundaries(diagram: Diagram, own: str, identities: Mapping[str, str]) -> Iterator[Boundary]:
    """Frames with all that stands in them, be it in frames inside."""
    parents = {boundary.id: boundary.parent for boundary in diagram.boundaries}
    inside: dict[str, set[str]] = {}
    for node in diagram.nodes:
        frame = node.boundary if node.id in identities else None
        while frame is not None:
            inside.setdefault(frame, set()).add(identities[node.id])
            frame = parents.get(frame)
    for boundary in diagram.boundaries:
        if boundary.id in inside:
            yield Boundary(id=f"drawn:{own}:{boundary.id}", name=_name(boundary), kind="drawn", elements=tuple(sorted(inside[boundary.id])))


def _name(boundary: DiagramBoundary) -> str:
    return boundary.label or boundary.id


# Threats


def _add_threat(assembly: Assembly, threat: StatedThreat, about: Sequence[str]) -> None:
    evidence = assembly.cite_place(threat.place, "claim")
    if evidence is None or not threat.title:
        return
    told = f"{threat.place.path}\n{threat.place.page}\n{threat.place.start_line}\n{threat.title}"
    assembly.claims.append(
        Claim(
            id=f"threat:{hashlib.sha256(told.encode()).hexdigest()[:12]}",
            text=threat.title,
            about=tuple(dict.fromkeys(about)),
            evidence=(evidence,),
            kind="threat",
            state=threat.state,
            category=threat.category,
            severity=threat.severity,
            mitigations=threat.mitigations,
        )
    )
