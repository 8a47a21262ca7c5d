"""Tools that a factory of the project is given: a description of a tool and the function that does it, in one call, pair or record.

`NewTool(toolset, mcp.Tool{Name: "get_me", ...}, scopes, func(ctx, request) ...)`, `MustTool("get_me", "Who am I", getMe)`, a function that
returns `mcp.NewTool("get_me", ...), handler`. What the factory registers in the end is one closure for all of them; that entry gives way.
A description is a value of a framework's type for tools, or arguments that the factory calls name and description.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.enclosing import around
from pipeline.system.program.sites import EntrySite
from pipeline.system.rules.framework import DecoratorRule
from pipeline.system.rules.words import words_of

_TYPES = (".mcp.Tool", "/mcp.Tool", "mcp.NewTool")
_REQUESTS = ("CallToolRequest",)
_NOT_CHOSEN = ("go:context.Context",)
_MAX_REACHED = 40


def with_factories(program: Program, entries: Sequence[EntrySite], known: frozenset[Node]) -> tuple[EntrySite, ...]:
    """The entries with the tools that factories are given; `known` are calls that knowledge knows."""
    found: list[EntrySite] = []
    passed_on = {entry.marker for entry in entries if _is_passed_on(program, entry)}
    taken, factories = {entry.function for entry in entries if entry.marker not in passed_on}, set[FunctionRef]()
    for file, facts in enumerate(program.files):
        if facts.language != "go":
            continue
        for identity, value in enumerate(facts.values):
            if value.kind != "call" and not (value.kind == "collection" and value.text == "tuple"):
                continue
            node = (file, identity)
            for site in _given(program, node, value) if node not in known else ():
                if site.function not in taken:
                    taken.add(site.function)
                    found.append(site)
                    factories |= {target.function for target in program.targets(node)} if value.kind == "call" else set()
    inside, named = _reached(program, factories), {site.function for site in found}
    kept = (entry for entry in entries if entry.marker not in passed_on or entry.function not in named)
    kept = (entry for entry in kept if not (entry.rule.kind == "mcp_tool" and _outer(program, entry.function) & inside))
    return (*kept, *found)


def _is_passed_on(program: Program, entry: EntrySite) -> bool:
    """Whether what registers a tool only hands on what its own callers give: their calls tell the tools apart."""
    marker = program.value(entry.marker)
    if entry.rule.kind != "mcp_tool" or not entry.rule.registers or marker.kind != "call":
        return False
    given = argument_node(program, entry.marker, entry.rule.function_argument)
    return given is not None and program.value(given).kind == "parameter"


def _given(program: Program, node: Node, value: Value) -> Iterator[EntrySite]:
    inputs = [(node[0], given) for given in value.inputs[1 if value.kind == "call" else 0 :]]
    functions = [(given, reference) for given in inputs for reference in _functions(program, given)]
    if not functions:
        return
    described = next((name for given in inputs if (name := _described(program, given)) is not None), None)
    if described is None and value.kind == "call":
        described = _by_parameters(program, node)
    if described is None:
        return
    for _given_as, reference in functions[:1]:
        yield EntrySite(reference, _rule(program, reference), "shape", node, described or program.function(reference).name.strip("<>"))


def _functions(program: Program, given: Node) -> list[FunctionRef]:
    """The function of the project that a value is. What a call makes is one where that takes a request for a tool."""
    value = program.value(given)
    if value.kind == "call":
        wrapped = [reference for inner in value.inputs[1:] for reference in _functions(program, (given[0], inner))]
        made = [program.value(origin).text for origin in program.origins(given) if program.value(origin).kind == "function"]
        found = wrapped or [reference for name in made for reference in program.functions.get(name, ())]
        return [reference for reference in found if _request_position(program, reference) is not None][:1]
    if value.kind not in ("function", "name", "attribute"):
        return []
    return [reference for name in program.names(given) for reference in program.functions.get(name, ())][:1]


def _described(program: Program, given: Node) -> str | None:
    """The name in a description of a tool; empty where it is put together, None where the value is no description, or is only passed on."""
    if program.value(given).kind == "parameter":
        return None
    for origin in program.origins(given):
        value = program.value(origin)
        if value.kind == "call" and any(name.endswith(_TYPES) for name in program.names((origin[0], value.inputs[0]))):
            named = argument_node(program, origin, "Name|0")
            constant = program.constant(named) if named is not None else None
            return constant if isinstance(constant, str) else ""
    return None


def _by_parameters(program: Program, call: Node) -> str | None:
    """The name a factory of tools is given: its own parameters say which argument is name and which is description."""
    value = program.value(call)
    for target in program.targets(call):
        function = program.function(target.function)
        said = words_of(function.name)
        parameters = [parameter.name for parameter in function.parameters[1 if target.bound and function.owner else 0 :]]
        if not {"name", "description"} <= set(parameters) or not {"tool", "tools"} & set(said):
            continue
        position = parameters.index("name") + 1
        constant = program.constant((call[0], value.inputs[position])) if position < len(value.inputs) else None
        if isinstance(constant, str) and constant:
            return constant
    return None


def _rule(program: Program, reference: FunctionRef) -> DecoratorRule:
    """What a model chooses stands in the request and behind it; what is handed over before is the program's own."""
    request = _request_position(program, reference)
    positions = tuple(range(request, len(program.function(reference).parameters))) if request is not None else ()
    return DecoratorRule(
        kind="mcp_tool", attributes={"recognised": "shape"}, parameters="tool_arguments", parameters_at=positions, except_types=_NOT_CHOSEN,
        returns="response",
    )  # fmt: skip


def _request_position(program: Program, reference: FunctionRef) -> int | None:
    """Which parameter of a function is the request for a tool."""
    for position, parameter in enumerate(program.function(reference).parameters):
        names = program.annotated((reference[0], parameter.annotation)) if parameter.annotation is not None else ()
        if any(name.endswith(_REQUESTS) for name in names):
            return position
    return None


def _reached(program: Program, factories: set[FunctionRef]) -> set[FunctionRef]:
    """Factories, and functions they hand what they were given on to."""
    reached, queue = set[FunctionRef](), sorted(factories)
    while queue and len(reached) < _MAX_REACHED:
        current = queue.pop(0)
        if current not in reached:
            reached.add(current)
            own = {parameter.value for parameter in program.function(current).parameters}
            for identity, value in enumerate(program.files[current[0]].values):
                if value.kind == "call" and value.scope == current[1] and own & set(value.inputs[1:]):
                    queue += [target.function for target in program.targets((current[0], identity))]
    return reached


def _outer(program: Program, reference: FunctionRef) -> set[FunctionRef]:
    """The functions a function stands in."""
    return {one for one in around(program, reference) if one[1] and one != reference}
