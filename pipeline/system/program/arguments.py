"""Arguments of calls: where a specification of knowledge finds them, by position, by name, or as properties of an object.

Takes a call and a specification (see `framework.Argument`), gives positions in the call's inputs or the value itself.
"""

from __future__ import annotations

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.program.access_paths import WRITES_JSON

_MAX_LOOKED_AT = 200  # values that are asked whether they hold an option


def argument_positions(value: Value, wanted: str, skip: int = 0) -> list[int]:
    """Positions in a call's inputs that an argument specification means; see `framework.Argument`."""
    if wanted == "*":
        return list(range(1, len(value.inputs)))
    if wanted == "receiver":
        return [0]
    for choice in wanted.split("|"):
        if choice == "-1":
            return [len(value.inputs) - 1] if len(value.inputs) > 1 else []
        if choice.isdigit():
            position = -skip
            for index in range(1, len(value.inputs)):
                if value.labels[index] == "":
                    if position == int(choice):
                        return [index]
                    position += 1
        elif choice in value.labels[1:]:
            return [value.labels.index(choice, 1)]
    return []


def argument_node(program: Program, node: Node, wanted: str, skip: int = 0) -> Node | None:
    """The value of an argument; `config.recursion_limit` is a key of a dict display given as `config`."""
    value = program.value(node)
    for choice in wanted.split("|"):
        first, *keys = choice.split(".")
        positions = argument_positions(value, first, skip)[:1]
        if not positions and first.isidentifier() and "**" in value.labels:
            spread = (node[0], value.inputs[value.labels.index("**")])
            found = entry_of(program, spread, first)
            for key in keys:
                found = entry_of(program, found, key) if found is not None else None
            if found is not None:
                return found
        if not positions and first.isidentifier() and program.objects_are_entries(node[0]):
            for given in value.inputs[1:]:
                found = entry_of(program, (node[0], given), first)
                for key in keys:
                    found = entry_of(program, found, key) if found is not None else None
                if found is not None:
                    return found
        for position in positions:
            found = (node[0], value.inputs[position])
            for key in keys:
                found = entry_of(program, found, key) if found is not None else None
            if found is not None:
                return found
    return None


def option_positions(program: Program, node: Node, wanted: str) -> list[tuple[int, str]]:
    """Where a named argument may be given as a property of an object: positions in the call's inputs, and the property.

    An object literal that has no such property does not give it; what an unknown value holds is not known, so it may,
    where no literal has it.
    """
    if not program.objects_are_entries(node[0]):
        return []
    value = program.value(node)
    for choice in wanted.split("|"):
        if not choice.split(".")[0].isidentifier() or choice == "receiver":
            continue
        for only_written in (True, False):
            for position in range(1, len(value.inputs)):
                if _may_hold(program, (node[0], value.inputs[position]), choice.split(".")[0], only_written):
                    return [(position, choice)]
    return []


def _may_hold(program: Program, node: Node, key: str, only_written: bool = False) -> bool:
    """Whether an object has a property: an object literal that names it, or also a value of which that is not known."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _MAX_LOOKED_AT:
        for origin in program.origins(queue.pop(0)):
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            if value.kind in ("parameter", "call", "attribute", "index", "element_of") and not only_written:
                return True
            if (value.kind == "update" or (value.kind == "collection" and value.text == "dictionary")) and (
                key in value.labels or ("**" in value.labels and not only_written)
            ):
                return True
            if value.kind == "update":
                queue.append((origin[0], value.inputs[0]))
    return False


def is_open(program: Program, node: Node, value: Value) -> bool:
    """Whether a call may be given more named arguments than stand in it."""
    if "**" in value.labels:
        return True
    if not program.objects_are_entries(node[0]):
        return False
    return any(_may_hold(program, (node[0], given), "**") for given in value.inputs[1:])


def entry_of(program: Program, node: Node, key: str, depth: int = 0) -> Node | None:
    """What stands under a constant key of a dict display, or was given by that name to a constructor."""
    for origin in program.origins(node) if depth < 6 else ():
        value = program.value(origin)
        if key.isdigit() and value.kind == "call" and int(key) + 1 < len(value.inputs):  # openai("gpt-5"): its first argument
            return origin[0], value.inputs[int(key) + 1]
        if value.kind == "collection" and key in value.labels:
            return origin[0], value.inputs[value.labels.index(key)]
        if value.kind == "call" and key in value.labels:  # dict(key=...), ToolAnnotations(key=...)
            return origin[0], value.inputs[value.labels.index(key)]
        if value.kind == "call" and len(value.inputs) > 1 and not WRITES_JSON.isdisjoint(program.names((origin[0], value.inputs[0]))):
            return entry_of(program, (origin[0], value.inputs[1]), key, depth + 1)  # json.dumps({key: ...})
        if value.kind == "update":
            before = entry_of(program, (origin[0], value.inputs[0]), key, depth + 1) if value.text == "setdefault" else None
            if before is not None:
                return before
            for position in range(len(value.labels) - 1, 0, -1):
                if value.labels[position] == key:
                    return origin[0], value.inputs[position]
            return entry_of(program, (origin[0], value.inputs[0]), key, depth + 1)
        if value.kind == "collection" and value.text == "dictionary" and "**" in value.labels:
            for label, given in zip(value.labels, value.inputs, strict=False):
                if label == "**" and given != node[1] and (found := entry_of(program, (origin[0], given), key, depth + 1)) is not None:
                    return found
    return None
