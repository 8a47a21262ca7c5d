"""Functions and classes that decorators of the project are given: `@tool("Run a command")` above `def run`, `@register` above a class.

Takes a program whose names can be asked; gives which decorated function or class a decorator is passed for which parameter of which
function, so that a registry is known by what stands in it. A decorator that is called first (`@tool("...")`) is what it returns: a function
inside of it, or the method that does the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.code.answers import Node
    from ingest.code.questions import FunctionRef, Questions

_MOST = 60  # decorated functions that are told of one decorator


def decorating(program: Questions) -> Iterator[tuple[FunctionRef, int, Node]]:
    """Function, position of its parameter, and the decorated function or class that is passed for it."""
    told: dict[FunctionRef, int] = {}
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            if value.kind not in ("function", "class"):
                continue
            for decorator in value.inputs:
                for reference, position in _called(program, (file, decorator)):
                    told[reference] = told.get(reference, 0) + 1
                    if told[reference] <= _MOST:
                        yield reference, position, (file, identity)


def _called(program: Questions, decorator: Node) -> Iterator[tuple[FunctionRef, int]]:
    """The functions that run with what is decorated, each with the parameter it arrives in."""
    if program.value(decorator).kind != "call":
        for name in program.names(decorator):
            for reference in program.functions.get(name, ()):
                yield from _first_of(program, reference)
        return
    for target in program.targets(decorator):
        if target.constructs:
            made = program.method(target.constructs, "__call__")
            yield from _first_of(program, made) if made is not None else ()
            continue
        for returned in program.function(target.function).returns:
            for origin in _sides(program, (target.function[0], returned)):
                for name in program.names(origin):
                    for reference in program.functions.get(name, ()):
                        yield from _first_of(program, reference)


def _sides(program: Questions, node: Node) -> list[Node]:
    """What is returned, on each side of a choice: `return wrap(fn) if fn else wrap`."""
    value = program.value(node)
    return [(node[0], given) for given in value.inputs] if value.kind == "choice" else [node]


def _first_of(program: Questions, reference: FunctionRef) -> Iterator[tuple[FunctionRef, int]]:
    function = program.function(reference)
    position = 1 if function.owner is not None and function.parameters[:1] and function.parameters[0].name in ("self", "cls") else 0
    if position < len(function.parameters) and not function.parameters[position].splat:
        yield reference, position
