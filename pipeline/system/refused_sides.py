"""How tests of a function come out where the function refuses: it raises right after them, or gives back the verdict that is not wanted.

Takes a function and, where it was asked for a verdict, the one under which data goes on. `if part in EXCLUDED: return True` refuses what
is listed where the caller goes on with False; read without the verdict it would be a list of what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import CodeFacts
from pipeline.system.assembly import Assembly
from pipeline.system.made_of import callee_text

_RAISED = re.compile(r"(Error|Exception|Denied|Forbidden|Refused)$")
_MAX_PARTS = 60


def refused_sides(assembly: Assembly, function: FunctionRef, verdict: bool | None) -> dict[Node, bool]:
    """Tests, and parts of them, with the outcome under which the function refuses. Data that goes on came out the other way.

    Where a function leaves by other means, either way may be the refusal.
    """
    facts, found = assembly.program.files[function[0]], dict[Node, bool]()
    sides = [*_raising(assembly, function), *(_returning(facts, function[1], verdict) if verdict is not None else ())]
    for condition, outcome in sides:
        queue = [(condition, outcome)]
        while queue and len(found) < _MAX_PARTS:
            part, holds = queue.pop()
            found[function[0], part] = holds
            value = facts.values[part]
            if value.kind == "choice" or (value.kind == "operation" and value.text in ("not", "!")):
                queue += [(given, holds == (value.kind == "choice")) for given in value.inputs]
    return found


def _raising(assembly: Assembly, function: FunctionRef) -> Iterator[tuple[int, bool]]:
    """`if host in BLOCKED: raise ...`"""
    facts = assembly.program.files[function[0]]
    raising = {
        known[-1]: facts.values[call].line
        for call, known in facts.conditions.items()
        if known and facts.values[call].scope == function[1] and _RAISED.search(callee_text(assembly, (function[0], call)))
    }
    for branch, line in raising.items():
        test = facts.branches[branch]
        if test.exits_when == "holds" and line <= facts.values[test.condition].end_line + 1:  # further down something else may lie between
            yield test.condition, True


def _returning(facts: CodeFacts, number: int, verdict: bool) -> Iterator[tuple[int, bool]]:
    """`if part in EXCLUDED: return True`, where the caller goes on with False: the innermost test around each such return."""
    tests = [branch for branch in facts.branches if branch.scope == number]
    for returned in facts.functions[number].returns:
        value = facts.values[returned]
        if value.kind in ("operation", "choice", "call"):  # `return part in EXCLUDED`
            yield returned, not verdict
        if value.constant_type != "boolean" or (value.text.lower() == "true") == verdict:
            continue
        around = [(test, side) for test in tests if (side := test.side(returned)) is not None]
        if around:
            test, side = min(around, key=lambda one: one[0].held[1] - one[0].held[0] if one[1] else one[0].failed[1] - one[0].failed[0])
            yield test.condition, side
