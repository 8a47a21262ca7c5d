"""Which model a shared helper runs on one way: `calibrated(model, rows)` judges by the model that its caller hands it.

Takes an assembly, the element that a call inside a helper was recognised as, and the values of a way. Where the call is a method of a
parameter, and a call of the helper lies on the way, the model is what that call hands over: a server, a nightly job and a training that
share the helper have three models. What is handed over and is no model that is known here leaves the way without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.handed_objects import receiver_position
from pipeline.system.program.held import elements_of
from pipeline.system.program.walking import passed_by

_MADE_FROM = frozenset({"loads", "produces"})
_LOADED = frozenset({"model_file", "model_registry"})
_OF_THE_CALL = frozenset({"library", "scores_returned"})


def model_on_way(assembly: Assembly, element: str, call: Node, trace: Sequence[Node]) -> str | None:
    """The element that a call of a way is; None where what its helper is handed there is another model that is not known."""
    program = assembly.program
    if assembly.draft(element).kind != "ml_model" or program.value(call).kind != "call":
        return element
    position = receiver_position(program, call)
    if position is None:
        return element
    helper = (call[0], program.value(call).scope)
    for node in _calls_on_way(assembly, trace, helper):
        held = {identity for given in passed_by(program, node, (helper, position)) for identity in elements_of(assembly, given)}
        models = sorted({model for identity in held for model in _models_of(assembly, identity)})
        models = models or sorted({model for identity in sorted(held) for model in _made_of(assembly, identity, call)})[:1]
        return element if not held or element in models else models[0] if models else None
    return element


def _calls_on_way(assembly: Assembly, trace: Sequence[Node], helper: FunctionRef) -> Iterator[Node]:
    """Calls of a function that a way comes out of, or goes into with one of their arguments."""
    program = assembly.program
    for number, node in enumerate(trace):
        function = (node[0], program.value(node).scope)
        if function == helper:
            continue
        nearby = [node] if program.value(node).kind == "call" else []
        if number + 1 < len(trace) and (trace[number + 1][0], program.value(trace[number + 1]).scope) == helper:
            nearby += [call for call in assembly.calls_in(function) if node[1] in program.value(call).inputs]
        yield from (call for call in nearby if any(target.function == helper for target in program.targets(call)))


def _models_of(assembly: Assembly, identity: str) -> set[str]:
    """The model that an element is, that was loaded from it, or that it trained."""
    if assembly.draft(identity).kind == "ml_model":
        return {identity}
    return {
        one
        for source, kind, target in assembly.relations
        if kind in _MADE_FROM and identity in (source, target)
        for one in (source, target)
        if assembly.draft(one).kind == "ml_model"
    }


def _made_of(assembly: Assembly, identity: str, call: Node) -> set[str]:
    """The model that is loaded from a file, and that helpers alone run: it is made here."""
    loaded = assembly.draft(identity)
    if loaded.kind not in _LOADED or not loaded.nodes:
        return set()
    said = {name: value for name, value in assembly.draft(assembly.element_of_call[call]).attributes.items() if name in _OF_THE_CALL}
    first, place = next(iter(loaded.evidence), None), loaded.nodes[0]
    made = assembly.drafts.put("ml_model", loaded.name, None, said, first, place, assembly.purpose(place[0]), loaded.symbol)
    assembly.draft(made).show(assembly.cite(call))
    assembly.relate(made, "loads", identity, first)
    return {made}
