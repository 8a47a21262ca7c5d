"""Models that are released in the run that made them: what is registered goes live before anybody can look at it.

Takes an assembly whose elements are known, marks the registry entries whose stage or alias is moved, without a condition, to the very
version that the same run registered, or to the newest one in a function that registers. A version whose number comes from elsewhere may
have been looked at, and says nothing here; a condition on the way is a gate, whatever it compares. A stage that is for trying out
(`staging`, `challenger`) is no release; a function that sets whatever alias it is given promotes where its callers name one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.walking import passed_by
from pipeline.system.rules.words import mentions

_MAKES = re.compile(r"^mlflow\.(?:[\w.]+\.)?(?:log_model|register_model|create_model_version)$")
_NEWEST = re.compile(r"^mlflow\.MlflowClient\.(?:get_latest_versions|search_model_versions|search_registered_models)$")
_VERSION, _VERSION_OF_ALIAS = "version|1", "version|2"
_STAGE, _ALIAS = "stage|2", "alias|1"
_DEPTH = 10
_MOST_CALLERS, _MOST_LINKS = 12, 3
_TRIED_OUT = (
    "staging", "candidate", "challenger", "shadow", "dev", "development", "test", "testing", "qa", "archived", "none",
    "experimental", "rejected", "previous", "rollback", "pending", "review",
)  # fmt: skip


def mark_promotions(assembly: Assembly) -> None:
    """Marks what is promoted at once, and covers what is promoted under a condition."""
    for node, identity in sorted(assembly.element_of_call.items()):
        draft = assembly.draft(identity)
        if draft.attributes.get("promoted") is not True or assembly.program.value(node).kind != "call":
            continue
        alias = any(name.endswith(".set_registered_model_alias") for name in assembly.program.callee_names(node))
        version = _given(assembly, node, _VERSION_OF_ALIAS if alias else _VERSION)
        stage = _given(assembly, node, _ALIAS if alias else _STAGE)
        for call, whose, named in _callers(assembly, node, version, stage):
            if not _of_this_run(assembly, whose) or _is_tried_out(assembly, named):
                continue
            facts = assembly.program.files[call[0]]
            gates = facts.conditions.get(call[1], ())
            if not gates:
                draft.attributes["promoted_at_once"] = True
                draft.show_first([assembly.cite(call)] if call != node else [])
            for gate in gates:
                assembly.control("evaluation_gate", identity, assembly.cite((call[0], facts.branches[gate].condition)))


def _given(assembly: Assembly, call: Node, wanted: str) -> Node | None:
    value = assembly.program.value(call)
    return next(((call[0], value.inputs[position]) for position in argument_positions(value, wanted)), None)


def _callers(
    assembly: Assembly, call: Node, version: Node | None, stage: Node | None, depth: int = 0
) -> Iterator[tuple[Node, Node | None, Node | None]]:
    """A call that promotes, its version and its stage; for a function that takes these from its callers, each of its calls."""
    program = assembly.program
    held = {"version": _parameter(program, version), "stage": _parameter(program, stage)}
    places = {place[0] for place in held.values() if place is not None}
    calls = program.callers(next(iter(places)))[:_MOST_CALLERS] if len(places) == 1 and depth < _MOST_LINKS else ()
    if held["version"] is None or not calls or assembly.program.files[call[0]].conditions.get(call[1]):
        yield call, version, stage
        return
    for caller in calls:
        given = {
            name: _bound(program, caller, place) if place is not None else old
            for (name, place), old in zip(held.items(), (version, stage), strict=True)
        }
        yield from _callers(assembly, caller, given["version"], given["stage"], depth + 1)


def _parameter(program: Program, node: Node | None) -> tuple[FunctionRef, int] | None:
    return program.parameter_of(node) if node is not None and program.value(node).kind == "parameter" else None


def _bound(program: Program, call: Node, place: tuple[FunctionRef, int]) -> Node | None:
    """What a call gives for a parameter, or the default of that."""
    for given in passed_by(program, call, place):
        return given
    default = program.function(place[0]).parameters[place[1]].default
    return (place[0][0], default) if default is not None else None


def _is_tried_out(assembly: Assembly, stage: Node | None) -> bool:
    """Whether what a version is called from now on says that nobody is served by it: by its text, or by the name it is kept under."""
    if stage is None:
        return False
    program = assembly.program
    constants = [value.text for value in program.constants(stage)]
    texts = constants or [program.value(node).text for node in (stage, *program.origins(stage)) if program.value(node).kind != "call"]
    return bool(texts) and all(mentions([text], _TRIED_OUT) is not None for text in texts)


def _of_this_run(assembly: Assembly, version: Node | None) -> bool:
    """Whether the version that is promoted is one that the same run made."""
    given = [version] if version is not None else []
    seen: set[Node] = set()
    for _ in range(_DEPTH):
        reached = [origin for node in given for origin in (node, *assembly.program.origins(node)) if origin not in seen]
        seen.update(reached)
        given = []
        for origin in reached:
            found = assembly.program.value(origin)
            if found.kind == "call":
                names = assembly.program.names((origin[0], found.inputs[0]))
                called = [assembly.index.canonical(name) for name in names]
                if any(_MAKES.match(name) for name in called):
                    return True
                if any(_NEWEST.match(name) for name in called) and _registers(assembly, (origin[0], found.scope)):
                    return True
            elif found.kind in ("attribute", "index", "guarded", "format", "element_of"):
                given += [(origin[0], part) for part in found.inputs]
    return False


def _registers(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function registers a model itself."""
    return any(
        _MAKES.match(assembly.index.canonical(name))
        for call in assembly.calls_in(function)
        for name in assembly.program.names((call[0], assembly.program.value(call).inputs[0]))
    )
