"""Functions in tables of tables that a framework is given: `{Query: {ask: (parent, args) => ...}, Mutation: {...}}`.

Takes the value that is the table, gives the functions with the keys they stand under. Tables may be spread into others, listed, or
handed through a call that merges them; of a table that is built up by other code only what is written into it by name is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program

_DEEPEST = 6
_MOST = 400  # functions of one call


def functions_in(program: Program, table: Node) -> list[tuple[str, FunctionRef]]:
    """The functions in a table, each with the key it stands under."""
    return list(dict.fromkeys(_inside(program, table, "", 0)))[:_MOST]


def _inside(program: Program, node: Node, key: str, depth: int) -> Iterator[tuple[str, FunctionRef]]:
    for origin in program.origins(node) if depth < _DEEPEST else ():
        value = program.value(origin)
        if value.kind in ("collection", "update"):
            for label, given in zip(value.labels, value.inputs, strict=True):
                yield from _inside(program, (origin[0], given), label.strip("*") or key, depth + 1)
        elif value.kind == "call":  # merge(chat, users)
            for given in value.inputs[1:]:
                yield from _inside(program, (origin[0], given), key, depth + 1)
        else:
            for name in program.names(origin):
                for reference in program.functions.get(name, ()):
                    yield key, reference
