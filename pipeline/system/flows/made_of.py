"""What an expression is made of, and what is called in it: the parts by which tests are compared with the data they are about."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.discriminators import bare
from pipeline.system.model import SinkRole

_MAX_PARTS, _MAX_RETURNED = 60, 200
# What these answer is not made of what they were asked.
_ANSWERS: frozenset[SinkRole] = frozenset({"url", "path", "process_arguments", "shell", "code", "query"})
SETTLES = frozenset(
    {
        "resolve",
        "realpath",
        "abspath",
        "normpath",
        "absolute",
        "normalize",
        "safe_join",
        "realpathSync",
        "Abs",
        "Clean",
        "EvalSymlinks",
        "GetFullPath",
        "getCanonicalPath",
        "getCanonicalFile",
        "toRealPath",
    }
)


# An absolute part does not begin a path anew here, as it does in Python.
JOINS_BELOW = frozenset({"go:path/filepath.Join", "go:path.Join", "path.join", "node:path.join", "path.posix.join", "node:path.posix.join"})


def made_of(assembly: Assembly, node: Node) -> frozenset[Node]:
    """What an expression is made of; what an address, a process or a file answered is not made of what was asked."""
    known = assembly.memo.leads
    if node not in known:
        queue, seen, found = [node], set[Node](), set[Node]()
        while queue and len(seen) < _MAX_PARTS:
            current = queue.pop()
            if current in seen:
                continue
            seen.add(current)
            found.add(bare(assembly, current))
            if any(sink.role in _ANSWERS for sink in assembly.sinks.get(current, ())):
                continue
            value = assembly.program.value(current)
            queue += [(current[0], given) for given in _followed(assembly, current)]
            if value.kind == "name":
                queue += [origin for origin in assembly.program.origins(current)[:2] if origin != current]
        known[node] = frozenset(found)
    return known[node]


def _followed(assembly: Assembly, node: Node) -> list[int]:
    """The inputs that a value is made of: not the test it passed, and of a call of the project what its function gives back."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "guarded":
        return [value.inputs[0]]
    targets = program.targets(node) if value.kind == "call" else ()
    if not targets or any(target.constructs for target in targets):
        return list(value.inputs)
    callee = program.value((node[0], value.inputs[0]))
    found = set(callee.inputs if callee.kind == "attribute" else ())
    for target in targets:
        handed = _handed_back(assembly, target.function)
        for position, arguments in program.bind(node, target).items():
            found |= {value.inputs[argument] for argument in arguments if handed is None or position in handed}
    return sorted(found)


def _handed_back(assembly: Assembly, function: FunctionRef) -> frozenset[int] | None:
    """Parameters that what a function returns is made of, as its own body says; None where it returns nothing that is seen."""
    known = assembly.memo.handed_back
    if function not in known:
        program, declared = assembly.program, assembly.program.function(function)
        queue, seen = [(function[0], given) for given in declared.returns], set[Node]()
        while queue and len(seen) < _MAX_RETURNED:
            current = queue.pop()
            if current in seen:
                continue
            seen.add(current)
            if any(sink.role in _ANSWERS for sink in assembly.sinks.get(current, ())):
                continue
            value = program.value(current)
            queue += [(current[0], given) for given in (value.inputs[:1] if value.kind == "guarded" else value.inputs)]
        known[function] = (
            frozenset(at for at, one in enumerate(declared.parameters) if (function[0], one.value) in seen) if declared.returns else None
        )
    return known[function]


def has_body(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function does anything: the declaration of an interface does not."""
    declared, branches = assembly.program.function(function), assembly.program.files[function[0]].branches
    calls = [callee_text(assembly, call) for call in assembly.calls_in(function)]
    return (
        bool(declared.returns) or any(text != "NotImplementedError" for text in calls) or any(one.scope == function[1] for one in branches)
    )


def callee_text(assembly: Assembly, node: Node) -> str:
    """The last word of what a call calls; empty where it has no name."""
    value = assembly.program.value(node)
    callee = assembly.program.value((node[0], value.inputs[0])) if value.kind == "call" else value
    return callee.text.rsplit(".", 1)[-1] if value.kind == "call" and callee.kind in ("name", "attribute") else ""


def texts_of(assembly: Assembly, node: Node) -> list[str]:
    """What a value is called, and what it is taken from."""
    value = assembly.program.value(node)
    found = [value.text]
    while value.inputs and value.kind in ("attribute", "call", "guarded", "choice"):
        value = assembly.program.value((node[0], value.inputs[0]))
        found.append(value.text)
    return found


Settled = Literal["", "absolute", "below"]
"""What was done to a path: made absolute, or put below a folder by a join that an absolute path does not leave."""


def settles(assembly: Assembly, trace: Sequence[Node]) -> Settled:
    """What was done to a path on the way."""
    for before, node in pairwise(trace):
        value = assembly.program.value(node)
        later_part = value.kind == "call" and before[0] == node[0] and before[1] in value.inputs[2:]
        if later_part and not JOINS_BELOW.isdisjoint(assembly.program.callee_names(node)):
            return "below"
    return "absolute" if any(callee_text(assembly, node) in SETTLES for node in trace) else ""
