"""Diagrams into the model: boxes become elements, arrows become flows, frames become boundaries.

A box that bears the name of something found is that thing; any other becomes an element that is known from the
document only.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import Diagram, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.documents import TOLD_OF_OTHERS
from pipeline.system.drawn_steps import drawn_parts
from pipeline.system.model import Boundary, ElementKind, Evidence, Flow, Label, SinkRole
from pipeline.system.name_matching import COMMON, stem
from pipeline.system.promises import load_promises
from pipeline.system.prose_names import key_of, kind_of_name
from pipeline.system.words import load_words, mentions, words_of

CARRIED: dict[ElementKind, Label] = {
    "web_content": "web_content", "end_user": "user_input", "anonymous_public": "user_input", "dataset": "dataset_records",
    "vector_store": "retrieved_text",
    "retriever": "retrieved_text", "data_store": "stored_data", "hosted_llm": "model_reply", "agent": "model_reply",
    "ml_model": "prediction",
    "model_registry": "model_artifact",
}  # fmt: skip
BECOMES: dict[ElementKind, SinkRole] = {
    "vector_store": "index_write", "hosted_llm": "prompt", "agent": "prompt", "training_job": "training_data", "ml_model": "features",
    "data_store": "store_write",
}  # fmt: skip


def add_drawings(assembly: Assembly, documents: Sequence[DocumentFacts]) -> list[Boundary]:
    """Drawn elements and flows; gives the boundaries that diagrams draw."""
    return [
        boundary
        for document in documents
        if document.purpose not in TOLD_OF_OTHERS
        for diagram in document.diagrams
        for boundary in _diagram(assembly, diagram)
    ]


def _diagram(assembly: Assembly, diagram: Diagram) -> list[Boundary]:
    identities: dict[str, str] = {}
    for node in drawn_parts(diagram, lambda label: _kind_of(label) != "component"):
        evidence = assembly.cite_place(node.place, "claim")
        if evidence is not None:
            identities[node.id] = _drawn(assembly, node.label, evidence)
    for edge in diagram.edges:
        source, target = identities.get(edge.source), identities.get(edge.target)
        evidence = assembly.cite_place(edge.place, "claim")
        if source is None or target is None or evidence is None or source == target:
            continue
        _drawn_flow(assembly, source, target, evidence)
    found = []
    for boundary in diagram.boundaries:
        inside = tuple(sorted({identities[node.id] for node in diagram.nodes if node.boundary == boundary.id and node.id in identities}))
        if inside:
            name = boundary.label or boundary.id
            found.append(Boundary(id=f"drawn:{boundary.place.path}:{boundary.id}", name=name, kind="drawn", elements=inside))
    return found


def _drawn(assembly: Assembly, label: str, evidence: Evidence) -> str:
    """The element a box means: one that was found and bears its name, else a new one."""
    kind = _kind_of(label)
    said = {stem(word) for word in words_of(label) if word not in COMMON and len(word) > 2}
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.attributes.get("stated_by") == "document":
            if key_of(draft.name) == key_of(label):
                return identity
            continue
        own = {stem(word) for word in words_of(draft.name.split(" (")[0]) if word not in COMMON and len(word) > 2}
        if draft.kind == kind and said and own & said:
            return identity
    same_kind = [
        identity
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == kind and draft.attributes.get("stated_by") is None
    ]
    if len(same_kind) == 1 and kind not in ("component", "external_service", "data_store", "web_content", "end_user"):
        return same_kind[0]
    attributes: dict[str, str | bool] = {"stated_by": "document"}
    if kind == "ml_model":
        for subject, listed in load_words().decides_about.items():
            if mentions([label], listed):
                attributes["decides_about"] = subject
        if mentions([label], load_words().physical):
            attributes["physical"] = True
    return assembly.drafts.put(kind, label, None, attributes, evidence, None, "documentation")


def _kind_of(label: str) -> ElementKind:
    lowered = label.lower()
    words = words_of(label)
    for drawn in load_promises().drawn:
        if any((word in lowered) if " " in word or "-" in word else (word in words) for word in drawn.words):
            return drawn.kind
    return kind_of_name(label) or "component"


def _drawn_flow(assembly: Assembly, source: str, target: str, evidence: Evidence) -> None:
    """An arrow that the code does not already show."""
    if any(s == source and t == target for (s, t, _role) in assembly.flows):
        return
    drafts = assembly.draft(source), assembly.draft(target)
    if all(draft.attributes.get("stated_by") != "document" for draft in drafts):
        return
    carried, role = CARRIED.get(drafts[0].kind), BECOMES.get(drafts[1].kind)
    assembly.flow(
        Flow(id=f"{source}->{target}:drawn", source=source, target=target, carries=(carried,) if carried else (), role=role,
        steps=(evidence,),
             stated_by="document")
    )  # fmt: skip
