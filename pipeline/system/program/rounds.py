"""Rounds of a loop that asks a model: whether there are more than one, and whether something bounds them.

Works on the value graph alone, so that it knows no language: what a loop carries from one round to the next is a choice that holds a value
computed later, and a function that calls itself carries its arguments. A loop over a range, and a comparison of a counter, bound it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.rules.words import words_of

_READS_TYPED = frozenset({"input", "question", "prompt", "ask", "readline", "prompt_async", "raw_input"})
_RANGES = frozenset({"range", "trange", "xrange", "count_down"})
_COMPARES = frozenset({"<", "<=", ">", ">=", "==", "!=", "===", "!=="})
_COUNTERS = frozenset({
    "step", "steps", "iteration", "iterations", "turn", "turns", "round", "rounds", "attempt", "attempts", "depth", "loop", "loops", "hops",
    "calls", "retries", "count", "counter", "iter", "iters", "recursion", "budget", "remaining", "i", "limit", "max",
})  # fmt: skip
_MAX_LOOKED_AT = 60
_MAX_CALLED = 3
_NEAR = 3000  # values of a function before a call
_AWAITED = 8  # values after it among which it is awaited


def rounds_of(program: Program, call: Node) -> FunctionRef | None:
    """The function in whose loop a call runs again with what came of it; None where it runs once."""
    queue: list[tuple[Node, int]] = [(call, 0)]
    seen: set[FunctionRef] = set()
    while queue:
        current, depth = queue.pop(0)
        function = (current[0], program.value(current).scope)
        if function in seen:
            continue
        seen.add(function)
        again = _is_repeated(program, current) or _calls_itself(program, function)
        if again or (_stands_in_loop(program, current) and not (depth and _talks(program, function))):
            return function
        if depth < _MAX_CALLED:
            queue += [(caller, depth + 1) for caller in program.callers(function)]
    return None


def _is_repeated(program: Program, call: Node) -> bool:
    """Whether something that the call is given comes from the round before."""
    values = program.files[call[0]].values
    queue, seen = list(values[call[1]].inputs), set[int]()
    while queue and len(seen) < _MAX_LOOKED_AT:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = values[current]
        if value.kind == "choice" and any(given > call[1] and values[given].scope == values[call[1]].scope for given in value.inputs):
            return True
        if value.kind in ("choice", "collection", "operation", "format", "guarded", "update", "await"):
            queue += value.inputs
        elif value.kind == "call":
            queue += value.inputs[1:]
    return _is_read_again(values, call[1])


def _is_read_again(values: Sequence[Value], call: int) -> bool:
    """Whether what a call gives is read earlier in the function: by the test of the loop that it stands in."""
    near = range(call + 1, min(call + _AWAITED, len(values)))
    given = {call, *(user for user in near if values[user].kind == "await" and call in values[user].inputs)}
    before = (values[at] for at in range(max(0, call - _NEAR), call))
    return any(value.kind == "choice" and value.scope == values[call].scope and given & set(value.inputs) for value in before)


def _stands_in_loop(program: Program, call: Node) -> bool:
    """A loop begins somewhere before in the function: what is kept in fields and lists is not carried by a variable."""
    facts, scope = program.files[call[0]], program.value(call).scope
    # The reader gives the test of a loop no sides: what stands in it runs where the test held, and also before it is asked again.
    tests = (branch for branch in facts.branches if branch.scope == scope and branch.held == branch.failed == (0, 0))
    over = ((call[0], at) for at in range(max(0, call[1] - _NEAR), call[1]) if facts.values[at].scope == scope)
    return any(test.condition < call[1] for test in tests) or any(_goes_over_range(program, node) for node in over)


def _talks(program: Program, function: FunctionRef) -> bool:
    """Whether a function reads what somebody types: its loop is a conversation, and ends with each answer."""
    calls = (value for value in program.files[function[0]].values if value.kind == "call" and value.scope == function[1])
    return any(program.value((function[0], value.inputs[0])).text in _READS_TYPED for value in calls)


def _calls_itself(program: Program, function: FunctionRef) -> bool:
    return any((caller[0], program.value(caller).scope) == function for caller in program.callers(function))


def is_bounded(program: Program, function: FunctionRef) -> bool:
    """Whether a function counts its rounds: it goes over a range, or compares what is called a counter or a limit."""
    return any(_bounds(program, node) for node in _values(program, function))


def _values(program: Program, function: FunctionRef) -> Iterator[Node]:
    for identity, value in enumerate(program.files[function[0]].values):
        if value.scope == function[1]:
            yield function[0], identity


def _bounds(program: Program, node: Node) -> bool:
    value = program.value(node)
    if _goes_over_range(program, node):
        return True
    if value.kind != "operation" or value.text not in _COMPARES or len(value.inputs) != 2:
        return False
    sides = [program.value((node[0], given)) for given in value.inputs]
    if value.text in ("==", "!=", "===", "!=="):
        return any(set(words_of(side.text)) & {"max", "limit"} for side in sides if side.kind != "constant")
    return any((side.kind != "constant" and _is_counter(side.text)) or _is_counted(program, node[0], side) for side in sides)


def _is_counted(program: Program, file: int, side: Value) -> bool:
    """Whether one is added to a value, or taken from it, from round to round."""
    while side.kind == "guarded":
        side = program.value((file, side.inputs[0]))
    steps = [side, *(program.value((file, given)) for given in side.inputs if side.kind == "choice")]
    return any(
        step.kind == "operation" and step.text in ("+", "-", "++", "--") and any(program.value((file, i)).text == "1" for i in step.inputs)
        for step in steps
    )


def _goes_over_range(program: Program, node: Node) -> bool:
    """`for step in range(8)`, also where the steps are numbered or shown; Go's `for range rounds`."""
    value = program.value(node)
    if value.kind == "element_of" and _is_number(program, (node[0], value.inputs[0])):
        return True
    over = program.value((node[0], value.inputs[0])) if value.kind == "element_of" else value
    for _ in range(_MAX_CALLED):
        if value.kind != "element_of" or over.kind != "call":
            return False
        callee = program.value((node[0], over.inputs[0]))
        if callee.text in _RANGES:
            return True
        if callee.text not in ("enumerate", "tqdm") or len(over.inputs) < 2:
            return False
        over = program.value((node[0], over.inputs[1]))
    return False


def _is_number(program: Program, node: Node, depth: int = 0) -> bool:
    """Whether a value is a number by what it is declared as: Go's `for range agent.MaxRounds` goes as many rounds."""
    value = program.value(node)
    if isinstance(program.constant(node), int):
        return True
    if value.kind in ("choice", "guarded") and depth < _MAX_CALLED:
        given = value.inputs[:1] if value.kind == "guarded" else value.inputs
        return any(_is_number(program, (node[0], one), depth + 1) for one in given)
    if value.kind == "attribute":
        owners = [name for name in program.types((node[0], value.inputs[0])) if name in program.classes]
        return bool(owners) and all(program.field_is_plain(owner, value.text) for owner in owners)
    if value.kind == "call":
        results = [(target.function[0], program.function(target.function).result) for target in program.targets(node)]
        return bool(results) and all(program.is_plain(file, result) for file, result in results)
    place = program.parameter_of(node) if value.kind == "parameter" else None
    return place is not None and program.is_plain(node[0], program.function(place[0]).parameters[place[1]].annotation)


def _is_counter(name: str) -> bool:
    said = words_of(name)
    return bool(_COUNTERS & set(said))
