"""Work that is put on a queue and run by a worker: `task.delay(text)`, `queue.enqueue(work, text)`, `app.send_task("jobs.work", [text])`,
`queue.add("summarise", { text })` of Bull and BullMQ, whose workers name the queue.

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
_ADDS, _QUEUES = "add", frozenset({"bull", "bull.Queue", "bullmq.Queue"})  # what is given the data of a job
_FUNCTION = frozenset({"f", "func", "name", "function"})


@dataclass(frozen=True, slots=True)
class Queued:
    """One argument of a call that arrives at a worker's function."""

    function: FunctionRef
    parameter: int | None  # None: the function runs, and nothing is said of its parameters
    argument: int
    whole: bool = False  # a list or table of arguments, of which one is for the parameter
    entry: int = 0  # which of the list it is
    under: str = ""  # the property of the parameter that it arrives in


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
    elif callee.text == _ADDS and len(value.inputs) > 1 and program.objects_are_entries(call[0]):
        yield from _jobs(program, call, value, (call[0], callee.inputs[0]))


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


# Queues of jobs: the data of a job is a property of what the worker is given.


def _jobs(program: Questions, call: Node, value: Value, queue: Node) -> Iterator[Queued]:
    if not _is_queue(program, queue):
        return
    first = program.value((call[0], value.inputs[1]))
    at = 2 if len(value.inputs) > 2 and (first.constant_type == "string" or first.kind in ("format", "name", "attribute")) else 1
    wanted, named = _queue_name(program, queue), program.constant((call[0], value.inputs[1])) if at == 2 else None
    for of_queue, of_job, reference in _workers(program):
        own = 1 if program.function(reference).owner is not None else 0
        fits = (not wanted or not of_queue or wanted == of_queue) and (not of_job or not named or of_job == named)
        if fits and len(program.function(reference).parameters) > own:
            yield Queued(reference, own, at, under="data")


def _is_queue(program: Questions, node: Node) -> bool:
    return any(name.removesuffix("()") in _QUEUES for name in program.types(node))


def _queue_name(program: Questions, queue: Node) -> str:
    """`new Queue("ingest")`, or `@InjectQueue("ingest")` at the parameter or the field; empty where the program does not say it."""
    for origin in program.origins(queue)[:6]:
        made = program.value(origin)
        if made.kind == "call" and len(made.inputs) > 1 and isinstance(said := program.constant((origin[0], made.inputs[1])), str):
            return said
        found = program.parameter_of(origin) if made.kind == "parameter" else None
        annotation = program.function(found[0]).parameters[found[1]].annotation if found is not None else None
        for given in program.value((origin[0], annotation)).inputs if annotation is not None else ():
            mark = program.value((origin[0], given))
            if mark.kind == "call" and len(mark.inputs) > 1 and program.value((origin[0], mark.inputs[0])).text.endswith("InjectQueue"):
                said = program.constant((origin[0], mark.inputs[1]))
                return said if isinstance(said, str) else ""
    return ""


def _workers(program: Questions) -> list[tuple[str, str, FunctionRef]]:
    """The functions that do jobs, with the queue and the job that they name; found once for a program."""
    if program.workers is None:
        program.workers = [*_processors(program), *_made_workers(program)]
    return program.workers


def _processors(program: Questions) -> Iterator[tuple[str, str, FunctionRef]]:
    """Methods of Nest: `process` of a class marked `@Processor("ingest")`, and those that are marked `@Process("summarise")`."""
    for file, facts in enumerate(program.files):
        for cls in facts.classes:
            marks = [said for mark in cls.decorators if (said := _mark(program, (file, mark), "Processor")) is not None]
            for number in cls.methods if marks else ():
                method = facts.functions[number]
                jobs = [said for mark in method.decorators if (said := _mark(program, (file, mark), "Process")) is not None]
                if jobs or method.name == "process":
                    yield marks[0], jobs[0] if jobs else "", (file, number)


def _mark(program: Questions, mark: Node, name: str) -> str | None:
    """What a decorator of this name says first; None for others."""
    value = program.value(mark)
    called = program.value((mark[0], value.inputs[0])) if value.kind == "call" else value
    if called.text.rpartition(".")[2] != name:
        return None
    said = program.constant((mark[0], value.inputs[1])) if value.kind == "call" and len(value.inputs) > 1 else None
    return said if isinstance(said, str) else ""


def _made_workers(program: Questions) -> Iterator[tuple[str, str, FunctionRef]]:
    """`new Worker("ingest", work)`, and `queue.process(work)` of Bull."""
    for file, facts in enumerate(program.files):
        if facts.language != "typescript" or not any(given.target.startswith(("bull.", "bullmq.")) for given in facts.imports):
            continue
        for value in facts.values:
            if value.kind != "call" or len(value.inputs) < 2:
                continue
            callee = facts.values[value.inputs[0]]
            said = program.constant((file, value.inputs[1]))
            if callee.kind == "name" and "bullmq.Worker" in program.names((file, value.inputs[0])):
                yield from ((str(said or ""), "", made) for made in _functions(program, file, value.inputs[2:3]))
            elif callee.kind == "attribute" and callee.text == "process":
                queue = (file, callee.inputs[0])
                if _is_queue(program, queue):
                    job = said if isinstance(said, str) else ""
                    yield from ((_queue_name(program, queue), job, made) for made in _functions(program, file, value.inputs[-1:]))


def _functions(program: Questions, file: int, given: tuple[int, ...]) -> Iterator[FunctionRef]:
    for identity in given:
        for name in program.names((file, identity)):
            yield from program.functions.get(name, ())
