"""The diagram a scan draws, held against the one a careful reader drew: boxes and arrows that are there, missed, and too many.

A box is found by an element that a flow or a relation ties to others, of a kind and at a place that the reference names, or of most of
its name; other elements that are like a box are parts of it (the tables of a database, a drawing beside the code), and those that are
like none are boxes too many. An arrow is found where data flows, or a relation points, from a part of one box to a part of the other,
also by way of elements that are no box: readers leave out what only hands on. An arrow between two found boxes that the reference does
not have is one too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from evals.labels import Diagram, Node
from evals.matching import Tier, assign
from evals.result import DiagramResult
from pipeline.findings.model import Scan
from pipeline.system.model import Element

_PART = re.compile(r"[a-z0-9]+")
_BACKWARDS = ("loads", "trained_on", "uses_retriever", "derived_from")  # data comes from what they point to


def held_against(diagram: Diagram, scan: Scan) -> DiagramResult:
    ties = _ties(scan)
    tied = {end for tie in ties for end in tie}
    elements = [element for element in scan.system.elements if element.id in tied]
    alike = {(node.id, element.id): near for node in diagram.nodes for element in elements if (near := _likeness(node, element))}
    close: dict[tuple[str, str], tuple[Tier, int]] = {pair: (3, 90 - near) for pair, near in alike.items()}
    found = assign(close)[3]
    box_of = {**_parts(elements, alike, found), **{element: node for node, element in found.items()}}
    wanted = {(edge.source, edge.target) for edge in diagram.edges}
    seen = _arrows(ties, box_of)
    return DiagramResult(
        nodes_found=len(found), nodes_wanted=len(diagram.nodes), nodes_drawn=len(found) + len(elements) - len(box_of),
        edges_found=len(wanted & seen), edges_wanted=len(wanted), edges_drawn=len(seen),
        missing=tuple(node.name for node in diagram.nodes if node.id not in found),
    )  # fmt: skip


def _parts(elements: Sequence[Element], alike: Mapping[tuple[str, str], int], found: Mapping[str, str]) -> dict[str, str]:
    """Of elements that are like a found box, the one they are most like."""
    best: dict[str, tuple[int, str]] = {}
    for (node, element), near in sorted(alike.items()):
        if node in found and near > best.get(element, (0, ""))[0]:
            best[element] = (near, node)
    return {element.id: best[element.id][1] for element in elements if element.id in best}


def _likeness(node: Node, element: Element) -> int:
    """0: no box for it; at most 81, higher is better."""
    if node.kinds and element.kind not in node.kinds:
        return 0
    there = any(one.path in node.files for one in element.evidence)
    words = _words(node.name)
    share = len(words & _words(element.name)) / len(words) if words else 0.0
    return round(60 * share) + 20 * there + 1 if share > 0.5 or (there and node.kinds) else 0


def _words(name: str) -> set[str]:
    return {word for word in _PART.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()) if len(word) > 2}


def _ties(scan: Scan) -> tuple[tuple[str, str], ...]:
    flows = ((flow.source, flow.target) for flow in scan.system.flows)
    relations = ((tie.target, tie.source) if tie.kind in _BACKWARDS else (tie.source, tie.target) for tie in scan.system.relations)
    return (*flows, *relations)


def _arrows(ties: Iterable[tuple[str, str]], box_of: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs of boxes joined by ties that pass no third box."""
    onward: dict[str, set[str]] = {}
    for source, target in ties:
        onward.setdefault(source, set()).add(target)
    return {(box, end) for start, box in box_of.items() for end in _reached(start, onward, box_of) if end != box}


def _reached(start: str, onward: Mapping[str, Iterable[str]], box_of: Mapping[str, str]) -> set[str]:
    seen, waiting, ends = {start}, [start], set()
    while waiting:
        for target in onward.get(waiting.pop(), ()):
            if target in seen:
                continue
            seen.add(target)
            if target in box_of:
                ends.add(box_of[target])
            else:
                waiting.append(target)
    return ends
