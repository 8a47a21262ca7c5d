"""The order of a pipeline's steps, as its code writes it: `fetch >> train`, `chain(fetch, train)`, `train(rows=fetch())`.

Takes an assembly whose entries are known, adds a flow from each step to the one that follows it, for steps that a scheduler of pipelines
runs (Airflow, Kubeflow Pipelines, Prefect). What a step hands to the next is not known from its order, so that these flows carry nothing
by name; steps that are tied by a loop's variable or in another file are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.code.program import Node
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind, Evidence, Flow

_STEPS: frozenset[ElementKind] = frozenset({"scheduled_job", "training_job", "component", "embedding_model", "vector_store", "ci_job"})
_DEPTH = 8
_MOST = 400  # steps in one list
_BEFORE = frozenset({"<<", "set_upstream"})


def add_task_order(assembly: Assembly) -> None:
    """A flow per pair of steps that follow each other."""
    steps = _Steps(assembly)
    for file, facts in enumerate(assembly.program.files if steps.are_there else ()):
        for identity, value in enumerate(facts.values):
            if value.kind in ("operation", "call"):
                for first, then in steps.pairs((file, identity)):
                    _follows(assembly, first, then, assembly.cite((file, identity)))


def _follows(assembly: Assembly, first: str, then: str, evidence: Evidence | None) -> None:
    known = assembly.flows.get((first, then, None), ())
    if first != then and evidence is not None and not known:
        assembly.flow(Flow(id=f"{first}->{then}:order", source=first, target=then, carries=(), steps=(evidence,)))


class _Steps:
    """Which steps a value stands for."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self.by_marker: dict[Node, str] = {}
        for entry in assembly.sites.entries:
            element = assembly.entry_of_function.get(entry.function)
            if element is not None and assembly.draft(element).kind in _STEPS:
                self.by_marker[entry.marker] = element

    @property
    def are_there(self) -> bool:
        drafts = self._assembly.drafts.by_id.values()
        return bool(self.by_marker) or any(draft.attributes.get("pipeline_step") is True for draft in drafts)

    def pairs(self, node: Node) -> Iterator[tuple[str, str]]:
        """Steps that the value says follow each other."""
        program = self._assembly.program
        value = program.value(node)
        given = [(node[0], part) for part in value.inputs]
        if value.kind == "operation" and value.text in (">>", "<<") and len(given) == 2:
            yield from self._between(given[:1], given[1:], value.text)
        elif value.kind == "call" and given:
            callee = program.value(given[0])
            if callee.text in ("set_downstream", "set_upstream") and callee.inputs:
                yield from self._between([(node[0], callee.inputs[0])], given[1:], callee.text)
            elif callee.text == "chain":
                for before, after in pairwise(given[1:]):
                    yield from self._between([before], [after], ">>")
            else:
                for then in self._called(node):
                    yield from ((first, then) for part in given[1:] for first in self._in(part, 0))

    def _between(self, left: Sequence[Node], right: Sequence[Node], order: str) -> Iterator[tuple[str, str]]:
        before, after = ([step for node in nodes for step in self._in(node, 0)] for nodes in (left, right))
        for first in before[:_MOST]:
            for then in after[:_MOST]:
                yield (then, first) if order in _BEFORE else (first, then)

    def _called(self, node: Node) -> list[str]:
        """The steps whose function a call names: `train(rows)` of a decorated `train`."""
        entries = self._assembly.entry_of_function
        found = [entries[target.function] for target in self._assembly.program.targets(node) if target.function in entries]
        return [step for step in found if self._assembly.draft(step).kind in _STEPS]

    def _in(self, node: Node, depth: int) -> list[str]:
        """Steps that a value is, holds, or is taken from; of an order, those at its end."""
        program, found = self._assembly.program, dict[str, None]()
        for origin in (
            dict.fromkeys((node, *program.origins(node))) if depth < _DEPTH else ()
        ):  # a call of a step is one before what it gives
            value = program.value(origin)
            made = self.by_marker.get(origin) or self._assembly.element_of_call.get(origin)
            if made is not None and self._assembly.draft(made).kind in _STEPS:
                found[made] = None
            for part in self._within(value):
                found.update(dict.fromkeys(self._in((origin[0], part), depth + 1)))
            if value.kind == "call":
                found.update(dict.fromkeys(self._called(origin)))
        return list(found)

    @staticmethod
    def _within(value: Value) -> tuple[int, ...]:
        """The values that hold the steps of a value."""
        if value.kind == "operation" and value.text in (">>", "<<"):
            return value.inputs[-1:]
        if value.kind == "collection":
            return value.inputs[:_MOST]
        return value.inputs[:1] if value.kind in ("attribute", "index", "guarded", "await", "element_of") else ()
