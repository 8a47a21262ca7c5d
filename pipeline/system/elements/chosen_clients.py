"""Arguments of tools that choose one of the operator's own clients: `CLIENTS[account].delete_messages(...)`.

Takes an assembly, the function of a tool and one of its parameters. Where the parameter, as it is or in another case, picks an entry out of
a table of the process that was filled from its environment or its settings, and methods of the entry are called, the argument is the label
of a session that the operator has set up: whoever uses the server has all of them. Entries that are handed back, records that lie in the
program, are not looked at as sessions; a table that a database fills is missed as one.
"""

from __future__ import annotations

import re
from typing import Literal

from ingest.code.program import FunctionRef, Node
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import load_words, mentions

_CASES = frozenset({"lower", "upper", "strip", "casefold", "trim", "toLowerCase", "toUpperCase", "str", "String"})
_TAKES = frozenset({"get", "at"})
_SET_UP = re.compile(
    r"^(?:os\.(?:environ\b|getenv)|(?:globalThis\.)?process\.env\b|go:os\.(?:Getenv|LookupEnv))"
    r"|^(?:json|yaml|toml|tomllib|tomli)\.(?:load|loads|safe_load)$|^dotenv\.|pydantic_settings\."
)
_SAME = frozenset({"guarded", "choice", "await"})
_DEEPEST = 4
_MOST = 400  # values behind a parameter that are looked at

Done = Literal["", "used", "handed back"]
"""What is done with a client: its methods are called, or whoever asked for it gets it."""


def chooses_own_client(assembly: Assembly, function: FunctionRef, parameter: Node, name: str) -> bool:
    """Whether an argument only says which of the operator's own sessions is used."""
    return mentions([name], load_words().own_session) is not None and _chosen(assembly, function, parameter, name, 0) == "used"


def _chosen(assembly: Assembly, function: FunctionRef, parameter: Node, name: str, depth: int) -> Done:
    """What is done in a function with the client that a label takes out of a table; nothing where it takes none."""
    file, values = parameter[0], assembly.program.files[parameter[0]].values
    label, found = {parameter[1]} if _is_called(assembly, function, parameter, name) else set[int](), list[Done]()
    for identity in range(parameter[1] + 1, min(len(values), parameter[1] + _MOST)):
        value, made_of = values[identity], label.intersection(values[identity].inputs)
        if value.scope != function[1] or not value.inputs:
            continue
        callee = values[value.inputs[0]]
        table = _table(value, callee, label)
        if _is_still_it(value, callee, label, name, parameter[1]):
            label.add(identity)
        elif table is not None and _is_set_up(assembly, (file, table)):
            found.append(_done(assembly, function, identity))
        elif value.kind == "call" and made_of and depth < _DEEPEST:
            inner = _looked_up(assembly, (file, identity), label, depth)
            found.append(_done(assembly, function, identity) if inner == "handed back" else inner)
    return "used" if "used" in found else "handed back" if "handed back" in found else ""


def _is_still_it(value: Value, callee: Value, label: set[int], name: str, parameter: int) -> bool:
    """Whether a value is the label as it was, in another case, or taken out of the one object that arguments come in."""
    match value.kind:
        case "attribute":
            return value.text == name and value.inputs[0] == parameter
        case "choice":
            return not label.isdisjoint(value.inputs)
        case "call":
            return callee.text in _CASES and not label.isdisjoint((*value.inputs[1:], *callee.inputs))
    return value.kind in _SAME and value.inputs[0] in label


def _is_called(assembly: Assembly, function: FunctionRef, parameter: Node, name: str) -> bool:
    return any(one.name == name for one in assembly.program.function(function).parameters if one.value == parameter[1])


def _table(value: Value, callee: Value, label: set[int]) -> int | None:
    """What an entry is taken out of by the label: `CLIENTS[account]`, `clients.get(account)`."""
    if value.kind == "index":
        return value.inputs[0] if len(value.inputs) > 1 and value.inputs[1] in label else None
    taken = value.kind == "call" and callee.kind == "attribute" and callee.text in _TAKES
    return callee.inputs[0] if taken and value.inputs[1:2] and value.inputs[1] in label else None


def is_used(assembly: Assembly, function: FunctionRef, parameter: Node) -> bool:
    """Whether anything is made of a parameter; one that is only taken says nothing. Of a body that is not there, nothing is known."""
    values = assembly.program.files[parameter[0]].values
    behind = range(parameter[1] + 1, len(values))
    return not assembly.calls_in(function) or any(parameter[1] in values[identity].inputs for identity in behind)


def _done(assembly: Assembly, function: FunctionRef, taken: int) -> Done:
    """What a function does with what was taken out: methods of it are called, or it is called itself; or the caller gets it."""
    file, declared = function[0], assembly.program.function(function)
    held, values = {taken}, assembly.program.files[file].values
    for identity in range(taken + 1, min(len(values), taken + _MOST)):
        value = values[identity]
        if value.scope != function[1] or not value.inputs:
            continue
        if value.kind in _SAME and value.inputs[0] in held:
            held.add(identity)
        elif value.kind == "call":
            callee = values[value.inputs[0]]
            if value.inputs[0] in held or (callee.kind == "attribute" and callee.inputs[0] in held):
                return "used"
    return "handed back" if held.intersection(declared.returns) else ""


def _looked_up(assembly: Assembly, call: Node, label: set[int], depth: int) -> Done:
    """What a function of the project does with the client, or gives back: `client = client_of(account)`."""
    program, given, found = assembly.program, assembly.program.value(call).inputs, list[Done]()
    for target in program.targets(call):
        parameters = program.function(target.function).parameters
        for position, arguments in program.bind(call, target).items():
            if any(given[argument] in label for argument in arguments) and position < len(parameters):
                inner = (target.function[0], parameters[position].value)
                found.append(_chosen(assembly, target.function, inner, parameters[position].name, depth + 1))
    return "used" if "used" in found else "handed back" if "handed back" in found else ""


def _is_set_up(assembly: Assembly, table: Node) -> bool:
    """Whether a table is a variable of a module that is filled from the environment or from a file of settings."""
    program, value = assembly.program, assembly.program.value(table)
    while value.kind in _SAME:
        table = (table[0], value.inputs[0])
        value = program.value(table)
    if value.kind not in ("name", "attribute"):
        return False
    made = program.lookup(table[0], value.text)[0] if value.kind == "name" else program.origins(table)
    return any(
        program.function((node[0], program.value(node).scope)).name == "<module>" and _reads_settings(assembly, node) for node in made
    )


def _reads_settings(assembly: Assembly, node: Node) -> bool:
    program = assembly.program

    def made_of(current: Node) -> list[Node]:
        value = program.value(current)
        kept = program.lookup(current[0], value.text)[0] if value.kind == "name" and current != node else ()
        return [*inputs_of(program, current), *(other for other in kept if other != current)]

    for current in walk(node, made_of, _MOST):
        value = program.value(current)
        if value.kind in ("name", "attribute", "call") and any(map(_SET_UP.search, program.names(current))):
            return True
        for target in program.targets(current) if value.kind == "call" else ():
            for inner in assembly.calls_in(target.function):
                called = (inner[0], program.value(inner).inputs[0])
                if any(map(_SET_UP.search, program.names(called))) or callee_text(assembly, inner) in ("getenv", "Getenv"):
                    return True
    return False
