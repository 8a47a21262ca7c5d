"""Commands that are records of a description and a function: `{ data: new SlashCommandBuilder().setName("ask"), execute }`.

Takes a file of a program and the rules that know what describes commands; gives the function that stands beside such a description, in a
record or as an export of the same file, with its name. Which code finds the record later, by the name that somebody typed, does not
matter: mostly it reads a folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.rules.framework import DecoratorRule

_NAMES = "setName"
_DATA = "data"
_LINKS = 40  # of a chain that describes


def described_commands(program: Program, file: int, rule: DecoratorRule) -> Iterator[tuple[FunctionRef, Node, str]]:
    """Functions of described commands, each with the description and its name."""
    facts = program.files[file]
    for value in facts.values:
        if value.kind != "collection" or value.text != "dictionary" or not any(label in rule.members for label in value.labels):
            continue
        held = dict(zip(value.labels, value.inputs, strict=False))
        told = next(
            (one for label, given in held.items() if label not in rule.members and (one := _told(program, (file, given), rule))), None
        )
        if told is None:
            continue
        for label in rule.members:
            if label in held:
                yield from ((reference, told[0], told[1]) for reference in _functions(program, (file, held[label])))
    for given in facts.variables.get(_DATA, ()):
        told = _told(program, (file, given), rule)
        if told is None:
            continue
        for number, function in enumerate(facts.functions):
            if (
                function.name in rule.members
                and function.owner is None
                and function.qualified_name.count(".") <= 1 + facts.module.count(".")
            ):
                yield (file, number), told[0], told[1]


def _told(program: Program, node: Node, rule: DecoratorRule) -> tuple[Node, str] | None:
    """The description that a value is, and the name that it gives."""
    for origin in program.origins(node):
        current, name = origin, ""
        for _link in range(_LINKS):
            value = program.value(current)
            if value.kind != "call":
                break
            callee = (current[0], value.inputs[0])
            if any(one in rule.described_by for one in program.names(callee)):
                return origin, f"/{name}" if name else ""
            inner = program.value(callee)
            if inner.kind != "attribute":
                break
            if inner.text == _NAMES and len(value.inputs) == 2:
                name = str(program.constant((current[0], value.inputs[1])) or "")
            current = (current[0], inner.inputs[0])
    return None


def _functions(program: Program, node: Node) -> list[FunctionRef]:
    return [reference for name in program.names(node) for reference in program.functions.get(name, ())][:1]
