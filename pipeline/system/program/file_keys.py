"""When two paths of a program are the same file: the same text, the same file object, or the same parts put together.

Takes a program and a value, gives keys that are equal where the paths are computed alike. Links and the working folder are not looked at.
"""

from __future__ import annotations

from ingest.code.program import Node, Program

_SAME_PATH = frozenset(
    {"str", "Path", "PurePath", "abspath", "realpath", "resolve", "absolute", "fspath", "as_posix", "expanduser", "toString"}
)


def keys_of_file(program: Program, node: Node) -> list[object]:
    """Of a path, and of a file that was opened by one."""
    found = keys(program, node)
    for origin in program.origins(node):
        opened = program.value(origin)
        if opened.kind != "call":
            continue
        opener = program.value((origin[0], opened.inputs[0]))
        if opener.kind == "attribute" and opener.text == "open" and not any(n.endswith("s.open") for n in program.callee_names(origin)):
            found += keys(program, (origin[0], opener.inputs[0]))  # path.open("w")
        if len(opened.inputs) > 1:
            found += keys(program, (origin[0], opened.inputs[1]))
    return found


def keys(program: Program, node: Node) -> list[object]:
    """What stands for a path, for each value it may be; nothing for an empty one."""
    return [key for origin in program.origins(node) if (key := _key(program, origin, 0)) is not None]


def _key(program: Program, node: Node, depth: int) -> object:
    """What makes two paths the same: the same text, the same file object, or the same parts put together."""
    value = program.value(node)
    if value.kind == "constant":
        return ("text", value.text.removeprefix("./")) if value.constant_type == "string" and value.text.strip() else None
    inner = [(node[0], given) for given in value.inputs]
    if value.kind == "attribute" and value.text == "name":  # of a temporary file
        return _first_key(program, inner[0], depth)
    if value.kind == "index" and value.text in ("0", "1") and any(n.endswith("mkstemp") for n in _called(program, inner[0])):
        return _first_key(program, inner[0], depth)
    if value.kind == "call":
        last = [name.rsplit(".", 1)[-1] for name in program.callee_names(node)]
        callee = program.value(inner[0])
        if callee.kind == "attribute" and callee.text in _SAME_PATH and len(inner) == 1:
            return _first_key(program, (inner[0][0], callee.inputs[0]), depth)
        if len(inner) == 2 and any(name in _SAME_PATH for name in last):
            return _first_key(program, inner[1], depth)
        if "join" in last or callee.text == "joinpath":
            return ("/", *(_first_key(program, given, depth) for given in inner[1:]))
    if value.kind in ("format", "operation") and depth < 4:
        return (value.text if value.kind == "operation" else "format", *(_first_key(program, given, depth) for given in inner))
    return node


def _first_key(program: Program, node: Node, depth: int) -> object:
    return next((_key(program, origin, depth + 1) for origin in program.origins(node)), node)


def _called(program: Program, node: Node) -> list[str]:
    return [name for origin in program.origins(node) if program.value(origin).kind == "call" for name in program.callee_names(origin)]
