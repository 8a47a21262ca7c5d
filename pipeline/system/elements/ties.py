"""Lasting ties between elements: what a construction is given, and what a decorator or a registering call adds to an object.

Takes an assembly whose calls and entries have their elements; adds relations, and flows that a tie alone implies:
what a ready-made tool fetches, its agent reads, and what an agent is told, the agents that it calls are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.agent_classes import marked_in_class
from pipeline.system.elements.entries import add_function_element
from pipeline.system.elements.in_sight import tools_in_sight
from pipeline.system.elements.named_in_settings import model_of_settings
from pipeline.system.elements.own_agents import tie_own_agents
from pipeline.system.elements.own_loops import tie_own_loops
from pipeline.system.elements.tools_by_name import tools_by_name
from pipeline.system.model import ElementKind, Evidence, Flow, Label
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.program.held import elements_of
from pipeline.system.program.sites import CallSite, EntrySite
from pipeline.system.rules.words import words_of

_HOLDERS: frozenset[ElementKind] = frozenset({"agent", "hosted_llm", "local_llm", "mcp_server"})
_TOOLS: frozenset[ElementKind] = frozenset({"tool", "mcp_tool"})
_STORES: frozenset[ElementKind] = frozenset({"vector_store", "data_store"})
_FUNCTION_WORDS = frozenset(
    {"fn", "func", "funcs", "function", "functions", "coroutine", "callable", "method", "methods", "tool", "tools", "handler", "execute"}
)
_FROM_OUTSIDE: frozenset[Label] = frozenset({"web_content", "uploaded_file", "retrieved_text", "stored_data", "user_feedback"})


@dataclass(slots=True)
class _Tools:
    """Tools by the objects that bring them along and are no elements themselves: sets of tools, plugins, toolkits."""

    of_object: dict[Node, list[str]] = field(default_factory=dict)
    of_class: dict[str, list[str]] = field(default_factory=dict)


def add_ties(assembly: Assembly) -> None:
    """Relations out of all entries and calls."""
    tools = _Tools()
    for reference, identity in sorted(assembly.entry_of_function.items()):
        owner = assembly.program.function(reference).owner
        if owner is not None and assembly.draft(identity).kind in _TOOLS:
            tools.of_class.setdefault(owner, []).append(identity)
    for entry in assembly.sites.entries:
        _tie_entry(assembly, entry, tools)
    for site in assembly.sites.calls:
        _tie_call(assembly, site, tools)
    for agent, tie, tool, mark in tools_in_sight(assembly):
        assembly.relate(agent, tie, tool, assembly.cite(mark))
    tie_own_agents(assembly)
    tie_own_loops(assembly)
    # A model is shared by those who ask it: where an agent holds the tool as well, it is the agent that reads what comes back.
    held = {target for source, kind, target in assembly.relations if kind == "has_tool" and assembly.draft(source).kind == "agent"}
    for (source, kind, target), evidence in sorted(assembly.relations.items()):
        if kind == "has_tool" and (assembly.draft(source).kind == "agent" or target not in held):
            _hand_over(assembly, target, source, evidence)
        elif kind == "calls" and assembly.draft(source).kind == assembly.draft(target).kind == "agent":
            _imply(assembly, source, target, ("model_reply",), evidence)


# Entries


def _tie_entry(assembly: Assembly, entry: EntrySite, tools: _Tools) -> None:
    identity = assembly.entry_of_function.get(entry.function)
    if identity is None:
        return
    if entry.row is not None and assembly.draft(identity).kind in _TOOLS:  # one call makes the tools of all rows
        tools.of_object.setdefault(entry.marker, []).append(identity)
    for wanted, kind in entry.rule.relations.items():
        given = object_of(assembly, entry.marker) if wanted == "receiver" else argument_node(assembly.program, entry.marker, wanted)
        if given is None:
            continue
        holders = [other for other in elements_of(assembly, given) if assembly.draft(other).kind in _HOLDERS]
        for holder in holders:
            assembly.relate(holder, kind, identity, assembly.cite(entry.marker))
        for origin in assembly.program.origins(given) if not holders else ():
            tools.of_object.setdefault(origin, []).append(identity)


def object_of(assembly: Assembly, marker: Node) -> Node | None:
    """`agent` in `@agent.tool`, `@agent.tool(name="x")` and `agent.add(f)`."""
    value = assembly.program.value(marker)
    callee = assembly.program.value((marker[0], value.inputs[0])) if value.kind == "call" else value
    return (marker[0], callee.inputs[0]) if callee.kind == "attribute" else None


# Calls


def _tie_call(assembly: Assembly, site: CallSite, tools: _Tools) -> None:
    node, value = site.node, assembly.program.value(site.node)
    owner = assembly.element_of_call.get(node)
    if owner is None or value.kind != "call":
        return
    if site.rule.kind == "agent" and site.rule.element_from == "call":
        for tool in marked_in_class(assembly, node, tools.of_class):
            assembly.relate(owner, "has_tool", tool, assembly.cite(node))
    for wanted, kind in site.rule.relations.items():
        for given in given_as(assembly, site, wanted):
            if kind == "has_tool":
                _adopt_tools(assembly, given, tools)
                brought = [*_brought_along(assembly, given, tools), *tools_by_name(assembly, given, site.framework)]
                for tool in brought:
                    assembly.relate(owner, kind, tool, assembly.cite(node))
            held = elements_of(assembly, given) or _gathered(assembly, given) or _known_by_type(assembly, given, kind)
            for other in held or _put_in_place(assembly, given, kind):
                # An advisor that is asked on the way may search, or remember.
                tie = "uses_memory" if kind == "uses_retriever" and assembly.draft(other).kind == "memory" else kind
                assembly.relate(owner, tie, other, assembly.cite(node))
            if kind == "uses_model":
                _named_model(assembly, owner, given)


def given_as(assembly: Assembly, site: CallSite, wanted: str) -> list[Node]:
    """The values a call is given as an argument of a rule."""
    value = assembly.program.value(site.node)
    if positions := argument_positions(value, wanted, site.skip):
        return [(site.node[0], value.inputs[position]) for position in positions]
    found = argument_node(assembly.program, site.node, wanted, site.skip)
    return [found] if found is not None else []


def _gathered(assembly: Assembly, given: Node) -> list[str]:
    """`Crew(agents=self.agents)`, where a decorator gathers under that name what the methods of the object return."""
    program, value = assembly.program, assembly.program.value(given)
    rules = [entry for entry in assembly.sites.entries if value.kind == "attribute" and entry.rule.gathered_as == value.text]
    if not rules:
        return []
    owners = {cls for name in program.types((given[0], value.inputs[0])) for cls in (name, *program.bases(name))}
    functions = [(entry.function, program.function(entry.function)) for entry in rules]
    returned = [(reference[0], node) for reference, function in functions if function.owner in owners for node in function.returns]
    return [element for node in returned for element in elements_of(assembly, node)]


def _known_by_type(assembly: Assembly, given: Node, kind: str) -> list[str]:
    """The store that a container hands out, known by its type alone, where the program uses one such: `VectorStore store`."""
    if kind != "uses_store":
        return []
    types = {assembly.index.canonical(name) for name in assembly.program.types(given)}
    found = [
        draft.id
        for draft in assembly.drafts.by_id.values()
        if draft.kind in _STORES and any(_is_called_on(assembly, node, types) for node in draft.nodes)
    ]
    return found if len(found) == 1 else []


def _put_in_place(assembly: Assembly, given: Node, kind: str) -> list[str]:
    """What a function that sets a request up puts into it: `advisors(a -> a.advisors(QuestionAnswerAdvisor.builder(store).build()))`."""
    program = assembly.program
    if kind not in ("uses_retriever", "uses_memory") or program.value(given).kind != "function":
        return []
    calls = [call for reference in program.functions.get(program.value(given).text, ()) for call in assembly.calls_in(reference)]
    made = dict.fromkeys(assembly.element_of_call[call] for call in calls if call in assembly.element_of_call)
    return [identity for identity in made if assembly.draft(identity).kind in ("memory", "retriever")]


def _is_called_on(assembly: Assembly, node: Node, types: set[str]) -> bool:
    if assembly.program.value(node).kind != "call":
        return False
    return any(assembly.index.canonical(name).rpartition(".")[0] in types for name in assembly.program.callee_names(node))


def _named_model(assembly: Assembly, owner: str, given: Node) -> None:
    """`create_agent("openai:gpt-5")`: a model that is only named is still a model."""
    constant = assembly.program.constant(given)
    constant = constant if isinstance(constant, str) else model_of_settings(assembly.program, given)
    if constant:
        model = assembly.drafts.put(
            "hosted_llm", constant.split(":", 1)[-1], None, {"model": constant}, assembly.cite(given), given, assembly.purpose(given[0])
        )
        assembly.relate(owner, "uses_model", model, assembly.cite(given))


def _adopt_tools(assembly: Assembly, given: Node, tools: _Tools) -> None:
    """Plain functions and methods handed over as tools become tools, one by one or in an object made of them."""
    program = assembly.program
    for origin in program.elements(given):
        if origin in tools.of_object:
            continue
        value = program.value(origin)
        names = [value.text] if value.kind == "function" else list(program.names(origin)) if value.kind == "attribute" else []
        if value.kind == "call" and origin not in assembly.element_of_call:
            given_inside = [i for i, label in zip(value.inputs[1:], value.labels[1:], strict=True) if _may_be_the_tool(label)]
            inner = [member for argument in given_inside for member in program.elements((origin[0], argument))]
            names = [name for member in inner for name in program.names(member)]
        for name in names:
            for reference in program.functions.get(name, ()):
                if reference not in assembly.entry_of_function:
                    add_function_element(assembly, reference, "tool", program.function(reference).name, "tool_arguments", "python")


def _may_be_the_tool(label: str) -> bool:
    """Whether an argument of what makes a tool may be the function itself: `fn=look`, not `on_stream=show`."""
    words = words_of(label)
    return label in ("", "*") or (words[-1:] != [] and words[-1] in _FUNCTION_WORDS and "error" not in words)


def _brought_along(assembly: Assembly, given: Node, tools: _Tools, depth: int = 0) -> Iterator[str]:
    """Tools of objects that are no elements: `toolsets=[toolset]`, `plugins=[MenuPlugin()]`, and what only wraps such an object."""
    program = assembly.program
    for origin in program.elements(given):
        known = tools.of_object.get(origin)
        if known is not None:
            yield from known
        value = program.value(origin)
        if value.kind not in ("call", "parameter", "attribute") or origin in assembly.element_of_call:
            continue  # what a parameter or a field is handed by injection, its type says
        for name in program.types(origin):
            for cls in (name, *program.bases(name)):
                yield from tools.of_class.get(cls, ())
        if depth < 3 and value.kind == "call" and not program.targets(origin):
            callee = program.value((origin[0], value.inputs[0]))
            inner = [callee.inputs[0]] if callee.kind == "attribute" else []
            for other in (*inner, *value.inputs[1:4]):
                yield from _brought_along(assembly, (origin[0], other), tools, depth + 1)


# Flows


def _hand_over(assembly: Assembly, tool: str, agent: str, evidence: list[Evidence]) -> None:
    """What a ready-made tool fetches, by its rule, the agent reads."""
    draft = assembly.draft(tool)
    if draft.kind != "tool":
        return
    fetched = {source.label for node in draft.nodes for source in assembly.sources.get(node, ()) if source.element == tool}
    if fetched & _FROM_OUTSIDE:
        _imply(assembly, tool, agent, ("tool_result", *sorted(fetched & _FROM_OUTSIDE)), evidence)


def _imply(assembly: Assembly, source: str, target: str, carries: tuple[Label, ...], evidence: list[Evidence]) -> None:
    steps = tuple(cited.model_copy(update={"role": "step"}) for cited in evidence[:2])
    assembly.flow(Flow(id=f"{source}->{target}:prompt", source=source, target=target, carries=carries, role="prompt", steps=steps))
