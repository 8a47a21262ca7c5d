"""Boundaries of a diagram that code crosses where no arrow does.

Takes the diagrams that can be held against code, adds a claim of kind "drawn_boundary" for each flow of the code between two boxes that
were found, one inside and one outside of a frame that is a boundary by its name or notation, where no diagram draws an arrow between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ingest.facts import DiagramBoundary
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.pictures import Held, load_beside_code
from pipeline.system.drawings.drawn import FORMAL, Picture
from pipeline.system.model import Claim, Flow
from pipeline.system.rules.drawn_words import says


def add_crossings(assembly: Assembly, held: Sequence[Held]) -> None:
    """A claim for every undrawn flow across a drawn boundary."""
    drawn = {pair for each in held for pair in _arrows(each.picture)}
    for each in held:
        boxes = {each.picture.elements[node.id]: node.id for node in each.boxes() if node.id in each.picture.found}
        for (source, target, _role), flows in assembly.flows_in_order():
            if source not in boxes or target not in boxes or (source, target) in drawn or source == target:
                continue
            told = next((flow for flow in flows if flow.stated_by != "document" and flow.steps), None)
            frame = next(_between(each.picture, boxes[source], boxes[target]), None)
            if told is not None and frame is not None:
                _add(assembly, frame, told)
                drawn.add((source, target))


def _arrows(picture: Picture) -> Iterator[tuple[str, str]]:
    """Pairs of elements that an arrow joins, in both directions: what is asked answers."""
    for edge in picture.diagram.edges:
        source, target = picture.elements.get(edge.source), picture.elements.get(edge.target)
        if source is not None and target is not None:
            yield source, target
            yield target, source


def _between(picture: Picture, one: str, other: str) -> Iterator[DiagramBoundary]:
    """Frames that count as boundaries and have one of the two boxes inside, the outermost first."""
    frames = {frame.id: frame for frame in picture.diagram.boundaries}
    around = [_frames_of(picture, frames, node) for node in (one, other)]
    for identity in [*reversed(around[1]), *reversed(around[0])]:
        if (identity in around[0]) != (identity in around[1]):
            frame = frames[identity]
            if picture.diagram.language in FORMAL or says(frame.label, load_beside_code().boundary):
                yield frame


def _frames_of(picture: Picture, frames: dict[str, DiagramBoundary], node: str) -> list[str]:
    at = next(box.boundary for box in picture.diagram.nodes if box.id == node)
    found: list[str] = []
    while at in frames and at not in found:
        found.append(at)
        at = frames[at].parent
    return found


def _add(assembly: Assembly, frame: DiagramBoundary, flow: Flow) -> None:
    evidence = assembly.cite_place(frame.place, "claim")
    if evidence is None:
        return
    source, target = assembly.draft(flow.source), assembly.draft(flow.target)
    digest = hashlib.sha256(f"{frame.place.path}\n{frame.id}\n{flow.source}\n{flow.target}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(
            id=f"drawn_boundary:{digest}", text=frame.label or frame.id, about=(flow.target, flow.source), kept=False, drawn=True,
            evidence=(evidence,), kind="drawn_boundary", against=flow.steps[:6], instead=f"`{source.name}` reaches `{target.name}`",
        )
    )  # fmt: skip
