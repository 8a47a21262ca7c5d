"""Values of Go that are held against nil: errors, pointers and the like, and by the language's own rules no text.

Takes the program, gives the values. A string cannot be compared with nil (The Go Programming Language Specification,
"Comparison operators"), so that an error is told from text under whatever name it goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

_COMPARES = frozenset({"==", "!="})


def held_against_nil(assembly: Assembly) -> frozenset[Node]:
    """Values that some line of their own file compares with nil."""
    if assembly.memo.held_against_nil is None:
        assembly.memo.held_against_nil = frozenset(_compared(assembly))
    return assembly.memo.held_against_nil


def _compared(assembly: Assembly) -> Iterator[Node]:
    for file, facts in enumerate(assembly.program.files):
        for value in facts.values if facts.language == "go" else ():
            if value.kind != "operation" or value.text not in _COMPARES or len(value.inputs) != 2:
                continue
            left, right = (facts.values[given] for given in value.inputs)
            if right.kind == "constant" and right.constant_type == "none":
                yield from _unguarded(assembly, (file, value.inputs[0]))
            elif left.kind == "constant" and left.constant_type == "none":
                yield from _unguarded(assembly, (file, value.inputs[1]))


def _unguarded(assembly: Assembly, node: Node) -> Iterator[Node]:
    """The value, and what it is where a condition above it holds."""
    yield node
    while (value := assembly.program.value(node)).kind == "guarded":
        node = (node[0], value.inputs[0])
        yield node
