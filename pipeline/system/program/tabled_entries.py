"""Entries that a loop registers for each entry of a table: which function, under which name.

Takes a registering call with the rounds of its loop and the rule that knows it. A function of the table is handed over itself, or a
function written on the spot runs it: then what stands in the table is the entry, as each has its own, and its parameters are what comes
from outside, where they are not what the framework hands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.model import Label
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.program.tabled import Row, behind_closure, functions_in_round, in_round, own_name, text_in_round
from pipeline.system.rules.framework import DecoratorRule

_TOOLS = frozenset({"tool", "mcp_tool"})
_MANY = 60
_HANDLER = "handler"


@dataclass(frozen=True, slots=True)
class Tabled:
    """The entry that one round of a loop registers."""

    function: FunctionRef
    rule: DecoratorRule
    named: str
    row: Row
    through: FunctionRef | None = None  # the function that is registered in all rounds, and runs it


def tabled_entries(program: Program, call: Node, rule: DecoratorRule, rows: Sequence[Row]) -> list[Tabled]:
    """The entries of all rounds; none where the rounds do not differ in what they run."""
    found = [one for row in rows for one in _of_row(program, call, rule, row)]
    functions = {one.function for one in found}
    return found if len(functions) > 1 or len(found) == len(rows) == 1 else []


def handed_over(program: Program, call: Node, wanted: str, rows: Sequence[Row]) -> Iterator[FunctionRef]:
    """The functions of a table that are themselves handed to a registering call: the handler, and what runs before it."""
    for row in rows:
        given = _argument(program, call, wanted, row)
        yield from _direct(program, given, row) if given is not None else ()
        for position in program.value(call).inputs[1:]:
            held = in_round(program, (call[0], position), row)
            for one in program.elements(held) if held is not None and program.value(held).kind == "collection" else ():
                yield from (reference for name in program.names(one) for reference in program.functions.get(name, ()))


def _of_row(program: Program, call: Node, rule: DecoratorRule, row: Row) -> list[Tabled]:
    given = _argument(program, call, rule.function_argument, row)
    if given is None:
        return []
    said = _argument(program, call, rule.name_from, row) if rule.name_from is not None else None
    text = (text_in_round(program, said, row) if said is not None else None) or own_name(program, row)
    direct = _direct(program, given, row)
    if direct:
        return [Tabled(reference, rule, text, row) for reference in direct]
    found: list[Tabled] = []
    for closure in _closures(program, given):
        for reference, ran in behind_closure(program, closure, row):
            if reference != closure and all(one.function != reference for one in found):
                found.append(Tabled(reference, _inner_rule(program, rule, closure, reference, ran), text, row, closure))
    return found


def _argument(program: Program, call: Node, wanted: str, row: Row) -> Node | None:
    """An argument of a registering call, also where an entry of the table is the list of them: `bot.command(...entry)`."""
    value = program.value(call)
    if "*" in value.labels and (wanted == "-1" or wanted.isdigit()):
        given = [(call[0], one) for one in value.inputs[1:]]
        if len(given) == 1 and program.value(row.value).kind == "collection":
            spread = [(row.value[0], one) for one in program.value(row.value).inputs]
            return spread[int(wanted)] if spread and int(wanted) < len(spread) else None
    if wanted == "-1":
        positions = argument_positions(value, wanted)
        return (call[0], value.inputs[positions[0]]) if positions else None
    return argument_node(program, call, wanted)


def _direct(program: Program, given: Node, row: Row) -> list[FunctionRef]:
    value = program.value(given)
    if given[0] == row.value[0] and given[1] in program.value(row.value).inputs:  # out of a list of arguments
        return [
            reference
            for one in (given, *program.origins(given))
            for name in program.names(one)
            for reference in program.functions.get(name, ())
        ][:1]
    if value.kind == "function":
        return []
    if value.kind == "collection" and _HANDLER in value.labels:
        return _direct(program, (given[0], value.inputs[value.labels.index(_HANDLER)]), row)
    return functions_in_round(program, given, row)


def _closures(program: Program, given: Node) -> Iterator[FunctionRef]:
    value = program.value(given)
    if value.kind == "function":
        yield from program.functions.get(value.text, ())[:1]
    elif value.kind == "collection" and _HANDLER in value.labels:
        yield from _closures(program, (given[0], value.inputs[value.labels.index(_HANDLER)]))
    elif value.kind == "call":  # caught(async (req, res) => route.run(req, res))
        for inner in value.inputs[1:]:
            if program.value((given[0], inner)).kind == "function":
                yield from _closures(program, (given[0], inner))


def _inner_rule(program: Program, rule: DecoratorRule, closure: FunctionRef, inner: FunctionRef, call: Node) -> DecoratorRule:
    """The rule for a function that runs inside the registered one: which of its parameters are made of the request."""
    label: Label = rule.parameters or ("tool_arguments" if rule.kind in _TOOLS else "user_input")
    parameters = {(closure[0], one.value): at for at, one in enumerate(program.function(closure).parameters)}
    value, offset = program.value(call), 1 if program.function(inner).owner is not None else 0
    runs = any(target.function == inner for target in program.targets(call))
    if not runs:  # a step of a template, or handed on to what runs it
        return rule.model_copy(update={"parameters": label, "parameters_at": (), "receives": {}})
    made, typed = list[int](), False
    for position, given in enumerate(value.inputs[1:]):
        node = (call[0], given)
        if str(parameters.get(node, -1)) in rule.receives:
            typed = True
        elif _comes_from(program, node, set(parameters)):
            made.append(position + offset)
    if not made:
        return rule.model_copy(update={"parameters": None if typed else label, "parameters_at": (), "receives": {}})
    return rule.model_copy(update={"parameters": label, "parameters_at": tuple(made), "receives": {}})


def _comes_from(program: Program, node: Node, parameters: set[Node]) -> bool:
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _MANY:
        current = queue.pop()
        if current in parameters:
            return True
        if current not in seen:
            seen.add(current)
            queue += [(current[0], given) for given in program.value(current).inputs]
    return False
