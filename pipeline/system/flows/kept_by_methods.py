"""Where a class of the project keeps what one of its methods is given: `store.add(chunks)` is no call of a container.

What the method itself stores, the search follows into it. What it hands on to something that nobody sees into
(`self._index.upsert(chunks)`) may be kept there, and comes back from the same field; the other fields that it names hold what they
held: a table that is only read or set by key, the lock, the folder it writes to.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.access_paths import VIEWS

_SAME = frozenset({"guarded", "choice", "await"})
_MOST = 60  # values that are the same field


def methods_of_a_class(program: Program, update: Node) -> list[FunctionRef]:
    """The methods of the project that are called on a class or an instance of one, which are no containers."""
    value = program.value(update)
    on = (update[0], value.inputs[0])
    known = (*program.names(on), *program.types(on)) if value.text else ()
    owners = dict.fromkeys(name for name in known if name in program.classes)
    return [method for owner in owners if (method := program.method(owner, value.text)) is not None]


def keeping_fields(program: Program, methods: list[FunctionRef]) -> list[str]:
    """The fields of their class that methods hand something on to, or hand on themselves."""
    found = set[str]()
    for file, number in methods:
        function = program.function((file, number))
        own = {parameter.value for parameter in function.parameters[:1]}
        values = program.files[file].values
        read = {
            at: value.text
            for at, value in enumerate(values)
            if value.kind == "attribute" and value.inputs[0] in own and program.method(function.owner or "", value.text) is None
        }
        found |= {read[at] for at in _handed_to(program, file, dict.fromkeys(read))}
    return sorted(found)


def _handed_to(program: Program, file: int, read: dict[int, None]) -> set[int]:
    """Which of these values are asked something with arguments, or are arguments."""
    values, found = program.files[file].values, set[int]()
    meant = {at: at for at in read}
    for number, value in enumerate(values):  # a value stands behind what it is made of, but for loops
        if value.kind in _SAME and value.inputs and value.inputs[0] in meant and len(meant) < _MOST:
            meant[number] = meant[value.inputs[0]]
    for value in values:
        if value.kind != "call" or len(value.inputs) < 2:
            continue
        callee = values[value.inputs[0]]
        if callee.kind == "attribute" and callee.inputs[0] in meant and callee.text not in VIEWS and callee.text not in ("get", "pop"):
            found.add(meant[callee.inputs[0]])
        found |= {meant[given] for given in value.inputs[1:] if given in meant}
    return found
