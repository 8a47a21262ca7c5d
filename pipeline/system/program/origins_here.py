"""Where a value comes from, with what the calls on the way are given: `port = get("port", "80")` is never another caller's default.

Takes a value, gives the values it begins with, as `Program.origins` does. A function of the project that is asked for a value hands out
what this call gives it, and no other; parameters of the function that the walk begins in may be what any caller passes. Who knows more of a
value (what a call reads in the absence of a setting) says what else it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.code.program import Node, Program, Target

_MOST, _DEEPEST, _TARGETS, _RETURNS = 200, 6, 4, 12
_Calls = tuple[tuple[Node, Target], ...]


def origins_here(program: Program, node: Node, also: Callable[[Node], Iterable[Node]] = lambda _node: ()) -> list[Node]:
    """The values that a value begins with, in the order in which they are met; `also` gives what else a value may be."""
    queue: list[tuple[Node, _Calls]] = [(node, ())]
    seen, found = set[tuple[Node, _Calls]](), dict[Node, None]()
    while queue and len(seen) < _MOST:
        current, calls = queue.pop(0)
        if (current, calls) in seen:
            continue
        seen.add((current, calls))
        steps = _steps(program, current, calls)
        queue += steps
        if not steps:
            found[current] = None
            queue += ((one, calls) for one in also(current))
    return list(found)


def _steps(program: Program, node: Node, calls: _Calls) -> list[tuple[Node, _Calls]]:
    value = program.value(node)
    if value.kind == "call":
        targets = [target for target in program.targets(node) if not target.constructs][:_TARGETS]
        if targets and len(calls) < _DEEPEST:
            return [
                ((target.function[0], returned), (*calls, (node, target)))
                for target in targets
                for returned in program.function(target.function).returns[:_RETURNS]
            ]
    if value.kind == "parameter" and calls and (place := program.parameter_of(node)) is not None and place[0] == calls[-1][1].function:
        call, target = calls[-1]
        given = [(call[0], program.value(call).inputs[at]) for at in program.bind(call, target).get(place[1], ())]
        default = program.function(place[0]).parameters[place[1]].default
        taken = given or ([(node[0], default)] if default is not None else [])
        return [(one, calls[:-1] if given else calls) for one in taken]
    return [(one, calls) for one in program.step_back(node)]
