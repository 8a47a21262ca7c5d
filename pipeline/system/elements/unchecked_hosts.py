"""Machines that are reached by SSH without a look at their key: only those that an agent's tools reach are told.

Takes an assembly whose elements are known. A host by SSH (`protocol: ssh`) that no tool and no agent comes to, the deployment's own for
instance, loses its `tls_verification`: who answers for it steers no model. Options of the program `ssh` are not looked at.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.elements.tool_parts import entries

_ACTS = frozenset({"tool", "mcp_tool", "agent"})


def mark_unchecked_hosts(assembly: Assembly) -> None:
    """Leaves the mark to hosts that tools come to."""
    hosts = [
        draft
        for draft in assembly.drafts.by_id.values()
        if draft.attributes.get("protocol") == "ssh" and "tls_verification" in draft.attributes
    ]
    reached = set[FunctionRef]()
    for reference, identity in entries(assembly) if hosts else ():
        if assembly.draft(identity).kind in _ACTS:
            reached |= assembly.reach(reference)
    used = {file for file, _scope in reached}
    for draft in hosts:
        scopes = {(file, assembly.program.value((file, value)).scope) for file, value in draft.nodes}
        at_top = any(file in used and assembly.program.function((file, scope)).name == "<module>" for file, scope in scopes)
        if not at_top and reached.isdisjoint(scopes):
            del draft.attributes["tls_verification"]
