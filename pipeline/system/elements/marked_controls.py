"""Decorators that are controls of the whole application: `@password_auth_callback` on the function that signs people in.

Takes an assembly whose entries have their elements. A login that stands where a setting has to be made for it to be there at all
(`if os.getenv("AUTH_SECRET"): @oauth_callback ...`) is none as shipped, and the pages say why.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.flows.switches import off_around


def add_marked_controls(assembly: Assembly) -> None:
    """The controls, on the pages they stand before; other controls on all entries."""
    for entry in assembly.sites.entries:
        control = entry.rule.control
        if control is None:
            continue
        off = off_around(assembly, entry.marker) if control == "authentication" else None
        kinds = frozenset({"chat_ui"}) if control == "authentication" else ENTRY_KINDS - {"mcp_tool"}
        for draft in [draft for draft in assembly.drafts.by_id.values() if draft.kind in kinds]:
            if off is None:
                assembly.control(control, draft.id, assembly.cite(entry.marker))
            else:
                draft.show(off)
