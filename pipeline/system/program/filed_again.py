"""Tables that are made of the entries of another one, each under the key it had: a copy without some entries.

Takes the call that gives a table's pairs; gives the displays or calls in which the pairs are filed as they are, so that what is known of
one entry stays known: `{k: v for k, v in given.items() if v}`, `Object.fromEntries(Object.entries(given).filter(...))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.code.graph import KEYS
from ingest.code.program import Node, Program

Users = Callable[[Node], Iterable[tuple[int, int]]]
_PAIRS, _FILED = "globalThis.Object.entries", "globalThis.Object.fromEntries"
_MOST_TESTS = 8


def filed_again(program: Program, users: Users, pairs: Node) -> list[Node]:
    """Where the pairs that a call gives are filed under the keys they have."""
    file = pairs[0]
    members = [(file, user) for user, at in users(pairs) if program.value((file, user)).kind == "element_of" and at == 0]
    values = [(file, user) for member in members for user, _at in users(member) if program.value((file, user)).text == "1"]
    found: list[Node] = []
    for value in values:
        tested = value
        for _ in range(_MOST_TESTS):
            using = [((file, user), at) for user, at in users(tested)]
            found += [user for user, at in using if at == 1 and pairs_of(program, user) == pairs]
            further = [user for user, at in using if at == 0 and program.value(user).kind == "guarded"]
            if not further:
                break
            tested = further[-1]
    for called in _and_filtered(program, users, pairs):
        found += [(file, user) for user, at in users(called) if at == 1 and pairs_of(program, (file, user)) == pairs]
    return list(dict.fromkeys(found))


def pairs_of(program: Program, filed: Node) -> Node | None:
    """The call that gave the pairs which are filed here as they are; None where keys or values are others."""
    value = program.value(filed)
    if value.kind == "call" and len(value.inputs) == 2 and _FILED in program.names((filed[0], value.inputs[0])):
        return _unfiltered(program, (filed[0], value.inputs[1]))
    if value.kind != "collection" or value.text != "comprehension" or value.labels != (KEYS, "?"):
        return None
    key, given = _untested(program, (filed[0], value.inputs[0])), (filed[0], value.inputs[1])
    while program.value(given).kind == "guarded" and _is_there(program, given):
        given = (given[0], program.value(given).inputs[0])
    parts = [program.value(key), program.value(given)]
    if [(part.kind, part.text) for part in parts] != [("index", "0"), ("index", "1")] or parts[0].inputs[0] != parts[1].inputs[0]:
        return None
    member = program.value((filed[0], parts[0].inputs[0]))
    call = (filed[0], member.inputs[0]) if member.kind == "element_of" else None
    return call if call is not None and _gives_pairs(program, call) else None


def _gives_pairs(program: Program, call: Node) -> bool:
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0])) if value.kind == "call" else None
    if callee is None:
        return False
    of_object = len(value.inputs) == 2 and _PAIRS in program.names((call[0], value.inputs[0]))
    return of_object or (callee.kind == "attribute" and callee.text == "items" and len(value.inputs) == 1 and not program.targets(call))


def _is_there(program: Program, guarded: Node) -> bool:
    """Whether a test only asks if there is a value: of anything else, the test must be seen on the way."""
    value = program.value(guarded)
    asked = program.value((guarded[0], value.inputs[1]))
    return value.inputs[1] == value.inputs[0] or any(program.value((guarded[0], one)).constant_type == "none" for one in asked.inputs)


def _untested(program: Program, node: Node) -> Node:
    for _ in range(_MOST_TESTS):
        value = program.value(node)
        if value.kind != "guarded":
            break
        node = (node[0], value.inputs[0])
    return node


def _unfiltered(program: Program, node: Node) -> Node | None:
    """The call that gave pairs of which some may have been left out."""
    for _ in range(_MOST_TESTS):
        if _gives_pairs(program, node):
            return node
        value = program.value(node)
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else value
        if callee.kind != "attribute" or callee.text != "filter":
            return None
        node = (node[0], callee.inputs[0])
    return None


def _and_filtered(program: Program, users: Users, pairs: Node) -> list[Node]:
    """The pairs, and what filters leave of them."""
    found, file = [pairs], pairs[0]
    for node in found:
        accesses = [(file, user) for user, at in users(node) if at == 0 and program.value((file, user)).text == "filter"]
        calls = [
            (file, user) for access in accesses for user, at in users(access) if at == 0 and program.value((file, user)).kind == "call"
        ]
        found += [call for call in calls if call not in found][: _MOST_TESTS - len(found)]
    return found
