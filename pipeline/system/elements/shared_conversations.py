"""Conversations that all callers of a service share: one list of messages, made once for the whole process.

Takes an assembly whose elements and sinks are known. A model is marked where what it is asked with is a list that its module makes, that a
function adds to, and that a route or socket reaches; in Python also the list that a parameter is by default. Lists kept by session, emptied
by the function that fills them, or used by pages and command lines that serve one person, are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.elements.one_conversation import mark_one_conversation

_ENTRIES = frozenset({"http_route", "websocket", "webhook", "queue_consumer"})
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_ASKED = frozenset({"conversation", "prompt"})
_MAX_STEPS = 60
_ADDS, _EMPTIES = frozenset({"append", "extend", "push", "insert", "unshift"}), frozenset({"clear", "splice"})


def mark_shared_conversations(assembly: Assembly) -> None:
    """Marks models that are asked with a conversation of everybody, with the lines that make and fill it."""
    serving = _serving(assembly)
    if not serving:
        return
    mark_one_conversation(assembly, serving)
    for node, sinks in sorted(assembly.sinks.items()):
        function = (node[0], assembly.program.value(node).scope)
        if function not in serving:
            continue
        for sink in sinks:
            if sink.role not in _ASKED or assembly.draft(sink.element).kind not in _MODELS:
                continue
            given = (node[0], assembly.program.value(node).inputs[sink.argument])
            for made, added in _kept(assembly, node, given):
                _mark(assembly, sink.element, made, added)


def _serving(assembly: Assembly) -> set[FunctionRef]:
    """Functions that run when a route, a socket or a queue is used."""
    entries = [reference for reference, identity in assembly.entry_of_function.items() if assembly.draft(identity).kind in _ENTRIES]
    return {function for reference in entries for function in assembly.reach(reference)}


def _kept(assembly: Assembly, node: Node, given: Node) -> Iterator[tuple[Node, Node]]:
    """Lists of a module that a call is given, itself or as an entry of an option, each with the line that adds to it."""
    program, value = assembly.program, assembly.program.value(given)
    options = value.kind == "collection" and value.text == "dictionary"
    for part in [(given[0], inner) for inner in value.inputs] if options else [given]:
        for made in _begun_as(program, part):
            added = _added(program, made)
            if added is not None:
                yield made, added


def _begun_as(program: Program, node: Node) -> Iterator[Node]:
    """The displays of modules that a value is, or is put together with, without what was added to them since."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _MAX_STEPS:
        for origin in program.origins(queue.pop()):
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            if value.kind == "update" and value.text in _ADDS:
                queue.append((origin[0], value.inputs[0]))
            elif value.kind == "operation" and value.text == "+":
                queue += [(origin[0], given) for given in value.inputs]
            elif value.kind == "collection" and value.text != "dictionary":
                queue += [(origin[0], given) for given, label in zip(value.inputs, value.labels, strict=False) if label == "*"]
                if _of_module(program, origin) and not _is_made_anew(program, origin):
                    yield origin


def _added(program: Program, made: Node) -> Node | None:
    """The first line of a function that adds to a list; None where nothing does, or a function empties it."""
    facts, found = program.files[made[0]], list[Node]()
    for identity, value in enumerate(facts.values):
        node = (made[0], identity)
        if value.kind != "attribute" or value.text not in _ADDS | _EMPTIES or _of_module(program, node):
            continue
        if made in _begun_as(program, (made[0], value.inputs[0])):
            if value.text in _EMPTIES:
                return None
            found.append(node)
    return found[0] if found else None


def _is_made_anew(program: Program, made: Node) -> bool:
    """Whether a list is what a parameter is by default, `history = []`: but in Python each call makes one of its own."""
    facts = program.files[made[0]]
    return facts.language != "python" and any(
        parameter.default == made[1] for function in facts.functions for parameter in function.parameters
    )


def _of_module(program: Program, node: Node) -> bool:
    return program.function((node[0], program.value(node).scope)).name == "<module>"


def _mark(assembly: Assembly, identity: str, made: Node, added: Node) -> None:
    draft = assembly.draft(identity)
    draft.attributes["shared_conversation"] = True
    for place, note in ((added, "whoever calls adds to it"), (made, "one list for the whole process")):
        evidence = assembly.cite(place, "sink", note)
        if evidence is not None and not any((e.path, e.start_line) == (evidence.path, evidence.start_line) for e in draft.evidence):
            draft.evidence.insert(0, evidence)
