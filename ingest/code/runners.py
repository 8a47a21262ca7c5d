"""Functions that are handed to something that calls them: `executor.submit(work, text)`, `Thread(target=work, args=(text,), kwargs={})`.

Takes a program whose names can be asked and a call that reaches no function of the project; gives what it passes for which parameter of
which function. Only calls that are named for running something are looked at: what else takes a function may call it with anything. What a
promise is made with runs at once: `new Promise((resolve, reject) => database.run("...", resolve))`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.facts import Value

if TYPE_CHECKING:
    from ingest.code.answers import Node
    from ingest.code.questions import FunctionRef, Questions

_RUNS_FIRST = frozenset(
    {
        "submit",
        "to_thread",
        "add_task",
        "run_in_threadpool",
        "run_sync",
        "call_soon_threadsafe",
        "spawn",
        "start_background_task",
        "Promise",
    }
)
_RUNS_SECOND = frozenset({"run_in_executor"})
_RUNS_TARGET = frozenset({"Thread", "Process", "Timer"})


def run(program: Questions, call: Node, value: Value) -> Iterator[FunctionRef]:
    """Functions that a call runs, whatever they are given."""
    function = _handed(program, call, value)
    for name in program.names((call[0], function)) if function is not None else ():
        yield from program.functions.get(name, ())


def _handed(program: Questions, call: Node, value: Value) -> int | None:
    """The value that stands where a runner takes what it calls."""
    last = program.value((call[0], value.inputs[0])).text
    positions = [position for position in range(1, len(value.inputs)) if value.labels[position] == ""]
    if last in _RUNS_FIRST or last in _RUNS_SECOND:
        at = 1 if last in _RUNS_SECOND else 0
        return value.inputs[positions[at]] if len(positions) > at else None
    return value.inputs[value.labels.index("target")] if last in _RUNS_TARGET and "target" in value.labels else None


def handed_on(program: Questions, call: Node, value: Value) -> Iterator[tuple[FunctionRef, int, Node]]:
    """Function, position of its parameter, and what is passed for it."""
    file, last = call[0], program.value((call[0], value.inputs[0])).text
    named: dict[str, int] = {}
    function = _handed(program, call, value)
    if function is None:
        return
    if last in _RUNS_TARGET:
        given: list[int] = []
        for label in {"args", "kwargs"} & set(value.labels):
            arguments = program.value((file, value.inputs[value.labels.index(label)]))
            if arguments.kind == "collection" and label == "args":
                given = list(arguments.inputs)
            elif arguments.kind == "collection":
                named = dict(zip(arguments.labels, arguments.inputs, strict=False))
    else:
        after = value.inputs.index(function, 1) + 1
        given = [value.inputs[position] for position in range(after, len(value.inputs)) if value.labels[position] == ""]
        named = {
            label: value.inputs[position]
            for position, label in enumerate(value.labels)
            if position >= after and label not in ("", "*", "**")
        }
    for name in program.names((file, function)):
        for reference in program.functions.get(name, ()):
            # A method is handed over with its object, a class's own function without one.
            offset = 1 if program.function(reference).owner is not None and program.value((file, function)).kind == "attribute" else 0
            known = len(program.function(reference).parameters)
            yield from ((reference, offset + at, (file, node)) for at, node in enumerate(given) if offset + at < known)
            for position, parameter in enumerate(program.function(reference).parameters if named else ()):
                if parameter.name in named:
                    yield reference, position, (file, named[parameter.name])
