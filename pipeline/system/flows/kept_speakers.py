"""Whether the system's turns are taken out of a list of messages on its way: `messages.filter((m) => m.role !== "system")`.

Takes a hit; looks at the tests its data passed, at the functions that chose its members, and at who may speak by the schema of zod or the
class of pydantic that the data was read with. Functions that have a name are followed; of tests joined in TypeScript each has to keep the
system out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.declared_parts import declared_speakers
from pipeline.system.flows.taint import Hit
from pipeline.system.program.walking import inside

_ROLE = ("role", "Role")
_SYSTEM = frozenset({"system"})
_SPEAKERS = frozenset({"user", "human", "assistant", "ai", "tool", "function", "model"})
_LITERALS = frozenset({"typing.Literal", "typing_extensions.Literal"})
_MAX_DEPTH, _MOST_INSIDE = 6, 30


def without_system(assembly: Assembly, hit: Hit) -> bool:
    """Whether a caller's list holds no turn of the system any more."""
    program = assembly.program
    for guard in hit.guards:
        value = program.value(guard)
        side, _, part = value.text.partition(":")
        if not part and _keeps_out(assembly, (guard[0], value.inputs[1]), side == "holds"):
            return True
    for node in hit.trace:
        kept = list(_chosen_by(assembly, node))
        if kept and all(_keeps_out(assembly, verdict, True) for verdict in kept):
            return True
    said = declared_speakers(assembly, hit) or next((found for node in hit.trace if (found := _annotated(assembly, node))), frozenset())
    return bool(said) and said <= _SPEAKERS


def _annotated(assembly: Assembly, node: Node) -> frozenset[str]:
    """Who may speak in a list of turns by the class of a turn: `messages: list[Turn]`, `role: Literal["user", "assistant"]`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "attribute" or not value.inputs:
        return frozenset()
    owners = [owner for owner in program.types((node[0], value.inputs[0])) if owner in program.classes]
    for declared in (one for owner in owners for one in program.field_annotations(owner, value.text)):
        turns = {name for part in inside(program, declared, _MOST_INSIDE) for name in program.names(part) if name in program.classes}
        for role in (one for turn in sorted(turns) for one in program.field_annotations(turn, "role")):
            parts = list(inside(program, role, _MOST_INSIDE))
            if any(name in _LITERALS for part in parts for name in program.names(part)):
                return frozenset(program.value(part).text for part in parts if program.value(part).constant_type == "string")
    return frozenset()


def _chosen_by(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What the function gives back that chooses the members of a list."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call":
        return
    callee = program.value((node[0], value.inputs[0]))
    filters = callee.kind == "attribute" and callee.text == "filter"
    if not filters and "builtins.filter" not in program.names((node[0], value.inputs[0])):
        return
    for given in value.inputs[1:2]:
        for name in program.names((node[0], given)):
            for reference in program.functions.get(name, ()):
                yield from ((reference[0], returned) for returned in program.function(reference).returns)


def _keeps_out(assembly: Assembly, condition: Node, holds: bool, depth: int = 0) -> bool:
    """Whether a test that comes out this way leaves no turn of the system."""
    program, value = assembly.program, assembly.program.value(condition)
    inner = [(condition[0], given) for given in value.inputs]
    if depth > _MAX_DEPTH or not inner:
        return False
    if value.kind in ("guarded", "await"):
        return _keeps_out(assembly, inner[0], holds, depth + 1)
    if value.kind == "choice" and value.text in ("and", "or"):
        found = (_keeps_out(assembly, part, holds, depth + 1) for part in inner)
        return any(found) if (value.text == "and") == holds else all(found)
    if value.kind == "operation" and value.text == "not":
        return _keeps_out(assembly, inner[0], not holds, depth + 1)
    if value.kind == "operation" and value.text in ("==", "!=", "in", "not in") and len(inner) == 2:
        others = [other for node, other in ((inner[0], inner[1]), (inner[1], inner[0])) if _is_role(assembly, node)]
        named = value.text in ("==", "!=")
        return any(
            _without(assembly, [other] if named else program.elements(other), (value.text in ("==", "in")) == holds) for other in others
        )
    if value.kind == "call" and len(inner) == 2:  # ["user", "assistant"].includes(m.role)
        callee = program.value(inner[0])
        if callee.kind == "attribute" and callee.text == "includes" and _is_role(assembly, inner[1]):
            return _without(assembly, program.elements((condition[0], callee.inputs[0])), holds)
        answered = [(f[0], returned) for name in program.names(inner[0]) for f in program.functions.get(name, ())
                    for returned in program.function(f).returns]  # fmt: skip
        return bool(answered) and all(_keeps_out(assembly, verdict, holds, depth + 1) for verdict in answered)
    return False


def _without(assembly: Assembly, listed: list[Node] | tuple[Node, ...], equal: bool) -> bool:
    """Whether who speaks, being one of these speakers or none of them, cannot be the system."""
    said = {constant.text for node in listed for constant in assembly.program.constants(node)}
    return bool(said) and said <= _SPEAKERS if equal else bool(said & _SYSTEM)


def _is_role(assembly: Assembly, node: Node) -> bool:
    """`m.role`, `m["role"]`, `m.get("role")`."""
    program, value = assembly.program, assembly.program.value(node)
    while value.kind == "guarded":
        value = program.value((node[0], value.inputs[0]))
    if value.kind == "call" and len(value.inputs) > 1:
        callee = program.value((node[0], value.inputs[0]))
        return callee.kind == "attribute" and callee.text == "get" and program.constant((node[0], value.inputs[1])) in _ROLE
    return value.kind in ("attribute", "index") and value.text in _ROLE
