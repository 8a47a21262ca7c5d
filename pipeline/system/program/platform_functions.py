"""Functions that a platform calls, which is told their names outside of the code: by what they take and read of it.

`def handler(event, context)` that reads `event["body"]` answers requests; one that reads `event["Records"]` takes what a queue or a
bucket brings. A function of this form that reads nothing of the kind is called by nobody that is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.rules.framework import DecoratorRule
from pipeline.system.rules.knowledge import FrameworkIndex

_GENERAL = frozenset({"index", "main", "app", "handler", "lambda_function", "function", "lambda", "__init__"})
_READS_ENTRY = frozenset({"get", "pop"})
_DEEPEST = 2  # functions that an event is handed on to


def platform_functions(program: Program, index: FrameworkIndex, file: int) -> Iterator[tuple[FunctionRef, DecoratorRule, str, Node, str]]:
    """Function, rule, framework, where the function stands, and its name, with its file's or folder's in front."""
    facts = program.files[file]
    for number, function in enumerate(facts.functions):
        if function.parent != 0 or function.owner is not None or not function.parameters:
            continue
        read: frozenset[str] | None = None
        for pattern, wanted, known in index.taking:
            names = [parameter.name for parameter in function.parameters]
            if len(names) < len(wanted) or not pattern.search(facts.path):
                continue
            if not all(one.fullmatch(name) for one, name in zip(wanted, names, strict=False)):
                continue
            read = _read_of(program, (file, function.parameters[0].value), 0) if read is None else read
            if read & set(known.rule.reads):
                marker = (file, function.parameters[0].value)
                yield (file, number), known.rule, known.framework, marker, f"{_place(facts.path)}.{function.name}"
                break


def _read_of(program: Program, event: Node, depth: int) -> frozenset[str]:
    """Entries that are read of an event, also by functions of the program that it is handed to."""
    file, facts = event[0], program.files[event[0]]
    found: set[str] = set()
    for identity, value in enumerate(facts.values):
        if event[1] not in value.inputs:
            continue
        if value.kind in ("index", "attribute") and value.inputs[0] == event[1]:
            found.add(value.text)
            found |= {inner.text for inner in facts.values if inner.kind in ("index", "attribute") and inner.inputs[0] == identity}
        elif value.kind == "call" and depth < _DEEPEST:
            position = value.inputs.index(event[1]) - 1
            for name in program.callee_names((file, identity)):
                for reference in program.functions.get(name, ()):
                    parameters = program.function(reference).parameters
                    if 0 <= position < len(parameters):
                        found |= _read_of(program, (reference[0], parameters[position].value), depth + 1)
    for value in facts.values:
        if value.kind == "call" and len(value.inputs) > 1:
            callee = facts.values[value.inputs[0]]
            if callee.kind == "attribute" and callee.text in _READS_ENTRY and callee.inputs[0] == event[1]:
                found.add(facts.values[value.inputs[1]].text)
    return frozenset(found)


def _place(path: str) -> str:
    """What tells functions of one name apart: the file, or the folder of a file whose name says nothing."""
    pure = PurePosixPath(path)
    return pure.parent.name if pure.stem in _GENERAL and pure.parent.name else pure.stem
