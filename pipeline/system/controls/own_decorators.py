"""Decorators of a project's own that run around an entry: the functions inside them that are called in its place.

Takes an assembly and an entry, gives the functions that wrap it, and tells decorators that come too late: in Python a registration that is
itself a decorator (`@app.post("/ask")`) takes the function as the decorators below it left it, and what stands above it wraps a function
that nobody calls.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly


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
