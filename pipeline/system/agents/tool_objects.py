"""Tools that are objects: one class for each, with a base they share, and one call that runs whichever was looked up by name.

Takes a call; gives the methods it may run, each with the name of its tool. The name is what the class says of itself: its field `name`, the
`name` of the description it returns, or the word it hands its base to keep; else the class is called what it is called.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program, Target

_MIN_TOOLS = 2
_DESCRIPTIONS = frozenset({"Tool", "ToolDefinition", "ToolInfo"})


def tool_objects(program: Program, call: Node) -> Iterator[tuple[str, Target]]:
    """`handlers[name].run(arguments)`: the method of each class, where the classes share the base that declares it."""
    callee = (call[0], program.value(call).inputs[0])
    if program.value(callee).kind != "attribute":
        return
    methods = [target for target in program.targets(call) if not target.constructs and program.function(target.function).owner]
    owners = {str(program.function(target.function).owner) for target in methods}
    bases = {base for owner in owners for base in program.bases(owner)}
    shared = [base for base in sorted(owners & bases) if all(base == owner or base in program.bases(owner) for owner in owners)]
    tools = [target for target in methods if program.function(target.function).owner not in bases]
    if not shared or len(tools) < _MIN_TOOLS:
        return
    for target in tools:
        owner = str(program.function(target.function).owner)
        yield _name_of(program, owner) or owner.rpartition(".")[2], target


def _name_of(program: Program, owner: str) -> str:
    file, cls = program.classes[owner]
    for name, _annotation, default, _line in cls.fields:
        if name == "name" and default is not None and isinstance(said := program.constant((file, default)), str):
            return said
    described, handed = "", ""
    for value in program.files[file].values:
        if value.kind != "call" or value.scope not in cls.methods:
            continue
        callee = program.value((file, value.inputs[0]))
        if callee.text in _DESCRIPTIONS and "name" in value.labels:
            described = described or _text(program, (file, value.inputs[value.labels.index("name")]))
        elif callee.text == "__init__" and len(value.inputs) > 1 and value.labels[1] in ("", "name", "tool_name"):
            handed = handed or _text(program, (file, value.inputs[1]))
    return described or handed


def _text(program: Program, node: Node) -> str:
    said = program.constant(node)
    return said if isinstance(said, str) else ""
