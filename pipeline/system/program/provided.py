"""What a container of JavaScript hands in: `{ provide: LlmService, useClass: OpenAiService }`, `{ provide: "LLM", useFactory: () => ... }`.

Takes the program; gives (function, position of the parameter, type) for constructor parameters that ask for a provided class or token
(`@Inject("LLM") llm`). Providers are read wherever they stand; which module imports which is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program

_USES = ("useClass", "useFactory", "useValue", "useExisting")


def provided(program: Program) -> Iterator[tuple[FunctionRef, int, str]]:
    """Parameters that a container fills, and the types it fills them with."""
    made = _providers(program)
    for file, facts in enumerate(program.files) if made else ():
        for number, function in enumerate(facts.functions):
            if function.name != "__init__" or function.owner is None:
                continue
            for position, parameter in enumerate(function.parameters):
                if parameter.annotation is not None:
                    for key in _asked_for(program, (file, parameter.annotation)):
                        yield from (((file, number), position, name) for name in made.get(key, ()))


def _providers(program: Program) -> dict[str, dict[str, None]]:
    """Types by what they are provided for: a class, or the text or the name of a token."""
    made: dict[str, dict[str, None]] = {}
    for file, facts in enumerate(program.files):
        if not program.objects_are_entries(file):
            continue
        for value in facts.values:
            if value.kind == "collection" and "provide" in value.labels:
                given = {label: (file, node) for label, node in zip(value.labels, value.inputs, strict=False)}
                types = [name for use in _USES if use in given for name in _types(program, use, given[use])]
                for key in _keys(program, given["provide"]):
                    made.setdefault(key, {}).update(dict.fromkeys(types))
    return made


def _types(program: Program, use: str, node: Node) -> Iterator[str]:
    if use == "useClass":
        yield from program.names(node)
    elif use == "useFactory":
        for name in program.names(node):
            for reference in program.functions.get(name, ()):
                for returned in program.function(reference).returns:
                    yield from program.types((reference[0], returned))
    else:
        yield from program.types(node)


def _keys(program: Program, node: Node) -> list[str]:
    constant = program.constant(node)
    if isinstance(constant, str):
        return [f"text:{constant}"]
    value = program.value(node)
    return [name for name in program.names(node) if not name.startswith("module:")] or [f"name:{value.text}"]


def _asked_for(program: Program, annotation: Node) -> list[str]:
    """The token in `@Inject(TOKEN)`, or the class a parameter is declared with."""
    value = program.value(annotation)
    inner = [(annotation[0], given) for given in value.inputs] if value.kind == "index" else []
    for node in inner:
        mark = program.value(node)
        if mark.kind == "call" and len(mark.inputs) > 1 and program.value((node[0], mark.inputs[0])).text == "Inject":
            return _keys(program, (node[0], mark.inputs[1]))
    return list(program.annotated(annotation))
