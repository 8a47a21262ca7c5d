"""The data-flow diagram as a Mermaid flowchart: zones as subgraphs, ways of findings in red; and below it a tree per attack path.

Relations are drawn dotted; what is known from documents or from a model only is dashed, and says so. Elements that nothing touches are
left out and counted, zone by zone.
"""

from __future__ import annotations

from pipeline.findings.model import Scan
from pipeline.reports.escape import mermaid, shorten
from pipeline.reports.graph import STATED_WORDS, Edge, Node, StatedBy, drawn_edges, drawn_nodes, folded_counts, stated_legend
from pipeline.reports.paths import open_paths, tree_lines
from pipeline.reports.wording import STATES, ZONES, coverage_counts, without_ai, words

_RED = "stroke:#c62828,stroke-width:2.5px"
_DASHES: dict[StatedBy, str] = {"document": "7 4", "model": "3 3"}
_SHAPES = {"actor": ("([", "])"), "entry": ("[/", "/]"), "model": ("{{", "}}"), "store": ("[(", ")]"), "process": ("[", "]")}


def render(scan: Scan) -> str:
    nodes = drawn_nodes(scan)
    edges = drawn_edges(scan, nodes)
    folded = folded_counts(scan, nodes)
    ids = {node.id: f"n{index}" for index, node in enumerate(nodes)}
    covered = ", ".join(f"{STATES[state]} {count}" for state, count in coverage_counts(scan))
    lines = ["%% Data-flow diagram written by threatloom; red: paths of findings", f"%% Coverage: {covered}"]
    lines += [f"%% {line}" for line in stated_legend(nodes, edges)]
    if said := without_ai(scan):
        lines.append(f"%% {said}")
    lines.append("flowchart LR")
    for zone, name in ZONES.items():
        members = [node for node in nodes if node.zone == zone]
        if not members and not folded.get(zone):
            continue
        lines.append(f'  subgraph zone_{zone}["{mermaid(name)}"]')
        lines.extend(f"    {_node(ids[node.id], node)}" for node in members)
        if folded.get(zone):
            lines.append(f'    rest_{zone}["and {folded[zone]} more"]:::rest')
        lines.append("  end")
    lines.extend(f"  {_edge(ids, edge)}" for edge in edges)
    styles: dict[str, list[int]] = {}
    for index, edge in enumerate(edges):
        if style := _style(edge):
            styles.setdefault(style, []).append(index)
    lines.extend(f"  linkStyle {','.join(map(str, styles[style]))} {style}" for style in sorted(styles))
    for by, dashes in _DASHES.items():
        if any(node.stated_by == by for node in nodes):
            lines.append(f"  classDef {by} stroke-dasharray:{dashes}")
            lines.append(f"  class {','.join(ids[node.id] for node in nodes if node.stated_by == by)} {by}")
    for number, path in enumerate(open_paths(scan), 1):
        lines.append(f'  subgraph path_{number}["Attack path {number}, {path.severity}"]')
        lines.append("    direction TB")
        lines.extend(f"    {line}" for line in tree_lines(scan, path, f"p{number}_"))
        lines.append("  end")
    if scan.attack_paths:
        lines.append("  classDef goal stroke:#c62828,stroke-width:3px")
    lines.append("  classDef found stroke:#c62828,stroke-width:2px")
    lines.append("  classDef rest stroke-dasharray:3 3")
    return "\n".join(lines) + "\n"


def _node(name: str, node: Node) -> str:
    left, right = _SHAPES[node.shape]
    mark = ":::found" if node.findings else ""
    said = f"<br/>{STATED_WORDS[node.stated_by]}" if node.stated_by else ""
    return f'{name}{left}"{mermaid(shorten(node.name, 60))}<br/>{mermaid(words(node.kind))}{said}"{right}{mark}'


def _style(edge: Edge) -> str:
    """How an arrow is drawn; in one piece, since a later style of an arrow takes the place of the earlier."""
    return ",".join(
        (*([_RED] if edge.attacked else []), *([f"stroke-dasharray:{_DASHES[edge.stated_by]}"] if edge.stated_by in _DASHES else []))
    )


def _edge(ids: dict[str, str], edge: Edge) -> str:
    arrow = "-.->" if edge.relation else "-->"
    label = f'|"{mermaid(edge.label)}"|' if edge.label else ""
    return f"{ids[edge.source]} {arrow}{label} {ids[edge.target]}"
