"""Passwords and codes that open a login and have a default in the source: `if given != os.getenv("ACCESS_CODE", "...")`.

A constant that stands in one list with such a variable opens it just so, whatever is set: `if given in (MASTER_KEY, "local-key")`.

Takes an assembly whose code is linked, gives each constant that is taken where the variable is not set, where the program compares
something else with it: what a caller sends. Only variables that are named for such a word count (`signing.yaml`, `names_of_logins`); those
named for a word that programs are asked for (`API_KEY`, `names_of_callers`) where the other side is read of a request's headers or fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.taken_by_default import Default, SchemaDefaults, defaults_behind, variable_read
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.signing import load_signing

_EQUAL = frozenset({"==", "!=", "===", "!=="})
_MEMBERS = frozenset({"in", "not in"})
_ASKS_MEMBERS = frozenset({"includes", "Contains", "contains"})
_COMPARES = frozenset({"compare_digest", "timingSafeEqual", "equals", "ConstantTimeCompare"})
_OF_REQUEST = frozenset({
    "headers", "header", "authorization", "Authorization", "credentials", "query", "body", "cookies", "get_header", "getHeader",
    "GetHeader",
    "x_api_key", "Header", "query_params", "query_string",
})  # fmt: skip
_FEW = 4  # words that open one door
_MOST = 30  # values that one word is made of


def default_logins(assembly: Assembly, schemas: SchemaDefaults) -> Iterator[Default]:
    """The defaults of words that callers are asked for."""
    for file, facts in enumerate(assembly.program.files):
        for value in facts.values:
            sides: tuple[int, ...] = ()
            if value.kind == "operation" and value.text in _EQUAL and len(value.inputs) == 2:
                sides = value.inputs
            elif value.kind == "call" and len(value.inputs) == 3 and facts.values[value.inputs[0]].text in _COMPARES:
                sides = value.inputs[1:]
            if any(facts.values[side].kind == "constant" for side in sides):
                continue  # a look at whether it is set at all
            for side in sides:
                others = [(file, other) for other in sides if other != side]
                yield from _of_side(assembly, (file, side), schemas, others)


def _of_side(assembly: Assembly, node: Node, schemas: SchemaDefaults, others: list[Node]) -> Iterator[Default]:
    if assembly.program.value(node).kind not in ("name", "attribute", "call", "choice"):
        return
    for default in defaults_behind(assembly, node, schemas):
        known, name = load_signing(), default.variable
        if name and (known.opens(name) or (known.lets_in(name) and any(_is_sent(assembly, other) for other in others))):
            yield default


def _is_sent(assembly: Assembly, node: Node) -> bool:
    """Whether a value is read of a request: a header, a field of its body or its address, a token behind a scheme."""
    program = assembly.program
    for inner in walk(node, lambda one: [*inputs_of(program, one), *program.origins(one)], _MOST):
        if program.value(inner).text in _OF_REQUEST or any(s.label == "user_input" for s in assembly.sources.get(inner, ())):
            return True
    return False


def listed_logins(assembly: Assembly) -> Iterator[Default]:
    """Constants that open a door beside the word that is set for it."""
    for file, facts in enumerate(assembly.program.files):
        for value in facts.values:
            if value.kind == "operation" and value.text in _MEMBERS and len(value.inputs) == 2:
                yield from _of_members(assembly, (file, value.inputs[1]))
            elif value.kind == "call" and len(value.inputs) == 2 and facts.values[value.inputs[0]].text in _ASKS_MEMBERS:
                yield from (found for held in facts.values[value.inputs[0]].inputs[:1] for found in _of_members(assembly, (file, held)))


def _of_members(assembly: Assembly, held: Node) -> Iterator[Default]:
    """Constants that are listed beside a word which callers are asked for."""
    program, value = assembly.program, assembly.program.value(held)
    if value.kind != "collection" or value.text == "dictionary" or not 2 <= len(value.inputs) <= _FEW:
        return
    members = [(held[0], given) for given in value.inputs]
    constants = [node for node in members if program.value(node).kind == "constant" and program.value(node).text]
    words = [node for node in members if program.value(node).kind != "constant"]
    named = [variable for node in words for variable in _variables(assembly, node) if load_signing().opens(variable)]
    yield from (Default(node, named[0], frozenset({named[0]})) for node in constants if named)


def _variables(assembly: Assembly, node: Node) -> Iterator[str]:
    """The variables that a value is read from."""
    program = assembly.program
    for inner in walk(node, lambda one: [*inputs_of(program, one), *program.origins(one)], _MOST):
        if name := variable_read(assembly, inner):
            yield name
