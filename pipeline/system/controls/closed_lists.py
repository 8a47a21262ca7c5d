"""Which lists are closed: fixed before anybody asks, so that to be on one says what a text may be.

A table of sessions, a cache or a set of what is already open is filled while the system serves, often by the same text that is looked
up: to be in it restricts nothing. What is written down, comes from configuration or is registered at the start is a list; so is a table
whose keys the server makes up itself. Takes what is asked; where a table is handed over as an argument, it counts as closed.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text

_PUTS = frozenset({"add", "append", "push", "set", "put", "insert", "extend", "unshift", "setdefault", "update", "Add", "Store"})
_MADE_UP = frozenset(
    {"uuid4", "uuid1", "uuid7", "randomUUID", "NewGuid", "NewString", "nanoid", "token_hex", "token_urlsafe", "randomBytes", "cuid",
     "createId"}
)  # fmt: skip
_FROM_PACKAGES = ("uuid", "nanoid", "ulid", "secrets.")
_MAX_STEPS = 12


def is_open(assembly: Assembly, container: Node) -> bool:
    """Whether requests fill what is asked: a cache, a table of sessions."""
    return any(_fills(assembly, put) for put in _puts(assembly, container))


def _puts(assembly: Assembly, container: Node) -> list[Node]:
    """What is put into a variable or a field of the project, wherever that is."""
    program, node, found = assembly.program, container, list[Node]()
    for _ in range(_MAX_STEPS):  # what was put in right before
        value = program.value(node)
        if value.kind == "update":
            found.append(node)
        if value.kind not in ("update", "guarded", "await"):
            break
        node = (node[0], value.inputs[0])
    value = program.value(node)
    if value.kind == "name":
        for variable in program.lookup(node[0], value.text)[0]:
            found += [variable, *_filled(assembly).get(variable, ())]
    elif value.kind == "attribute":
        for owner in program.holders((node[0], value.inputs[0])):
            found += program.fields(owner, value.text)
    return [put for put in found if program.value(put).kind == "update"]


def _filled(assembly: Assembly) -> dict[Node, list[Node]]:
    """Module variables by what is put into them anywhere."""
    if assembly.memo.filled is None:
        program = assembly.program
        assembly.memo.filled = {}
        for file, facts in enumerate(program.files):
            for identity, value in enumerate(facts.values):
                base = facts.values[value.inputs[0]] if value.kind == "update" else value
                for variable in program.lookup(file, base.text)[0] if value.kind == "update" and base.kind == "name" else ():
                    assembly.memo.filled.setdefault(variable, []).append((file, identity))
    return assembly.memo.filled


def _fills(assembly: Assembly, put: Node) -> bool:
    """Whether a request puts something in under a key that is not written down."""
    value = assembly.program.value(put)
    function = (put[0], value.scope)
    if "?" not in value.labels and value.text not in _PUTS:
        return False
    given = [assembly.program.value((put[0], one)) for one in value.inputs[1:]]
    if value.text in _PUTS and "?" not in value.labels and all(one.kind == "constant" for one in given):
        return False
    return function in _serving(assembly) and not _makes_up(assembly, function)


def runs_for_callers(assembly: Assembly, node: Node) -> bool:
    """Whether a value is computed while a request is served, in no function that trains."""
    return (node[0], assembly.program.value(node).scope) in _serving(assembly)


def _serving(assembly: Assembly) -> frozenset[FunctionRef]:
    """Functions that run while requests are served."""
    if assembly.memo.serving is None:
        assembly.memo.serving = frozenset(inner for entry in assembly.entry_of_function for inner in assembly.reach(entry))
    return assembly.memo.serving


def _makes_up(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function makes keys up itself: `sessions[str(uuid4())] = ...`."""
    return any(
        callee_text(assembly, call) in _MADE_UP or any(name.startswith(_FROM_PACKAGES) for name in assembly.program.callee_names(call))
        for call in assembly.calls_in(function)
    )
