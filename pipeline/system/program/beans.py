"""What injection hands in: what a program's factory methods make for the types they promise.

`@Bean Assistant assistant() { return AiServices.create(Assistant.class, model); }` says what a constructor's `Assistant assistant` will
be, and a field of that type, though the interface itself says nothing. Takes the program; gives places (a parameter, or the annotation of a
field) with the values that are made for them. Of several factories for one type the one is meant that the place asks for by name
(`@Qualifier("night")`), else the first choice (`@Primary`), else those called like the place, of a project's own interfaces else all.
Conditions and profiles are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import Node, Program
from ingest.facts import Function

_MAKERS = frozenset(
    {"org.springframework.context.annotation.Bean", "jakarta.enterprise.inject.Produces", "javax.enterprise.inject.Produces"}
)
_FIRST = "org.springframework.context.annotation.Primary"
_CHOSEN = frozenset(
    {"org.springframework.beans.factory.annotation.Qualifier", "jakarta.inject.Named", "javax.inject.Named", "jakarta.annotation.Resource"}
)
_OF_THE_LANGUAGE = ("java.", "javax.", "jakarta.", "builtins.", "org.springframework.context.", "org.springframework.core.")


@dataclass(frozen=True, slots=True)
class _Factory:
    """What one factory method makes, and the names it is asked for by."""

    names: frozenset[str]
    returns: tuple[Node, ...]
    first: bool  # taken where a place does not say which


def injected(program: Program) -> Iterator[tuple[Node, Node]]:
    """Where injection hands something in, and what was made for that place."""
    made: dict[str, list[_Factory]] = {}  # type -> what makes it
    for file, facts in enumerate(program.files):
        for function in facts.functions:
            if function.result is None or not is_factory(program, file, function.decorators):
                continue
            factory = _factory(program, file, function)
            for promised in program.annotated((file, function.result)):
                if not promised.startswith(_OF_THE_LANGUAGE):
                    made.setdefault(promised, []).append(factory)
    if not made:
        return
    for file, facts in enumerate(program.files):
        for function in facts.functions:
            for parameter in function.parameters:
                if parameter.annotation is not None:
                    node = (file, parameter.value)
                    yield from ((node, given) for given in _made_for(program, made, (file, parameter.annotation), parameter.name))
        for cls in facts.classes:
            filled = _filled(program, cls.qualified_name)
            for name, annotation, _default, _line in cls.fields:
                if annotation is not None and name not in filled:
                    node = (file, annotation)
                    yield from ((node, given) for given in _made_for(program, made, node, name))


def _filled(program: Program, owner: str) -> frozenset[str]:
    """Fields that a constructor fills with one of its parameters: what they hold is asked for there."""
    made = program.method(owner, "__init__")
    constructors = program.functions.get(program.function(made).qualified_name, ()) if made is not None else ()
    return frozenset(
        store.attribute
        for file, number in constructors
        for store in program.files[file].stores
        if program.value((file, store.value)).kind == "parameter" and program.value((file, store.base)).scope == number
    )


def is_factory(program: Program, file: int, decorators: tuple[int, ...]) -> bool:
    """Whether a container calls a method of these marks for what it hands in."""
    marks = [program.value((file, mark)) for mark in decorators]
    callees = [(file, mark.inputs[0]) for mark in marks if mark.kind == "call"]
    return any(name in _MAKERS for callee in callees for name in program.names(callee))


def _factory(program: Program, file: int, function: Function) -> _Factory:
    """A factory with the names of what it makes: those written in its annotations, else its own."""
    given, first = list[str](), False
    for mark in function.decorators:
        value = program.value((file, mark))
        names = program.names((file, value.inputs[0])) if value.kind == "call" else ()
        first = first or _FIRST in names
        if not _CHOSEN.isdisjoint(names) or not _MAKERS.isdisjoint(names):
            given += _texts(program, (file, mark))
    return _Factory(frozenset(given or (function.name,)), tuple((file, value) for value in function.returns), first)


def _texts(program: Program, call: Node) -> Iterator[str]:
    """Constant texts a mark is given, in a display too: `@Bean(name = {"night", "late"})`."""
    for given in program.value(call).inputs[1:]:
        value = program.value((call[0], given))
        for one in value.inputs if value.kind == "collection" else (given,):
            text = program.constant((call[0], one))
            if isinstance(text, str) and text:
                yield text


def asked_for(program: Program, annotation: Node) -> list[str]:
    """The names by which a place chooses among objects of one type: `@Qualifier("night") ChatClient client`."""
    file, value = annotation[0], program.value(annotation)
    marks = [given for given in value.inputs if value.kind == "index" and program.value((file, given)).kind == "call"]
    chosen = [mark for mark in marks if not _CHOSEN.isdisjoint(program.names((file, program.value((file, mark)).inputs[0])))]
    return [text for mark in chosen for text in _texts(program, (file, mark))]


def _made_for(program: Program, made: dict[str, list[_Factory]], annotation: Node, name: str) -> Iterator[Node]:
    chosen = frozenset(asked_for(program, annotation))
    for wanted in program.annotated(annotation):
        makers = made.get(wanted, [])
        if chosen:
            makers = [one for one in makers if one.names & chosen]
        elif len(makers) > 1:
            makers = (
                [one for one in makers if one.first]
                or [one for one in makers if name in one.names]
                or (makers if wanted in program.classes else [])
            )
        yield from (node for one in sorted(makers, key=lambda one: min(one.names)) for node in one.returns)
