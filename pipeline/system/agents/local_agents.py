"""Agents that serve other agents of their own machine alone.

Takes an assembly whose elements are known, marks agents that are published for others where every server the program starts listens on
loopback: by its own default, by a constant, or by the default of the setting that may change it. What a container or a command line sets
instead is not seen.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_positions

_STARTS = frozenset({"uvicorn.run", "uvicorn.Config"})  # 127.0.0.1 unless told otherwise
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def mark_local_agents(assembly: Assembly) -> None:
    """Marks agents that only their own machine can reach."""
    published = [draft for draft in assembly.drafts.by_id.values() if draft.attributes.get("serves_agents") is True]
    if not published:
        return
    program = assembly.program
    starts = [
        (file, identity)
        for file, facts in enumerate(program.files)
        for identity, value in enumerate(facts.values)
        if value.kind == "call" and not _STARTS.isdisjoint(program.names((file, value.inputs[0])))
    ]
    if starts and all(_is_local(assembly, start) for start in starts):
        for draft in published:
            draft.attributes["local"] = True


def _is_local(assembly: Assembly, start: tuple[int, int]) -> bool:
    program, value = assembly.program, assembly.program.value(start)
    positions = argument_positions(value, "host")
    origins = [program.value(origin) for position in positions for origin in program.origins((start[0], value.inputs[position]))]
    hosts = [origin.text for origin in origins if origin.kind == "constant"]
    return not positions or (bool(hosts) and _LOOPBACK.issuperset(hosts))
