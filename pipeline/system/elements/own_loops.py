"""Agents that are only a loop: a function that asks a model, runs what the reply names, and asks again with what came of it.

Takes an assembly whose calls and entries have their elements, and the tools that a program runs by the name a model gave
(`shape_dispatch`); adds the agent with its model and its tools, and whether something bounds its rounds. Where the model is asked once,
there is no loop: then the tools are the model's. What a class of the project is found to be as a whole (`own_agents`) stays that. Where the
model is not seen (a session of a provider, another process), the agent is the code that runs the tools.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.elements.remote_tools import named_by_replies
from pipeline.system.model import AttributeValue, ElementKind
from pipeline.system.program.rounds import is_bounded, rounds_of

_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm"})


def tie_own_loops(assembly: Assembly) -> None:
    """Relations of tools that replies name, to the agent whose loop it is, or to the model."""
    agents: dict[FunctionRef, str] = {}
    for entry in assembly.sites.entries:
        tool = _tool_of(assembly, entry.function, entry.part) if entry.asked_by else None
        for asking in entry.asked_by if tool is not None else ():
            _tie(assembly, asking, str(tool), entry.marker, agents)
    for asking, client in named_by_replies(assembly):
        _tie(assembly, asking, client, asking, agents)


def _tie(assembly: Assembly, asking: Node, tool: str, marker: Node, agents: dict[FunctionRef, str]) -> None:
    holder = _holder(assembly, asking, agents)
    model = assembly.element_of_call.get(asking, holder)
    if holder != model:
        assembly.relate(holder, "uses_model", model, assembly.cite(asking))
        _told(assembly, asking, model, holder)
    assembly.echoed.setdefault(asking, set()).update({tool, holder, model})
    assembly.relate(holder, "has_tool", tool, assembly.cite(marker))


def _tool_of(assembly: Assembly, function: FunctionRef, part: tuple[int, int] | None) -> str | None:
    if part is None:
        return assembly.entry_of_function.get(function)
    return next((identity for identity, held in assembly.parts.get(function, {}).items() if held == part), None)


def _holder(assembly: Assembly, asking: Node, agents: dict[FunctionRef, str]) -> str:
    """Who has the tools that the reply of a call names; `agents` are those found so far, by the function of their loop."""
    model = assembly.element_of_call.get(asking)
    if model is not None and assembly.draft(model).kind not in _MODELS:
        return model
    loop = rounds_of(assembly.program, asking) if model is not None else (asking[0], assembly.program.value(asking).scope)
    if loop is None:
        return str(model)
    if loop not in agents:
        listens = len(assembly.program.value(asking).inputs) == 1  # `session.receive()`: the session runs its rounds, as somebody speaks
        says: dict[str, AttributeValue] = {"loop_unseen": True} if model is None or listens else {}
        if model is None and any(draft.kind == "mcp_server" for draft in assembly.drafts.by_id.values()):
            says["called_by_protocol"] = True  # whoever uses the server has the model, and the conversation
        if model is not None and is_bounded(assembly.program, loop):
            says["loop_limited"] = True
        agents[loop] = _agent(assembly, loop, asking, says)
    return agents[loop]


def _agent(assembly: Assembly, loop: FunctionRef, asking: Node, says: dict[str, AttributeValue]) -> str:
    """The element of a loop: the class around it, where that is an agent already."""
    program = assembly.program
    function = program.function(loop)
    outer = function
    while outer.owner is None and outer.parent:
        outer = program.files[loop[0]].functions[outer.parent]
    if outer.owner in assembly.element_of_class:
        return assembly.element_of_class[outer.owner]
    name = outer.owner.rsplit(".", 1)[-1] if outer.owner is not None else outer.name.strip("<>")
    attributes: dict[str, AttributeValue] = {"recognised": "shape", "framework": "own", **says}
    return assembly.drafts.put(
        "agent", name, "application", attributes, assembly.cite(asking), asking, assembly.purpose(loop[0]), function.qualified_name, True
    )


def _told(assembly: Assembly, asking: Node, model: str, agent: str) -> None:
    """What the model is told in the loop, the agent is told."""
    sinks = assembly.sinks.get(asking, [])
    for sink in [one for one in sinks if one.element == model]:
        told = Sink(sink.argument, sink.role, agent, sink.key)
        if told not in sinks:
            sinks.append(told)
