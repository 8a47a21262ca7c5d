"""What frameworks carry between functions that do not call each other: runners' results, a graph's shared state."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.page_state import new_states

_CHAINED = ("langchain_core.", "langchain.")  # what is put together with `|`: a prompt, a model, a parser, a retriever


def runs(assembly: Assembly) -> dict[FunctionRef, list[Node]]:
    """Functions of the project that are handed to a runner, and the calls whose result is theirs: `to_thread(f, x)`."""
    found: dict[FunctionRef, list[Node]] = {}
    for site in assembly.sites.calls:
        value = assembly.program.value(site.node)
        if site.rule.calls_argument is None or value.kind != "call":
            continue
        for position in argument_positions(value, site.rule.calls_argument):
            for name in assembly.program.names((site.node[0], value.inputs[position])):
                for reference in assembly.program.functions.get(name, ()):
                    if site.node not in found.setdefault(reference, []):
                        found[reference].append(site.node)
    for reference, step in (*_composed(assembly.program), *new_states(assembly.program)):
        found.setdefault(reference, []).append(step)
    return found


def _composed(program: Program) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that are steps of a chain, each with the place where it stands: `{"context": retrieve} | prompt | model`."""
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            if value.kind != "operation" or value.text != "|":
                continue
            if not any(name.startswith(_CHAINED) for name in program.types((file, identity))):
                continue
            tables = [given for given in value.inputs if facts.values[given].kind == "collection"]
            steps = [*value.inputs, *(given for table in tables for given in facts.values[table].inputs)]
            for step in dict.fromkeys(step for step in steps if facts.values[step].kind in ("name", "function", "attribute")):
                for name in program.names((file, step)):
                    yield from ((reference, (file, step)) for reference in program.functions.get(name, ()))


def shared(assembly: Assembly) -> dict[FunctionRef, list[Node]]:
    """Functions that share a state, by the object they were registered on, and the parameters the state arrives in."""
    program = assembly.program
    groups: dict[Node, list[FunctionRef]] = {}
    for entry in assembly.sites.entries:
        if not entry.rule.shares or program.value(entry.marker).kind != "call":
            continue
        for owner in _registered_on(program, entry.marker):
            if entry.function not in groups.setdefault(owner, []):
                groups[owner].append(entry.function)
    found: dict[FunctionRef, list[Node]] = {}
    for functions in groups.values():
        received = [
            (reference[0], parameter.value)
            for reference in functions
            for parameter in [p for p in program.function(reference).parameters if p.name not in ("self", "cls")][:1]
        ]
        for reference in functions:
            found.setdefault(reference, []).extend(node for node in received if node not in found[reference])
    return found


def _registered_on(program: Program, call: Node) -> list[Node]:
    """The object a chain of registering calls began with: `graph.add_node(a).add_node(b)`."""
    found: list[Node] = []
    queue, seen = [call], set[Node]()
    while queue and len(seen) < 100:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        callee = program.value((node[0], program.value(node).inputs[0]))
        if callee.kind != "attribute":
            found.append(node)
            continue
        for origin in program.origins((node[0], callee.inputs[0])):
            if program.value(origin).kind == "call":
                queue.append(origin)
            else:
                found.append(origin)
    return sorted(set(found))
