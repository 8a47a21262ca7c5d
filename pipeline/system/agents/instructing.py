"""Functions whose answer is an agent's standing instructions: `@agent.instructions`, `Agent(instructions=for_this_caller)`.

Takes an assembly whose elements, sinks and ties are known, gives the functions with the models and agents they instruct. A function that
gives a list gives the whole conversation (LangGraph's `prompt`), and is left out: whose words stand in it is told by its parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.elements.ties import object_of
from pipeline.system.model import SinkRole
from pipeline.system.program.held import elements_of

INSTRUCTS: frozenset[SinkRole] = frozenset({"system_prompt", "instructions"})


def instructing(assembly: Assembly) -> dict[FunctionRef, tuple[str, ...]]:
    """Functions by the elements whose instructions they give."""
    found: dict[FunctionRef, dict[str, None]] = {}
    for function, element in _given(assembly):
        if not _gives_a_list(assembly, function):
            found.setdefault(function, {})[element] = None
    return {function: tuple(sorted(elements)) for function, elements in sorted(found.items())}


def _given(assembly: Assembly) -> Iterator[tuple[FunctionRef, str]]:
    program = assembly.program
    for entry in assembly.sites.entries:
        holder = object_of(assembly, entry.marker) if entry.rule.returns in INSTRUCTS else None
        if holder is not None:
            yield from ((entry.function, element) for element in elements_of(assembly, holder))
    for call, sinks in assembly.sinks.items():
        for sink in sinks:
            if sink.role not in INSTRUCTS or sink.key:
                continue
            given = (call[0], program.value(call).inputs[sink.argument])
            if program.value(given).kind in ("name", "attribute", "function"):
                yield from ((function, sink.element) for name in program.names(given) for function in program.functions.get(name, ()))


def _gives_a_list(assembly: Assembly, function: FunctionRef) -> bool:
    program = assembly.program
    queue = [(function[0], value) for value in program.function(function).returns]
    queue += [origin for node in queue for origin in program.origins(node)]
    queue += [(node[0], given) for node in queue if program.value(node).kind == "operation" for given in program.value(node).inputs]
    return any(program.value(node).kind == "collection" for node in queue)
