"""Escaping that a program does by itself: `text.replace(/[&<>"']/g, (sign) => ENTITIES[sign])`, `text.replace("<", "&lt;")`.

Takes an assembly, gives its sites with those calls that put something harmless in place of what begins a tag. Whether the other signs are
replaced as well is not asked: without the first nothing begins.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.system.assembly import Assembly
from pipeline.system.program.replaced import escaping_calls
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.rules.framework import CallRule

_RULE = CallRule(call=("own escaping",), control="output_encoding", protects="data", cleans=("html",))


def with_own_encoders(assembly: Assembly) -> Sites:
    """The sites, and the calls that escape markup by hand."""
    found = tuple(CallSite(call, _RULE, "own code", ("own escaping",)) for call in escaping_calls(assembly))
    return replace(assembly.sites, calls=(*assembly.sites.calls, *found)) if found else assembly.sites
