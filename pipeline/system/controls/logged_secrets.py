"""Credentials that a server writes to its log: by their name, as a part of what is written, or as a field of settings written whole.

Takes an assembly whose entries are known, adds a secret for each line of code that writes one. What is written is followed through texts
that are put together, through names to where they are read, and into objects: settings (pydantic, dataclasses) with a field that is named
for a credential and is of plain text, dictionaries with such an entry, the whole environment. A beginning of a key, its length, whether it
is there, and what a function made of it are none; nor is what a script prints that serves nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.taken_by_default import variable_read
from pipeline.system.elements.server_runs import run_by_a_server
from pipeline.system.flows.log_levels import is_below_level
from pipeline.system.model import AttributeValue
from pipeline.system.program.origins_here import origins_here
from pipeline.system.program.walking import inputs_of, inside, passed_for, walk
from pipeline.system.rules.signing import load_signing
from pipeline.system.rules.words import words_of

_PRINTS = ("builtins.print", "globalThis.console.", "pprint.pprint", "go:fmt.Print", "java.lang.System.out.", "System.Console.Write")
_ASKS = frozenset({"builtins.input", "getpass.getpass"})
_FOR_DEBUGGING = frozenset({"debug", "trace", "verbose", "debugf", "tracef", "debugw", "logdebug", "logtrace"})
_JOINS = frozenset({"format", "choice", "await", "guarded", "collection"})
_ADDS = frozenset({"+", "%"})
# Calls that write out what they are given, or what they are called on.
_WRITES_OUT = frozenset(
    {"str", "repr", "format", "stringify", "dumps", "pformat", "vars", "dict", "asdict", "String", "Sprintf", "inspect"}
)
_OF_ITSELF = frozenset({"model_dump", "model_dump_json", "dict", "json", "copy", "get_secret_value", "toString", "expose_secret", "format"})
_ENVIRONMENT = ("os.environ", "process.env")
_SHOWS = ("__repr__", "__str__", "__repr_args__", "toJSON", "toString")
_DATA = ("pydantic_settings.", "pydantic.BaseSettings", "pydantic.v1.BaseSettings", "pydantic.BaseModel", "pydantic.main.BaseModel")
_TOLD_OF = frozenset({"error", "errors", "err", "schema", "field", "fields", "label", "labels", "labeled", "header", "headers_names"})
_MOST, _DEEPEST, _CALLERS = 40, 3, 8


def add_logged_secrets(assembly: Assembly) -> None:
    """A secret for each line that writes one to a log."""
    calls = [call for file in range(len(assembly.program.files)) for call in _logs(assembly, file)]
    served = run_by_a_server(assembly) if calls else set[FunctionRef]()
    for call in calls:
        function = (call[0], assembly.program.value(call).scope)
        if function not in served or is_below_level(assembly, call) or _asks_there(assembly, function):
            continue
        names = (name for given in inputs_of(assembly.program, call)[1:] if (name := _credential(assembly, given)))
        name = next((name for name in names if not _is_missing_there(assembly, call, name)), None)
        cited = assembly.cite(call, "sink", "is written to a log") if name else None
        if cited is not None:
            facts = assembly.program.files[call[0]]
            attributes: dict[str, AttributeValue] = {"logged": True}
            if _callee(assembly, call).lower() in _FOR_DEBUGGING:
                attributes["debugging"] = True
            assembly.drafts.put("secret", f"{name} in a log of {facts.path}", None, attributes, cited, call, facts.purpose)


def _logs(assembly: Assembly, file: int) -> Iterator[Node]:
    """Calls of a file that write to a log or to the console."""
    facts = assembly.program.files[file]
    for number, value in enumerate(facts.values if facts.purpose != "test" else ()):
        if value.kind == "call" and len(value.inputs) > 1:
            node = (file, number)
            known = any(sink.role == "log" for sink in assembly.sinks.get(node, ()))
            if known or any(name.startswith(_PRINTS) for name in assembly.program.callee_names(node)):
                yield node


def _asks_there(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function asks at the terminal: whoever types reads what it prints."""
    return any(not _ASKS.isdisjoint(assembly.program.callee_names(call)) for call in assembly.calls_in(function))


def _is_missing_there(assembly: Assembly, call: Node, name: str) -> bool:
    """Whether a line is only written where the credential is not there: `if (!user.password) log("none", user.password)`."""
    program, facts = assembly.program, assembly.program.files[call[0]]
    for branch in (facts.branches[number] for number in facts.conditions.get(call[1], ())):
        if branch.side(call[1]) is not True:
            continue
        for node in inside(program, (call[0], branch.condition), _MOST):
            value = program.value(node)
            if value.kind == "operation" and value.text == "not" and program.value((node[0], value.inputs[0])).text == name:
                return True
    return False


def _callee(assembly: Assembly, call: Node) -> str:
    return assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text


# What is written


def _credential(assembly: Assembly, written: Node) -> str | None:
    """The name of a credential that is a part of what is written."""

    def onward(node: Node) -> list[Node]:
        value = assembly.program.value(node)
        if value.kind in _JOINS and value.text != "comprehension":
            return inputs_of(assembly.program, node)
        if value.kind == "operation" and value.text in _ADDS:
            return inputs_of(assembly.program, node)
        return _written_out(assembly, node) if value.kind == "call" else []

    for node in walk(written, onward, _MOST, nearest_first=True):
        if name := _own_name(assembly, node) or _of_entries(assembly, node) or _of_object(assembly, node):
            return name
    return None


def _written_out(assembly: Assembly, call: Node) -> list[Node]:
    value = assembly.program.value(call)
    callee = assembly.program.value((call[0], value.inputs[0]))
    given = inputs_of(assembly.program, call)[1:] if callee.text in _WRITES_OUT else []
    itself = [(call[0], callee.inputs[0])] if callee.text in _OF_ITSELF and callee.kind == "attribute" else []
    return [*itself, *given]


def _own_name(assembly: Assembly, node: Node) -> str | None:
    """What a value is called, or the variable that it is read from, where that is a credential's name."""
    program, value, known = assembly.program, assembly.program.value(node), load_signing()
    if value.kind in ("name", "attribute", "index", "parameter") and known.is_credential(value.text):
        base = program.value((node[0], value.inputs[0])) if value.kind in ("attribute", "index") else value
        told_of = base is not value and base.text.lower() in _TOLD_OF
        return None if told_of or _is_hidden(assembly, node) or _is_constant(assembly, node) else value.text
    for origin in (node, *origins_here(program, node)) if value.kind in ("name", "call", "attribute", "index") else ():
        if known.is_credential(name := variable_read(assembly, origin)):
            return name
    return None


def _of_entries(assembly: Assembly, node: Node) -> str | None:
    """A credential among the entries of a dictionary, written there or kept under a name."""
    program, known = assembly.program, load_signing()
    kind = program.value(node).kind
    for origin in (node, *program.origins(node)) if kind in ("name", "collection", "attribute") else ():
        value = program.value(origin)
        if value.kind == "collection" and value.text == "dictionary":
            for label, given in zip(value.labels, inputs_of(program, origin), strict=False):
                if known.is_credential(label) and (_is_read(assembly, given) or _own_name(assembly, given)):
                    return label
    return None


def _of_object(assembly: Assembly, node: Node) -> str | None:
    """A field of an object that shows all of itself, or the whole environment."""
    value = assembly.program.value(node)
    if value.kind not in ("name", "attribute", "parameter", "call"):
        return None
    if value.kind == "attribute" and any(name.endswith(_ENVIRONMENT) for name in assembly.program.names(node)):
        return "the environment"
    program, owners = assembly.program, set[str]()
    for one in walk(node, lambda one: _handed(assembly, one), _MOST, nearest_first=True):
        owners |= {*(program.types(one) or _called_as(assembly, one))}
    return next((name for owner in sorted(owners) if (name := _field(assembly, owner, 0))), None)


def _called_as(assembly: Assembly, node: Node) -> list[str]:
    """Settings that a parameter is called as, where nothing says what it is given: `settings`, of `Settings`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "parameter" or passed_for(program, node, 1):
        return []
    said = words_of(value.text)
    return [
        name
        for name in sorted(program.classes)
        if words_of(name.rpartition(".")[2]) == said and any(base.startswith(_DATA[:3]) for base in program.outside_bases(name))
    ]


def _handed(assembly: Assembly, node: Node) -> list[Node]:
    """What callers pass for a parameter that says no type."""
    program = assembly.program
    if program.value(node).kind == "parameter":
        return [] if program.types(node) else passed_for(program, node, _CALLERS)
    return [one for one in program.origins(node) if one != node] if program.value(node).kind == "name" else []


def _field(assembly: Assembly, owner: str, depth: int) -> str | None:
    """The field of a class, or of one that it holds, that is a credential in plain text and is shown with the whole."""
    program, known = assembly.program, load_signing()
    if owner not in program.classes or depth > _DEEPEST or any(f"{owner}.{name}" in program.functions for name in _SHOWS):
        return None
    file, cls = program.classes[owner]
    decorated = any(
        "dataclass" in program.value((file, one)).text or "dataclass" in _callee_of(assembly, (file, one)) for one in cls.decorators
    )
    if not decorated and not any(base.startswith(_DATA) for base in program.outside_bases(owner)):
        return None
    for name, annotation, default, _line in cls.fields:
        names = set(program.names((file, annotation))) if annotation is not None else set[str]()
        is_kept = any("Secret" in one for one in names) or (default is not None and _is_not_shown(assembly, (file, default)))
        if known.is_credential(name) and not is_kept:
            return name
        if not is_kept and (
            inner := next((found for one in sorted(names) if one != owner and (found := _field(assembly, one, depth + 1))), None)
        ):
            return inner
    return None


def _callee_of(assembly: Assembly, node: Node) -> str:
    return _callee(assembly, node) if assembly.program.value(node).kind == "call" else ""


def _is_not_shown(assembly: Assembly, default: Node) -> bool:
    """`Field(repr=False)`, `field(repr=False)`."""
    value = assembly.program.value(default)
    shown = [given for label, given in zip(value.labels, value.inputs, strict=False) if label == "repr"] if value.kind == "call" else []
    return any(assembly.program.constant((default[0], given)) is False for given in shown)


def _is_hidden(assembly: Assembly, node: Node) -> bool:
    """Whether a field is of a type that does not show what it holds."""
    program, value = assembly.program, assembly.program.value(node)
    types = {*program.types(node)}
    if value.kind == "attribute":
        for owner in program.types((node[0], value.inputs[0])):
            file, cls = program.classes.get(owner, (0, None))
            types |= {
                name
                for field, annotation, _default, _line in (cls.fields if cls is not None else ())
                if field == value.text and annotation is not None
                for name in program.names((file, annotation))
            }
    return any("Secret" in one for one in types)


def _is_constant(assembly: Assembly, node: Node) -> bool:
    """Whether a name stands for nothing but texts of the source: `API_KEY = "OPENAI_API_KEY"` is the name of a variable."""
    origins = [assembly.program.value(one) for one in assembly.program.origins(node) if one != node]
    return bool(origins) and all(one.kind in ("constant", "collection", "operation") for one in origins)


def _is_read(assembly: Assembly, node: Node) -> bool:
    """Whether a value is read from outside: a variable of the environment, with or without something in its place."""
    program = assembly.program
    parts = walk(node, lambda one: inputs_of(program, one) if program.value(one).kind == "choice" else [], _MOST)
    return any(variable_read(assembly, one) for one in parts)
