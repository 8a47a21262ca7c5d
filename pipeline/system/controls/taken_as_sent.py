"""Credentials that are believed as they come: asked for by the framework, and used as a name that nobody looks at.

Takes an assembly, a function and a parameter into which a scheme puts what was sent, and says whether all that happens to it is that
records are made with it or searched by it: whoever sends any value is taken for its owner. A test of it or of what was found by it,
a function of the project that is given it, and any call that is no search may look at it, and then it counts as checked. What is asked for
and never read is another question (`is_never_read`): a scheme that only takes what was sent out of the request has looked at nothing then.
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


def is_never_read(assembly: Assembly, reference: FunctionRef, parameter: int) -> bool:
    """Whether a function does nothing at all with a parameter, nor gives it to who asked for it."""
    facts = assembly.program.files[reference[0]]
    if parameter in facts.functions[reference[1]].returns or any(store.value == parameter for store in facts.stores):
        return False
    return not any(parameter in value.inputs for value in facts.values)
