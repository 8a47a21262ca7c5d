"""Traces that hold whole conversations: recording that a call of a model switches on, inputs and outputs included.

Takes an assembly whose elements are known and calls of which knowledge says `traced: whole`, adds a log of traces with these calls.
Recording that a setting switches on, and calls that leave texts out, add none. Where the tracer sends it is not looked at.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.program.flags import read_flags


def add_traced_conversations(assembly: Assembly) -> None:
    """A log of traces, where calls of models write texts to it."""
    for site in assembly.sites.calls:
        if read_flags(assembly.program, site.node, site.rule.flags).attributes.get("traced") != "whole":
            continue
        cited = assembly.cite(site.node, "sink", "what is asked and answered is recorded")
        assembly.drafts.put("log", "traces", None, {"conversations": True}, cited, None, assembly.program.files[site.node[0]].purpose)
