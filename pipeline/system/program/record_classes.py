"""The class of records that a repository is told: `class Notes(Repository[Note])`, `super().__init__(Note)`.

Takes a class of the program, gives the name of the class of records that all its objects are about, as its bases or its constructor state
it; nothing for the base class itself. What is told to a single object stands in the call that makes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program

_TELLS = frozenset({"__init__", "super"})


def record_class(program: Program, name: str) -> str | None:
    """The class of records of a repository; None where nothing is stated."""
    return next(_stated(program, name), None) if name in program.classes else None


def classes_given(program: Program, call: Node) -> Iterator[str]:
    """Names of classes of the program that a call is given as such, and not objects of them."""
    for given in program.value(call).inputs[1:3]:
        yield from _named(program, (call[0], given))


def is_left_open(program: Program, node: Node) -> bool:
    """Whether a value is a class that an object was told, one or another: `self.model`."""
    return program.value(node).kind == "attribute" and len({name for name in program.names(node) if name in program.classes}) > 1


def _stated(program: Program, name: str) -> Iterator[str]:
    file, cls = program.classes[name]
    for base in cls.bases:
        value = program.value((file, base))
        if value.kind == "index" and len(value.inputs) > 1:
            inner = program.value((file, value.inputs[1]))
            yield from _named(program, (file, inner.inputs[0] if inner.kind == "collection" and inner.inputs else value.inputs[1]))
    made = program.method(name, "__init__")
    if made is None or program.function(made).owner != name:
        return
    for number, value in enumerate(program.files[made[0]].values):
        if value.kind == "call" and value.scope == made[1] and program.value((made[0], value.inputs[0])).text in _TELLS:
            yield from classes_given(program, (made[0], number))


def _named(program: Program, node: Node) -> Iterator[str]:
    if program.value(node).kind in ("name", "attribute", "class"):
        found = dict.fromkeys(name for name in program.names(node) if name in program.classes)
        if len(found) == 1:
            yield program.classes[next(iter(found))][1].name
