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
from pipeline.system.program.walking import inputs_of, passed_for, walk

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
    for current in walk(name, lambda node: _taken_of(assembly.program, node), _MOST_STEPS, nearest_first=True):
        element = assembly.element_of_call.get(current) if current in asking else None
        if element and assembly.draft(element).kind in _MODELS:
            return current
    return None


def _taken_of(program: Program, node: Node) -> list[Node]:
    """What a name is taken of, also by who calls."""
    value, found = program.value(node), [origin for origin in program.origins(node) if origin != node]
    if value.kind in ("attribute", "index", "await", "guarded", "element_of", "choice", "operation"):
        found += inputs_of(program, node)
    elif value.kind == "call":  # message.tool_calls.get(0), str(name)
        callee = program.value((node[0], value.inputs[0]))
        found += [(node[0], given) for given in (callee.inputs[:1] if callee.kind == "attribute" else value.inputs[1:2])]
    elif value.kind == "parameter":
        found += passed_for(program, node)
    return found
