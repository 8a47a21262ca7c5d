"""Decorators of a project's own that run around an entry: the functions inside them that are called in its place.

In TypeScript a wrapper is a call that is given the handler where it is offered or registered: `export const POST = withUser(ask)`. A
wrapper may be made of another one, which it tells what to ask first: `withUser = (handler) => withSteps(handler, requireUser)`.

Takes an assembly and an entry, gives the functions that wrap it, and tells decorators that come too late: in Python a registration that is
itself a decorator (`@app.post("/ask")`) takes the function as the decorators below it left it, and what stands above it wraps a function
that nobody calls.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ingest.code.program import FunctionRef, Node, Program
from ingest.code.questions import Target
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.program.walking import walk
from pipeline.system.program.wrapped_elsewhere import calls_behind

_DEEPEST, _MOST = 4, 12
_ANSWERS = frozenset({"Response", "NextResponse"})
_STEPS = frozenset({"name", "choice", "guarded", "await"})
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
                    yield from _made_of_another(assembly, made, 0)
            for target in program.targets(call):
                handed = {
                    at for at, given in _given(assembly, call, target).items() if any(_is(program, node, reference) for node in given)
                }
                yield from _told_to_ask(assembly, call, target, handed) if handed else ()
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
            if program.value(call).kind == "call" and not _calls_what_it_was_given(program, call):
                yield from (target.function for target in program.targets(call))


def _calls_what_it_was_given(program: Program, call: Node) -> bool:
    """Whether a call runs a function that somebody else handed in: who asks for the refusal decides whose that is."""
    callee = (call[0], program.value(call).inputs[0])
    return any(program.parameter_of(one) is not None for one in (callee, *program.origins(callee)))


def _made_of_another(assembly: Assembly, wrapper: FunctionRef, depth: int) -> Iterator[FunctionRef]:
    """What runs before a handler that a wrapper hands to another one: the inside of that, and the steps it is told to ask first."""
    program = assembly.program
    for call in assembly.calls_in(wrapper):
        for target in program.targets(call):
            given = _given(assembly, call, target)
            handed = {position for position, nodes in given.items() if any(_is_own_parameter(program, node, wrapper) for node in nodes)}
            if target.constructs or target.function == wrapper or not handed:
                continue
            if not _asks_by_steps(assembly, target.function):
                yield from _inside(assembly, target.function)
            yield from _told_to_ask(assembly, call, target, handed)
            if depth < _DEEPEST:
                yield from _made_of_another(assembly, target.function, depth + 1)


def _told_to_ask(assembly: Assembly, call: Node, target: Target, handed: Collection[int]) -> Iterator[FunctionRef]:
    """The steps that a wrapper is given beside the handler, where it minds what they answer: `withSteps(ask, requireUser)`."""
    program, inner = assembly.program, list(_inside(assembly, target.function))
    for position, nodes in sorted(_given(assembly, call, target).items()) if inner else ():
        if position not in handed and any(_minds(assembly, one, (target.function, position)) for one in inner):
            yield from (one for node in nodes for name in program.names(node) for one in program.functions.get(name, ()))


def _asks_by_steps(assembly: Assembly, wrapper: FunctionRef) -> bool:
    """Whether a wrapper asks what it is told to: what else it refuses (an error of a provider) says nothing of who calls."""
    parameters = range(len(assembly.program.function(wrapper).parameters))
    return any(_minds(assembly, one, (wrapper, position)) for one in _inside(assembly, wrapper) for position in parameters)


def _given(assembly: Assembly, call: Node, target: Target) -> dict[int, list[Node]]:
    """What a call gives a function, by position."""
    inputs = assembly.program.value(call).inputs
    return {position: [(call[0], inputs[one]) for one in given] for position, given in assembly.program.bind(call, target).items()}


def _is(program: Program, node: Node, function: FunctionRef) -> bool:
    return any(function in program.functions.get(name, ()) for name in program.names(node))


def _is_own_parameter(program: Program, node: Node, function: FunctionRef) -> bool:
    def onward(one: Node) -> list[Node]:
        value = program.value(one)
        if value.kind not in _STEPS:
            return []
        given = value.inputs[:1] if value.kind == "guarded" else value.inputs
        return [*((one[0], identity) for identity in given), *(origin for origin in program.origins(one) if origin != one)]

    places = (program.parameter_of(one) for one in walk(node, onward, _MOST) if program.value(one).kind == "parameter")
    return any(place is not None and place[0] == function for place in places)


def _minds(assembly: Assembly, inner: FunctionRef, parameter: tuple[FunctionRef, int]) -> bool:
    """Whether a function asks what it was told to ask and leaves for the answer: `const no = await step(req); if (no) return no`."""
    program = assembly.program
    asked = [call for call in assembly.calls_in(inner) if _calls_parameter(program, call, parameter)]
    left = [(inner[0], branch.condition) for branch in program.files[inner[0]].branches if branch.scope == inner[1] and branch.exits_when]
    return bool(asked) and any(call in parts(assembly, condition) for condition in left for call in asked)


def _calls_parameter(program: Program, call: Node, parameter: tuple[FunctionRef, int]) -> bool:
    callee = (call[0], program.value(call).inputs[0])
    return any(program.parameter_of(one) == parameter for one in (callee, *program.origins(callee)))


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
