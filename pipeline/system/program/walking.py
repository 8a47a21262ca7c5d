"""Walks over the values of a program: each value once, as far as a bound allows, since values of loops lead back to themselves.

Takes where to begin and what leads on from a value, gives values in the order in which they are met: the last found first, or the nearest
first. Whoever walks stops when they have seen enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ingest.code.program import FunctionRef, Node, Program

_MOST_CALLERS = 60


def walk(begin: Node, onward: Callable[[Node], Iterable[Node]], most: int, *, nearest_first: bool = False) -> Iterator[Node]:
    """Values that are reached, `most` of them at most; `onward` is asked after a value was given."""
    queue, seen = [begin], set[Node]()
    while queue and len(seen) < most:
        node = queue.pop(0 if nearest_first else -1)
        if node in seen:
            continue
        seen.add(node)
        yield node
        queue += onward(node)


def inputs_of(program: Program, node: Node) -> list[Node]:
    """What a value is made of, in the file it stands in."""
    return [(node[0], given) for given in program.value(node).inputs]


def inside(program: Program, node: Node, most: int) -> Iterator[Node]:
    """An expression and all that it is made of."""
    return walk(node, lambda current: inputs_of(program, current), most)


def passed_by(program: Program, call: Node, place: tuple[FunctionRef, int]) -> list[Node]:
    """What a call passes for a parameter, told by its function and position, where it may run that function."""
    return [
        (call[0], program.value(call).inputs[argument])
        for target in program.targets(call)
        if target.function == place[0]
        for argument in program.bind(call, target).get(place[1], ())
    ]


def passed_for(program: Program, parameter: Node, most_callers: int | None = None) -> list[Node]:
    """What the calls of the project pass for a parameter."""
    place = program.parameter_of(parameter)
    if place is None:
        return []
    return [given for call in program.callers(place[0])[:most_callers] for given in passed_by(program, call, place)]


def runs_of(program: Program, function: FunctionRef) -> list[FunctionRef]:
    """A function, and those that come by it: their callers, and the callers of these, nearest first."""
    found: dict[FunctionRef, None] = {function: None}
    queue = [function]
    while queue and len(found) < _MOST_CALLERS:
        for call in program.callers(queue.pop(0)):
            caller = (call[0], program.value(call).scope)
            if caller not in found:
                found[caller] = None
                queue.append(caller)
    return list(found)
