"""A diagram while it is read: boxes by id, arrows, frames around them, threats.

Readers put in what they meet, in whatever order their format has it, and take the finished `Diagram`. It counts what is put in
against the limits of the file, and gives no box, arrow or frame that could not be held together: arrows whose ends name nothing are
left out, frames that contain each other stand in none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.documents.limits import DocumentLimits, LimitReached
from ingest.facts import Diagram, DiagramBoundary, DiagramEdge, DiagramNode, DrawnAs, StatedThreat

_MAX_DEPTH = 100  # frames in frames; a picture of more cannot be looked at


@dataclass(slots=True)
class Budget:
    """What the diagrams of one file may still hold."""

    left: int
    most: int

    @classmethod
    def of(cls, limits: DocumentLimits) -> Budget:
        return cls(limits.max_drawn, limits.max_drawn)

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise LimitReached(f"draws more than {self.most} boxes and arrows")


@dataclass(slots=True)
class Drawing:
    language: str
    budget: Budget
    name: str = ""
    draws: DrawnAs = "system"
    nodes: dict[str, DiagramNode] = field(default_factory=dict)
    edges: list[DiagramEdge] = field(default_factory=list)
    boundaries: dict[str, DiagramBoundary] = field(default_factory=dict)
    threats: list[StatedThreat] = field(default_factory=list)

    def add(self, node: DiagramNode) -> None:
        """A box; of two with one id the first is kept, with the frame of whichever has one."""
        known = self.nodes.get(node.id)
        if known is None:
            self.budget.spend()
            self.nodes[node.id] = node
        elif known.boundary is None and node.boundary is not None:
            self.nodes[node.id] = replace(known, boundary=node.boundary)

    def connect(self, edge: DiagramEdge) -> None:
        self.budget.spend()
        self.edges.append(edge)

    def frame(self, boundary: DiagramBoundary) -> None:
        if boundary.id not in self.boundaries:
            self.budget.spend()
            self.boundaries[boundary.id] = boundary

    def threaten(self, threat: StatedThreat) -> None:
        self.budget.spend()
        self.threats.append(threat)

    def finished(self) -> Diagram:
        """The diagram as a value."""
        depths: dict[str, int] = {}
        frames = {name: replace(frame, parent=self._parent(frame, depths)) for name, frame in self.boundaries.items()}
        nodes = [
            node if node.boundary in frames or node.boundary is None else replace(node, boundary=None)
            for name, node in self.nodes.items()
            if name not in frames
        ]
        ends = {node.id for node in nodes} | frames.keys()
        edges = [edge for edge in self.edges if edge.source in ends and edge.target in ends]
        return Diagram(self.language, tuple(nodes), tuple(edges), tuple(frames.values()), self.name, self.draws, tuple(self.threats))

    def _parent(self, frame: DiagramBoundary, depths: dict[str, int]) -> str | None:
        """The frame around a frame, unless that was never drawn, leads in a circle or stands too deep; `depths` holds what is known."""
        way: dict[str, None] = {}
        at: str | None = frame.id
        while at is not None and at not in depths:
            if at in way or at not in self.boundaries:
                depths.update(dict.fromkeys(way, 0))
                break
            way[at] = None
            at = self.boundaries[at].parent
        else:
            below = -1 if at is None else depths[at]
            for above in reversed(way):
                below = below + 1 if below < _MAX_DEPTH else 0
                depths[above] = below
        return frame.parent if depths[frame.id] else None


def is_empty(diagram: Diagram) -> bool:
    """Whether nothing of a system was found in it."""
    return not (diagram.nodes or diagram.threats)


def drawn_of(drawings: Sequence[Drawing]) -> tuple[Diagram, ...]:
    """The diagrams that hold something."""
    return tuple(diagram for drawing in drawings if not is_empty(diagram := drawing.finished()))
