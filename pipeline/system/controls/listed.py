"""Tests that say a text is one of what the program itself lists, however they are written, and tests of what type a value is.

`TABLE.get(name) is None`, `!TABLE[name]`, `NAMES.indexOf(name) < 0`, `Object.hasOwn(TABLE, name)`, `NAMES.some((one) => one === name)`.
Takes a condition, how it came out, and a function that says whether an expression is made of the text. What is looked up in must be
written down in the program: a table of what was sent, or of what is open at the moment, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.code.graph import KEYS
from ingest.code.plain_types import PLAIN_TYPES
from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.closed_lists import is_open
from pipeline.system.flows.made_of import callee_text, made_of

Leads = Callable[[Node], bool]
_EQUAL = {"==": True, "===": True, "is": True, "!=": False, "!==": False, "is not": False}
# Comparisons with a position that say the text was found, and whether they hold or fail then.
_FOUND = {(">", "-1"): True, (">=", "0"): True, ("!=", "-1"): True, ("!==", "-1"): True,
          ("==", "-1"): False, ("===", "-1"): False, ("<", "0"): False}  # fmt: skip
_POSITIONS = frozenset({"indexOf", "lastIndexOf", "IndexOf", "findIndex", "Index", "binarySearch"})
_LOOKS_UP = frozenset({"get", "Get", "at", "GetValueOrDefault"})
_OWNS = frozenset({"hasOwn", "hasOwnProperty"})
_TABLES = frozenset({"globalThis.Map", "globalThis.Set", "globalThis.Object.freeze", "types.MappingProxyType"})
# Methods that ask a function of each member: whether the outcome that says yes to one of them is that the call holds.
_SOME = frozenset({"some", "any", "Any", "anyMatch", "find", "FirstOrDefault", "Exists", "exists", "ContainsFunc"})
_NONE = {"noneMatch": True, "every": False, "all": False, "All": False, "allMatch": False}
_NUMBERS = frozenset({"number", "boolean", "bigint"})
_MOST = 12


def is_listed(assembly: Assembly, condition: Node, holds: bool, leads: Leads) -> bool:
    """Whether a test that came out this way says that the text is a key of a table, or a member of a list, of the program."""
    program, value = assembly.program, assembly.program.value(condition)
    if value.kind == "operation" and len(value.inputs) == 2:
        left, right = ((condition[0], given) for given in value.inputs)
        if callee_text(assembly, left) in _POSITIONS:
            found = _FOUND.get((value.text, program.value(right).text))
            return found is not None and found == holds and _is_asked(assembly, left, leads)
        if value.text not in _EQUAL:
            return False
        if program.value(right).constant_type == "none" and _is_lookup(assembly, left, leads):
            return _EQUAL[value.text] != holds
        return _EQUAL[value.text] == holds and (
            (leads(left) and is_member(assembly, right, leads)) or (leads(right) and is_member(assembly, left, leads))
        )
    if value.kind == "call" and callee_text(assembly, condition) in _OWNS | {"call"}:
        return holds and _owns(assembly, condition, leads)
    return holds and _is_lookup(assembly, condition, leads)


def asked_of_members(assembly: Assembly, call: Node, holds: bool) -> Iterator[tuple[Node, bool]]:
    """Conditions that a function asks of each member of a list, of which one came out so: `NAMES.some((one) => one === name)`."""
    name, value = callee_text(assembly, call), assembly.program.value(call)
    if not ((name in _SOME and holds) or (name in _NONE and not holds)) or len(value.inputs) < 2:
        return
    for given in value.inputs[1:]:
        if assembly.program.value((call[0], given)).kind == "function":
            for qualified in assembly.program.names((call[0], given)):
                for reference in assembly.program.functions.get(qualified, ()):
                    yield from (((reference[0], one), _NONE.get(name, True)) for one in assembly.program.function(reference).returns)


def named_in(assembly: Assembly, condition: Node) -> frozenset[Node]:
    """What a condition is made of, functions that it asks of the members of a list included."""
    found = made_of(assembly, condition)
    asked = [
        part
        for call in found
        if assembly.program.value(call).kind == "call"
        for holds in (True, False)
        for part, _outcome in asked_of_members(assembly, call, holds)
    ]
    return found.union(*(made_of(assembly, part) for part in asked)) if asked else found


def is_number(assembly: Assembly, condition: Node, holds: bool, is_it: Leads) -> bool:
    """Whether a test says that the value itself is a number or the like: `isinstance(x, int)`, `typeof x === "number"`."""
    program, value = assembly.program, assembly.program.value(condition)
    if value.kind == "call" and "builtins.isinstance" in program.callee_names(condition) and len(value.inputs) == 3:
        types = program.value((condition[0], value.inputs[2]))
        listed = types.inputs if types.kind == "collection" else (value.inputs[2],)
        names = [program.names((condition[0], one)) for one in listed]
        return holds and is_it((condition[0], value.inputs[1])) and all(found and PLAIN_TYPES.issuperset(found) for found in names)
    if value.kind != "operation" or len(value.inputs) != 2 or _EQUAL.get(value.text) != holds:
        return False
    for one, other in (value.inputs, value.inputs[::-1]):
        asked = program.value((condition[0], one))
        if asked.kind == "operation" and asked.text == "is typeof" and program.constant((condition[0], other)) in _NUMBERS:
            return is_it((condition[0], asked.inputs[0]))
    return False


def is_member(assembly: Assembly, node: Node, leads: Leads) -> bool:
    """Whether a value is a member of a list of the program, as a loop or a lookup through it gives them."""
    program, value = assembly.program, assembly.program.value(node)
    for _ in range(_MOST):  # a field of the member, the same by another name
        if value.kind in ("guarded", "attribute", "index") and value.inputs:
            node = (node[0], value.inputs[0])
        elif value.kind == "parameter" and len(origins := program.origins(node)) == 1 and origins[0] != node:
            node = origins[0]
        else:
            break
        value = program.value(node)
    if value.kind != "element_of":
        return False
    return not leads(node) and _is_written(assembly, (node[0], value.inputs[0]))


def _is_lookup(assembly: Assembly, node: Node, leads: Leads) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "index" and len(value.inputs) == 2 and not value.text:
        table, key = ((node[0], given) for given in value.inputs)
    elif value.kind == "call" and callee_text(assembly, node) in _LOOKS_UP and len(value.inputs) == 2:
        callee = program.value((node[0], value.inputs[0]))
        if callee.kind != "attribute":
            return False
        table, key = (node[0], callee.inputs[0]), (node[0], value.inputs[1])
    else:
        return False
    return leads(key) and not leads(table) and _is_written(assembly, table)


def _is_asked(assembly: Assembly, call: Node, leads: Leads) -> bool:
    """`NAMES.indexOf(name)`: whether a list is asked for the text, and not the text for a part."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    given = [(call[0], one) for one in value.inputs[1:]]
    if callee.kind == "attribute" and callee.text == "Index" and len(given) == 2:  # Go asks a package: `slices.Index(names, name)`
        return leads(given[1]) and not leads(given[0]) and _is_written(assembly, given[0])
    if callee.kind != "attribute" or not given:
        return False
    base = (call[0], callee.inputs[0])
    return leads(given[0]) and not leads(base) and _is_written(assembly, base)


def _owns(assembly: Assembly, call: Node, leads: Leads) -> bool:
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    given = [(call[0], one) for one in value.inputs[1:]]
    if callee.kind != "attribute":
        return False
    base = (call[0], callee.inputs[0])
    if callee.text == "call" and program.value(base).text not in _OWNS:  # `Object.prototype.hasOwnProperty.call(TABLE, name)`
        return False
    table, key = (base, given[0]) if len(given) == 1 else (given[0], given[1]) if len(given) == 2 else (base, base)
    return leads(key) and not leads(table) and _is_written(assembly, table)


def _is_written(assembly: Assembly, table: Node) -> bool:
    """Whether a table or a list is written down in the program, and no request fills it."""
    program = assembly.program
    origins = program.origins(table)
    if not origins or len(origins) > _MOST or is_open(assembly, table):
        return False
    for origin in origins:
        value = program.value(origin)
        for _ in range(_MOST):
            if value.kind == "update" and len(begun := program.origins((origin[0], value.inputs[0]))) == 1:
                origin, value = begun[0], program.value(begun[0])
        names = program.callee_names(origin) if value.kind == "call" else ()
        if value.kind == "collection" and value.text == "comprehension" and KEYS not in value.labels:
            return False
        if value.kind != "collection" and _TABLES.isdisjoint(names):
            return False
    return True
