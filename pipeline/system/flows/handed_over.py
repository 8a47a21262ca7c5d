"""What frameworks carry between functions that do not call each other: runners' results, a graph's shared state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.page_state import new_states

_RUNS_TO_THE_END = frozenset({"invoke", "ainvoke"})
_NO_ENTRIES = frozenset({"", "*", "**", "?", "messages"})  # the conversation itself is whatever the graph said
_STARTS = frozenset({"invoke", "ainvoke", "stream", "astream", "astream_events", "batch", "abatch"})
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
    """Functions that share a state, with the parameters it arrives in and the calls that give it back."""
    program = assembly.program
    groups, given_back = _groups(assembly), _given_back(assembly)
    found: dict[FunctionRef, list[Node]] = {}
    for owner, functions in groups.items():
        received = [node for _reference, node in _receiving(program, functions)]
        received += given_back.get(owner, ())
        for reference in functions:
            found.setdefault(reference, []).extend(node for node in received if node not in found[reference])
    return found


def is_of_a_step(assembly: Assembly, hit: Hit) -> bool:
    """Whether an entry is taken of the state that a graph gives back which steps of the project put in: what they put is followed."""
    if assembly.memo.put_by_steps is None:
        put = {
            owner: frozenset(
                label
                for reference in functions
                for returned in assembly.program.function(reference).returns
                for origin in assembly.program.origins((reference[0], returned))
                for label in assembly.program.value(origin).labels
                if assembly.program.value(origin).kind == "collection" and label not in _NO_ENTRIES
            )
            for owner, functions in _groups(assembly).items()
        }
        assembly.memo.put_by_steps = {call: put[owner] for owner, calls in _given_back(assembly).items() for call in calls if owner in put}
    put_in = assembly.memo.put_by_steps.get(hit.trace[0], frozenset())
    return bool(put_in) and _first_taken(assembly, hit) in put_in


def _first_taken(assembly: Assembly, hit: Hit) -> str:
    """The entry that is taken first of what a call gave back."""
    for node in hit.trace[1:]:
        value = assembly.program.value(node)
        if value.kind in ("index", "attribute"):
            return value.text
        if value.kind == "call":
            callee = assembly.program.value((node[0], value.inputs[0]))
            key = assembly.program.constant((node[0], value.inputs[1])) if len(value.inputs) > 1 else None
            return key if callee.kind == "attribute" and callee.text == "get" and isinstance(key, str) else ""
        if value.kind not in ("await", "guarded", "choice", "name", "update"):
            return ""
    return ""


def _given_back(assembly: Assembly) -> dict[Node, list[Node]]:
    """Calls that run what was built on an object, by that object: they give back the whole state at the end."""
    found: dict[Node, list[Node]] = {}
    for site in assembly.sites.calls:
        if site.rule.kind != "agent" or site.rule.result != "model_reply" or assembly.program.value(site.node).kind != "call":
            continue
        callee = assembly.program.value((site.node[0], assembly.program.value(site.node).inputs[0]))
        for owner in registered_on(assembly.program, site.node) if callee.text in _RUNS_TO_THE_END else ():
            if site.node not in found.setdefault(owner, []):
                found[owner].append(site.node)
    return found


def started(assembly: Assembly) -> dict[Node, list[tuple[FunctionRef, Node]]]:
    """Calls that start a graph with a state, and the parameters of its functions in which the state arrives."""
    program, groups = assembly.program, _groups(assembly)
    found: dict[Node, list[tuple[FunctionRef, Node]]] = {}
    for file, facts in enumerate(program.files) if groups else ():
        for identity, value in enumerate(facts.values):
            callee = facts.values[value.inputs[0]] if value.kind == "call" else value
            if value.kind == "call" and callee.kind == "attribute" and callee.text in _STARTS and len(value.inputs) > 1:
                functions = [reference for owner in registered_on(program, (file, identity)) for reference in groups.get(owner, ())]
                if functions:
                    found[file, identity] = _receiving(program, functions)
    return found


def begin_with_what_is_sent(assembly: Assembly, begun: Mapping[Node, list[tuple[FunctionRef, Node]]]) -> None:
    """Where a graph is started for a caller in sight, its functions are given what that caller sent: callers' text enters nowhere else."""
    asked = {function for call in begun if (function := _within(assembly.program, call)) is not None}
    steps = {reference for functions in _groups(assembly).values() for reference in functions}
    served: set[FunctionRef] = set()
    for entry in assembly.entry_of_function if asked else ():
        if entry not in steps and assembly.purpose(entry[0]) == "product":
            served |= asked & assembly.reach(entry)
    for call, receiving in begun.items():
        if _within(assembly.program, call) in served:
            for reference, node in receiving:
                step = assembly.entry_of_function.get(reference)
                assembly.sources[node] = [one for one in assembly.sources.get(node, ()) if (one.element, one.label) != (step, "user_input")]


def _within(program: Program, node: Node) -> FunctionRef | None:
    scope = program.value(node).scope
    return None if scope is None else (node[0], scope)


def _groups(assembly: Assembly) -> dict[Node, list[FunctionRef]]:
    """Functions that share a state, by the object they were registered on."""
    program = assembly.program
    groups: dict[Node, list[FunctionRef]] = {}
    for entry in assembly.sites.entries:
        if not entry.rule.shares or program.value(entry.marker).kind != "call":
            continue
        for owner in registered_on(program, entry.marker):
            if entry.function not in groups.setdefault(owner, []):
                groups[owner].append(entry.function)
    return groups


def _receiving(program: Program, functions: list[FunctionRef]) -> list[tuple[FunctionRef, Node]]:
    return [
        (reference, (reference[0], parameter.value))
        for reference in functions
        for parameter in [p for p in program.function(reference).parameters if p.name not in ("self", "cls")][:1]
    ]


def registered_on(program: Program, call: Node) -> list[Node]:
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
