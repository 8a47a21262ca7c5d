"""Keys that are put together: of `state[f"draft_{section}"]` it is known how the name begins.

Takes the value of a key, gives the constant text it begins with and the one it ends with; both are empty where nothing is known.
"""

from __future__ import annotations

from ingest.code.program import Node, Program


def constant_ends(program: Program, key: Node) -> tuple[str, str]:
    """How a key begins and ends that is written with places to fill in; empty for one that may be made in several ways."""
    origins = program.origins(key)
    value = program.value(origins[0]) if len(origins) == 1 else None
    if value is None or not value.inputs or value.kind not in ("format", "operation") or (value.kind == "operation" and value.text != "+"):
        return "", ""
    first, last = (program.value((origins[0][0], value.inputs[position])) for position in (0, -1))
    if value.text == "%":  # `fmt.Sprintf("draft_%s", section)`
        return (first.text.partition("%")[0], "") if first.constant_type == "string" else ("", "")
    begin, end = (one.text if one.kind == "constant" and one.constant_type == "string" else "" for one in (first, last))
    return begin, end
