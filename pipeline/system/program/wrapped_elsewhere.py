"""Functions behind wrappers: `router.post("/ask", catchAsync(ask))`, and `export const ask = catchAsync(async (req) => ...)` elsewhere.

Takes what a JavaScript program hands to a framework, gives the project's functions that run for it. Of a wrapper of the project, wherever
it stands, its body says which parameter it runs: `(fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next)`. One that
was not read (`express-async-handler`) is believed to run the function it is given first.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.enclosing import around
from pipeline.system.program.walking import walk

_LANGUAGE = "typescript"  # JavaScript is read as such
_STEPS = frozenset({"name", "attribute", "choice", "guarded", "await"})
_RUNS = frozenset({"call", "apply", "bind"})  # `fn.call(this, req, res)`
_MOST, _DEEPEST = 12, 4


def wrapped_functions(program: Program, given: Node, depth: int = 0) -> list[FunctionRef]:
    """Functions of the project that calls behind a value were given to run."""
    found: dict[FunctionRef, None] = {}
    for call in calls_behind(program, given):
        for argument in _run_by(program, call, depth):
            direct = [reference for name in program.names(argument) for reference in program.functions.get(name, ())]
            inner = wrapped_functions(program, argument, depth + 1) if not direct and depth < _DEEPEST else []
            found |= dict.fromkeys((*direct, *inner))
    return list(found)


def wrappers_made(program: Program, given: Node) -> list[FunctionRef]:
    """Functions of the project that calls behind a value gave back, and that run first."""
    if not calls_behind(program, given):
        return []
    made = (origin for origin in program.origins(given) if program.value(origin).kind == "function")
    return [reference for origin in made for reference in program.functions.get(program.value(origin).text, ())]


def calls_behind(program: Program, given: Node) -> list[Node]:
    """The calls that made a value, in whichever file it got its name; a call is its own."""
    if program.files[given[0]].language != _LANGUAGE:
        return []

    def onward(node: Node) -> list[Node]:
        return program.step_back(node) if program.value(node).kind in _STEPS else []

    return [node for node in walk(given, onward, _MOST, nearest_first=True) if program.value(node).kind == "call"]


def _run_by(program: Program, call: Node, depth: int) -> list[Node]:
    """What a call is given that will be run in place of what it gives back."""
    value = program.value(call)
    targets = program.targets(call)
    if not targets:
        return [(call[0], argument) for argument in value.inputs[1:2]]
    return [
        (call[0], value.inputs[argument])
        for target in targets
        if not target.constructs
        for position in _parameters_run(program, target.function, depth)
        for argument in program.bind(call, target).get(position, ())
    ]


def _parameters_run(program: Program, wrapper: FunctionRef, depth: int) -> set[int]:
    """Parameters that are run by what a function gives back, itself or a wrapper that it hands them to."""
    file, found = wrapper[0], set[int]()
    for returned in program.nodes(file, program.function(wrapper).returns):
        value = program.value(returned)
        if value.kind == "call" and depth < _DEEPEST:  # `const wrap = (fn) => asyncHandler(fn)`
            handed = _run_by(program, returned, depth + 1)
            found |= {place[1] for node in handed if (place := program.parameter_of(node)) is not None and place[0] == wrapper}
        for name in program.names(returned) if value.kind in ("function", "name") else ():
            for inner in program.functions.get(name, ()):
                if wrapper in around(program, inner):
                    found |= set(_run_inside(program, wrapper, inner))
    return found


def _run_inside(program: Program, wrapper: FunctionRef, inner: FunctionRef) -> Iterator[int]:
    """Parameters of a wrapper that the function inside it calls, with what it is given itself."""
    file = wrapper[0]
    own = {parameter.value for parameter in program.function(inner).parameters}
    for value in program.files[file].values:
        if value.kind != "call" or inner not in around(program, (file, value.scope)) or own.isdisjoint(value.inputs[1:]):
            continue
        callee = (file, value.inputs[0])
        if program.value(callee).kind == "attribute" and program.value(callee).text in _RUNS:
            callee = (file, program.value(callee).inputs[0])
        place = program.parameter_of(callee) if program.value(callee).kind == "parameter" else None
        if place is not None and place[0] == wrapper:
            yield place[1]
