"""Routes by which somebody approves what an agent is about to do: an address that speaks of approvals, code that speaks of calls of tools.

Takes an assembly whose entries are known. That a route is called so is not enough, for holidays and orders are approved as well: the
functions behind it must handle what a framework of agents keeps while it waits (a call of a tool, a state of a run, an interrupt).
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

_APPROVES = frozenset({"approve", "approval", "approvals", "approved", "decisions"})
_OF_AGENTS = re.compile(
    r"tool_?calls?(_?id)?|run_?state|interrupts?|resume_?(graph|agent|run)|pending_?(tools?|tool_?calls?|interruptions?)|needs_?approval"
    r"|human_?in_?the_?loop|tool_?approvals?|approve_?tool|Command",
    re.IGNORECASE,
)
_ASKS = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST = 40  # functions behind a route that are read


def mark_approval_routes(assembly: Assembly) -> None:
    """`approves` at routes that hand the verdict of a person to an agent."""
    for reference, identity in assembly.entry_of_function.items():
        draft = assembly.draft(identity)
        if draft.kind not in ("http_route", "webhook") or str(draft.attributes.get("method")) in _ASKS:
            continue
        address = words_of(str(draft.attributes.get("path") or draft.name))
        if not _APPROVES.isdisjoint(address) and _is_of_agents(assembly, reference):
            draft.attributes["approves"] = True


def _is_of_agents(assembly: Assembly, reference: FunctionRef) -> bool:
    for file, number in sorted(assembly.reach(reference))[:_MOST]:
        for value in assembly.program.files[file].values:
            if value.scope == number and value.kind in ("name", "attribute", "index") and _OF_AGENTS.fullmatch(value.text):
                return True
    return False
