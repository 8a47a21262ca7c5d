"""Functions of the project that load a prompt by its name: `load_prompt("answer")`.

Takes a call of such a function and the texts of files, gives those the call loads, each with the place of the call. The path is the
one that the function writes down, with what this call gives for its parameters; other calls of it load other files. A loader that
calls another with a changed name is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program, Target
from ingest.facts import StoredText
from pipeline.system.program.walking import passed_for
from pipeline.system.prompts.prompt_files import PromptFiles

_STEPS = 120
_MOST_CALLERS = 40
_TARGETS = 2
_ALTERNATIVES = 8


def loader_calls(program: Program, node: Node) -> Iterator[Node]:
    """Calls of the project's functions that a value comes from, each as it stands: through names, choices and parameters."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _STEPS:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind == "call" and program.targets(current):
            yield current
        elif value.kind in ("choice", "await", "guarded"):
            queue += [(current[0], given) for given in (value.inputs if value.kind == "choice" else value.inputs[:1])]
        elif value.kind == "name":
            queue += [other for other in program.lookup(current[0], value.text)[0] if other != current]
        elif value.kind == "parameter":
            queue += passed_for(program, current, _MOST_CALLERS)


def loaded_by(program: Program, call: Node, files: PromptFiles, key: str) -> list[StoredText]:
    """The texts that one call of a loader gives; empty where the function loads none by its arguments."""
    for target in program.targets(call)[:_TARGETS]:
        bound = dict(_bound(program, call, target))
        for node in _behind_returns(program, target) if bound else ():
            found = files.all_read_by(program, node, key, bound)
            if found:
                return found
    return []


def _bound(program: Program, call: Node, target: Target) -> Iterator[tuple[Node, list[str]]]:
    """Parameters that this call gives a constant text."""
    function = program.function(target.function)
    for position, arguments in program.bind(call, target).items():
        for argument in arguments[:1]:
            said = program.constants((call[0], program.value(call).inputs[argument]))
            texts = [value.text for value in said if value.constant_type == "string"]
            if texts and len(texts) == len(said):
                yield (target.function[0], function.parameters[position].value), texts[:_ALTERNATIVES]


def _behind_returns(program: Program, target: Target) -> Iterator[Node]:
    """What the returned values of a function are made of inside it, the outermost first."""
    file, queue = target.function[0], list(program.function(target.function).returns)
    seen: set[int] = set()
    while queue and len(seen) < _STEPS:
        current = queue.pop(0)
        if current not in seen:
            seen.add(current)
            value = program.value((file, current))
            if value.kind in ("call", "operation"):
                yield file, current
            queue += value.inputs
