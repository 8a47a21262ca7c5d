"""Instructions that whoever sits at a page writes as a whole: the form in which an agent is made, and no text among somebody else's orders.

Takes a hit of the flow search. A field of a Streamlit page that becomes all of an instruction, and no part of a developer's text, is a
setting of the person who also asks. What a route, a bot or a file brings is written by others and stays what it is.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.model import Label, SinkRole

_PUT_TOGETHER = frozenset({"format", "operation"})
_PUTS_TOGETHER = frozenset({"format", "format_map", "join", "replace", "substitute", "safe_substitute", "render", "from_template"})
_INSTRUCTS: frozenset[SinkRole] = frozenset({"system_prompt", "instructions"})


def is_own_instruction(assembly: Assembly, hit: Hit, label: Label, role: SinkRole) -> bool:
    """Whether the whole of an instruction was typed into a field of a page that its maker uses."""
    program, begins = assembly.program, hit.trace[0]
    if role not in _INSTRUCTS or label != "user_input" or program.value(begins).kind != "call":
        return False
    if not any(name.startswith("streamlit.") for name in program.callee_names(begins)):
        return False
    return not any(
        program.value(node).kind in _PUT_TOGETHER or (program.value(node).kind == "call" and callee_text(assembly, node) in _PUTS_TOGETHER)
        for node in hit.trace[1:]
    )
