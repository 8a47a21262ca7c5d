"""Diagrams without the secrets that people write into labels and threats.

Takes a diagram and a masker of texts, gives the same diagram with masked texts. All texts are masked at once, for a masker looks around
a word, and asking it ten thousand times takes half a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ingest.facts import Diagram


def without_secrets(diagram: Diagram, mask: Callable[[str], str]) -> Diagram:
    """The diagram with every label, name and sentence masked."""
    texts = dict.fromkeys(_texts(diagram))
    joined = mask("\n".join(texts)).split("\n")
    shown = dict(zip(texts, joined, strict=True)) if len(joined) == len(texts) else {text: mask(text) for text in texts}
    if all(text == after for text, after in shown.items()):
        return diagram
    return replace(
        diagram,
        nodes=tuple(
            replace(n, label=shown[n.label], technology=shown[n.technology], description=shown[n.description]) for n in diagram.nodes
        ),
        edges=tuple(replace(e, label=shown[e.label], data=tuple(shown[name] for name in e.data)) for e in diagram.edges),
        boundaries=tuple(replace(b, label=shown[b.label]) for b in diagram.boundaries),
        threats=tuple(
            replace(
                t,
                title=shown[t.title],
                category=shown[t.category],
                severity=shown[t.severity],
                description="",
                mitigations=tuple(shown[measure] for measure in t.mitigations),
            )
            for t in diagram.threats
        ),
    )


def _texts(diagram: Diagram) -> Iterator[str]:
    """Texts that reach the model; what describes a threat does not."""
    for node in diagram.nodes:
        yield from (node.label, node.technology, node.description)
    for edge in diagram.edges:
        yield from (edge.label, *edge.data)
    for boundary in diagram.boundaries:
        yield boundary.label
    for threat in diagram.threats:
        yield from (threat.title, threat.category, threat.severity, *threat.mitigations)
