"""Records that were found by their number and their owner before a statement opens them by the number alone.

Takes an assembly, a statement that compares no owner, the program's other statements and the functions that run with it; says whether one
of these asked whose the record is: earlier where both stand in one function, with a test that leaves where nothing was found, or a call
that fails by itself. A list of one's own records, which compares no number, finds none of them first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.controls.owned_statements import NUMBER, Statement

_FAILS = re.compile(r"OrThrow$|OrFail$|^get_?object_or_404$|^aget_object_or_404$|^get_one$|^one$|^First(?:Async)?$|^Single(?:Async)?$")
_KEY = re.compile(r"_?(?:id|uuid|key|number)$", re.IGNORECASE)


def is_found_first(assembly: Assembly, statement: Statement, every: Iterable[Statement], functions: Set[FunctionRef]) -> bool:
    """Whether the record of a statement was found among those of its owner before."""
    wanted = {statement.table, *(whole for column in statement.compared if (whole := _KEY.sub("", column)))}
    return any(
        found.is_owned
        and found.table in wanted
        and any(NUMBER.fullmatch(column) for column in found.compared - found.owners - found.of_caller)
        and _scope(assembly, found.call) in functions
        and _runs_before(assembly, found.call, statement.call)
        and _leaves_without(assembly, found.call)
        for found in every
    )


def _scope(assembly: Assembly, node: Node) -> FunctionRef:
    return (node[0], assembly.program.value(node).scope)


def _runs_before(assembly: Assembly, first: Node, later: Node) -> bool:
    return _scope(assembly, first) != _scope(assembly, later) or first[1] < later[1]


def _leaves_without(assembly: Assembly, call: Node) -> bool:
    """Whether the program goes no further where a statement found nothing."""
    program, facts = assembly.program, assembly.program.files[call[0]]
    callee = program.value((call[0], program.value(call).inputs[0]))
    if _FAILS.search(callee.text):
        return True
    scope = program.value(call).scope
    left = ((call[0], branch.condition) for branch in facts.branches if branch.scope == scope and branch.exits_when)
    return any(call in parts(assembly, condition) for condition in left)
