"""Middleware that is put around an application by hand: `app = SignedIn(app)`, `uvicorn.run(SignedIn(app))`, `return SignedIn(app)`.

Takes a call; where it makes an object of a class of the project that answers requests as ASGI or WSGI have it, gives what is inside and the
method that runs before it. Whether what is made is what is served is not asked: nobody wraps an application to serve it without.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program

_ANSWERS = (("scope", "receive", "send"), ("environ", "start_response"))
_INSIDE = frozenset({"", "app", "application", "asgi", "wsgi_app", "inner"})
_MAX_LAYERS = 6


def around(program: Program, call: Node) -> Iterator[tuple[Node, FunctionRef]]:
    """The application that a call puts an object around, with what the object does with each request."""
    answers = _answering(program, call)
    if answers is None:
        return
    value = program.value(call)
    for given, label in list(zip(value.inputs[1:], value.labels[1:], strict=False)):
        if label not in _INSIDE:
            continue
        inside, seen = [(call[0], given)], 0
        while inside and seen < _MAX_LAYERS:
            current = inside.pop()
            seen += 1
            yield current, answers
            for origin in program.origins(current):
                if program.value(origin).kind == "call" and _answering(program, origin) is not None:
                    inside += [(origin[0], one) for one in program.value(origin).inputs[1:2]]
        return


def _answering(program: Program, call: Node) -> FunctionRef | None:
    """The method by which an object that a call makes answers requests."""
    for name in program.names((call[0], program.value(call).inputs[0])):
        method = program.method(name, "__call__") if name in program.classes else None
        taken = tuple(one.name for one in program.function(method).parameters[1:]) if method is not None else ()
        if method is not None and taken in _ANSWERS:
            return method
    return None
