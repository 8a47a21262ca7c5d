"""Models that are released in the run that made them: what is registered goes live before anybody can look at it.

Takes an assembly whose elements are known, marks the registry entries whose stage or alias is moved, without a condition, to the very
version that the same run registered, or to the newest one in a function that registers. A version whose number comes from elsewhere may
have been looked at, and says nothing here; a condition on the way is a gate, whatever it compares.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_positions

_MAKES = re.compile(r"^mlflow\.(?:[\w.]+\.)?(?:log_model|register_model|create_model_version)$")
_NEWEST = re.compile(r"^mlflow\.MlflowClient\.(?:get_latest_versions|search_model_versions|search_registered_models)$")
_VERSION, _VERSION_OF_ALIAS = "version|1", "version|2"
_DEPTH = 10


def mark_promotions(assembly: Assembly) -> None:
    """Marks what is promoted at once, and covers what is promoted under a condition."""
    for node, identity in sorted(assembly.element_of_call.items()):
        draft = assembly.draft(identity)
        if draft.attributes.get("promoted") is not True or not _of_this_run(assembly, node):
            continue
        facts = assembly.program.files[node[0]]
        gates = facts.conditions.get(node[1], ())
        if not gates:
            draft.attributes["promoted_at_once"] = True
        for gate in gates:
            assembly.control("evaluation_gate", identity, assembly.cite((node[0], facts.branches[gate].condition)))


def _of_this_run(assembly: Assembly, call: Node) -> bool:
    """Whether the version that is promoted is one that the same run made."""
    value = assembly.program.value(call)
    alias = any(name.endswith(".set_registered_model_alias") for name in assembly.program.callee_names(call))
    wanted = _VERSION_OF_ALIAS if alias else _VERSION
    given = [(call[0], value.inputs[position]) for position in argument_positions(value, wanted)]
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
