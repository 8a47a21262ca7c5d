"""Tools that act by a client which is made of who is asking: `jira = await client_of(ctx)`, which reads the session's token.

Takes an assembly and the function of a tool, gives the call that makes such a client. Whom the tool may touch is then decided by the
service that the client asks, for the person whose token it is. That the token becomes part of the client is believed, and a credential
of the server's own that is used where no one is signed in is not seen.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly

_HANDS_ON = frozenset({"await", "guarded", "choice"})
_DEEPEST = 6


def session_client(assembly: Assembly, tool: FunctionRef) -> Node | None:
    """The call that makes a client out of the session, where the tool calls a method of what it gives."""
    program = assembly.program
    for call in assembly.calls_in(tool):
        callee = program.value((call[0], program.value(call).inputs[0]))
        made = _maker(assembly, (call[0], callee.inputs[0]), 0) if callee.kind == "attribute" else None
        if made is not None and _asks_who(assembly, made):
            return made
    return None


def _maker(assembly: Assembly, node: Node, depth: int) -> Node | None:
    """The call whose result a value is: awaited, joined with another, or as it is."""
    value = assembly.program.value(node)
    if value.kind == "call":
        return node
    if value.kind in _HANDS_ON and depth < _DEEPEST:
        return _maker(assembly, (node[0], value.inputs[0]), depth + 1)
    return None


def _asks_who(assembly: Assembly, call: Node) -> bool:
    """Whether a function of the project that is called looks up who is asking."""
    reached = (inner for target in assembly.program.targets(call) for inner in assembly.reach(target.function))
    asked = (inner for function in reached for inner in assembly.calls_in(function))
    return any(source.label == "identity" for inner in asked for source in assembly.sources.get(inner, ()))
