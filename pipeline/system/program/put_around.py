"""What is put around a whole server before it is served: `http.Server{Handler: logged(signedIn(mux))}`, `h = signedIn(secret)(h)`.

Takes what a server is given to serve and gives the routers below all that is put around them, each with the functions around it and the
call that puts each there. Followed are variables, fields, parameters and what functions of the project return, and pieces of middleware
that a chain is given in a row: `alice.New(logged, signedIn).Then(mux)`. A layer that is put on under a condition is given as well; its
call stands under that condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.walking import passed_by

_MOST, _MOST_LAYERS, _MOST_CALLERS = 80, 40, 6
_HANDLERS = ("http.Handler", "http.HandlerFunc", "fasthttp.RequestHandler")
_STANDS_FOR = ("guarded", "await")


class Layer(NamedTuple):
    """A function that runs before what it is put around, and the call that puts it there."""

    function: FunctionRef
    call: Node


class Inside(NamedTuple):
    """What may be a router, with all that is around it, the outermost first."""

    router: Node
    layers: tuple[Layer, ...]


def put_around(program: Program, given: Node) -> Iterator[Inside]:
    """Routers of what is given to be served, below at least one layer."""
    queue, seen = [Inside(given, ())], set[Node]()
    while queue and len(seen) < _MOST:
        inside = queue.pop()
        if inside.router in seen or len(inside.layers) > _MOST_LAYERS:
            continue
        seen.add(inside.router)
        if inside.layers:
            yield inside
        queue += _within(program, inside)


def layers_of(program: Program, call: Node) -> list[FunctionRef]:
    """Functions of the project that a call puts around what it is given: `signedIn` of `signedIn(handler)`, and what it hands back."""
    if program.value(call).kind != "call" or len(program.value(call).inputs) < 2:
        return []
    found = [*(target.function for target in program.targets(call)), *_made(program, call)]
    called = (call[0], program.value(call).inputs[0])
    if found or program.value(called).kind not in ("call", "element_of", "index", "choice"):
        return found
    # `signedIn(secret)(handler)`: what is called was made before, and what it hands back runs.
    layers = _handed(program, called)
    return [*layers, *(inner for layer in layers for inner in _returned(program, layer))]


def _within(program: Program, inside: Inside) -> Iterator[Inside]:
    node, layers = inside
    value = program.value(node)
    if value.kind == "choice":  # what was made last is looked at first: the rest may be inside it
        yield from (Inside((node[0], given), layers) for given in sorted(value.inputs))
    elif value.kind in _STANDS_FOR:
        yield Inside((node[0], value.inputs[0]), layers)
    elif value.kind == "call":
        yield from _below(program, inside)
    elif value.kind == "parameter" and (place := program.parameter_of(node)) is not None:
        for call in program.callers(place[0])[:_MOST_CALLERS]:
            yield from (Inside(passed, layers) for passed in passed_by(program, call, place))
    elif value.kind in ("name", "attribute"):
        yield from (Inside(origin, layers) for origin in program.origins(node) if origin != node)


def _below(program: Program, inside: Inside) -> Iterator[Inside]:
    """What a call is put around, or what the function of the project that it calls gives back."""
    node, layers = inside
    value = program.value(node)
    pieces = [Layer(function, node) for function in layers_of(program, node)]
    handed = [(node[0], given) for given in value.inputs[1:]]
    callee = program.value((node[0], value.inputs[0]))
    if callee.kind == "attribute" and program.value(chain := (node[0], callee.inputs[0])).kind == "call":
        handed += [(chain[0], given) for given in program.value(chain).inputs[1:]]  # `alice.New(logged, signedIn).Then(mux)`
    routers: list[Node] = []
    for given in handed:
        made = _pieces(program, given)
        pieces += (Layer(function, given) for function in made)
        if not made and program.value(given).kind != "constant":
            routers.append(given)
    yield from (Inside(router, (*layers, *pieces)) for router in routers)
    for target in program.targets(node):
        yield from (Inside((target.function[0], returned), layers) for returned in program.function(target.function).returns)


def _pieces(program: Program, given: Node) -> list[FunctionRef]:
    """A piece of middleware that a chain is given, with what it hands back: `signedIn`, `signedIn(secret)`; none where it is a handler."""
    found = [one for one in _handed(program, given) if _takes_handler(program, one)]
    return [*found, *(inner for one in found for inner in _returned(program, one))]


def _takes_handler(program: Program, function: FunctionRef) -> bool:
    annotations = (one.annotation for one in program.function(function).parameters if one.annotation is not None)
    return any(name.endswith(_HANDLERS) for annotation in annotations for name in program.annotated((function[0], annotation)))


def _handed(program: Program, given: Node) -> list[FunctionRef]:
    named = [] if program.value(given).kind == "call" else [one for name in program.names(given) for one in program.functions.get(name, ())]
    return named or _made(program, given)


def _returned(program: Program, function: FunctionRef) -> list[FunctionRef]:
    return [inner for value in program.function(function).returns for inner in _made(program, (function[0], value))]


def _made(program: Program, node: Node) -> list[FunctionRef]:
    made = [origin for origin in program.origins(node) if program.value(origin).kind == "function"]
    return [reference for origin in made for name in program.names(origin) for reference in program.functions.get(name, ())]
