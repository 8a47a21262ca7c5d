"""Decorators of a project's own that run around an entry: the functions inside them that are called in its place.

In TypeScript a wrapper is a call that is given the handler where it is offered or registered: `export const POST = withUser(ask)`.

Takes an assembly and an entry, gives the functions that wrap it, and tells decorators that come too late: in Python a registration that is
itself a decorator (`@app.post("/ask")`) takes the function as the decorators below it left it, and what stands above it wraps a function
that nobody calls.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.enclosing import around
from pipeline.system.program.wrapped_elsewhere import calls_behind

_DEEPEST = 4
_ANSWERS = frozenset({"Response", "NextResponse"})
_GUARDS = re.compile(r"^(with|require[sd]?|ensure|protect|define)(\w*?)(Auth|Session|User|Login)|^protect(ed)?$")


def comes_too_late(assembly: Assembly, reference: FunctionRef, mark: Node, markers: Collection[Node]) -> bool:
    """Whether a decorator stands above the one that registers the function."""
    file, program = reference[0], assembly.program
    if program.files[file].language != "python" or mark[0] != file:
        return False
    order = list(program.function(reference).decorators)
    registering = [order.index(marker[1]) for marker in markers if marker[0] == file and marker[1] in order]
    return mark[1] in order and bool(registering) and order.index(mark[1]) < min(registering)


def wrappers_of(assembly: Assembly, reference: FunctionRef, markers: Collection[Node]) -> Iterator[FunctionRef]:
    """Functions of the project that are called in place of an entry, by the decorators it is registered with."""
    program, file = assembly.program, reference[0]
    if program.files[file].language == "typescript":
        for call in (call for marker in markers for call in calls_around(assembly, marker, reference)):
            for name in program.names((call[0], program.value(call).inputs[0])):
                for made in program.functions.get(name, ()):
                    yield from _inside(assembly, made)
                    yield from _handed_on(assembly, made, 0)
            yield from _handed_beside(assembly, call, reference)
        return
    if program.files[file].language != "python":
        return
    for decorator in program.function(reference).decorators:
        mark = (file, decorator)
        if mark in markers or comes_too_late(assembly, reference, mark, markers):
            continue
        value = program.value(mark)
        callee = (file, value.inputs[0]) if value.kind == "call" else mark
        for name in program.names(callee):
            for made in program.functions.get(name, ()):
                yield from _inside(assembly, made)


def _handed_on(assembly: Assembly, wrapper: FunctionRef, depth: int) -> Iterator[FunctionRef]:
    """What runs before a handler that a wrapper hands on to another one: `return withMiddleware(handler, requireUser)`, on each way out."""
    program = assembly.program
    returned = [(wrapper[0], identity) for identity in program.function(wrapper).returns]
    ways: list[dict[FunctionRef, None]] = []
    for call in returned if depth <= _DEEPEST else ():
        found: dict[FunctionRef, None] = {}
        if program.value(call).kind == "call" and any(_is_parameter_of(assembly, given, wrapper) for given in _arguments(assembly, call)):
            for target in program.targets(call):
                found |= dict.fromkeys(_handed_on(assembly, target.function, depth + 1))
            found |= dict.fromkeys(_handed_beside(assembly, call, wrapper))
        ways.append(found)
    yield from (one for one in ways[0] if all(one in way for way in ways)) if ways else ()


def _handed_beside(assembly: Assembly, call: Node, handler: FunctionRef) -> Iterator[FunctionRef]:
    """Functions of the project that a wrapper is given with the handler, and calls: `withMiddleware(handler, requireUser)`.

    `handler`: what is wrapped, or the function whose parameter that is.
    """
    program = assembly.program
    for target in program.targets(call):
        for position, arguments in program.bind(call, target).items():
            parameter = (target.function, position)
            for argument in arguments:
                given = [
                    one
                    for name in program.names((call[0], program.value(call).inputs[argument]))
                    for one in program.functions.get(name, ())
                ]
                if given and handler not in given and _is_called(assembly, parameter):
                    yield from given


def handed_back(assembly: Assembly, reference: FunctionRef) -> Iterator[FunctionRef]:
    """Whose refusal a function hands back: `const known = await requireUser(req); if (known instanceof Response) return known`."""
    program, facts = assembly.program, assembly.program.files[reference[0]]
    for branch in facts.branches if facts.language == "typescript" else ():
        asked = facts.values[branch.condition]
        if branch.scope != reference[1] or not branch.exits_when or asked.kind != "operation" or asked.text != "is":
            continue
        if len(asked.inputs) == 2 and facts.values[asked.inputs[1]].text in _ANSWERS:
            known = facts.values[asked.inputs[0]]
            call = (reference[0], known.inputs[0] if known.kind == "await" else asked.inputs[0])
            if program.value(call).kind == "call":
                yield from (target.function for target in program.targets(call))


def _arguments(assembly: Assembly, call: Node) -> list[Node]:
    return [(call[0], identity) for identity in assembly.program.value(call).inputs[1:]]


def _is_parameter_of(assembly: Assembly, node: Node, function: FunctionRef) -> bool:
    """Whether a value is what a function was given, as a whole."""
    value = assembly.program.value(node)
    if value.kind == "guarded":  # `if (typeof scopeOrHandler === "string")`
        return _is_parameter_of(assembly, (node[0], value.inputs[0]), function)
    places = (assembly.program.parameter_of(origin) for origin in (node, *assembly.program.origins(node)))
    return any(place is not None and place[0] == function for place in places)


def _is_called(assembly: Assembly, parameter: tuple[FunctionRef, int]) -> bool:
    """Whether a function, or one that it defines, calls what it is given for a parameter."""
    program, file = assembly.program, parameter[0][0]
    within = [at for at in range(len(program.files[file].functions)) if parameter[0] in around(program, (file, at))]
    for call in (call for at in within for call in assembly.calls_in((file, at))):
        callee = (file, program.value(call).inputs[0])
        if any(program.parameter_of(origin) == parameter for origin in (callee, *program.origins(callee))):
            return True
    return False


def guards_around(assembly: Assembly, reference: FunctionRef, markers: Collection[Node]) -> Iterator[Node]:
    """Calls of a library around a handler that is offered or registered, whose name says that they let in only who is known."""
    program = assembly.program
    if program.files[reference[0]].language != "typescript":
        return
    for call in (call for marker in markers for call in calls_around(assembly, marker, reference)):
        names = program.names((call[0], program.value(call).inputs[0]))
        if any(name not in program.functions and _GUARDS.search(name.rpartition(".")[2]) for name in names):
            yield call


def calls_around(assembly: Assembly, marker: Node, reference: FunctionRef, depth: int = 0) -> list[Node]:
    """Calls that are given a function, or a call that is: `defineEventHandler(withUser(ask))`."""
    program, value = assembly.program, assembly.program.value(marker)
    if value.kind != "call" or depth > _DEEPEST:
        return []
    found: list[Node] = []
    for given in ((marker[0], identity) for identity in value.inputs[1:]):
        behind = calls_behind(program, given) or [given]  # where it was wrapped before: `export const ask = withUser(async (req) => ...)`
        around = [call for made in behind for call in calls_around(assembly, made, reference, depth + 1)]
        if around or any(reference in program.functions.get(name, ()) for name in program.names(given)):
            found += [marker, *around]
    return list(dict.fromkeys(found))


def _inside(assembly: Assembly, decorator: FunctionRef) -> Iterator[FunctionRef]:
    """The functions that a decorator defines, at any depth, and that call what they stand around."""
    functions = assembly.program.files[decorator[0]].functions
    below = {decorator[1]}
    for number, function in enumerate(functions):
        if function.parent in below:
            below.add(number)
            if _calls_what_is_wrapped(assembly, (decorator[0], number), below):
                yield decorator[0], number


def _calls_what_is_wrapped(assembly: Assembly, wrapper: FunctionRef, around: Collection[int]) -> bool:
    """Whether a function calls a parameter of one that it is defined in: the function that is decorated."""
    program = assembly.program
    for call in assembly.calls_in(wrapper):
        callee = (call[0], program.value(call).inputs[0])
        for origin in (callee, *program.origins(callee)):
            place = program.parameter_of(origin)
            if place is not None and place[0][0] == wrapper[0] and place[0][1] in around and place[0] != wrapper:
                return True
    return False
