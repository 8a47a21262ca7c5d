"""What injection hands in: what a program's factory methods make for the types they promise.

`@Bean Assistant assistant() { return AiServices.create(Assistant.class, model); }` says what a constructor's `Assistant assistant` will
be, and a field of that type, though the interface itself says nothing. Takes the program; gives places (a parameter, or the annotation of a
field) with the values that are made for them. Of several factories for one type those called like the place are meant, of a project's own
interfaces else all. Conditions and profiles are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program

_MAKERS = frozenset(
    {"org.springframework.context.annotation.Bean", "jakarta.enterprise.inject.Produces", "javax.enterprise.inject.Produces"}
)
_OF_THE_LANGUAGE = ("java.", "javax.", "jakarta.", "builtins.", "org.springframework.context.", "org.springframework.core.")


def injected(program: Program) -> Iterator[tuple[Node, Node]]:
    """Where injection hands something in, and what was made for that place."""
    made: dict[str, dict[str, list[Node]]] = {}  # type -> factory -> what it returns
    for file, facts in enumerate(program.files):
        for function in facts.functions:
            if function.result is None or not _makes(program, file, function.decorators):
                continue
            for promised in program.annotated((file, function.result)):
                if not promised.startswith(_OF_THE_LANGUAGE):
                    made.setdefault(promised, {}).setdefault(function.name, []).extend((file, given) for given in function.returns)
    if not made:
        return
    for file, facts in enumerate(program.files):
        for function in facts.functions:
            for parameter in function.parameters:
                if parameter.annotation is not None:
                    node = (file, parameter.value)
                    yield from ((node, given) for given in _made_for(program, made, (file, parameter.annotation), parameter.name))
        for cls in facts.classes:
            for name, annotation, _default, _line in cls.fields:
                if annotation is not None:
                    node = (file, annotation)
                    yield from ((node, given) for given in _made_for(program, made, node, name))


def _makes(program: Program, file: int, decorators: tuple[int, ...]) -> bool:
    marks = [program.value((file, mark)) for mark in decorators]
    callees = [(file, mark.inputs[0]) for mark in marks if mark.kind == "call"]
    return any(name in _MAKERS for callee in callees for name in program.names(callee))


def _made_for(program: Program, made: dict[str, dict[str, list[Node]]], annotation: Node, name: str) -> Iterator[Node]:
    for wanted in program.annotated(annotation):
        makers = made.get(wanted, {})
        if len(makers) > 1 and name in makers:
            makers = {name: makers[name]}
        elif len(makers) > 1 and wanted not in program.classes:
            continue
        yield from (node for _, nodes in sorted(makers.items()) for node in nodes)
