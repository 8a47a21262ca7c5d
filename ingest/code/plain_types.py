"""Annotations that leave no room for free text: numbers, booleans, dates, identifiers, a choice of literals.

Takes an annotation and whoever resolves its names; a value of such a type carries no instructions of a stranger.
"""

from __future__ import annotations

from typing import Protocol

from ingest.code.answers import Node
from ingest.facts import Value

PLAIN_TYPES = frozenset({"builtins.int", "builtins.float", "builtins.bool", "uuid.UUID", "datetime.date", "datetime.datetime",
"datetime.time",
                         "datetime.timedelta", "decimal.Decimal", "typing.Literal"})  # fmt: skip


class Naming(Protocol):
    """What is asked about values: `program.Program` answers it."""

    def value(self, node: Node) -> Value: ...

    def names(self, node: Node) -> tuple[str, ...]: ...

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
        names.update(found)
    return bool(names) and names <= PLAIN_TYPES
