"""Handlers that stand behind a call expression where a route is registered: `mux.Handle("/x", traced(http.HandlerFunc(ask)))`.

Takes what is handed to a registration and gives the project's functions that run: those a wrapper is given, a function that a maker
returns, the method of an object that serves, and what an object of a library was told to call (`NewDispatcher(token).OnMessage(handle)`).
The last are given the event itself instead of a request; they are told apart by their parameters. What a library keeps in a table is not
seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.rules.framework import DecoratorRule

_REQUESTS = ("http.Request", "http.ResponseWriter", "gin.Context", "echo.Context", "fiber.Ctx", "fasthttp.RequestCtx")
_SERVES = ("ServeHTTP", "Handle")
_MAX_LOOKED_AT = 60


def handlers_behind(program: Program, given: Node) -> list[FunctionRef]:
    """Functions of the project that run for what a call expression makes."""
    found: dict[FunctionRef, None] = {}
    queue, seen = [given], set[Node]()
    while queue and len(seen) < _MAX_LOOKED_AT:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        direct = [reference for name in program.names(current) for reference in program.functions.get(name, ())]
        value = program.value(current)
        if direct and value.kind != "call":
            found |= dict.fromkeys(direct[:1])
            continue
        for origin in program.origins(current):
            made = program.value(origin)
            if made.kind == "function":
                found |= dict.fromkeys(program.functions.get(made.text, ())[:1])
            elif made.kind == "call":
                found |= dict.fromkeys(_serving(program, origin) if not _is_conversion(program, origin) else ())
                queue += _inside(program, origin)
            elif origin != current:
                queue.append(origin)
        if value.kind == "call":
            queue += _inside(program, current)
    return list(found)


def _inside(program: Program, call: Node) -> Iterator[Node]:
    """What a call is given, and what the object it is called on was given before."""
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind == "attribute" and program.value((call[0], callee.inputs[0])).kind == "call":
        yield call[0], callee.inputs[0]
    yield from ((call[0], given) for given in value.inputs[1:] if program.value((call[0], given)).kind != "constant")


def _is_conversion(program: Program, call: Node) -> bool:
    """Whether a call gives a function the name of a type of functions, whose method calls it: `api.Handler(desk.Add)`."""
    value = program.value(call)
    made = [program.classes[name][1] for name in program.names((call[0], value.inputs[0])) if name in program.classes]
    is_go = program.files[call[0]].language == "go" and len(value.inputs) == 2 and not any(value.labels)
    return is_go and bool(made) and not any(one.keywords or one.fields or one.bases for one in made)


def _serving(program: Program, made: Node) -> list[FunctionRef]:
    classes = [name for name in program.names((made[0], program.value(made).inputs[0])) if name in program.classes]
    methods = (program.method(name, method) for name in classes for method in _SERVES)
    return [method for method in methods if method is not None][:1]


def rule_behind(program: Program, reference: FunctionRef, rule: DecoratorRule) -> DecoratorRule:
    """The rule for a handler: one that is given an event, and no request, has the event's text from outside."""
    file = reference[0]
    for parameter in program.function(reference).parameters:
        names = program.annotated((file, parameter.annotation)) if parameter.annotation is not None else ()
        if any(name.endswith(_REQUESTS) for name in names):
            return rule
    if program.files[file].language != "go":
        return rule
    return rule.model_copy(update={"kind": "webhook", "parameters_at": (), "except_types": ("go:context.Context",)})
