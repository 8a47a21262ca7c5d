"""What the data-flow diagram shows: the elements worth drawing, and one edge per pair of them.

Takes a scan; gives nodes and edges without positions, which the drawn and the Mermaid diagram share.
Elements that no flow, relation or finding touches are folded into a count per zone, and so is what
would make the picture too full to read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.findings.model import SEVERITIES, Scan
from pipeline.reports.wording import open_findings, words
from pipeline.system.model import Element, ElementKind, Severity, Zone

MOST_NODES = 40
Shape = Literal["actor", "entry", "model", "store", "process"]
StatedBy = Literal["", "document", "model"]  # empty: read from code or configuration, or nothing else is there to tell it from
STATED_WORDS: dict[StatedBy, str] = {"document": "known from documents only", "model": "seen by the LLM analyst only"}
_ACTORS = {"end_user", "anonymous_public", "operator", "third_party"}
_ENTRIES = {
    "http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "command_line", "scheduled_job", "file_drop",
    "inference_server",
}  # fmt: skip
_MODELS = {"hosted_llm", "local_llm", "ml_model", "embedding_model", "agent", "guardrail"}
_STORES = {"vector_store", "data_store", "file_store", "dataset", "memory", "queue", "model_registry", "model_file", "log", "secret"}


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    name: str
    kind: ElementKind
    zone: Zone
    shape: Shape
    findings: int
    worst: Severity | None
    stated_by: StatedBy = ""


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    label: str
    detail: str
    attacked: bool
    relation: bool = False
    stated_by: StatedBy = ""


def shape_of(kind: ElementKind) -> Shape:
    if kind in _ACTORS:
        return "actor"
    if kind in _ENTRIES:
        return "entry"
    if kind in _MODELS:
        return "model"
    return "store" if kind in _STORES else "process"


def drawn_nodes(scan: Scan) -> tuple[Node, ...]:
    """The elements worth drawing, in the scan's order: touched ones, the most affected first where there are too many."""
    found = open_findings(scan)
    on_path = {item for finding in found for item in (finding.element, *finding.attack_path)}
    flowing = {end for flow in scan.system.flows for end in (flow.source, flow.target)}
    related = {end for relation in scan.system.relations for end in (relation.source, relation.target)}
    touched = [element for element in scan.system.elements if element.id in on_path | flowing | related]
    by_weight = sorted(touched, key=lambda element: (element.id not in on_path, element.id not in flowing, element.id))
    kept = {element.id for element in by_weight[:MOST_NODES]}
    counts = Counter(finding.element for finding in found)
    worst: dict[str, Severity] = {}
    for finding in found:
        worst.setdefault(finding.element, finding.severity)
    built = _is_built(scan)
    return tuple(_node(element, counts[element.id], worst.get(element.id), built) for element in touched if element.id in kept)


def stated_legend(nodes: Iterable[Node], edges: Iterable[Edge]) -> tuple[str, ...]:
    """What dashed boxes and arrows of a drawing mean; empty where none is."""
    there = {node.stated_by for node in nodes} | {edge.stated_by for edge in edges}
    lines: dict[StatedBy, str] = {"document": "Dashed boxes and arrows are", "model": "Boxes and arrows with short dashes are"}
    return tuple(f"{line} {STATED_WORDS[by]}" for by, line in lines.items() if by in there)


def _node(element: Element, findings: int, worst: Severity | None, built: bool) -> Node:
    by = _stated_by(str(element.attributes.get("stated_by", "")), built)
    return Node(element.id, element.name, element.kind, element.zone, shape_of(element.kind), findings, worst, by)


def _is_built(scan: Scan) -> bool:
    """Whether something was read from code or configuration; where all is drawn, there is nothing to tell drawings from."""
    return any(e.evidence and e.attributes.get("stated_by") not in ("document", "model") for e in scan.system.elements)


def _stated_by(by: str, built: bool) -> StatedBy:
    return "model" if by == "model" else "document" if by == "document" and built else ""


def folded_counts(scan: Scan, nodes: tuple[Node, ...]) -> dict[Zone, int]:
    drawn = {node.id for node in nodes}
    return dict(Counter(element.zone for element in scan.system.elements if element.id not in drawn))


def drawn_edges(scan: Scan, nodes: tuple[Node, ...]) -> tuple[Edge, ...]:
    """One edge per pair of elements: flows joined, then path hops no flow covers, and ties of elements without flows."""
    drawn = {node.id for node in nodes}
    attacked = {pair for finding in open_findings(scan) if finding.severity in SEVERITIES[:3] for pair in pairwise(finding.attack_path)}
    labels: dict[tuple[str, str], list[str]] = {}
    details: dict[tuple[str, str], list[str]] = {}
    for flow in scan.system.flows:
        pair = (flow.source, flow.target)
        label = words(flow.role) if flow.role else ", ".join(words(item) for item in flow.carries[:2])
        labels.setdefault(pair, []).append(label)
        details.setdefault(pair, []).append(f"{', '.join(words(item) for item in flow.carries) or 'data'} → {label or 'target'}")
    built, by = _is_built(scan), dict[tuple[str, str], set[StatedBy]]()
    for flow in scan.system.flows:
        by.setdefault((flow.source, flow.target), set()).add(_stated_by(flow.stated_by, built))
    related: dict[tuple[str, str], str] = {}
    for relation in scan.system.relations:
        related.setdefault((relation.source, relation.target), words(relation.kind))
    edges = [
        Edge(*pair, _joined(labels[pair]), "; ".join(dict.fromkeys(details[pair])), pair in attacked, stated_by=min(by[pair]))
        for pair in sorted(labels)
        if pair[0] != pair[1] and drawn.issuperset(pair)
    ]
    shown = {frozenset((edge.source, edge.target)) for edge in edges}
    flowing = {end for pair in shown for end in pair}
    # Ties between elements that flows already hold in place would only hide the flows.
    telling = attacked | {pair for pair in related if not flowing.issuperset(pair)}
    edges.extend(
        Edge(*pair, related.get(pair, ""), related.get(pair, "on the path of a finding"), pair in attacked, relation=True)
        for pair in sorted(telling)
        if pair[0] != pair[1] and drawn.issuperset(pair) and frozenset(pair) not in shown
    )
    return tuple(edges)


def _joined(labels: list[str]) -> str:
    unique = [label for label in dict.fromkeys(labels) if label]
    return ", ".join(unique[:2]) + (f" +{len(unique) - 2}" if len(unique) > 2 else "")
