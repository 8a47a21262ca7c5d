"""Checks of the project's own that data went through before it chooses something: tests before the call, and functions that raise.

`check(path)` and `path.relative_to(root)` let only some data pass. A function that is named for refusing is read whole (`restricting`); of
any other only the tests count after which it raises right away, so that `known_host(url)` is a check and a function that branches for
other reasons is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, Given
from pipeline.system.controls.listed import named_in
from pipeline.system.controls.received import meant_by, received
from pipeline.system.controls.refused_sides import goes_on, raises_out, refused_sides
from pipeline.system.controls.restrictions import Tested, is_validator, restricting, restriction
from pipeline.system.flows.discriminators import bare
from pipeline.system.flows.made_of import SETTLES, Settled, callee_text, made_of, settles
from pipeline.system.flows.record_parts import keys_taken
from pipeline.system.model import ControlKind, SinkRole


def refused_by(assembly: Assembly, function: FunctionRef, role: SinkRole, given: Given, later: Settled = "") -> ControlKind | None:
    """What a function of any name restricts of these parameters, by the tests after which it raises."""
    program, memo, key = assembly.program, assembly.memo.refused_by, (function, role, given, later)
    if key in memo:
        return memo[key]
    memo[key] = None
    refused = refused_sides(assembly, function, None)
    if refused:
        settled: Settled = "absolute" if any(callee_text(assembly, call) in SETTLES for call in assembly.calls_in(function)) else later
        for position, taken in sorted(given):
            parameters = program.function(function).parameters
            if position >= len(parameters):
                continue
            record = Tested((function[0], parameters[position].value), role, settled, taken)
            for test, outcome in sorted(refused.items()):
                kind = restriction(assembly, test, not outcome, record)
                if kind is not None:
                    memo[key] = kind
                    return kind
    if role == "path" and (stays := _stays_below(assembly, function, given, later)):
        memo[key] = stays
    return memo[key]


def _stays_below(assembly: Assembly, function: FunctionRef, given: Given, later: Settled) -> ControlKind | None:
    """`path.relative_to(root)`, called for its effect: it raises for what leads out, and the function lets that pass or raises another."""
    program, calls = assembly.program, list(assembly.calls_in(function))
    if not later and not any(callee_text(assembly, call) in SETTLES for call in calls):
        return None
    if not raises_out(assembly, function):
        return None
    parameters = program.function(function).parameters
    taken = {(function[0], parameters[position].value) for position, _keys in given if position < len(parameters)}
    for call in calls:
        callee = program.value((call[0], program.value(call).inputs[0]))
        if callee.kind == "attribute" and callee.text == "relative_to" and taken & made_of(assembly, (call[0], callee.inputs[0])):
            return "allow_list"
    return None


def proven(assembly: Assembly, trace: tuple[Node, ...], calls: Iterable[Node], role: SinkRole) -> list[tuple[ControlKind, Node]]:
    """Tests before a call that name a value of the way inside a display or a generator, and calls that raise."""
    program = assembly.program
    nearest = [bare(assembly, node) for node in reversed(trace)]
    passed = set(nearest)
    narrowed = {(node[0], program.value(node).inputs[1]) for node in trace if program.value(node).kind == "guarded"}
    settled = settles(assembly, trace)
    found: list[tuple[ControlKind, Node]] = []
    for call in calls:
        facts = program.files[call[0]]
        for other in assembly.calls_in((call[0], program.value(call).scope)):
            if other < call and (kind := _raises(assembly, other, trace, passed, role, settled)) is not None:
                found.append((kind, other))
        for branch in facts.conditions.get(call[1], ()):
            condition, side = (call[0], facts.branches[branch].condition), facts.branches[branch].side(call[1])
            if side is None and facts.branches[branch].exits_when:  # behind a test that leaves
                side = facts.branches[branch].exits_when == "fails"
            sides = (side,) if side is not None else ()
            if condition in narrowed:
                continue
            common = passed & named_in(assembly, condition)
            for node in [one for one in nearest if one in common and one[0] == call[0]][:1]:  # before it the data held other things too
                record = Tested(node, role, settled, keys_taken(assembly, trace, node))
                kinds = [restriction(assembly, condition, holds, record) for holds in sides]
                found += [(kind, condition) for kind in kinds if kind is not None][:1]
    return list(dict.fromkeys(found))


def _raises(
    assembly: Assembly, call: Node, trace: tuple[Node, ...], passed: set[Node], role: SinkRole, later: Settled
) -> ControlKind | None:
    """A call that lets only some data pass: `path.relative_to(root)`, `check(path)`."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind == "attribute" and callee.text == "relative_to" and bare(assembly, (call[0], callee.inputs[0])) in passed:
        return None if goes_on(assembly, (call[0], value.scope)) else "allow_list"
    if callee.kind not in ("name", "attribute"):
        return None
    if not any(bare(assembly, (call[0], given)) in passed for given in value.inputs[1:]):
        return None
    held = {node: keys_taken(assembly, trace, node) for node in passed if node[0] == call[0]}
    named = is_validator(callee.text)
    kinds = [
        restricting(assembly, one.function, role, received(assembly, call, one, held), later=later) if named
        else refused_by(assembly, one.function, role, received(assembly, call, one, held), later)
        for one in meant_by(assembly, call)
    ]  # fmt: skip
    return kinds[0] if all(kinds) and kinds else None
