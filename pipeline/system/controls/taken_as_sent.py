"""Credentials that are believed as they come: asked for by the framework, and used as a name that nobody looks at.

Takes an assembly, a function and a parameter into which a scheme puts what was sent, and says whether all that happens to it is that
records are made with it or searched by it: whoever sends any value is taken for its owner. A test of it or of what was found by it,
a function of the project that is given it, and any call that is no search may look at it, and then it counts as checked. What is
asked for and never read is left alone: a gateway may look at it.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly

_KEEPS = frozenset(
    {"filter", "filter_by", "where", "query", "select", "order_by", "limit", "offset", "add", "insert", "insert_one", "find", "values",
     "eq", "match", "all", "fetch_all", "fetchall", "str", "UUID"}
)  # fmt: skip


def is_taken_as_sent(assembly: Assembly, reference: FunctionRef, parameter: int) -> bool:
    """Whether what was sent only ends in records and searches."""
    program, facts = assembly.program, assembly.program.files[reference[0]]
    held, used = {parameter}, False
    for identity, value in enumerate(facts.values):
        if held.isdisjoint(value.inputs):
            continue
        if value.kind == "call" and value.inputs[0] not in held:
            node = (reference[0], identity)
            callee = (reference[0], value.inputs[0])
            makes = any(name in program.classes for name in program.names(callee))
            if not makes and (program.targets(node) or program.value(callee).text not in _KEEPS):
                return False
            used = True
        held.add(identity)
    return used and all(branch.condition not in held for branch in facts.branches)
