"""What a test of one part of a record says about its other parts: `if message["role"] == "assistant"`, `if call["name"] == "fetch"`.

Two answers: a test of one entry does not vouch for another entry of the same record, and a record that was made
with a constant in an entry does not come past a test that asks for another constant there. Tests joined by
`and` or `or` are not taken apart for the second answer.
"""

from __future__ import annotations

from itertools import pairwise

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.taint import Hit

_MAX_PARTS = 40
_GETS = ("get", "pop")


def vouches(assembly: Assembly, hit: Hit, guard: Node) -> bool:
    """Whether a test on the way looked at what was taken from the tested record afterwards, or at all of it."""
    value = assembly.program.value(guard)
    tested = _tested(assembly, (guard[0], value.inputs[1]), bare(assembly, (guard[0], value.inputs[0])))
    if not tested or "" in tested or guard not in hit.trace:
        return True
    for after in hit.trace[hit.trace.index(guard) + 1 :]:
        kind = assembly.program.value(after).kind
        if kind in ("guarded", "choice", "await"):
            continue
        taken = _key(assembly, after)
        return taken is None or taken in tested
    return True


def contradicted(assembly: Assembly, hit: Hit) -> bool:
    """Whether the data would have to pass a test that the record it lies in cannot pass."""
    for guard in hit.guards:
        if guard not in hit.trace:
            continue
        value = assembly.program.value(guard)
        before = hit.trace[: hit.trace.index(guard)]
        test = assembly.program.value((guard[0], value.inputs[1]))
        if test.kind != "operation" or test.text not in ("==", "!=", "in", "not in") or len(test.inputs) != 2:
            continue
        key = _key(assembly, (guard[0], test.inputs[0]), bare(assembly, (guard[0], value.inputs[0])))
        wanted = _constants(assembly, (guard[0], test.inputs[1]))
        given = _made_with(assembly, before, key) if key and wanted else frozenset()
        passes = value.text.startswith("holds") == (test.text in ("==", "in"))
        if given and (not given & wanted if passes else given <= wanted):
            return True
    return False


def _tested(assembly: Assembly, condition: Node, record: Node) -> set[str]:
    """Entries of a record that a condition looks at; "" where it looks at the record itself."""
    found: set[str] = set()
    queue, seen = [condition], 0
    while queue and seen < _MAX_PARTS:
        current = queue.pop()
        seen += 1
        key = _key(assembly, current, record)
        if key is not None:
            found.add(key)
            continue
        if bare(assembly, current) == record:
            found.add("")
            continue
        queue += [(current[0], given) for given in assembly.program.value(current).inputs]
    return found


def _key(assembly: Assembly, node: Node, record: Node | None = None) -> str | None:
    """The entry that `record["key"]`, `record.key` or `record.get("key")` takes; of any record where none is given."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call" and len(value.inputs) > 1:
        callee = program.value((node[0], value.inputs[0]))
        key = program.constant((node[0], value.inputs[1]))
        if (
            callee.kind == "attribute"
            and callee.text in _GETS
            and isinstance(key, str)
            and _of(assembly, node[0], callee.inputs[0], record)
        ):
            return key
    if value.kind in ("index", "attribute") and value.text and _of(assembly, node[0], value.inputs[0], record):
        return value.text
    return None


def _of(assembly: Assembly, file: int, base: int, record: Node | None) -> bool:
    return record is None or bare(assembly, (file, base)) == record


def bare(assembly: Assembly, node: Node) -> Node:
    """A value before what tests said about it."""
    while assembly.program.value(node).kind == "guarded":
        node = (node[0], assembly.program.value(node).inputs[0])
    return node


def _constants(assembly: Assembly, node: Node) -> frozenset[str]:
    """The texts an operand may be, or the members of a display; empty where one of them is not known."""
    values = [assembly.program.value(origin) for origin in assembly.program.elements(node)]
    known = bool(values) and all(value.kind == "constant" and value.constant_type == "string" for value in values)
    return frozenset(value.text for value in values) if known else frozenset()


def _made_with(assembly: Assembly, before: tuple[Node, ...], key: str) -> frozenset[str]:
    """What stands under a key in the record that the data was last put into, where that is constant."""
    for came, node in reversed(list(pairwise(before))):
        value = assembly.program.value(node)
        if value.kind == "update" and key in value.labels:
            return frozenset()
        if value.kind not in ("collection", "call") or key not in value.labels or came[0] != node[0] or came[1] not in value.inputs:
            continue
        if value.labels[value.inputs.index(came[1])] == key:
            return frozenset()
        return _constants(assembly, (node[0], value.inputs[value.labels.index(key)]))
    return frozenset()
