"""Who speaks where a function is told it: `turn("system", text)` and `turn("user", text)` make messages of two speakers in one place.

Takes a hit of the flow search whose message may be one of several speakers' as far as the place says where it is made, and asks the
calls by which the data came there. Where the data came in no call, or where that names nobody, nothing is said.
"""

from __future__ import annotations

from itertools import pairwise

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.program.walking import passed_by

_MOST_CALLS = 8


_SPEAKERS = frozenset({"system", "developer", "user", "human", "assistant", "ai", "model", "tool", "function"})


def speaker_on_way(assembly: Assembly, hit: Hit) -> str:
    """The speaker that the calls on the way name, the system first; empty where something else may say who speaks."""
    program = assembly.program
    for node in hit.trace:
        value = program.value(node)
        label = next((label for label in value.labels if label in ("role", "Role")), "") if value.kind in ("call", "collection") else ""
        if not label:
            continue
        said = _said(assembly, hit, (node[0], value.inputs[value.labels.index(label)]))
        if said and said <= _SPEAKERS:
            return next((one for one in ("system", "developer") if one in said), min(said))
    return ""


def _said(assembly: Assembly, hit: Hit, node: Node) -> frozenset[str]:
    """The constants that a value is in the calls that the data was handed in by; nothing where one of them is not known."""
    program, found, queue, seen = assembly.program, set[str](), [node], set[Node]()
    while queue and len(seen) < _MOST_CALLS:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind in ("guarded", "await", "choice"):
            queue += [(current[0], given) for given in (value.inputs[:1] if value.kind == "guarded" else value.inputs)]
            continue
        place = program.parameter_of(current) if value.kind == "parameter" else None
        if place is None:
            constants = program.constants(current)
            if not constants:
                return frozenset()
            found |= {constant.text for constant in constants}
            continue
        calls = list[Node]()
        for before, after in pairwise(hit.trace):
            inside = program.parameter_of(after) if program.value(after).kind == "parameter" else None
            if inside is None or inside[0] != place[0]:
                continue
            for call in assembly.calls_in((before[0], program.value(before).scope)):
                if before[1] in program.value(call).inputs:
                    calls += passed_by(program, call, place)
        if not calls:
            return frozenset()
        queue += calls
    return frozenset(found)
