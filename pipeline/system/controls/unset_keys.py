"""Comparisons that hold where nobody set anything: `header == os.getenv("API_KEY")`, with no header sent and no variable set, None == None.

Takes a call that refuses somebody, looks at the tests on the way to it. Only a comparison of what may be missing from a request with a
variable of the environment that is read without a default counts, and only where the file nowhere tests that the variable is there.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.switches import asked_only_if_set
from pipeline.system.model import Evidence
from pipeline.system.program.walking import inside
from pipeline.system.rules.signing import load_signing

_READS = re.compile(r"(^|\.)(getenv|environ\.get)$")
_EQUAL = frozenset({"==", "!="})
_MOST_VALUES = 12


def open_while_unset(assembly: Assembly, call: Node) -> Evidence | None:
    """The comparison that lets everybody past a refusal while its variable is not set; None where there is no such."""
    facts = assembly.program.files[call[0]]
    for number in facts.conditions.get(call[1], ()):
        branch = facts.branches[number]
        side = branch.side(call[1])
        holds = side if side is not None else branch.exits_when != "holds"
        condition = (call[0], branch.condition)
        value = assembly.program.value(condition)
        if value.kind == "operation" and value.text == "not" and value.inputs:
            condition, holds = (call[0], value.inputs[0]), not holds
            value = assembly.program.value(condition)
        if value.kind != "operation" or value.text not in _EQUAL or len(value.inputs) != 2 or (value.text == "!=") != holds:
            continue
        left, right = ((call[0], given) for given in value.inputs)
        for key, sent in ((left, right), (right, left)):
            name = _unset(assembly, key)
            if name is not None and _may_be_missing(assembly, sent):
                return assembly.cite(
                    condition, "step", f"nobody is asked while `{name}` is not set: what is missing equals what is missing"
                )
    return None


def verdict_while_unset(assembly: Assembly, call: Node) -> Evidence | None:
    """The test by which a function that a refusal asks compares nothing: `if verify(body) fails`, where an empty secret is no failure."""
    program, facts = assembly.program, assembly.program.files[call[0]]
    for number in facts.conditions.get(call[1], ()):
        for part in inside(program, (call[0], facts.branches[number].condition), _MOST_VALUES):
            for target in program.targets(part)[:1] if program.value(part).kind == "call" else ():
                compared = [one for one in assembly.calls_in(target.function) if _called(assembly, one) in load_signing().compares]
                found = [asked_only_if_set(assembly, one) for one in compared]
                if found and all(off is not None for off in found):
                    return found[0]
    return None


def _called(assembly: Assembly, call: Node) -> str:
    return assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text


def _unset(assembly: Assembly, node: Node) -> str | None:
    """The variable of the environment that a value is, where nothing takes its place and nobody asks whether it is there."""
    program, value = assembly.program, assembly.program.value(node)
    origins = program.origins(node)
    if len(origins) != 1 or program.value(origins[0]).kind != "call":
        return None
    read = program.value(origins[0])
    if len(read.inputs) != 2 or not any(_READS.search(name) for name in program.callee_names(origins[0])):
        return None
    if _is_tested(assembly, origins[0], value.text if value.kind in ("name", "attribute") else ""):
        return None
    name = program.constant((origins[0][0], read.inputs[1]))
    return name if isinstance(name, str) else None


def _is_tested(assembly: Assembly, read: Node, name: str) -> bool:
    """Whether some test of the file asks for the variable alone: `if not API_KEY: raise`."""
    facts = assembly.program.files[read[0]]
    for branch in facts.branches:
        queue, seen = [branch.condition], 0
        while queue and seen < 12:
            identity, seen = queue.pop(), seen + 1
            value = facts.values[identity]
            if identity == read[1] or (name and value.kind in ("name", "attribute") and value.text == name):
                return True
            if value.kind in ("choice", "guarded") or (value.kind == "operation" and value.text not in _EQUAL):
                queue += value.inputs[:1] if value.kind == "guarded" else value.inputs
    return False


def _may_be_missing(assembly: Assembly, node: Node) -> bool:
    """Whether a request need not bring a value: `Header(None)`, `Security(scheme)` that raises nothing, `headers.get("x")`."""
    program = assembly.program
    for origin in (node, *program.origins(node)):
        value = program.value(origin)
        if value.kind == "call":
            callee = program.value((origin[0], value.inputs[0]))
            if callee.kind == "attribute" and callee.text == "get" and len(value.inputs) == 2:
                return True
        found = program.parameter_of(origin) if value.kind == "parameter" else None
        if found is None:
            continue
        default = program.function(found[0]).parameters[found[1]].default
        if default is not None and _gives_nothing(assembly, (origin[0], default)):
            return True
    return False


def _gives_nothing(assembly: Assembly, default: Node) -> bool:
    program, value = assembly.program, assembly.program.value(default)
    if value.kind == "constant":
        return value.constant_type == "none"
    if value.kind != "call" or len(value.inputs) < 2:
        return False
    given = program.value((default[0], value.inputs[1]))
    if given.kind == "constant" and value.labels[1] in ("", "default"):
        return given.constant_type == "none"
    for origin in program.origins((default[0], value.inputs[1])):  # Security(APIKeyHeader(name="x", auto_error=False))
        made = program.value(origin)
        if made.kind == "call" and "auto_error" in made.labels:
            return program.constant((origin[0], made.inputs[made.labels.index("auto_error")])) is False
    return False
