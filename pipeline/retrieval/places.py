"""What the system model says of places in files, and which places lie next to one another in the system.

Takes a `System`, gives for lines of a file the elements that stand there and their roles in words, and for an element its
neighbours: what it is tied to, and the hops of the flows that pass it. Chunks get this before they are stored, so that "who may
call" finds a check by its role, in whatever words the code says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.system.model import Evidence, System


@dataclass(frozen=True, slots=True)
class Spot:
    """What stands at some lines."""

    elements: tuple[str, ...] = ()
    roles: str = ""


_NOTHING = Spot()


@dataclass(frozen=True, slots=True)
class _Said:
    start: int
    end: int
    page: int | None
    element: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Where something stands that an element is tied to, and by what."""

    path: str
    line: int
    page: int | None
    tie: str


class SystemPlaces:
    """A system by its places."""

    def __init__(self, system: System) -> None:
        self._by_path: dict[str, list[_Said]] = {}
        self._near: dict[str, list[Neighbour]] = {}
        kinds = {element.id: element.kind.replace("_", " ") for element in system.elements}
        for element in system.elements:
            self._say(element.evidence, element.id, f"{kinds[element.id]} {element.name}")
        for control in system.controls:
            protected = sorted({kinds[id_] for id_ in control.protects if id_ in kinds})
            self._say(control.evidence, None, f"{control.kind.replace('_', ' ')} {' '.join(protected)}")
        self._tie(system)

    def at(self, path: str, start: int, end: int, page: int | None = None) -> Spot:
        if path not in self._by_path:
            return _NOTHING
        here = [said for said in self._by_path[path] if said.page == page and said.start <= end and said.end >= start]
        elements = sorted({said.element for said in here if said.element is not None})
        return Spot(tuple(elements), "; ".join(dict.fromkeys(said.words for said in here)))

    def near(self, element: str) -> tuple[Neighbour, ...]:
        """What an element is tied to, ties first and hops of flows after them."""
        return tuple(dict.fromkeys(self._near.get(element, ())))

    def _say(self, evidence: Iterable[Evidence], element: str | None, words: str) -> None:
        for place in evidence:
            self._by_path.setdefault(place.path, []).append(_Said(place.start_line, place.end_line, place.page, element, words[:200]))

    def _tie(self, system: System) -> None:
        places = {element.id: element.evidence for element in system.elements}
        for relation in system.relations:
            tie = relation.kind.replace("_", " ")
            self._link(relation.source, relation.target, f"{relation.source} {tie} it", places)
            self._link(relation.target, relation.source, f"it {tie} {relation.target}", places)
        for flow in system.flows:
            self._link(flow.source, flow.target, f"data goes here from {flow.source}", places)
            self._link(flow.target, flow.source, f"data comes from here into {flow.target}", places)
        for flow in system.flows:
            for end in (flow.source, flow.target):
                hops = _places(flow.steps, f"on the way of data from {flow.source} to {flow.target}")
                self._near.setdefault(end, []).extend(hops)

    def _link(self, element: str, other: str, tie: str, places: dict[str, tuple[Evidence, ...]]) -> None:
        self._near.setdefault(element, []).extend(_places(places.get(other, ()), tie))


def _places(evidence: Iterable[Evidence], tie: str) -> Iterator[Neighbour]:
    return (Neighbour(place.path, place.start_line, place.page, tie) for place in evidence)
