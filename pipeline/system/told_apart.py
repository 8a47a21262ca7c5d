"""Elements of one name told apart: where a second thing has the name of the first, both say where they stand.

While a model is built the first keeps the short name and the second is named for its place. Which one is the first depends on the order
of paths: a file that comes before all others would take the name, and with it what was decided about the finding that had it. So the
first is named for its place as well, as soon as there is a second. What is alone with its name keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.system.draft import Drafts, clean_name
from pipeline.system.model import Boundary, Claim, Control, DrawnName, Element, Flow, Relation, System


def told_apart(system: System, drafts: Drafts) -> System:
    """The system with the full names of elements that share a short one."""
    given = {element.id for element in system.elements}
    names: dict[str, str] = {}
    for identity, qualifier in sorted(drafts.contested.items()):
        draft = drafts.by_id.get(identity)
        name = drafts.qualified(draft.name, qualifier) if draft is not None and qualifier else ""
        if draft is not None and name and f"{draft.kind}:{name}" not in given:
            names[identity] = clean_name(name)
    return (
        _Renaming({identity: f"{identity.partition(':')[0]}:{name}" for identity, name in names.items()}, names).system(system)
        if names
        else system
    )


class _Renaming:
    """What refers to an element, with the name it has now."""

    def __init__(self, ids: Mapping[str, str], names: Mapping[str, str]) -> None:
        self._ids, self._names = ids, names
        self._flows: dict[str, str] = {}

    def system(self, system: System) -> System:
        elements = tuple(sorted((self._element(element) for element in system.elements), key=lambda element: element.id))
        flows = tuple(sorted((self._flow(flow) for flow in system.flows), key=lambda f: (f.source, f.target, f.role or "")))
        return system.model_copy(
            update={
                "elements": elements,
                "flows": flows,
                "relations": tuple(self._relation(relation) for relation in system.relations),
                "boundaries": tuple(self._boundary(boundary) for boundary in system.boundaries),
                "controls": tuple(self._control(control) for control in system.controls),
                "claims": tuple(self._claim(claim) for claim in system.claims),
                "drawn": tuple(self._drawn(name) for name in system.drawn),
            }
        )

    def _of(self, identity: str) -> str:
        return self._ids.get(identity) or self._flows.get(identity) or identity

    def _all(self, identities: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._of(identity) for identity in identities)

    def _element(self, element: Element) -> Element:
        now = self._ids.get(element.id)
        return element if now is None else element.model_copy(update={"id": now, "name": self._names[element.id]})

    def _flow(self, flow: Flow) -> Flow:
        source, target = self._of(flow.source), self._of(flow.target)
        if (source, target) == (flow.source, flow.target):
            return flow
        identity = flow.id.replace(f"{flow.source}->{flow.target}", f"{source}->{target}", 1)
        self._flows[flow.id] = identity
        return flow.model_copy(update={"id": identity, "source": source, "target": target})

    def _relation(self, relation: Relation) -> Relation:
        return relation.model_copy(update={"source": self._of(relation.source), "target": self._of(relation.target)})

    def _boundary(self, boundary: Boundary) -> Boundary:
        return boundary.model_copy(update={"elements": self._all(boundary.elements)})

    def _control(self, control: Control) -> Control:
        return control.model_copy(update={"protects": tuple(sorted(self._all(control.protects)))})

    def _claim(self, claim: Claim) -> Claim:
        return claim.model_copy(update={"about": self._all(claim.about)})

    def _drawn(self, drawn: DrawnName) -> DrawnName:
        return drawn.model_copy(update={"element": self._of(drawn.element)})
