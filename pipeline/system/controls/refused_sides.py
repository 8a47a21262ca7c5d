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
from pipeline.system.flows.made_of import callee_text

_RAISED = re.compile(r"(Error|Exception|Denied|Forbidden|Refused)$")
_MAX_PARTS, _MAX_ASKED = 60, 400


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
            if (function[0], part) in found:
                continue  # values of loops lead back to themselves
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
        if known and facts.values[call].scope == function[1] and is_raised(assembly, (function[0], call))
    }
    for branch, line in raising.items():
        test = facts.branches[branch]
        if test.exits_when == "holds" and line <= facts.values[test.condition].end_line + 1:  # further down something else may lie between
            yield test.condition, True


def is_raised(assembly: Assembly, call: Node) -> bool:
    """Whether a call makes an exception: by its name, or by the classes that the one of the project inherits from."""
    if _RAISED.search(callee_text(assembly, call)):
        return True
    names = assembly.program.names((call[0], assembly.program.value(call).inputs[0]))
    return any(_RAISED.search(base) for name in names if name in assembly.program.classes for base in assembly.program.bases(name))


def raises_out(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether an exception of what a function calls reaches its caller, as far as is seen: none is caught, or another is raised instead."""
    facts = assembly.program.files[function[0]]
    within = [(identity, value) for identity, value in enumerate(facts.values) if value.scope == function[1]]
    raised = any(value.kind == "call" and is_raised(assembly, (function[0], identity)) for identity, value in within)
    return raised or not any(value.kind == "unknown" and value.text == "exception" for _identity, value in within)


def goes_on(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function goes on after an exception of what it calls, it is caught, and nothing is returned or raised."""
    facts = assembly.program.files[function[0]]
    said = [value.text for value in facts.values if value.scope == function[1] and value.kind == "unknown"]
    return said.count("exception") > said.count("left") and not raises_out(assembly, function)


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


def without_refusal(facts: CodeFacts, number: int) -> frozenset[int]:
    """Tests, and parts of them, of a function that answers with an error, after which it goes well either way.

    `if known { return nil }` in a function that ends with `return nil` leaves early and refuses nothing.
    """
    if facts.language != "go":
        return frozenset()
    returns = facts.functions[number].returns
    if not returns or not _went_well(facts, returns[-1]):
        return frozenset()
    found: set[int] = set()
    for test in (branch for branch in facts.branches if branch.scope == number and branch.exits_when):
        inside = [returned for returned in returns if test.side(returned) == (test.exits_when == "holds")]
        queue = [test.condition] if inside and all(_went_well(facts, returned) for returned in inside) else []
        while queue and len(found) < _MAX_PARTS:
            part = queue.pop()
            if part in found:
                continue
            found.add(part)
            queue += facts.values[part].inputs if facts.values[part].kind in ("choice", "operation") else ()
    return frozenset(found)


def _went_well(facts: CodeFacts, returned: int) -> bool:
    """`return nil`, `return found, nil`: the error comes last, and there is none."""
    value = facts.values[returned]
    last = facts.values[value.inputs[-1]] if value.kind == "collection" and value.inputs else value
    return last.constant_type == "none"


def decides(assembly: Assembly, function: FunctionRef) -> frozenset[Node]:
    """Calls of a function that its tests and what it gives back are made of: what others answer is not asked after."""
    facts = assembly.program.files[function[0]]
    queue = [branch.condition for branch in facts.branches if branch.scope == function[1]] + list(facts.functions[function[1]].returns)
    found, seen = set[Node](), set[int]()
    while queue and len(seen) < _MAX_ASKED:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        value = facts.values[current]
        if value.kind == "call":
            found.add((function[0], current))
        if value.kind != "call" or not assembly.program.targets((function[0], current)):
            queue += value.inputs
    return frozenset(found)


def may_raise(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function, or one that it runs, raises."""
    if assembly.memo.raising is None:
        assembly.memo.raising = frozenset(
            (file, value.scope)
            for file, facts in enumerate(assembly.program.files)
            if facts.language != "go"  # there errors are given back
            for value in facts.values
            if value.kind in ("name", "attribute") and _RAISED.search(value.text)
        )
    return not assembly.memo.raising.isdisjoint(assembly.reach(function))
