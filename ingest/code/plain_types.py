"""Annotations that leave no room for free text: numbers, booleans, dates, identifiers, a choice of literals or of an enumeration.

Takes an annotation and whoever resolves its names; a value of such a type carries no instructions of a stranger.
"""

from __future__ import annotations

from typing import Protocol

from ingest.code.answers import Node
from ingest.facts import Value

_LISTS = frozenset({"builtins.list", "builtins.tuple", "typing.List", "typing.Sequence", "typing.Iterable", "collections.abc.Sequence"})
_MOST_NESTED = 4
PLAIN_TYPES = frozenset({"builtins.int", "builtins.float", "builtins.bool", "uuid.UUID", "datetime.date", "datetime.datetime",
"datetime.time",
                         "datetime.timedelta", "decimal.Decimal", "typing.Literal"})  # fmt: skip


class Naming(Protocol):
    """What is asked about values: `program.Program` answers it."""

    def value(self, node: Node) -> Value: ...

    def names(self, node: Node) -> tuple[str, ...]: ...

    def is_enumeration(self, name: str) -> bool: ...

    def lookup(self, file: int, name: str) -> tuple[list[Node], list[str]]: ...


def is_plain(program: Naming, file: int, annotation: int | None) -> bool:
    """Whether an annotation names only types that hold no free text: numbers, booleans, dates, identifiers."""
    if annotation is None:
        return False
    names: set[str] = set()
    queue, seen = [annotation], 0
    while queue and seen < 12:
        current = queue.pop()
        seen += 1
        value = program.value((file, current))
        if value.kind == "constant" and value.constant_type == "none":
            continue
        if value.kind in ("operation", "index", "unknown") and value.inputs:
            inner = program.names((file, value.inputs[0]))
            if value.kind == "index" and any(name.endswith(".Literal") for name in inner):
                names.add("typing.Literal")
                continue
            if value.kind == "index" and not any(name.endswith((".Optional", ".Union", ".Annotated", ".Mapped")) for name in inner):
                return False
            queue += value.inputs[1:] if value.kind == "index" else value.inputs
            continue
        found = program.names((file, current))
        if value.kind == "name" and (named := program.lookup(file, value.text)[0]) and all(program.value(n).kind == "index" for n in named):
            if not all(is_plain(program, at, each) for at, each in named):  # `Stack = Literal["a", "b"]`
                return False
            names.add("typing.Literal")
            continue
        if not found and value.kind != "call":
            return False
        names.update("typing.Literal" if program.is_enumeration(name) else name for name in found)
    return bool(names) and names <= PLAIN_TYPES


def is_vector(program: Naming, file: int, annotation: int | None, depth: int = 0) -> bool:
    """Whether an annotation names a list of floating numbers, such as an embedding; whole numbers may be the bytes of a text."""
    if annotation is None or depth > _MOST_NESTED:
        return False
    value = program.value((file, annotation))
    if value.kind != "index" or len(value.inputs) < 2 or _LISTS.isdisjoint(program.names((file, value.inputs[0]))):
        return False
    inner = [given for one in value.inputs[1:] for given in _unwrapped(program, file, one)]
    return all(set(program.names((file, one))) == {"builtins.float"} or is_vector(program, file, one, depth + 1) for one in inner)


def _unwrapped(program: Naming, file: int, one: int) -> tuple[int, ...]:
    value = program.value((file, one))
    return value.inputs if value.kind == "unknown" and value.inputs else (one,)


def holds_no_text(program: Naming, file: int, annotation: int | None, entry: str = "") -> bool:
    """Whether what an annotation names is a number or the like, or a vector; of several results, the entry: `([]float32, error)`."""
    if annotation is not None and (value := program.value((file, annotation))).kind == "collection" and entry.isdigit():
        annotation = value.inputs[int(entry)] if int(entry) < len(value.inputs) else None
    return is_plain(program, file, annotation) or is_vector(program, file, annotation)
