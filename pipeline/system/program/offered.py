"""The functions behind what a file offers to a framework: itself, a member of an object, or what a call was given that makes it.

Takes a value that stands under an exported name and the rule that looks for it, gives the project's functions. A function that makes the
handler later (`defineLazyEventHandler`) is not the handler: what it returns is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.rules.framework import DecoratorRule

_HANDLER = "handler"  # among options: `defineEventHandler({ onRequest: [...], handler: ask })`
_LATER = "lazyeventhandler"
_DEEPEST = 5
_ANY = "*"


def offered_functions(program: Program, node: Node, rule: DecoratorRule) -> Iterator[FunctionRef]:
    """Functions that a framework calls for what is offered."""
    if rule.members:
        found = _members(program, node, rule.members)
    else:
        found = _named(program, node)
        if not found and rule.in_calls:
            found = list(_in_calls(program, node, 0))
    for reference in dict.fromkeys(found):
        if _takes(program, reference, rule):
            yield reference


def _named(program: Program, node: Node) -> list[FunctionRef]:
    return [reference for name in program.names(node) for reference in program.functions.get(name, ())]


def _members(program: Program, node: Node, wanted: tuple[str, ...]) -> list[FunctionRef]:
    found: list[FunctionRef] = []
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind == "collection":
            for label, given in zip(value.labels, value.inputs, strict=False):
                found += _named(program, (origin[0], given)) if label in wanted or wanted == (_ANY,) else []
        elif value.kind == "class":
            found += [method for name in wanted if (method := program.method(value.text, name)) is not None]
    return found


def _in_calls(program: Program, node: Node, depth: int) -> Iterator[FunctionRef]:
    """The handler that a call is given, as it is written: what the project's own wrapper makes of it is no handler of its own."""
    if depth >= _DEEPEST:
        return
    for origin in (node,) if program.value(node).kind == "call" else program.origins(node):
        value = program.value(origin)
        if value.kind == "function":
            yield from program.functions.get(value.text, ())
        elif value.kind == "collection" and _HANDLER in value.labels:
            yield from _in_calls(program, (origin[0], value.inputs[value.labels.index(_HANDLER)]), depth + 1)
        elif value.kind == "call":
            found = [one for given in value.inputs[1:] for one in _in_calls(program, (origin[0], given), depth + 1)]
            if any(name.lower().endswith(_LATER) for name in program.callee_names(origin)):
                returned = [(one[0], given) for one in found for given in program.function(one).returns]
                found = [one for given in returned for one in _in_calls(program, given, depth + 1)]
            yield from found


def _takes(program: Program, reference: FunctionRef, rule: DecoratorRule) -> bool:
    """Whether a function's first parameters are called as the framework's are, where that tells them apart."""
    if not rule.takes:
        return True
    function = program.function(reference)
    names = [one.name for one in function.parameters if one.name != "self" or function.owner is None]
    return len(names) >= len(rule.takes) and all(re.fullmatch(one, name) for one, name in zip(rule.takes, names, strict=False))
