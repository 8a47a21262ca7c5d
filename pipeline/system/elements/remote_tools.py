"""Tools of MCP servers that a reply names: `session.call_tool(call.function.name, ...)`, in a loop that a program writes by itself.

Takes an assembly whose elements are known, gives the calls by which a model is asked, each with the client whose tools its reply names. The
name must come of the reply, through variables, fields and functions it is handed to; a tool that the program names is no choice of the
model.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.sites import CallSite

_NAMES = frozenset({"name", "Name", "toolName"})
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_MOST_STEPS = 300


def named_by_replies(assembly: Assembly) -> Iterator[tuple[Node, str]]:
    """Calls that ask a model, with the element of the client that runs what the reply names."""
    asking = {site.node for site in assembly.sites.calls if site.rule.result == "model_reply"}
    for site in assembly.sites.calls:
        client = assembly.element_of_call.get(site.node)
        if client is None or site.rule.kind != "mcp_client" or site.rule.result != "tool_result":
            continue
        name = _name_given(assembly.program, site)
        reply = _reply_behind(assembly, name, asking) if name is not None else None
        if reply is not None:
            yield reply, client


def _name_given(program: Program, site: CallSite) -> Node | None:
    """The name of the tool: an argument of that name, an entry of the options, or what stands first."""
    file, value = site.node[0], program.value(site.node)
    options = [(value, 1), *((program.value((file, given)), 0) for given in value.inputs[1:])]
    for holder, first in options:
        for label, given in list(zip(holder.labels, holder.inputs, strict=False))[first:] if holder.kind in ("call", "collection") else ():
            if label in _NAMES:
                return file, given
    return (file, value.inputs[1]) if len(value.inputs) > 1 else None


def _reply_behind(assembly: Assembly, name: Node, asking: set[Node]) -> Node | None:
    """The call whose reply a name is read of."""
    program, queue, seen = assembly.program, [name], set[Node]()
    while queue and len(seen) < _MOST_STEPS:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if current in asking and (element := assembly.element_of_call.get(current)) and assembly.draft(element).kind in _MODELS:
            return current
        queue += [origin for origin in program.origins(current) if origin != current]
        if value.kind in ("attribute", "index", "await", "guarded", "element_of", "choice", "operation"):
            queue += [(current[0], given) for given in value.inputs]
        elif value.kind == "call":  # message.tool_calls.get(0), str(name)
            callee = program.value((current[0], value.inputs[0]))
            queue += (
                [(current[0], callee.inputs[0])] if callee.kind == "attribute" else [(current[0], given) for given in value.inputs[1:2]]
            )
        elif value.kind == "parameter" and (place := program.parameter_of(current)) is not None:
            for caller in program.callers(place[0]):
                queue += [
                    (caller[0], program.value(caller).inputs[at])
                    for target in program.targets(caller)
                    if target.function == place[0]
                    for at in program.bind(caller, target).get(place[1], ())
                ]
    return None
