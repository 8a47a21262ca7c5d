"""Which part of a record a test looks at, and which part the data on the way is: `body.mode == "text"` says nothing of `body.url`.

Takes a tested expression, the record both come from and the way of the data; gives the names read one after another. What is
read of something that a call made out of the record (`urlparse(url).hostname`) is no part of it. Keys computed at run time are not told
apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.discriminators import bare

Keys = tuple[str, ...]
"""Names read one after another, in small letters: `event.message.type`."""

_MAX_KEYS, _MAX_STEPS = 6, 40
_GETS = ("get", "pop")
_OF_ADDRESS = frozenset({"host", "hostname", "netloc", "domain", "origin"})


def keys_taken(assembly: Assembly, trace: Sequence[Node], record: Node) -> Keys:
    """What the way reads of a record after it came by."""
    start = next((at for at, node in enumerate(trace) if bare(assembly, node) == record), None)
    if start is None:
        return ()
    found: list[str] = []
    for node in trace[start + 1 :]:
        key = _key(assembly.program, node)
        if key is not None and len(found) < _MAX_KEYS:
            found.append(key)
    return tuple(found)


def keys_read(assembly: Assembly, node: Node, record: Node) -> Keys:
    """What an expression reads of a record; nothing where it is the record itself or comes of it by other ways."""
    program = assembly.program
    queue: list[tuple[Node, Keys]] = [(node, ())]
    seen = set[Node]()
    while queue and len(seen) < _MAX_STEPS:
        current, keys = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        if bare(assembly, current) == record:
            return keys
        value, key = program.value(current), _key(program, current)
        inner = [(current[0], given) for given in (value.inputs[:1] if value.kind in ("guarded", "index") else value.inputs)]
        if key is not None:
            queue += [(_owner(program, current), (key, *keys))]
        elif value.kind == "name":
            queue += [(origin, keys) for origin in program.origins(current)[:2]]
        elif value.kind == "call":
            queue += [(given, ()) for given in (_asked_object(program, current), *inner[1:])]
        else:
            queue += [(given, keys) for given in inner]
    return ()


def is_other_part(read: Keys, taken: Keys) -> bool:
    """Whether a test looked at a part of a record that the data is not in."""
    if not read or not taken or read[-1] in _OF_ADDRESS:  # a host stands for its address
        return False
    same = next((at for at, (one, other) in enumerate(zip(read, taken, strict=False)) if one != other), min(len(read), len(taken)))
    if same:
        return same < len(read) and same < len(taken)
    return set(read).isdisjoint(taken)


def _key(program: Program, node: Node) -> str | None:
    """The name that `record.key`, `record["key"]`, `record.get("key")` or `record.getKey()` reads."""
    value = program.value(node)
    if value.kind in ("attribute", "index"):
        return value.text.lower() if value.text and not value.text.isdigit() else None
    if value.kind != "call":
        return None
    callee = program.value((node[0], value.inputs[0]))
    if callee.kind != "attribute":
        return None
    if callee.text in _GETS and len(value.inputs) > 1:
        key = program.constant((node[0], value.inputs[1]))
        return key.lower() if isinstance(key, str) else None
    return callee.text[3:].lower() if len(value.inputs) == 1 and callee.text[:3] == "get" and callee.text[3:4].isupper() else None


def _asked_object(program: Program, call: Node) -> Node:
    """What a method is called on: its name is no part of a record."""
    callee = (call[0], program.value(call).inputs[0])
    value = program.value(callee)
    return (call[0], value.inputs[0]) if value.kind == "attribute" else callee


def _owner(program: Program, node: Node) -> Node:
    value = program.value(node)
    inner = program.value((node[0], value.inputs[0])) if value.kind == "call" else value
    return node[0], inner.inputs[0]
