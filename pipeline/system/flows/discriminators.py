"""What a test of one part of a record says about its other parts: `if message["role"] == "assistant"`, `if call["name"] == "fetch"`.

Two answers: a test of one entry does not vouch for another entry of the same record, and a record that was made
with a constant in an entry does not come past a test that asks for another constant there. Tests joined by
`and` or `or` are not taken apart for the second answer.
"""

from __future__ import annotations

from itertools import pairwise

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.tags import comes_out_equal, comparison, excludes, read_behind_another_tag, tags
from pipeline.system.flows.taint import Hit

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
        condition = (guard[0], value.inputs[1])
        for asked, other in comparison(assembly, condition):
            key = _key(assembly, bare(assembly, asked), bare(assembly, (guard[0], value.inputs[0])))
            given = _made_with(assembly, before, key) if key else frozenset()
            if given and excludes(given, tags(assembly, other), comes_out_equal(assembly, condition, value.text.startswith("holds"))):
                return True
    return read_behind_another_tag(assembly, hit)


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


def _made_with(assembly: Assembly, before: tuple[Node, ...], key: str) -> frozenset[str]:
    """What stands under a key in the record that the data was last put into, where that is constant."""
    for came, node in reversed(list(pairwise(before))):
        value = assembly.program.value(node)
        if value.kind == "update" and key in value.labels:
            return frozenset()
        labels = _labels(assembly, node)
        if came[0] != node[0] or came[1] not in value.inputs or len(labels) != len(value.inputs):
            continue
        if labels[value.inputs.index(came[1])] == key:
            return frozenset()
        if key in labels:
            return tags(assembly, (node[0], value.inputs[labels.index(key)]))
        defaults = [default for default in _defaults(assembly, node, key) if "**" not in labels]
        if defaults:
            return tags(assembly, defaults[0])
    return frozenset()


def _labels(assembly: Assembly, node: Node) -> tuple[str, ...]:
    """The keys of a display, and the arguments of a call; those of a data class by their fields' names."""
    value = assembly.program.value(node)
    if value.kind == "collection":
        return value.labels
    if value.kind != "call":
        return ()
    for cls in _data_classes(assembly, node):
        fields = assembly.program.declared_fields(cls)
        return ("", *(label or (fields[at] if at < len(fields) else "") for at, label in enumerate(value.labels[1:])))
    return value.labels


def _defaults(assembly: Assembly, node: Node, field: str) -> list[Node]:
    """What a field of a data class is where its construction does not say."""
    program = assembly.program
    return [
        (file, default)
        for cls in (_data_classes(assembly, node) if program.value(node).kind == "call" else ())
        for file, facts in (program.classes[cls],)
        for name, _annotation, default, _line in facts.fields
        if name == field and default is not None
    ]


def _data_classes(assembly: Assembly, call: Node) -> list[str]:
    program = assembly.program
    names = program.names((call[0], program.value(call).inputs[0]))
    return [name for name in names if name in program.classes and program.method(name, "__init__") is None]
