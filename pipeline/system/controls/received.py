"""Where a function that is asked of some of its parameters hands them on, and which part of them arrives there.

Takes a function and positions of its parameters; gives the functions whose own tests count for it: those that may raise, and those whose
answer it tests or gives back. What another function does with what it got says nothing where nobody asks after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.code.program import FunctionRef, Node, Target
from pipeline.system.assembly import Assembly, Given
from pipeline.system.controls.refused_sides import decides, may_raise
from pipeline.system.flows.discriminators import bare
from pipeline.system.flows.made_of import has_body, made_of
from pipeline.system.flows.record_parts import Keys, is_other_part, keys_read

_MAX_REACH = 20

Reached = dict[FunctionRef, Given]


def handed_on(assembly: Assembly, function: FunctionRef, given: Given) -> tuple[Reached, list[list[tuple[FunctionRef, Given]]]]:
    """Functions that a function hands its parameters on to, and which of theirs these are; and calls that mean one of several."""
    reached: Reached = {}
    choices: list[list[tuple[FunctionRef, Given]]] = []
    queue = [(function, given)]
    while queue and len(reached) < _MAX_REACH:
        current, parameters = queue.pop(0)
        if current in reached:
            continue
        reached[current] = parameters
        declared = assembly.program.function(current).parameters
        held = {(current[0], declared[position].value): taken for position, taken in parameters if position < len(declared)}
        deciding = decides(assembly, current)
        for call in assembly.calls_in(current):
            meant = [target for target in meant_by(assembly, call) if call in deciding or may_raise(assembly, target.function)]
            targets = [(target.function, received(assembly, call, target, held)) for target in meant]
            if len(targets) == 1 and targets[0][1]:
                queue += targets
            elif len(targets) > 1 and any(parameters for _target, parameters in targets) and len(choices) < _MAX_REACH:
                choices.append(targets)
    return reached, choices


def meant_by(assembly: Assembly, call: Node) -> list[Target]:
    """The functions of the project that a call may run; declarations of interfaces do not."""
    return [target for target in assembly.program.targets(call) if has_body(assembly, target.function)]


def received(assembly: Assembly, call: Node, target: Target, held: Mapping[Node, Keys]) -> Given:
    """The parameters that a call gives one of these values, or something made of it; `held` says what the way reads of each."""
    program, value = assembly.program, assembly.program.value(call)
    found = {
        (position, taken)
        for position, arguments in program.bind(call, target).items()
        for argument in arguments
        for taken in _given(assembly, (call[0], value.inputs[argument]), held)
    }
    callee = program.value((call[0], value.inputs[0]))
    if target.bound and callee.kind == "attribute" and (owner := bare(assembly, (call[0], callee.inputs[0]))) in held:
        found.add((0, held[owner]))  # not an object that was made with it, among much else
    return frozenset(found)


def _given(assembly: Assembly, argument: Node, held: Mapping[Node, Keys]) -> list[Keys]:
    """What the way still reads of an argument that is made of one of these values, and not of another part of it."""
    for node in sorted(made_of(assembly, argument) & held.keys()):
        read, taken = keys_read(assembly, argument, node), held[node]
        if not is_other_part(read, taken):
            return [taken[len(read) :] if taken[: len(read)] == read else ()]
    return []
