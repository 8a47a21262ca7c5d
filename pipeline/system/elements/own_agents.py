"""Ties of agents that a project makes itself (`shape_own_agents`): the models they ask and the tools they have.

Takes an assembly whose calls and entries have their elements. An agent's tools are those that are made in its class, in the classes it
inherits from where it makes none, or among what it is constructed with; where nothing says which, those that its methods may run.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind

_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm"})
_MAX_LOOKED_AT = 400
_MAX_REACHED = 600
_MADE_OF = frozenset({"collection", "update", "operation", "element_of", "index", "choice", "await", "guarded"})


def tie_own_agents(assembly: Assembly) -> None:
    """Relations of every agent that is a class of the project."""
    agents = [site for site in assembly.sites.classes if site.framework == "shape" and site.rule.kind == "agent"]
    if not agents:
        return
    tools, methods = _tools_by_type(assembly), methods_of(assembly)
    made = _constructed(assembly, {site.name for site in agents})
    for site in agents:
        agent = assembly.element_of_class[site.name]
        line = [site.name, *(base for base in assembly.program.bases(site.name) if base in assembly.program.classes)]
        asked, run = _reached(assembly, [method for cls in line for method in methods.get(cls, ())])
        for model, call in asked.items():
            assembly.relate(agent, "uses_model", model, assembly.cite(call))
        held = next((found for cls in line if (found := _held(assembly, cls, methods, made, tools))), {})
        for tool, given in (held or run).items():
            assembly.relate(agent, "has_tool", tool, assembly.cite(given))


def _tools_by_type(assembly: Assembly) -> dict[str, str]:
    found: dict[str, str] = {}
    for reference, identity in sorted(assembly.entry_of_function.items()):
        owner = assembly.program.function(reference).owner
        if owner is not None and assembly.draft(identity).kind == "tool":
            found.setdefault(owner, identity)
    return found


def methods_of(assembly: Assembly) -> dict[str, list[FunctionRef]]:
    """Methods by their class, with the functions that stand inside them."""
    found: dict[str, list[FunctionRef]] = {}
    for file, facts in enumerate(assembly.program.files):
        for number, function in enumerate(facts.functions):
            outer = function
            while outer.owner is None and outer.parent:
                outer = facts.functions[outer.parent]
            if outer.owner is not None:  # what stands inside a method is the method's
                found.setdefault(outer.owner, []).append((file, number))
    return found


def _reached(assembly: Assembly, methods: list[FunctionRef]) -> tuple[dict[str, Node], dict[str, Node]]:
    """Models and tools that methods reach, each with the call that says so; what tools do is theirs."""
    models, tools = dict[str, Node](), dict[str, Node]()
    queue, seen = list(methods), set[FunctionRef]()
    while queue and len(seen) < _MAX_REACHED:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        for call in assembly.calls_in(current):
            identity = assembly.element_of_call.get(call)
            if identity is not None and assembly.draft(identity).kind in _MODELS:
                models.setdefault(identity, call)
            for target in assembly.program.targets(call):
                tool = assembly.entry_of_function.get(target.function)
                if tool is not None and assembly.draft(tool).kind == "tool":
                    tools.setdefault(tool, call)
                elif not target.constructs:
                    queue.append(target.function)
    return models, tools


def _constructed(assembly: Assembly, names: set[str]) -> list[Node]:
    """Calls that make an object of one of these classes."""
    program = assembly.program
    calls = ((file, identity) for file, facts in enumerate(program.files) for identity, v in enumerate(facts.values) if v.kind == "call")
    return [call for call in calls if not names.isdisjoint(program.names(_callee(assembly, call)))]


def _held(assembly: Assembly, name: str, methods: dict[str, list[FunctionRef]], made: list[Node], tools: dict[str, str]) -> dict[str, Node]:
    """Tools that are made in a class or given to its constructor, with the place of each."""
    program = assembly.program
    file, own = program.classes[name]
    starts: list[Node] = [(file, default) for _name, _annotation, default, _line in own.fields if default is not None]
    for reference in methods.get(name, ()):
        starts += [call for call in assembly.calls_in(reference) if tools.keys() & set(program.names(_callee(assembly, call)))]
    for field in program.files[file].stores:
        if program.files[file].functions[field.scope].owner == name:
            starts.append((file, field.value))
    for call in made:
        if name in program.names(_callee(assembly, call)):
            starts += [(call[0], given) for given in program.value(call).inputs[1:]]
    found: dict[str, Node] = {}
    for origin in _made_of(assembly, starts):
        for cls in program.names(_callee(assembly, origin)):
            if cls in tools:
                found.setdefault(tools[cls], origin)
    return found


def _callee(assembly: Assembly, call: Node) -> Node:
    return (call[0], assembly.program.value(call).inputs[0])


def _made_of(assembly: Assembly, starts: list[Node]) -> Iterator[Node]:
    """Calls that what is given is made of: members of displays, arguments of what holds them, results of functions."""
    program, queue, seen = assembly.program, list(starts), set[Node]()
    while queue and len(seen) < _MAX_LOOKED_AT:
        current = queue.pop(0)
        value = program.value(current)
        # What another object holds may hold anything, so attributes and the object itself are not followed.
        followed = program.origins(current) if value.kind in ("name", "parameter", "call") and value.text != "self" else ()
        for node in dict.fromkeys((current, *followed)):
            if node in seen:
                continue
            seen.add(node)
            value = program.value(node)
            inputs = [(node[0], given) for given in value.inputs]
            if value.kind == "call":
                yield node
                queue += inputs[1:]
            elif value.kind in _MADE_OF:
                queue += inputs
            elif value.kind == "function":
                for reference in program.functions.get(value.text, ()):
                    queue += [(reference[0], given) for given in program.function(reference).returns]
