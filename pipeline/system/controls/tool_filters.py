"""Filters that stand around every tool of a framework: one that goes on only where a person has agreed is an approval of them all.

Takes an assembly whose entries have their elements. Which kernel a filter was added to is not told apart, and that who is asked is a person
is believed by the names of what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly

_ASKS = re.compile(r"approv|confirm|consent|(?:^|[._])Read(?:Line|Key)$", re.IGNORECASE)
_MOST = 60  # values of a condition that are looked at


def add_tool_filters(assembly: Assembly) -> None:
    """An approval for each tool that a filter may hold back."""
    program = assembly.program
    for site in assembly.sites.classes:
        for method in site.rule.method if site.rule.around_tools else ():
            for reference in program.functions.get(f"{site.name}.{method}", ()):
                for asked in list(_asked(assembly, reference))[:1]:
                    for identity in _tools_of(assembly, site.framework):
                        assembly.control("human_approval", identity, assembly.cite(asked), "the filter around it asks before it goes on")


def _tools_of(assembly: Assembly, framework: str) -> list[str]:
    drafts = ((identity, assembly.draft(identity)) for identity in sorted(set(assembly.entry_of_function.values())))
    return [identity for identity, draft in drafts if draft.kind == "tool" and draft.attributes.get("framework") == framework]


def _asked(assembly: Assembly, reference: FunctionRef) -> Iterator[Node]:
    """What is asked before the filter goes on."""
    facts, function = assembly.program.files[reference[0]], assembly.program.function(reference)
    goes_on = function.parameters[-1].value if function.parameters else None
    for call in assembly.calls_in(reference):
        if facts.values[call[1]].inputs[0] != goes_on:
            continue
        for branch in facts.conditions.get(call[1], ()):
            queue = [facts.branches[branch].condition]
            for _ in range(_MOST):
                if not queue:
                    break
                current = queue.pop()
                value = facts.values[current]
                if value.kind == "call" and any(_ASKS.search(name) for name in _called(assembly, (reference[0], current))):
                    yield reference[0], current
                queue += value.inputs


def _called(assembly: Assembly, call: Node) -> list[str]:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return [callee.text, *assembly.program.callee_names(call)]
