"""What is written down where it was just found to be one of what the program knows: `if answer in AGENTS: log(answer)`.

Takes the value that a line writes; whether a branch around the line asked for the same expression in a list or a table. Such a value
tells which of the known ones it is, and nothing that anybody said.
"""

from __future__ import annotations

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly

_MAX_DEPTH = 6


def is_known_word(assembly: Assembly, node: Node) -> bool:
    """Whether a value is written only where it was found in something."""
    program, facts = assembly.program, assembly.program.files[node[0]]
    for number in facts.conditions.get(node[1], ()):
        branch = facts.branches[number]
        test = facts.values[branch.condition]
        if test.kind != "operation" or test.text not in ("in", "not in") or len(test.inputs) != 2:
            continue
        if branch.side(node[1]) is (test.text == "in") and _alike(program, node, (node[0], test.inputs[0])):
            held = facts.values[test.inputs[1]]
            return held.kind in ("name", "attribute", "collection", "guarded")  # and not a text that is searched for a word
    return False


def _alike(program: Program, one: Node, other: Node, depth: int = 0) -> bool:
    """Whether two values are written the same way: `result.get("response")` twice."""
    if one == other:
        return True
    first, second = program.value(one), program.value(other)
    if first.kind == "guarded" and first.inputs:
        return _alike(program, (one[0], first.inputs[0]), other, depth)
    if second.kind == "guarded" and second.inputs:
        return _alike(program, one, (other[0], second.inputs[0]), depth)
    if (first.kind, first.text, first.labels, len(first.inputs)) != (second.kind, second.text, second.labels, len(second.inputs)):
        return False
    if not first.inputs:
        return first.kind in ("name", "constant", "parameter")
    pairs = zip(first.inputs, second.inputs, strict=True)
    return depth < _MAX_DEPTH and all(_alike(program, (one[0], a), (other[0], b), depth + 1) for a, b in pairs)
