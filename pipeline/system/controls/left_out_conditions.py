"""Conditions of a written search that fall away where nobody is named: `if (groups.length > 0) where += " AND team = ANY($3)"`.

Takes an assembly whose tables of vectors are known and the functions that requests, pages and tools lead to; gives the searches whose
statement asks whose a row is on one side of a test alone, where what is tested is a parameter that some call leaves out, or for which it
passes nothing: no value, an empty list, or what a function gives back for a caller that it does not know. Nobody's groups mean everybody's
rows there.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.elements.handed_statements import STATEMENT
from pipeline.system.elements.vector_tables import asks_whose_rows, written
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, inside, passed_by, walk

_MOST_PARTS, _MOST_CALLERS = 80, 40


def searches_without_condition(assembly: Assembly, reached: Set[FunctionRef]) -> Iterator[tuple[str, Node]]:
    """Stores, each with a search of it that asks nobody whose it is where nobody is named."""
    for site in assembly.sites.calls:
        store = assembly.element_of_call.get(site.node)
        function = (site.node[0], assembly.program.value(site.node).scope)
        searches = site.rule.kind == "vector_store" and "index_query" in site.rule.sinks.values()
        if store is None or not searches or function not in reached:
            continue
        given = argument_node(assembly.program, site.node, STATEMENT, site.skip)
        if given is not None and any(_falls_away(assembly, function, part, reached) for part in _parts(assembly.program, given)):
            yield store, site.node


def _parts(program: Program, node: Node) -> Iterator[Node]:
    def onward(current: Node) -> list[Node]:
        origins = [one for one in program.origins(current) if one != current] if program.value(current).kind == "name" else []
        return [*inputs_of(program, current), *(one for one in origins if one[0] == node[0])]

    return walk(node, onward, _MOST_PARTS)


def _falls_away(assembly: Assembly, function: FunctionRef, part: Node, reached: Set[FunctionRef]) -> bool:
    """Whether a part of a statement is either a condition that asks whose a row is, or one that does not, by a test of who was named."""
    program, value = assembly.program, assembly.program.value(part)
    sides = inputs_of(program, part)
    if value.kind != "choice" or len(sides) < 2:
        return False
    asking = [side for side in sides if asks_whose_rows(written(program, side))]
    bare = [side for side in sides if (text := written(program, side)) and "{}" not in text and not asks_whose_rows(text)]
    for branch in program.files[part[0]].branches if asking and bare else ():
        if branch.scope != function[1] or not any(branch.side(side[1]) is not None for side in asking):
            continue
        tested = {one for one in inside(program, (part[0], branch.condition), _MOST_PARTS) if program.value(one).kind == "parameter"}
        if any(_may_be_nobody(assembly, function, one, reached) for one in sorted(tested)):
            return True
    return False


def _may_be_nobody(assembly: Assembly, function: FunctionRef, parameter: Node, reached: Set[FunctionRef]) -> bool:
    """Whether a call that is reached passes nothing for a parameter."""
    program = assembly.program
    place = program.parameter_of(parameter)
    if place is None or place[0] != function:
        return False
    default = program.function(function).parameters[place[1]].default
    optional = default is not None and program.value((function[0], default)).constant_type == "none"
    for call in program.callers(function)[:_MOST_CALLERS]:
        if (call[0], program.value(call).scope) not in reached:
            continue
        given = passed_by(program, call, place)
        if (not given and optional) or any(_is_nothing(program, one) for one in given):
            return True
    return False


def _is_nothing(program: Program, node: Node, depth: int = 0) -> bool:
    value = program.value(node)
    if value.kind == "constant":
        return value.constant_type == "none" or value.text == ""
    if value.kind == "collection":
        return not value.inputs and value.text in ("list", "tuple", "set")
    if value.kind in ("guarded", "await", "choice"):
        return any(_is_nothing(program, one, depth) for one in inputs_of(program, node)[: 1 if value.kind == "guarded" else None])
    if value.kind != "call" or depth > 1:
        return False
    returned = ((t.function[0], one) for t in program.targets(node) if not t.constructs for one in program.function(t.function).returns)
    return any(_is_nothing(program, one, depth + 1) for one in returned)
