"""Who calls, asked in a function that chooses among routes by itself, before it chooses: `await requireSession(event)`.

Takes an assembly, an entry and what registers it; where nothing but a call of the program does, gives the calls that were made
before on every way there and that refuse, as `asks` says. Routes that frameworks call are left alone: a test before another call of their
function is none of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly


def asked_before(
    assembly: Assembly, reference: FunctionRef, markers: Iterable[Node], asks: Callable[[FunctionRef], bool]
) -> Iterator[Node]:
    """Calls before the one that runs an entry."""
    program = assembly.program
    if not any((marker[0], program.value(marker).scope) == reference for marker in markers):
        return  # registered with a framework, from outside
    for call in program.callers(reference):
        function = (call[0], program.value(call).scope)
        if program.function(function).name != "<module>":
            yield from (
                other for other in assembly.calls_in(function) if _stands_before(assembly, other, call) and _refuses(assembly, other, asks)
            )


def _refuses(assembly: Assembly, call: Node, asks: Callable[[FunctionRef], bool]) -> bool:
    return any(asks(target.function) for target in assembly.program.targets(call))


def _stands_before(assembly: Assembly, first: Node, then: Node) -> bool:
    """Whether a call was made on every way to another one of the same function."""
    facts = assembly.program.files[then[0]]
    before = facts.values[first[1]].end_line < facts.values[then[1]].line
    return before and set(facts.conditions.get(first[1], ())) <= set(facts.conditions.get(then[1], ()))
