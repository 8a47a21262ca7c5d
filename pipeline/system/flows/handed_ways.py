"""Ways that lead from one route into the handler of another, through an adapter that takes any handler: `adapted(request, summarise())`.

Takes an assembly and a hit of the flow search, says whether its way goes through a method of an object that the route, where the data comes
in, does not hand over. Which objects it hands over, `Assembly.reach` finds.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import RETURNED, Hit


def is_of_another_handler(assembly: Assembly, source: str, hit: Hit) -> bool:
    """Whether a way from, or back to, an entry goes through a method that is called on an object only others hand over."""
    if not assembly.not_handed_on:
        return False
    ends = [entry for entry in assembly.not_handed_on if assembly.entry_of_function.get(entry) == source]
    ends += [(hit.call[0], -1 - hit.call[1])] if hit.argument == RETURNED else []
    passed = {(node[0], assembly.program.value(node).scope) for node in hit.trace}
    return any(passed & assembly.not_handed_on.get(entry, set()) - assembly.reach(entry) for entry in ends)
