"""Models that are released in the run that made them: what is registered goes live before anybody can look at it.

Takes an assembly whose elements are known, marks the registry entries whose stage or alias is moved, without a condition, to the very
version that the same run registered, or to the newest one in a function that registers. A version whose number comes from elsewhere may
have been looked at, and says nothing here; a condition on the way is a gate, whatever it compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.rules.words import words_of

_MAKES = re.compile(r"^mlflow\.(?:[\w.]+\.)?(?:log_model|register_model|create_model_version)$")
_NEWEST = re.compile(r"^mlflow\.MlflowClient\.(?:get_latest_versions|search_model_versions|search_registered_models)$")
_VERSION, _VERSION_OF_ALIAS = "version|1", "version|2"
_ALIAS, _STAGE = "alias|1", "stage|2"
_UNUSED = frozenset({"staging", "candidate", "challenger", "latest", "newest", "test", "testing", "dev", "development", "shadow",
                     "archived", "none", "experimental"})  # fmt: skip
_DEPTH, _MOST_CALLERS = 10, 40


def mark_promotions(assembly: Assembly) -> None:
    """Marks what is promoted at once, and covers what is promoted under a condition."""
    for node, identity in sorted(assembly.element_of_call.items()):
        draft = assembly.draft(identity)
        if draft.attributes.get("promoted") is not True:
            continue
        for call, version, name in _promotions(assembly, node):
            if _waits(assembly, name) or not _of_this_run(assembly, version):
                continue
            gates = [(place[0], gate) for place in dict.fromkeys((node, call)) for gate in _conditions(assembly, place)]
            if not gates:
                draft.attributes["promoted_at_once"] = True
            for file, gate in gates:
                assembly.control("evaluation_gate", identity, assembly.cite((file, assembly.program.files[file].branches[gate].condition)))


def _conditions(assembly: Assembly, call: Node) -> tuple[int, ...]:
    return tuple(assembly.program.files[call[0]].conditions.get(call[1], ()))


def _promotions(assembly: Assembly, call: Node) -> Iterator[tuple[Node, list[Node], Node | None]]:
    """Calls that move a name to a version, with both: those of a helper that is told the name decide it, not the helper."""
    program, value = assembly.program, assembly.program.value(call)
    alias = any(name.endswith(".set_registered_model_alias") for name in program.callee_names(call))
    version, name = (_VERSION_OF_ALIAS, _ALIAS) if alias else (_VERSION, _STAGE)
    given = [(call[0], value.inputs[position]) for position in argument_positions(value, version)]
    named = argument_node(program, call, name)
    told = program.parameter_of(named) if named is not None and program.value(named).kind == "parameter" else None
    took = program.parameter_of(given[0]) if given and program.value(given[0]).kind == "parameter" else None
    callers = program.callers(told[0])[:_MOST_CALLERS] if told is not None and took is not None and took[0] == told[0] else []
    if told is None or took is None or not callers:
        yield call, given, named
    for caller in callers:
        for target in program.targets(caller):
            if told is not None and took is not None and target.function == told[0]:
                bound, inputs = program.bind(caller, target), program.value(caller).inputs
                names = [(caller[0], inputs[at]) for at in bound.get(told[1], ())]
                yield caller, [(caller[0], inputs[at]) for at in bound.get(took[1], ())], names[0] if names else None


def _waits(assembly: Assembly, name: Node | None) -> bool:
    """Whether a name is by its word one for models that are not in use: `"staging"`, `settings["aliases"]["candidate"]`."""
    if name is None:
        return False
    program = assembly.program
    said = [program.constant(node) or program.value(node).text for node in program.origins(name)]
    return bool(said) and all(isinstance(text, str) and not _UNUSED.isdisjoint(words_of(text)) for text in said)


def _of_this_run(assembly: Assembly, given: list[Node]) -> bool:
    """Whether the version that is promoted is one that the same run made."""
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
