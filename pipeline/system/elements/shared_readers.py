"""Functions that read requests for many: `bind(r, &body)`, `read_json()`, a middleware that takes a header for all who come after it.

Takes an assembly whose entries are known and the function in which something of a request is read; gives the entries whose requests it
reads, and for each of them the functions that run for it. A way goes on only to the one who asked, so that a route which merely stores a
record is not told to ask the model that its neighbour asks.

A reader is reached from an entry, is one itself, leaves what it read in the request's context for entries to take, or is an adapter that
calls the entry it was made for: `handle(ask)`. Who else may call a reader is not known, and gets nothing of what entries share.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ingest.code.program import FunctionRef
from pipeline.system.assembly import MAX_REACH, Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.flows.taint import Within
from pipeline.system.program.enclosing import around
from pipeline.system.program.walking import runs_of

_MOST = 400  # entries that share a reader
_BY_THE_OPERATOR = frozenset({"command_line", "scheduled_job"})


def entries_read_for(assembly: Assembly, reading: FunctionRef) -> tuple[str, ...]:
    """The entries whose requests a function reads, the one it is or those that share it."""
    if (own := next((one for one in around(assembly.program, reading) if one in assembly.entry_of_function), None)) is not None:
        return (assembly.entry_of_function[own],)
    found = _sharing(assembly, reading)
    asked = [one for one in found if assembly.draft(one).kind in ENTRY_KINDS - _BY_THE_OPERATOR]
    return tuple(dict.fromkeys(asked or found))[:_MOST]


def within(assembly: Assembly, reading: FunctionRef, element: str, sharing: Collection[str]) -> Within:
    """Who gets what a function reads for one of the entries that share it."""
    own, others, is_cut = set[FunctionRef](), set[FunctionRef](), False
    for entry, known in assembly.entry_of_function.items():
        if known == element:
            own |= assembly.reach(entry)
            is_cut = is_cut or len(assembly.reach(entry)) >= MAX_REACH
        elif known in sharing:
            others |= assembly.reach(entry)
    taken = reading not in own
    if taken:
        own.update(runs_of(assembly.program, reading))
    return Within(frozenset(own), frozenset() if is_cut else frozenset(others - own), taken)


def _sharing(assembly: Assembly, reading: FunctionRef) -> Sequence[str]:
    entries = assembly.entry_of_function.items()
    if found := [element for entry, element in entries if reading in assembly.reach(entry)]:
        return found
    if taking := _takers(assembly, reading):
        return [element for entry, element in entries if entry in taking or not taking.isdisjoint(assembly.reach(entry))]
    called = {target for caller in runs_of(assembly.program, reading) for target in _called(assembly, caller)}
    return [element for entry, element in entries if entry in called]


def _takers(assembly: Assembly, reading: FunctionRef) -> set[FunctionRef]:
    """Functions that take what this one leaves in a request's context."""
    program = assembly.program
    return {
        (taker[0], program.value(taker).scope)
        for put, takers in assembly.kept.takers.items()
        if (put[0], program.value(put).scope) == reading
        for taker in takers
    }


def _called(assembly: Assembly, function: FunctionRef) -> set[FunctionRef]:
    return {target.function for call in assembly.calls_in(function) for target in assembly.program.targets(call)}
