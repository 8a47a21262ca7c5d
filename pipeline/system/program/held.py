"""Which elements a value holds: what it was constructed as, or the function or class that it is.

Takes an assembly whose calls and entries have their elements, and a value; gives the ids of elements. It adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

_LINKS = 8  # calls of one chain


def receivers(assembly: Assembly, call: Node) -> Iterator[str]:
    """Elements that the object a method is called on was constructed as."""
    value = assembly.program.value(call)
    if value.kind == "attribute":
        yield from elements_of(assembly, (call[0], value.inputs[0]))
        return
    yield from _called_on(assembly, (call[0], value.inputs[0]))


def handed_receivers(assembly: Assembly, call: Node, position: int) -> Iterator[str]:
    """As `receivers`, of a method that is handed to what calls it: `pool.submit(agent.invoke, question)`."""
    yield from _called_on(assembly, (call[0], assembly.program.value(call).inputs[position]))


def _called_on(assembly: Assembly, function: Node) -> Iterator[str]:
    callee = assembly.program.value(function)
    if callee.kind == "attribute":
        yield from elements_of(assembly, (function[0], callee.inputs[0]))
    if not assembly.program.names(function) or callee.kind != "attribute":
        yield from elements_of(assembly, function)


def is_prepared_elsewhere(assembly: Assembly, call: Node) -> bool:
    """Whether the chain of a call begins at what a function of the program gives: `prepared(client, text).call().content()`."""
    program, current = assembly.program, call
    for _link in range(_LINKS):
        value = program.value(current)
        callee = (current[0], value.inputs[0]) if value.kind == "call" else current
        if program.value(callee).kind != "attribute":
            return False
        current = (callee[0], program.value(callee).inputs[0])
        if program.value(current).kind == "call" and program.targets(current):
            return True
    return False


def elements_of(assembly: Assembly, node: Node) -> list[str]:
    """Elements a value holds: constructed by calls, or the functions and classes themselves."""
    return list(_held(assembly, node, 0, {}))


def _held(assembly: Assembly, node: Node, depth: int, known: dict[Node, dict[str, None]]) -> dict[str, None]:
    """As `elements_of`; `known` holds what this question already found, so that no value is looked into twice."""
    found: dict[str, None] = {}
    if depth > 8:
        return found
    for origin in assembly.program.elements(node):
        inner = known.get(origin)
        if inner is None:
            known[origin] = {}  # a value that leads back to itself adds nothing
            inner = known[origin] = _held_at(assembly, origin, depth, known)
        found.update(inner)
    return found


def _held_at(assembly: Assembly, origin: Node, depth: int, known: dict[Node, dict[str, None]]) -> dict[str, None]:
    program = assembly.program
    made = assembly.element_of_call.get(origin) or assembly.filled.get(origin)
    if made is not None:
        return {made: None}
    found: dict[str, None] = {}
    value = program.value(origin)
    if value.kind == "function":
        for reference in program.functions.get(value.text, ()):
            if reference in assembly.entry_of_function:
                found[assembly.entry_of_function[reference]] = None
    elif value.kind in ("index", "element_of"):
        found.update(_held(assembly, (origin[0], value.inputs[0]), depth + 1, known))
    elif value.kind == "attribute":
        for name in program.names(origin):
            for reference in program.functions.get(name, ()):
                if reference in assembly.entry_of_function:
                    found[assembly.entry_of_function[reference]] = None
        for member in _offered_by_package(assembly, origin):
            found.update(_held(assembly, member, depth + 1, known))
        if not found:
            found.update(_held(assembly, (origin[0], value.inputs[0]), depth + 1, known))
    elif value.kind == "call":
        for name in program.types(origin):
            if name in assembly.element_of_class:
                found[assembly.element_of_class[name]] = None
        callee = program.value((origin[0], value.inputs[0]))
        if not found and callee.kind == "attribute":
            found.update(_held(assembly, (origin[0], callee.inputs[0]), depth + 1, known))
        if not found and not program.targets(origin):
            for given in value.inputs[1:5]:
                found.update(_held(assembly, (origin[0], given), depth + 2, known))
    elif value.kind == "class" and value.text in assembly.element_of_class:
        found[assembly.element_of_class[value.text]] = None
    return found


def _offered_by_package(assembly: Assembly, node: Node) -> list[Node]:
    """`tools.search` where the package `tools` only imports `search` from one of its modules."""
    program, value = assembly.program, assembly.program.value(node)
    found: list[Node] = []
    for name in program.names((node[0], value.inputs[0])):
        if name.startswith("module:"):
            module = int(name.removeprefix("module:"))
            found += program.resolve(f"{program.files[module].module}.{value.text}", module)[0]
    return found
