"""Approvals of graphs: a run of LangGraph stops before a node, behind it or inside it, and a person answers before tools are called.

Takes an assembly whose calls have their elements. What stops is read from the lists of nodes that compiling or starting a graph is given
(`interrupt_before`, `interrupt_after`) and from nodes that call `interrupt`; what is approved by it are the tools that are called in a node
which the run does not enter otherwise. Where a function chooses the next node and looks the tool's name up in a list, it is an approval of
the tools on that list alone. A tool that another node calls without a stop is approved by none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.hook_approvals import INTERRUPTS
from pipeline.system.controls.loop_approvals import names_looked_up
from pipeline.system.flows.handed_over import registered_on
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.held import elements_of, receivers
from pipeline.system.program.walking import inside

_ADDS = frozenset({"add_node", "addNode"})
_EDGES = frozenset({"add_edge", "addEdge"})
_CHOICES = frozenset({"add_conditional_edges", "addConditionalEdges"})
_METHODS = _ADDS | _EDGES | _CHOICES
_OF_GRAPHS = ("langgraph.graph.", "@langchain/langgraph")
_BEFORE = "interrupt_before|interruptBefore"
_AFTER = "interrupt_after|interruptAfter"
_TOOL_NODES = frozenset({"langgraph.prebuilt.ToolNode", "@langchain/langgraph/prebuilt.ToolNode"})
_COMMANDS = ("langgraph.types.Command", "langgraph.types.Send", "@langchain/langgraph.Command", "@langchain/langgraph.Send")
_CONDITIONS = ("tools_condition", "toolsCondition")  # go to the node `tools`, or end
_PREBUILT = frozenset({"create_react_agent", "createReactAgent", "create_tool_calling_executor", "create_agent", "createAgent"})
_EVERY = "*"
_CALLS = frozenset({"invoke", "ainvoke", "run", "arun", "call", "func"})
_MOST = 60


@dataclass(slots=True)
class _Graph:
    """What is known of one graph: the tools of its nodes, which lead to which, and where a run of it stops."""

    tools: dict[str, dict[str, None]] = field(default_factory=dict)
    functions: dict[str, list[FunctionRef]] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)  # a node, and those a run comes from
    stops: dict[str, Node] = field(default_factory=dict)  # nodes before which a run stops
    stops_after: dict[str, Node] = field(default_factory=dict)
    stops_in: dict[str, Node] = field(default_factory=dict)
    chosen: dict[str, set[str]] = field(default_factory=dict)  # a node, and names of tools whose calls are sent there


def add_graph_approvals(assembly: Assembly) -> None:
    """An approval for each tool that a graph calls only behind a stop, and for agents all of whose tools stand behind one."""
    graphs = _read(assembly)
    elsewhere = _called_elsewhere(assembly) if graphs else set()
    for graph in graphs.values():
        for tool in dict.fromkeys(tool for held in graph.tools.values() for tool in held):
            stops = [_stop_before(assembly, graph, node, tool) for node, held in graph.tools.items() if tool in held]
            if tool not in elsewhere and all(stops):
                for stop in dict.fromkeys(stop for stop in stops if stop is not None):
                    assembly.control("human_approval", tool, assembly.cite(stop), "the run stops here before the tool is called")
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is not None and site.rule.kind == "agent" and _stands_before_all(assembly, graphs, site.node):
            assembly.control("human_approval", identity, assembly.cite(site.node))


def _called_elsewhere(assembly: Assembly) -> set[str]:
    """Tools that agents call which are no nodes of a graph."""
    nodes = {
        identity for call, identity in assembly.element_of_call.items()
        if _TOOL_NODES & {assembly.index.canonical(name) for name in _callees(assembly, call)}
    }  # fmt: skip
    return {
        tool for source, kind, tool in assembly.relations
        if kind == "has_tool" and source not in nodes and assembly.draft(source).kind == "agent"
    }  # fmt: skip


def _callees(assembly: Assembly, node: Node) -> tuple[str, ...]:
    return assembly.program.callee_names(node) if assembly.program.value(node).kind == "call" else ()


def _stands_before_all(assembly: Assembly, graphs: dict[Node, _Graph], call: Node) -> bool:
    """Whether the stops that a call is given stand before all tools: `interrupt_before=["tools"]`, and not another node's name."""
    program = assembly.program
    given = argument_node(program, call, _BEFORE) if program.value(call).kind == "call" else None
    if given is None:
        return False
    named = _names(assembly, given)
    if not named or _EVERY in named:
        return True
    if program.value((call[0], program.value(call).inputs[0])).text.rpartition(".")[2] in _PREBUILT:
        return "tools" in named
    of_it = [graphs[owner] for owner in registered_on(program, call) if owner in graphs]
    held = [(graph, node, tool) for graph in of_it for node, tools in graph.tools.items() for tool in tools]
    return not held or all(_stop_before(assembly, graph, node, tool) is not None for graph, node, tool in held)


def _read(assembly: Assembly) -> dict[Node, _Graph]:
    program = assembly.program
    found: dict[Node, _Graph] = {}
    given: list[tuple[Node, str]] = []
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            callee = facts.values[value.inputs[0]] if value.kind == "call" else value
            if callee.kind == "attribute" and value.kind == "call" and callee.text in _METHODS:
                names = program.callee_names((file, identity))
                given += (
                    [((file, identity), callee.text)]
                    if any(assembly.index.canonical(name).startswith(_OF_GRAPHS) for name in names)
                    else []
                )
    for call, method in given:
        for owner in registered_on(program, call):
            graph = found.setdefault(owner, _Graph())
            if method in _ADDS:
                _add_nodes(assembly, graph, call)
    for call, method in given:
        for owner in registered_on(program, call):
            if method in _EDGES:
                _add_edge(assembly, found[owner], call)
            elif method in _CHOICES:
                _add_choice(assembly, found[owner], call)
    for graph in found.values():
        _follow_commands(assembly, graph)
    for site in assembly.sites.calls if found else ():
        for wanted in (_BEFORE, _AFTER) if site.rule.kind == "agent" and program.value(site.node).kind == "call" else ():
            listed = argument_node(program, site.node, wanted)
            for owner in registered_on(program, site.node) if listed is not None else ():
                if owner in found and listed is not None:
                    named = _names(assembly, listed)
                    nodes = found[owner].functions if _EVERY in named else named
                    held = found[owner].stops if wanted == _BEFORE else found[owner].stops_after
                    held.update(dict.fromkeys(nodes, site.node))
    return found


def _add_nodes(assembly: Assembly, graph: _Graph, call: Node) -> None:
    program = assembly.program
    first = argument_node(program, call, "node|0")
    action = argument_node(program, call, "action|1")
    if first is None:
        return
    table = next((origin for origin in program.origins(first) if program.value(origin).kind == "collection"), None)
    if table is not None:  # `addNode({ plan, act: new ToolNode(tools) })`
        given = zip(program.value(table).labels, program.value(table).inputs, strict=False)
        named = [(label, (table[0], inner)) for label, inner in given if label]
    else:
        name = program.constant(first)
        names = [name] if isinstance(name, str) else [one.rpartition(".")[2] for one in program.names(first)[:1]]
        named = [(one, action or first) for one in names]
    for name, acting in named:
        graph.functions.setdefault(name, []).extend(_functions(assembly, acting))
        tools = dict.fromkeys(_tools_of(assembly, acting, graph.functions[name]))
        if tools:
            graph.tools.setdefault(name, {}).update(tools)
        for reference in graph.functions[name]:
            for inner in assembly.reach(reference):
                for asked in assembly.calls_in(inner):
                    if INTERRUPTS & set(program.callee_names(asked)):
                        graph.stops_in.setdefault(name, asked)


def _functions(assembly: Assembly, acting: Node) -> list[FunctionRef]:
    program = assembly.program
    return [reference for name in program.names(acting) for reference in program.functions.get(name, ())]


def _tools_of(assembly: Assembly, acting: Node, functions: list[FunctionRef]) -> Iterator[str]:
    """Tools that a node calls: those of its prebuilt node of tools, or what its function calls by itself."""
    program = assembly.program
    for origin in program.origins(acting):
        yield from _tools_given(assembly, origin)
    for reference in functions:
        for inner in assembly.reach(reference):
            for call in assembly.calls_in(inner):
                yield from _tools_given(assembly, call)
                callee = program.value((call[0], program.value(call).inputs[0]))
                if callee.kind != "attribute" or callee.text not in _CALLS:
                    continue
                for origin in program.origins((call[0], callee.inputs[0])):
                    yield from _tools_given(assembly, origin)
                yield from (one for one in receivers(assembly, call) if assembly.draft(one).kind in ("tool", "mcp_tool"))


def _tools_given(assembly: Assembly, made: Node) -> Iterator[str]:
    """The tools of `ToolNode(tools)`."""
    names = {assembly.index.canonical(name) for name in _callees(assembly, made)}
    given = argument_node(assembly.program, made, "tools|0") if names & _TOOL_NODES else None
    if given is not None:
        yield from (one for one in elements_of(assembly, given) if assembly.draft(one).kind in ("tool", "mcp_tool"))


def _add_edge(assembly: Assembly, graph: _Graph, call: Node) -> None:
    begin, end = argument_node(assembly.program, call, "start_key|0"), argument_node(assembly.program, call, "end_key|1")
    if begin is not None and end is not None:
        for source in _names(assembly, begin):
            for target in _names(assembly, end):
                graph.before.setdefault(target, []).append(source)


def _add_choice(assembly: Assembly, graph: _Graph, call: Node) -> None:
    """Edges to what a function names; by a table of names where one is given."""
    program = assembly.program
    source, chooses = argument_node(program, call, "source|0"), argument_node(program, call, "path|1")
    if source is None or chooses is None:
        return
    table = argument_node(program, call, "path_map|2")
    renamed: dict[str, str] = {}
    listed: set[str] = set()
    for origin in program.origins(table) if table is not None else ():
        value = program.value(origin)
        for label, inner in zip(value.labels, value.inputs, strict=False) if value.kind == "collection" else ():
            said = program.constant((origin[0], inner))
            if isinstance(said, str):
                listed.add(said)
                renamed |= {label: said} if label else {}
    targets: dict[str, set[str] | None] = {}
    for reference in _functions(assembly, chooses):
        for said, lists in _said(assembly, reference):
            targets[said] = lists if said not in targets or targets[said] == lists else None
    if not targets:
        plain = any(name.rpartition(".")[2] in _CONDITIONS for name in program.names(chooses))
        targets = dict.fromkeys(["tools"] if plain and not listed else listed)
    for said, lists in targets.items():
        node = renamed.get(said, said)
        for begin in _names(assembly, source):
            graph.before.setdefault(node, []).append(begin)
        if lists:
            graph.chosen.setdefault(node, set()).update(lists)


def _said(assembly: Assembly, reference: FunctionRef) -> Iterator[tuple[str, set[str] | None]]:
    """Texts that a function gives back, each with the names of the list in which a call's name must be found for it."""
    program, facts = assembly.program, assembly.program.files[reference[0]]
    for returned in program.function(reference).returns:
        for part in inside(program, (reference[0], returned), _MOST):
            value = program.value(part)
            if value.kind != "constant" or value.constant_type != "string":
                continue
            tests = [
                (reference[0], branch.condition)
                for branch in facts.branches
                if branch.scope == reference[1]
                and branch.side(part[1]) is not _is_turned(assembly, (reference[0], branch.condition))
                and branch.side(part[1]) is not None
            ]
            lists = [found for test in tests if (found := names_looked_up(assembly, test))]
            yield value.text, lists[-1] if lists else None


def _is_turned(assembly: Assembly, condition: Node) -> bool:
    """`not name in SENSITIVE`, `!SENSITIVE.includes(name)`, `name not in SENSITIVE`."""
    value = assembly.program.value(condition)
    return value.kind == "operation" and value.text.startswith(("not", "!")) and value.text not in ("!=", "!==")


def _follow_commands(assembly: Assembly, graph: _Graph) -> None:
    """Edges that nodes name themselves: `return Command(goto="tools")`."""
    for name, functions in graph.functions.items():
        for reference in functions:
            for inner in assembly.reach(reference):
                for call in assembly.calls_in(inner):
                    if not any(one.endswith(_COMMANDS) for one in map(assembly.index.canonical, assembly.program.callee_names(call))):
                        continue
                    goto = argument_node(assembly.program, call, "goto|node|0")
                    for target in _names(assembly, goto) if goto is not None else ():
                        graph.before.setdefault(target, []).append(name)


def _names(assembly: Assembly, node: Node) -> set[str]:
    """Names of nodes: one, a list of them, or the two sides of a condition."""
    program = assembly.program
    said = {str(value.text) for value in program.constants(node) if value.constant_type == "string"}
    for member in program.elements(node):
        inner = program.constant(member)
        said |= {inner} if isinstance(inner, str) else set()
    return said


def _stop_before(assembly: Assembly, graph: _Graph, node: str, tool: str) -> Node | None:
    """Where a run stops before a node calls this tool."""
    stop = graph.stops.get(node) or graph.stops_in.get(node)
    if stop is not None:
        return stop
    ways = [graph.stops_after.get(one) or graph.stops_in.get(one) for one in graph.before.get(node, ())]
    if ways and all(ways):
        return ways[0]
    name = assembly.draft(tool).name
    for other, listed in graph.chosen.items():  # its calls are sent to a node that stops
        if other != node and name in listed and (stop := graph.stops.get(other) or graph.stops_in.get(other)) is not None:
            return stop
    return None
