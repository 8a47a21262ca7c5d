"""Approvals in hooks: an agent that a library makes calls a function between its model's answer and the tools, and that asks a person.

Takes an assembly whose calls have their elements and whose agents have their tools. A hook is given when the agent is made
(`post_model_hook`, a middleware's `after_model` or `wrap_tool_call`), and what it runs stops the run with `interrupt`. Where the names of
tools are looked up in a list before, it is an approval of the tools on that list, or of all others; the hook may hand the list over. A
tool that another agent calls without such a hook is approved by none.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.loop_approvals import looked_up_in, names_listed
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import passed_by

INTERRUPTS = frozenset({"langgraph.types.interrupt", "@langchain/langgraph.interrupt"})
_HOOKS = "post_model_hook|postModelHook"
_MIDDLEWARE = "middleware"
_METHODS = ("after_model", "aafter_model", "wrap_tool_call", "awrap_tool_call")
_ENTRIES = ("afterModel", "wrapToolCall")
_MAX_STEPS = 4  # lists that are handed on from one function to the next


def add_hook_approvals(assembly: Assembly) -> None:
    """An approval for each tool that all its agents call only behind a hook that asks about it."""
    asked: dict[str, dict[str, Node]] = {}  # an agent, and tools that its hooks ask about
    held: dict[str, list[str]] = {}  # a tool, and the agents that have it
    for source, kind, tool in assembly.relations:
        if kind == "has_tool" and assembly.draft(source).kind == "agent":
            held.setdefault(tool, []).append(source)
    for site in assembly.sites.calls:
        agent = assembly.element_of_call.get(site.node)
        if agent is None or site.rule.kind != "agent" or assembly.program.value(site.node).kind != "call":
            continue
        tools = [tool for tool, agents in held.items() if agent in agents]
        for hook in _hooks(assembly, site.node) if tools else ():
            for stop, listed, others in _stops(assembly, hook):
                for tool in tools:
                    if listed is None or (assembly.draft(tool).name in listed) is not others:
                        asked.setdefault(agent, {}).setdefault(tool, stop)
    for stops in asked.values():
        for tool, stop in stops.items():
            if all(tool in asked.get(other, ()) for other in held[tool]):
                assembly.control("human_approval", tool, assembly.cite(stop), "a hook of the agent stops here before the tool is called")


def _hooks(assembly: Assembly, made: Node) -> Iterator[FunctionRef]:
    """Functions that run between an answer of the model and the tools it asks for."""
    program = assembly.program
    given = argument_node(program, made, _HOOKS)
    if given is not None:
        yield from _functions(assembly, given)
    listed = argument_node(program, made, _MIDDLEWARE)
    for member in program.elements(listed) if listed is not None else ():
        if program.value(member).kind == "function":
            reached = list(_functions(assembly, member))
            yield from (one for one in reached if any(name.endswith(_METHODS) for name in _decorators(assembly, one)))
            continue
        for owner in program.types(member):
            methods = (program.method(owner, name) for name in _METHODS) if owner in program.classes else ()
            yield from (method for method in methods if method is not None)
        for entry in _ENTRIES if program.value(member).kind == "call" else ():
            held = argument_node(program, member, f"{entry}.hook|{entry}")
            yield from _functions(assembly, held) if held is not None else ()


def _decorators(assembly: Assembly, reference: FunctionRef) -> Iterator[str]:
    program = assembly.program
    for decorator in program.function(reference).decorators:
        value = program.value((reference[0], decorator))
        yield from program.names((reference[0], value.inputs[0] if value.kind == "call" else decorator))


def _functions(assembly: Assembly, given: Node) -> Iterator[FunctionRef]:
    program = assembly.program
    for name in program.names(given):
        yield from program.functions.get(name, ())
    for owner in program.types(given):  # an object that is called
        method = program.method(owner, "__call__") if owner in program.classes else None
        if method is not None:
            yield method


def _stops(assembly: Assembly, hook: FunctionRef) -> Iterator[tuple[Node, set[str] | None, bool]]:
    """Where a hook stops the run, with the names it stops for; with `others`, it stops for all but these."""
    program = assembly.program
    reached = assembly.reach(hook)
    for function in sorted(reached):
        for call in assembly.calls_in(function):
            if INTERRUPTS.isdisjoint(program.callee_names(call)):
                continue
            facts = program.files[call[0]]
            listed: set[str] | None = None
            others = False
            for number in facts.conditions.get(call[1], ()):
                branch = facts.branches[number]
                looked = looked_up_in(assembly, (call[0], branch.condition))
                if looked is None:
                    continue
                table, turned = looked
                names = {name for given in _handed(assembly, table, reached, 0) for name in names_listed(assembly, given)}
                if names:
                    listed = names
                    others = turned is not (branch.side(call[1]) is False or branch.exits_when == "holds")
            yield call, listed, others


def _handed(assembly: Assembly, table: Node, reached: frozenset[FunctionRef], depth: int) -> list[Node]:
    """A list that a test looks in; where it is a parameter, what the hook's own calls pass for it."""
    program = assembly.program
    value = program.value(table)
    if value.kind in ("guarded", "await"):
        return _handed(assembly, (table[0], value.inputs[0]), reached, depth)
    place = program.parameter_of(table) if value.kind == "parameter" else None
    if place is None or depth >= _MAX_STEPS:
        return [table]
    calls = [call for call in program.callers(place[0]) if (call[0], program.value(call).scope) in reached]
    given = [one for call in calls for one in passed_by(program, call, place)]
    return [inner for one in given for inner in _handed(assembly, one, reached, depth + 1)] or [table]
