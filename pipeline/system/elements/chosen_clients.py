"""Arguments of tools that choose one of the operator's own clients: `CLIENTS[account].delete_messages(...)`.

Takes an assembly, the function of a tool and one of its parameters. Where the parameter, as it is or in another case, picks an entry out of
a table or a list of the process that was filled from its environment or its settings, and methods of the entry are called or a credential
of it is used, the argument is the label of a session that the operator has set up: whoever uses the server has all of them. So it is where
an object fills the table as it is made, without being given anything. Entries that are handed back, records that lie in the program, are
not looked at as sessions; a table that a database fills is missed as one.
"""

from __future__ import annotations

import re
from typing import Literal

from ingest.code.program import FunctionRef, Node
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.signing import load_signing
from pipeline.system.rules.words import load_words, mentions

_CASES = frozenset({"lower", "upper", "strip", "casefold", "trim", "toLowerCase", "toUpperCase", "str", "String"})
_TAKES = frozenset({"get", "at"})
_PUTS = frozenset({"set", "put", "add", "Add"})
_FINDS = frozenset({"find", "First", "FirstOrDefault", "first", "firstOrNull", "Single", "SingleOrDefault"})
_EQUAL = frozenset({"==", "===", "equals"})
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
        elif table is not None and (_is_set_up(assembly, (file, table)) or _is_filled_at_start(assembly, (file, table))):
            found.append(_done(assembly, function, identity))
        elif (entry := _picked(assembly, (file, identity), label)) is not None and _is_set_up(assembly, (file, entry[0])):
            found.append(_done(assembly, function, entry[1]))
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


def _picked(assembly: Assembly, node: Node, label: set[int]) -> tuple[int, int] | None:
    """A list and the entry of it that has the label: `accounts.find(a => a.name === account)`, or a loop that compares each."""
    program, values = assembly.program, assembly.program.files[node[0]].values
    value = values[node[1]]
    if value.kind == "call" and values[value.inputs[0]].kind == "attribute" and values[value.inputs[0]].text in _FINDS:
        tests = {one[1] for given in value.inputs[1:] for one in program.functions.get(values[given].text, ()) if one[0] == node[0]}
        compared = (one for one in values if one.scope in tests and one.kind == "operation" and one.text in _EQUAL)
        return (values[value.inputs[0]].inputs[0], node[1]) if any(label.intersection(one.inputs) for one in compared) else None
    if value.kind == "operation" and value.text in _EQUAL and label.intersection(value.inputs):
        for given in value.inputs:
            base = values[given].inputs[0] if values[given].kind in ("attribute", "index") else given
            if given not in label and values[base].kind == "element_of":
                return values[base].inputs[0], base
    return None


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
        elif value.kind in ("attribute", "index") and value.inputs[0] in held and load_signing().is_credential(value.text):
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
    for node in made:
        scope = (node[0], program.value(node).scope)
        if _reads_settings(assembly, node) if program.function(scope).name == "<module>" else _is_read_in(assembly, scope):
            return True
    return False


def _is_read_in(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function reads the environment or settings: what it puts together is made of them."""
    program, facts = assembly.program, assembly.program.files[function[0]]
    nodes = ((function[0], at) for at, value in enumerate(facts.values) if value.scope == function[1])
    return any(
        program.value(node).kind in ("name", "attribute", "call") and any(map(_SET_UP.search, program.names(node))) for node in nodes
    )


def _is_filled_at_start(assembly: Assembly, table: Node) -> bool:
    """Whether an object fills a table of its own as it is made, and is given nothing and asks no database for it."""
    program, value = assembly.program, assembly.program.value(table)
    if value.kind != "attribute":
        return False
    for owner in program.types((table[0], value.inputs[0])):
        for made in program.functions.get(f"{owner}.__init__", ()):
            calls = [call for inner in assembly.reach(made) for call in assembly.calls_in(inner)]
            if len(program.function(made).parameters) > 1 or any(
                assembly.draft(sink.element).kind == "data_store" for call in calls for sink in assembly.sinks.get(call, ())
            ):
                continue
            if any(_puts_into(assembly, call, value.text, made) for call in calls):
                return True
    return False


def _puts_into(assembly: Assembly, call: Node, field: str, made: FunctionRef) -> bool:
    """`this.clients.set(...)`, in what a constructor runs."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    kept = program.value((call[0], callee.inputs[0])) if callee.kind == "attribute" else callee
    return call[0] == made[0] and callee.text in _PUTS and kept.kind == "attribute" and kept.text == field


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
