"""What comes of a table that a loop goes through: its keys in Python, pairs of key and value in C# and of a JavaScript map.

Takes the value a loop goes through; says which view of it that is, or nothing where it is no table as far as is known.
"""

from __future__ import annotations

from ingest.code.graph import KEYS
from ingest.code.program import Node, Program

_SEEN_AS = {"python": "keys", "csharp": "items"}
_MOST = 12


def gone_through(program: Program, node: Node) -> str:
    """`keys` or `items` of a table that is written down, or begun, where the value comes from; empty for anything else."""
    seen = _SEEN_AS.get(program.files[node[0]].language, "")
    return seen if seen and _is_table(program, node) else ""


def _is_table(program: Program, node: Node) -> bool:
    origins = program.origins(node)
    return 0 < len(origins) <= _MOST and all(_is_display(program, origin) for origin in origins)


def _is_display(program: Program, node: Node) -> bool:
    for _ in range(_MOST):  # what was put into it since
        value = program.value(node)
        if value.kind != "update":
            return value.kind == "collection" and (value.text == "dictionary" or KEYS in value.labels)
        begun = program.origins((node[0], value.inputs[0]))
        if len(begun) != 1:
            return False
        node = begun[0]
    return False
