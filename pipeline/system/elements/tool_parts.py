"""Tools that are parts of one function: the cases of a switch over names, each with its own values, calls and ways.

Takes an assembly whose entries say which values of a dispatching function are whose (`EntrySite.part`), answers what of the function,
and of what it reaches, is one tool's. What stands before the cases and in functions beside them belongs to all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import RETURNED, Hit
from pipeline.system.model import Evidence
from pipeline.system.program.cases import cases_of, part_of


def entries(assembly: Assembly) -> Iterator[tuple[FunctionRef, str]]:
    """Functions and their elements, in order; a function of several tools comes once for each."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        for one in sorted(assembly.parts.get(reference, {})) or [identity]:
            yield reference, one


def calls_of(assembly: Assembly, reference: FunctionRef, identity: str) -> list[Node]:
    """The calls of a tool's function that are this tool's."""
    part = assembly.parts.get(reference, {}).get(identity)
    return [call for call in assembly.calls_in(reference) if part is None or part[0] <= call[1] < part[1]]


def reach_of(assembly: Assembly, reference: FunctionRef, identity: str) -> Collection[FunctionRef]:
    """The functions that a tool runs."""
    if identity not in assembly.parts.get(reference, {}):
        return assembly.reach(reference)
    called = [target.function for call in calls_of(assembly, reference, identity) for target in assembly.program.targets(call)]
    return {reference, *(inner for function in called for inner in assembly.reach(function))}


def is_way_of(assembly: Assembly, identity: str, hit: Hit) -> bool:
    """Whether a way from a tool's arguments can be that tool's: it passes no value of another case."""
    for reference, parts in assembly.parts.items():
        own = parts.get(identity)
        if own is None:
            continue
        cases = [*parts.values(), *_handing_on(assembly, reference)]
        for file, value in (*hit.trace, hit.call) if hit.argument != RETURNED else hit.trace:
            if file == reference[0] and not own[0] <= value < own[1] and any(start <= value < end for start, end in cases):
                return False
    return True


def _handing_on(assembly: Assembly, reference: FunctionRef) -> tuple[tuple[int, int], ...]:
    """All cases of a dispatching function: also those that hand on to a function, which is the tool then."""
    known = assembly.memo.cases.get(reference)
    if known is None:
        cases = list(cases_of(assembly.program, reference))
        parts = (part_of(cases, position) for position in range(len(cases)))
        known = assembly.memo.cases[reference] = tuple(part for part in parts if part is not None)
    return known


def tool_at(assembly: Assembly, reference: FunctionRef, node: Node) -> str:
    """The tool in whose case a value of a dispatching function stands; the first one for what stands in none."""
    for identity, (start, end) in assembly.parts.get(reference, {}).items():
        if node[0] == reference[0] and start <= node[1] < end:
            return identity
    return assembly.entry_of_function[reference]


def runs_at(assembly: Assembly, reached: Collection[FunctionRef], place: Evidence) -> bool:
    """Whether a line is run by functions of a tool, those included that stand inside them and are handed on: `new Promise(...)`.

    Where a tool's answer goes afterwards is its caller's doing.
    """
    program, own = assembly.program, set(reached)
    for file, number in sorted(reached):
        functions = program.files[file].functions
        for inner, function in enumerate(functions):
            if (file, inner) not in own and function.parent is not None and (file, function.parent) in own and function.parent >= number:
                own |= assembly.reach((file, inner))
    return any(
        program.files[file].path == place.path
        and (
            program.files[file].cells
            or program.function((file, number)).line <= place.start_line <= program.function((file, number)).end_line
        )
        for file, number in own
    )
