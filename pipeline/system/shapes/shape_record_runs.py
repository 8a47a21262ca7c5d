"""Calls that run a tool which was looked up among records: `byName.get(use.name).execute(use.input)`, and what a model chooses by them.

Takes a program and what its models reply (`shape_replies`), gives the runs; for a record that describes a tool, the factories that it is
given to, and which parameters of its function hold what the model chose. A factory hands what it was given on as it likes:
`run: (input, turn) => spec.run(spec.schema.parse(input), turn.caller)`; where its call is seen, that call says which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.tool_records import DOES
from pipeline.system.shapes.shape_replies import Dispatches, is_chosen

_FINDS = frozenset({"get", "find", "next", "get_tool", "getTool", "findTool", "find_tool"})


@dataclass(frozen=True, slots=True)
class RecordRun:
    """A call that runs a tool."""

    call: Node
    asking: tuple[Node, ...]  # the calls of a model that choose it; the run itself where none is seen
    positions: tuple[int, ...]  # of its arguments, those that are of what the model said


def run_of_record(dispatches: Dispatches, call: Node, types: Collection[str]) -> RecordRun | None:
    """The run of a tool that a call is, where that is looked up and given what a model said; `types` are tools that are classes."""
    program, value = dispatches.program, dispatches.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind != "attribute" or callee.text not in DOES or len(value.inputs) < 2:
        return None
    if any(program.function(target.function).owner not in types for target in program.targets(call)):
        return None
    asking = tuple(dict.fromkeys(node for given in value.inputs[1:] for node in dispatches.replies((call[0], given))))
    holder = (call[0], callee.inputs[0])
    if not (_is_looked_up(dispatches, holder) if asking else _is_taken_by_name(program, holder)):
        return None
    positions = tuple(at for at, given in enumerate(value.inputs[1:]) if is_chosen(dispatches, (call[0], given), asking))
    if not asking and not positions:
        return None
    return RecordRun(call, asking or (call,), positions)


def _is_taken_by_name(program: Program, holder: Node) -> bool:
    """Whether an object is taken out of others by a key that is not written down, as far as its own expression says."""
    held = program.value(holder)
    while held.kind in ("guarded", "await"):
        held = program.value((holder[0], held.inputs[0]))
    looked = program.value((holder[0], held.inputs[0])) if held.kind == "call" else held
    by_call = held.kind == "call" and looked.kind == "attribute" and looked.text in ("get", "find")
    return by_call or (held.kind == "index" and not held.text)


def _is_looked_up(dispatches: Dispatches, holder: Node) -> bool:
    """Whether an object is one of several, taken by a key or by going through them: a database or a sandbox that is run is none."""
    program = dispatches.program
    for origin in (holder, *program.origins(holder)):
        value = program.value(origin)
        while value.kind in ("guarded", "await"):
            value = program.value((origin[0], value.inputs[0]))
        looked = program.value((origin[0], value.inputs[0])) if value.kind == "call" else value
        if value.kind == "element_of" or (value.kind == "index" and not value.text) or (value.kind == "call" and looked.text in _FINDS):
            return True
    return False


def factories_of(program: Program, record: Node) -> tuple[FunctionRef, ...]:
    """Functions of the project that a record is given to: `defineTool({ name: "read", ... })`."""
    given = (
        (record[0], identity)
        for identity, value in enumerate(program.files[record[0]].values)
        if value.kind == "call" and record[1] in value.inputs[1:]
    )
    return tuple(dict.fromkeys(t.function for call in given for t in program.targets(call) if not t.constructs))


def chosen_positions(dispatches: Dispatches, function: FunctionRef, record: Node, run: tuple[int, ...]) -> tuple[int, ...]:
    """Parameters of a tool's function that hold what the model chose: by the factory of its record, else by the run of all tools."""
    program = dispatches.program
    count = len(program.function(function).parameters)
    inner = next((found for factory in factories_of(program, record) if (found := tuple(_inner_run(dispatches, factory)))), run)
    return tuple(position for position in inner if position < count) or (0,)


def _inner_run(dispatches: Dispatches, factory: FunctionRef) -> Iterator[int]:
    """Positions of what a model chose, where a factory runs the function of the record that it is given."""
    program, file = dispatches.program, factory[0]
    own = {parameter.value for parameter in program.function(factory).parameters}
    for value in program.files[file].values:
        callee = program.value((file, value.inputs[0])) if value.kind == "call" else value
        while callee.kind == "guarded":
            callee = program.value((file, callee.inputs[0]))
        if value.kind != "call" or callee.kind != "attribute" or callee.text not in DOES or callee.inputs[0] not in own:
            continue
        yield from (at for at, given in enumerate(value.inputs[1:]) if is_chosen(dispatches, (file, given), ()))
        return
