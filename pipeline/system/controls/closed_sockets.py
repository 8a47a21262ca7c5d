"""Sockets that are closed on who does not say the right thing.

Takes an assembly and a call of `close`, looks at its code or words, and at the tests before it.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import condition_kind, parts
from pipeline.system.controls.unknown_callers import CREDENTIAL

_CLOSED = frozenset({"1008", "3000", "3003", "4401", "4403"})  # policy violation, unauthorized, forbidden; 4xxx as in HTTP


def closes_on_unknown(assembly: Assembly, call: Node) -> bool:
    """A socket is closed on who does not say the right thing: by the code or words of a refusal, or after a look at a credential."""
    value, facts = assembly.program.value(call), assembly.program.files[call[0]]
    callee = assembly.program.value((call[0], value.inputs[0]))
    tests = [(call[0], facts.branches[branch].condition) for branch in facts.conditions.get(call[1], ())]
    tests = [test for test in tests if assembly.program.value(test).kind != "constant"]  # `while True`
    if callee.kind != "attribute" or callee.text != "close" or not tests:
        return False
    if any(condition_kind(assembly, tests[-1], side) == "input_length_limit" for side in (True, False)):
        return False
    for given in value.inputs[1:]:
        inner = assembly.program.value((call[0], given))
        if inner.kind == "constant" and (inner.text in _CLOSED or CREDENTIAL.search(inner.text)):
            return True
        if inner.kind in ("attribute", "name") and "1008" in inner.text:
            return True
    return any(
        CREDENTIAL.search(assembly.program.value(part).text)
        for test in tests
        for part in parts(assembly, test)
        if assembly.program.value(part).kind in ("name", "attribute", "index", "parameter")
    )
