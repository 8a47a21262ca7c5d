"""Tools that stand in records, which a loop registers: `for (const tool of tools) server.registerTool(tool.name, {...}, tool.handler)`.

A record tells a name, what the tool does and which arguments it takes, and holds the function that does it, bare or in calls that wrap
it. Its name may stand before it, as the key of a table or of a `Map`, or as the first argument of the call that keeps it; and what it
tells may be given to that call one by one: `registerTool("send_mail", "Sends a mail", schema, send)`. How the loop gets the records (an
array, a container of services, a list put together at the start) is not followed: where a server registers tools whose names are not
written down there, all such records of the project are its tools, and the closure that stood for all of them gives way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import EntrySite
from pipeline.system.program.tool_records import described_records
from pipeline.system.rules.framework import DecoratorRule

_REGISTERS = frozenset({"registerTool", "tool", "addTool"})


def with_records(program: Program, entries: Sequence[EntrySite], serves: bool) -> tuple[EntrySite, ...]:
    """The entries with the tools of records, where some server registers tools by names that it reads of something.

    `serves` says whether the program makes a server of MCP at all.
    """
    loops = {entry.marker: entry for entry in entries if _names_nothing(program, entry)}
    if not loops and not (serves and any(_registers_records(program))):
        return tuple(entries)
    taken = {entry.function for entry in entries if entry.marker not in loops}
    found: dict[FunctionRef, EntrySite] = {}
    for function, name, node in described_records(program):
        if function not in taken:
            found.setdefault(function, EntrySite(function, _rule(), "shape", node, name))
    kept = (entry for entry in entries if not found or entry.marker not in loops or entry.function in found)
    return (*(entry for entry in kept if entry.function not in found), *found.values())


def _registers_records(program: Program) -> Iterator[Node]:
    """Calls that register what a record holds: `server.registerTool(tool.title, {...}, tool.tool)`, whatever `tool` is."""
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            callee = facts.values[value.inputs[0]] if value.kind == "call" else value
            if value.kind != "call" or callee.kind != "attribute" or callee.text not in _REGISTERS or len(value.inputs) < 4:
                continue
            first, last = facts.values[value.inputs[1]], facts.values[value.inputs[-1]]
            if first.kind == last.kind == "attribute" and first.inputs == last.inputs:
                yield file, identity


def _names_nothing(program: Program, entry: EntrySite) -> bool:
    """Whether what registers a tool reads its name of something: `server.registerTool(tool.name, ...)`."""
    if entry.rule.kind != "mcp_tool" or not entry.rule.registers or program.value(entry.marker).kind != "call":
        return False
    name = argument_node(program, entry.marker, entry.rule.name_from or "0")
    return name is not None and program.constant(name) is None and program.value(name).kind in ("attribute", "index", "element_of")


def _rule() -> DecoratorRule:
    """A model chooses the first parameter; what else a function is given is the program's own."""
    return DecoratorRule(
        kind="mcp_tool", attributes={"recognised": "shape"}, parameters="tool_arguments", parameters_at=(0,), returns="response"
    )
