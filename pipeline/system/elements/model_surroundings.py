"""What stands around a model or a training job in the program: the names by which its people told each other what it is about.

Takes an assembly whose flows are known. `names_around` gives the names at the places where the element stands; `names_on_the_way` those of
the functions through which its data comes and its verdicts go: columns, fields, keys, and the class that the model is. The second tell of
more things, and are asked where the first say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_positions
from pipeline.system.rules.words import words_of

_GENERATIVE = ("hosted_llm", "local_llm", "agent")
_SHORT = 40  # characters of a text that names something
_MOST_FUNCTIONS = 40
_GIVEN: frozenset[SinkRole] = frozenset({"features", "training_data"})


def names_around(assembly: Assembly, identity: str) -> list[str]:
    """Names where the element stands, and of what it is joined to."""
    draft = assembly.draft(identity)
    names = [draft.name]
    generative = draft.kind in _GENERATIVE
    for file, value in draft.nodes:
        facts = assembly.program.files[file]
        scope = facts.functions[facts.values[value].scope]
        names += [facts.path, scope.qualified_name]
        names += [
            facts.values[given].text for given in facts.values[value].inputs if facts.values[given].kind in ("name", "choice", "attribute")
        ]
        if generative:
            continue  # prompts speak of everything; what the code around is called is a better sign
        names += _texts_of(assembly, (file, facts.values[value].scope))
    for (source, target, _role), flows in assembly.flows.items():
        if identity in (source, target) and not generative:
            names += [assembly.draft(source).name, assembly.draft(target).name]
            names += [step.path for flow in flows for step in flow.steps]
    return names


def names_on_the_way(assembly: Assembly, identity: str) -> list[str]:
    """Names in the functions through which data comes to the element and its verdicts go, and of the classes that the element is."""
    found: dict[str, None] = {}
    for node in assembly.draft(identity).nodes:
        value = assembly.program.value(node)
        for position in argument_positions(value, "receiver") if value.kind == "call" and value.inputs else ():
            callee = assembly.program.value((node[0], value.inputs[position]))
            if callee.kind == "attribute" or callee.kind == "name":
                made = (node[0], callee.inputs[0] if callee.kind == "attribute" else value.inputs[position])
                found.update((name.rpartition(".")[2], None) for name in assembly.program.types(made) if name in assembly.program.classes)
    for function in _functions_on_the_way(assembly, identity):
        found.update((name, None) for name in _names_in(assembly, function))
    return list(found)


def _functions_on_the_way(assembly: Assembly, identity: str) -> list[FunctionRef]:
    by_path = {facts.path: file for file, facts in enumerate(assembly.program.files)}
    found: dict[FunctionRef, None] = {}
    for (source, target, role), flows in assembly.flows_in_order():
        if not ((target == identity and role in _GIVEN) or (source == identity and role is not None)):
            continue
        for flow in flows:
            for step in flow.steps:
                if step.path in by_path and step.page is None:
                    found.update(dict.fromkeys(_enclosing(assembly, by_path[step.path], step.start_line)))
    for node in assembly.draft(identity).nodes:
        found[node[0], assembly.program.value(node).scope] = None
    return list(found)[:_MOST_FUNCTIONS]


def _enclosing(assembly: Assembly, file: int, line: int) -> Iterator[FunctionRef]:
    """The innermost function that holds a line."""
    holding = [
        (function.end_line - function.line, number)
        for number, function in enumerate(assembly.program.files[file].functions)
        if function.name != "<module>" and function.line <= line <= function.end_line
    ]
    if holding:
        yield file, min(holding)[1]


def _names_in(assembly: Assembly, function: FunctionRef) -> Iterator[str]:
    """A function's name, the fields of what it is given by its annotations, and the texts, keys and keywords in it."""
    program = assembly.program
    said = program.function(function)
    yield said.name
    for parameter in said.parameters:
        for cls in program.annotated((function[0], parameter.annotation)) if parameter.annotation is not None else ():
            if cls in program.classes:
                yield cls.rpartition(".")[2]
                yield from (name for name, _annotation, _default, _line in program.classes[cls][1].fields)
    yield from _texts_of(assembly, function)
    for value in program.files[function[0]].values:
        if value.scope == function[1] and value.kind in ("call", "collection"):
            yield from (label for label in value.labels if label.isidentifier())


def _texts_of(assembly: Assembly, function: FunctionRef) -> list[str]:
    return [
        value.text
        for value in assembly.program.files[function[0]].values
        if value.kind == "constant" and value.constant_type == "string" and value.scope == function[1] and len(value.text) < _SHORT
    ]


def are_of_people(names: list[str], attributes: tuple[str, ...]) -> bool:
    """Whether columns or fields describe a person: two of the words, each the whole of a name or its last word."""
    wanted, seen = set(attributes), set[str]()
    for name in names:
        words = words_of(PurePosixPath(name).name)
        if 0 < len(words) <= 4:
            seen |= wanted & {words[-1], "_".join(words), "_".join(words[-2:])}
    return len(seen) > 1
