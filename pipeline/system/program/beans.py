"""What injection hands in: the types that a program's factory methods make for the interfaces they promise.

`@Bean Assistant assistant() { return AiServices.create(Assistant.class, model); }` says what a constructor's `Assistant assistant` will
be, though the interface itself says nothing. Takes the program; gives (function, parameter, type). Fields that are injected without a
constructor are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Program

_MAKERS = frozenset(
    {"org.springframework.context.annotation.Bean", "jakarta.enterprise.inject.Produces", "javax.enterprise.inject.Produces"}
)


def injected(program: Program) -> Iterator[tuple[FunctionRef, int, str]]:
    """Parameters of a project's own interfaces, and the outside types that its factories make for them."""
    made: dict[str, dict[str, None]] = {}
    for file, facts in enumerate(program.files):
        for function in facts.functions:
            if function.result is None or not function.decorators:
                continue
            marks = [program.value((file, mark)) for mark in function.decorators]
            callees = [(file, mark.inputs[0]) for mark in marks if mark.kind == "call"]
            if not any(name in _MAKERS for callee in callees for name in program.names(callee)):
                continue
            types = {name for given in function.returns for name in program.types((file, given))}
            outside = sorted(name for name in types if name not in program.classes and not name.endswith(")"))
            for promised in program.annotated((file, function.result)):
                if promised in program.classes:
                    made.setdefault(promised, {}).update(dict.fromkeys(outside))
    if not made:
        return
    for file, facts in enumerate(program.files):
        for number, function in enumerate(facts.functions):
            for position, parameter in enumerate(function.parameters):
                if parameter.annotation is not None:
                    for name in program.annotated((file, parameter.annotation)):
                        yield from (((file, number), position, given) for given in made.get(name, ()))
