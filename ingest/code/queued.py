"""Work that is put on a queue and run by a worker: `task.delay(text)`, `queue.enqueue(work, text)`, `app.send_task("jobs.work", [text])`.

Takes a program whose names can be asked and a call that reaches no function of the project; gives the functions that a worker will run
for it, and which argument becomes which parameter. What they give back goes to whoever asks the queue later, not to the call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.facts import Value

if TYPE_CHECKING:
    from ingest.code.answers import Node
    from ingest.code.questions import FunctionRef, Questions

_OF_TASKS = ("celery.", "dramatiq.", "rq.", "huey.", "taskiq.", "procrastinate.")  # decorators that make a function a task
_SENDS = frozenset({"delay", "delay_on_commit", "send", "kiq", "defer", "s", "si"})
_SENDS_LISTS = frozenset({"apply_async", "apply_async_on_commit", "send_with_options"})
_FIRST, _SECOND = frozenset({"enqueue", "enqueue_call", "enqueue_job", "send_task"}), frozenset({"enqueue_in", "enqueue_at"})
_OF_QUEUES = ("rq.", "arq.", "celery.", "redis_queue.")
_FUNCTION = frozenset({"f", "func", "name", "function"})


@dataclass(frozen=True, slots=True)
class Queued:
    """One argument of a call that arrives at a worker's function."""

    function: FunctionRef
    parameter: int | None  # None: the function runs, and nothing is said of its parameters
    argument: int
    whole: bool = False  # a list or table of arguments, of which one is for the parameter
    entry: int = 0  # which of the list it is


def queued(program: Questions, call: Node, value: Value) -> Iterator[Queued]:
    """Functions that run for a call, and what they are given."""
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind != "attribute":
        return
    if callee.text in _SENDS or callee.text in _SENDS_LISTS:
        for reference in _task(program, (call[0], callee.inputs[0])):
            yield from _arguments(program, reference, value, 1, callee.text in _SENDS_LISTS)
    elif callee.text in _FIRST | _SECOND and any(name.startswith(_OF_QUEUES) for name in program.names((call[0], value.inputs[0]))):
        for reference, after in _given(program, call, value, callee.text in _SECOND):
            yield from _arguments(program, reference, value, after, callee.text in ("enqueue_call", "send_task"))


def _task(program: Questions, task: Node) -> Iterator[FunctionRef]:
    for name in program.names(task):
        for reference in program.functions.get(name, ()):
            if any(made.startswith(_OF_TASKS) for made in _decorators(program, reference)):
                yield reference


def _decorators(program: Questions, reference: FunctionRef) -> Iterator[str]:
    for decorator in program.function(reference).decorators:
        value = program.value((reference[0], decorator))
        yield from program.names((reference[0], value.inputs[0] if value.kind == "call" else decorator))


def _given(program: Questions, call: Node, value: Value, second: bool) -> Iterator[tuple[FunctionRef, int]]:
    """The function that a queue is given, itself or by its name, and where its arguments begin."""
    unnamed = [position for position in range(1, len(value.inputs)) if value.labels[position] == ""]
    named = [position for position in range(1, len(value.inputs)) if value.labels[position] in _FUNCTION]
    at = unnamed[1 if second else 0] if len(unnamed) > (1 if second else 0) else named[0] if named else None
    if at is None:
        return
    node = (call[0], value.inputs[at])
    said = program.constant(node)
    found = [reference for name in program.names(node) for reference in program.functions.get(name, ())]
    found += _named(program, said) if isinstance(said, str) else ()
    for reference in found:
        yield reference, at + 1 if at in unnamed else 1


def _named(program: Questions, said: str) -> Iterator[FunctionRef]:
    """The function that a text names: by its module, or by the name that it has as a task."""
    known = program.functions.get(said, ())
    yield from known
    for name in sorted(program.functions) if not known and "." in said else ():
        for reference in program.functions[name]:
            meant = name.endswith(f".{said}") or _task_name(program, reference) == said
            if meant and any(made.startswith(_OF_TASKS) for made in _decorators(program, reference)):
                yield reference


def _task_name(program: Questions, reference: FunctionRef) -> str:
    for decorator in program.function(reference).decorators:
        value = program.value((reference[0], decorator))
        if value.kind == "call" and "name" in value.labels:
            return str(program.constant((reference[0], value.inputs[value.labels.index("name")])))
    return ""


def _arguments(program: Questions, reference: FunctionRef, value: Value, first: int, lists: bool) -> Iterator[Queued]:
    parameters = program.function(reference).parameters
    own = 1 if parameters and parameters[0].name in ("self", "ctx") else 0
    names = {parameter.name: position for position, parameter in enumerate(parameters)}
    unnamed = [position for position in range(first, len(value.inputs)) if value.labels[position] == ""]
    found = False
    for position in range(first, len(value.inputs)):
        label = value.labels[position]
        if label in ("args", "kwargs", "*", "**") or (label == "" and lists):
            targets = list(range(own, len(parameters)))
        elif label == "":
            targets = [at] if (at := own + unnamed.index(position)) < len(parameters) else []
        else:
            targets = [names[label]] if label in names and not lists else []
        for target in targets:
            found = True
            yield Queued(reference, target, position, lists or label in ("args", "kwargs", "*", "**"), target - own)
    if not found:
        yield Queued(reference, None, 0)
