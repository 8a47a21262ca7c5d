"""The one model that several functions ask: kept in a variable of a module or a field of a class, or handed on from there.

Takes a call that asks a model which nothing in sight made, gives the variable or field that holds it. With two that may be meant there
is none, and the model is one of the function that asks it.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.walking import passed_for, walk

_MOST = 40
_MOST_CALLERS = 8
_SAME = frozenset({"guarded", "await", "choice"})


def model_kept(assembly: Assembly, call: Node) -> tuple[str, str] | None:
    """What the model that a call asks is called where it is kept, and the place of that."""
    program, value = assembly.program, assembly.program.value(call)
    if value.kind != "call":
        return None
    callee = (call[0], value.inputs[0])
    asked = program.value(callee)
    if asked.kind == "attribute" and _field(assembly, callee) is None:
        callee = (call[0], asked.inputs[0])  # `net.forward(x)`

    found: dict[tuple[str, str], None] = {}
    for node in walk(callee, lambda current: _before(assembly, current), _MOST):
        if (kept := _kept(assembly, node)) is not None:
            found[kept] = None
        elif program.value(node).kind not in (*_SAME, "parameter"):
            return None
    return next(iter(found)) if len(found) == 1 else None


def _before(assembly: Assembly, node: Node) -> list[Node]:
    value = assembly.program.value(node)
    if value.kind in _SAME:
        return [(node[0], given) for given in (value.inputs if value.kind == "choice" else value.inputs[:1])]
    return passed_for(assembly.program, node, _MOST_CALLERS) if value.kind == "parameter" else []


def _kept(assembly: Assembly, node: Node) -> tuple[str, str] | None:
    value, facts = assembly.program.value(node), assembly.program.files[node[0]]
    if value.kind == "name" and (assigned := facts.variables.get(value.text)):
        return f"{facts.module.rpartition('.')[2]}.{value.text}", assembly.symbol((node[0], assigned[0]))
    return _field(assembly, node)


def _field(assembly: Assembly, node: Node) -> tuple[str, str] | None:
    """`self.net` in a method."""
    program, value = assembly.program, assembly.program.value(node)
    owner = program.function((node[0], value.scope)).owner
    if value.kind != "attribute" or owner is None or not any(s.attribute == value.text for s in program.files[node[0]].stores):
        return None
    base = program.value((node[0], value.inputs[0]))
    if base.kind != "parameter" or base.text not in ("self", "this"):
        return None
    return f"{owner.rpartition('.')[2]}.{value.text}", f"{program.files[node[0]].path}/{owner}"
