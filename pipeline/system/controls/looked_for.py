"""Names that a program looks for before it uses them: who asks for `..` is told that there is no `...json`.

Takes a value that holds one name and is used later by itself; says whether the function left before, where no file is called what the
name becomes with text beside it. A look for the bare name says nothing: the folder above is always there.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.discriminators import bare
from pipeline.system.flows.made_of import callee_text, made_of

_LOOKS = frozenset({"exists", "isfile", "is_file", "isdir", "is_dir", "existsSync"})


def is_glued_in(assembly: Assembly, node: Node, part: int) -> bool:
    """Whether a text that is put together has other text beside a part of it, within one segment: what was `..` is none any more."""
    value = assembly.program.value(node)
    if not (value.kind == "format" or (value.kind == "operation" and value.text == "+")) or part not in value.inputs:
        return False
    at = value.inputs.index(part)
    left = assembly.program.constant((node[0], value.inputs[at - 1])) if at else ""
    right = assembly.program.constant((node[0], value.inputs[at + 1])) if at + 1 < len(value.inputs) else ""
    before = isinstance(left, str) and bool(left) and left[-1] not in "/\\"
    return before or (isinstance(right, str) and bool(right) and right[0] not in "/\\")


def is_looked_for(assembly: Assembly, node: Node, trace: tuple[Node, ...], call: Node) -> bool:
    """Whether the function left where nothing is called by the name with other text beside it."""
    program, scope = assembly.program, assembly.program.value(node).scope
    used = max(one[1] for one in (*trace, call) if one[0] == node[0] and program.value(one).scope == scope)
    for branch in program.files[node[0]].branches:
        if branch.scope != scope or not branch.exits_when or not node[1] < branch.condition < used:
            continue
        condition, there = (node[0], branch.condition), branch.exits_when == "fails"
        while program.value(condition).kind == "operation" and program.value(condition).text in ("not", "!"):
            condition, there = (condition[0], program.value(condition).inputs[0]), not there
        if not there or program.value(condition).kind != "call" or callee_text(assembly, condition) not in _LOOKS:
            continue
        for part in made_of(assembly, condition):
            if any(bare(assembly, (part[0], given)) == node and is_glued_in(assembly, part, given) for given in program.value(part).inputs):
                return True
    return False
