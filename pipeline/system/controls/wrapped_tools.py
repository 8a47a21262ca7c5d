"""Tools that a person is asked about at one place and not at another: one function, registered twice, and wrapped once.

`new ApprovalRequiredAIFunction(AIFunctionFactory.Create(Pay))` says nothing of an agent that is given the function itself. Takes an
assembly and a tool; where none of its registrations is wrapped, the approval is of another sort and this says nothing of it.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly


def is_given_bare(assembly: Assembly, tool: str) -> bool:
    """Whether a tool is registered without the approval that another registration of it is wrapped in."""
    program, wrapped = assembly.program, set[Node]()
    for site in assembly.sites.calls:
        if site.rule.control == "human_approval" and program.value(site.node).kind == "call":
            for given in program.value(site.node).inputs[1:4]:
                wrapped.update(((site.node[0], given), *program.origins((site.node[0], given))))
    markers = {
        entry.marker
        for entry in assembly.sites.entries
        if entry.rule.registers and assembly.entry_of_function.get(entry.function) == tool and program.value(entry.marker).kind == "call"
    }
    return bool(markers & wrapped) and not markers <= wrapped
