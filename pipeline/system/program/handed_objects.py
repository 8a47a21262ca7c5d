"""Objects that a function is handed and calls a method of: `adapted(request, summarise())`, where `adapted` does `route.handle(...)`.

Takes a program, a call and the function it enters, says which classes of the project the arguments were made of, so that a method of such
a parameter is that of these classes, for who comes by this call. What is not made in sight may be of any class.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.walking import passed_by

_MOST = 6  # wrappers around a receiver


def receiver_position(program: Program, call: Node) -> int | None:
    """The parameter of its own function that a call's method is called on."""
    callee = program.value((call[0], program.value(call).inputs[0]))
    if callee.kind != "attribute" or not callee.inputs:
        return None
    node = (call[0], callee.inputs[0])
    for _ in range(_MOST):
        value = program.value(node)
        if value.kind not in ("guarded", "await"):
            break
        node = (node[0], value.inputs[0])
    place = program.parameter_of(node) if program.value(node).kind == "parameter" else None
    if place is None or place[0] != (call[0], program.value(call).scope):
        return None
    return place[1] if program.function(place[0]).parameters[place[1]].name not in ("self", "cls", "this") else None


def classes_handed(program: Program, call: Node, entered: FunctionRef, position: int) -> frozenset[str]:
    """The classes that what a call gives for a parameter was made of; none where that is not known."""
    found: set[str] = set()
    for given in passed_by(program, call, (entered, position)):
        for origin in program.origins(given):
            names = program.callee_names(origin) if program.value(origin).kind == "call" else ()
            made = [name for name in names if name in program.classes]
            if not made:
                return frozenset()
            found.update(made)
    return frozenset(found)


def methods_handed(program: Program, call: Node, classes: frozenset[str]) -> frozenset[FunctionRef]:
    """The functions that a method of a parameter is, where it is of one of these classes."""
    name = program.value((call[0], program.value(call).inputs[0])).text
    return frozenset(method for cls in classes if (method := program.method(cls, name)) is not None)
