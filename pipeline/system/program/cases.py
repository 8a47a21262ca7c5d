"""Cases of a function that chooses by a name: `switch (name) { case "add": ... }`, `if name == "add": ... elif ...`.

Takes a function of a program; gives the branches that compare one value with a name, and the values that each case computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Program
from ingest.facts import Branch, Value

_COMPARED = frozenset({"parameter", "attribute", "name", "index", "guarded"})


def part_of(cases: Sequence[tuple[str, Branch]], position: int) -> tuple[int, int] | None:
    """The values of a case, from its test on; one without statements of its own runs those of the next."""
    for (_name, branch), (_after, following) in zip(cases[position:], [*cases[position + 1 :], ("", None)], strict=True):
        start, end = branch.held
        if end > start:
            return cases[position][1].condition, end
        if following is not None and start == 0:  # what falls through into it is not told apart by the reader
            return cases[position][1].condition, following.condition
    return None


def cases_of(program: Program, function: FunctionRef, kinds: frozenset[str] = _COMPARED) -> Iterator[tuple[str, Branch]]:
    """Branches that compare one value with a name, each with that name; `kinds` are those of the value."""
    file = function[0]
    compared: dict[str, list[tuple[str, Branch]]] = {}
    for branch in program.files[file].branches:
        test = program.value((file, branch.condition))
        if branch.scope != function[1] or test.kind != "operation" or test.text not in ("==", "===") or len(test.inputs) != 2:
            continue
        left, right = (program.value((file, given)) for given in test.inputs)
        name = program.constant((file, test.inputs[1]))
        if isinstance(name, str) and name and left.kind in kinds and left != right:
            compared.setdefault(name_compared(program, file, left), []).append((name, branch))
    yield from max(compared.values(), key=len, default=[])


def name_compared(program: Program, file: int, value: Value) -> str:
    """What the compared value is called, whatever it was tested for before."""
    while value.kind == "guarded":
        value = program.value((file, value.inputs[0]))
    return value.text
