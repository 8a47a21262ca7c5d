"""What a database gives back of a row that a caller only named: `session.upsert({where: {id}, create: {note}, include: {messages: true}})`.

Takes a hit of the flow search. A row that is looked up, or made with one column from the caller, holds in its other columns and in the rows
below it what the program wrote there. Told by the options of the call (`where`, `data`, `create`), as Prisma, Sequelize and TypeORM take
them; where the written part is no literal, any column may be the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program
from pipeline.system.flows.taint import Hit
from pipeline.system.model import SinkRole
from pipeline.system.program.walking import inside

_OF_MODELS: frozenset[SinkRole] = frozenset({"conversation", "system_prompt"})
_LOOKS_UP = frozenset({"where"})
_WRITES = frozenset({"data", "create", "update", "defaults"})
_METHODS = frozenset({
    "upsert", "create", "update", "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany", "findOne",
    "findOneOrFail", "findAll", "findOrCreate", "find", "delete",
    "find_unique", "find_unique_or_raise", "find_first", "find_first_or_raise", "find_many",
})  # fmt: skip
_READS = frozenset({"attribute", "index"})
_MOST = 200  # values of the options of one call


def is_another_column(program: Program, hit: Hit, role: SinkRole) -> bool:
    """Whether the way to a conversation or the system's words leads through a column, or rows below it, that the caller did not write."""
    if role not in _OF_MODELS:
        return False
    for position, node in enumerate(hit.trace):
        options = _options(program, node) if position else {}
        if not options or hit.trace[position - 1] == node:
            continue
        column = next(
            (value.text for after in hit.trace[position + 1 :] if (value := program.value(after)).kind in _READS and value.text), ""
        )
        written = [given for name, given in options.items() if name in _WRITES]
        if column and not any(_may_write(program, given, column) for given in written):
            return True
    return False


def _options(program: Program, call: Node) -> dict[str, Node]:
    """What a call of a database is told: which row, and what to write; nothing where it is another call."""
    value = program.value(call)
    if value.kind != "call" or program.targets(call):
        return {}
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind != "attribute" or callee.text not in _METHODS:
        return {}
    found = dict(_labelled(program, call, skip=1))
    for given in value.inputs[1:2]:
        if program.value((call[0], given)).kind == "collection":
            found |= dict(_labelled(program, (call[0], given)))
    return found if _LOOKS_UP & found.keys() else {}


def _labelled(program: Program, node: Node, skip: int = 0) -> Iterator[tuple[str, Node]]:
    value = program.value(node)
    inputs = value.inputs[skip:] if len(value.labels) < len(value.inputs) else value.inputs
    for name, given in zip(value.labels, inputs, strict=False):
        if name in _LOOKS_UP | _WRITES:
            yield name, (node[0], given)


def _may_write(program: Program, given: Node, column: str) -> bool:
    """Whether a written record has such a column, or may have any."""
    for node in inside(program, given, _MOST):
        value = program.value(node)
        if value.kind == "collection" and (column in value.labels or not {"*", "**", "..."}.isdisjoint(value.labels)):
            return True
    return program.value(given).kind != "collection"
