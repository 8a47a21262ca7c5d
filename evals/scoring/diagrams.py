"""The diagram a scan draws, held against the one a careful reader drew: boxes and arrows that are there, missed, and too many.

A box is an element that the scan's own diagram draws, of a kind and at a place that the reference names, or of its name; one element is one
box. An arrow is found where data flows from one box to the other, also by way of elements that are no box: readers leave out what
only hands on. An arrow between two boxes that the reference does not have is one too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from evals.labels import Diagram, Node
from evals.matching import assign
from evals.result import DiagramResult
from pipeline.findings.model import Scan
from pipeline.reports.graph import drawn_nodes
from pipeline.system.model import Element

_PART = re.compile(r"[a-z0-9]+")


def held_against(diagram: Diagram, scan: Scan) -> DiagramResult:
    drawn = {node.id for node in drawn_nodes(scan)}
    elements = [element for element in scan.system.elements if element.id in drawn]
    close = {(node.id, element.id): (3, -near) for node in diagram.nodes for element in elements if (near := _likeness(node, element))}
    found = assign({pair: (3, 90 + how[1]) for pair, how in close.items()})[3]
    ways = _ways(scan, set(found.values()))
    wanted = {(edge.source, edge.target) for edge in diagram.edges}
    seen = {(a, b) for a in found for b in found if a != b and (found[a], found[b]) in ways}
    return DiagramResult(
        nodes_found=len(found), nodes_wanted=len(diagram.nodes), nodes_drawn=len(elements),
        edges_found=len(wanted & seen), edges_wanted=len(wanted), edges_drawn=len(seen),
        missing=tuple(node.name for node in diagram.nodes if node.id not in found),
    )  # fmt: skip


def _likeness(node: Node, element: Element) -> int:
    """0: no box for it; higher is better."""
    if node.kinds and element.kind not in node.kinds:
        return 0
    there = any(one.path in node.files for one in element.evidence)
    named = bool(_words(node.name) & _words(element.name))
    return 20 * named + 10 * there if named or (there and node.kinds) else 0


def _words(name: str) -> set[str]:
    return {word for word in _PART.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()) if len(word) > 2}


def _ways(scan: Scan, boxes: set[str]) -> set[tuple[str, str]]:
    """Pairs of boxes joined by flows that pass no third one."""
    onward: dict[str, set[str]] = {}
    for flow in scan.system.flows:
        onward.setdefault(flow.source, set()).add(flow.target)
    return {(start, end) for start in boxes for end in _reached(start, onward, boxes)}


def _reached(start: str, onward: Mapping[str, Iterable[str]], boxes: set[str]) -> set[str]:
    seen, waiting, ends = {start}, [start], set()
    while waiting:
        for target in onward.get(waiting.pop(), ()):
            if target in seen:
                continue
            seen.add(target)
            if target in boxes:
                ends.add(target)
            else:
                waiting.append(target)
    return ends
