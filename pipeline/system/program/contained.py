"""Which objects a container hands to every class that asks for their type: `VectorStore store` in the constructor of a Spring service.

What a starter of Spring Boot or Quarkus configures is made once, so the same type in two classes is the same store, though nothing in
the program makes it. Takes the program and a value; says whether it is such an object, by which name the container knows it where it has
several of a type, and in which order methods of what a container makes are looked at. What a method is handed by its callers is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ingest.code.program import Node, Program
from pipeline.system.program.beans import asked_for, is_factory
from pipeline.system.program.sites import CallSite

_MANAGED = (
    "org.springframework.stereotype.", "org.springframework.web.bind.annotation.", "org.springframework.context.annotation.",
    "org.springframework.boot.", "jakarta.enterprise.context.", "jakarta.ws.rs.", "jakarta.inject.", "javax.inject.",
)  # fmt: skip
_MOST = 60  # links of chains


def is_contained(program: Program, call: Node) -> bool:
    """Whether a method is called on the one object of its type that a container has."""
    callee = program.value((call[0], program.value(call).inputs[0]))
    return callee.kind == "attribute" and is_handed_by_container(program, (call[0], callee.inputs[0]))


def called_by_container(program: Program, call: Node) -> str:
    """What a container calls the object that a method is called on: its factory, or the name a class asks for, if any."""
    callee = program.value((call[0], program.value(call).inputs[0]))
    if callee.kind != "attribute" or not _is_own_field(program, (call[0], callee.inputs[0])):
        return ""
    origins = program.origins((call[0], callee.inputs[0]))
    if any(program.value(origin).kind not in ("call", "parameter", "update", "attribute") for origin in origins):
        return ""
    made = [origin for origin in origins if program.value(origin).kind == "call"]
    if made:
        scope = program.value(made[0]).scope
        function = program.function((made[0][0], scope)) if len(made) == 1 else None
        return function.name if function is not None and is_factory(program, made[0][0], function.decorators) else ""
    names = [name for origin in origins if program.value(origin).kind == "parameter" for name in _chosen(program, origin)]
    return names[0] if len(set(names)) == 1 else ""


def is_handed_by_container(program: Program, node: Node) -> bool:
    """Whether a field of a class that a container manages holds the one object of its type."""
    if not _is_own_field(program, node):
        return False
    made = list[Node]()
    for origin in program.origins(node):
        kind = program.value(origin).kind
        if kind == "parameter":
            if _chosen(program, origin):
                return False
        elif kind == "call":
            made.append(origin)
        elif kind not in ("update", "attribute"):
            return False
    return len(made) <= 1


def _is_own_field(program: Program, node: Node) -> bool:
    """A field of the object itself, of a class that a container makes."""
    value = program.value(node)
    if value.kind != "attribute":
        return False
    base = program.value((node[0], value.inputs[0]))
    owners = [name for name in program.types((node[0], value.inputs[0])) if name in program.classes]
    itself = base.text == "self" or (base.kind == "choice" and base.text.endswith(".this"))  # after a loop that its fields may change in
    return itself and any(_is_managed(program, owner) for owner in owners)


def _is_managed(program: Program, name: str) -> bool:
    file, cls = program.classes[name]
    return any(mark.startswith(_MANAGED) for mark in _marks(program, file, cls.decorators))


def _chosen(program: Program, parameter: Node) -> list[str]:
    """The names by which a parameter says which of several objects of its type it wants."""
    found = program.parameter_of(parameter)
    annotation = None if found is None else program.function(found[0]).parameters[found[1]].annotation
    return [] if annotation is None else asked_for(program, (parameter[0], annotation))


def _marks(program: Program, file: int, decorators: tuple[int, ...]) -> list[str]:
    found = list[str]()
    for mark in decorators:
        value = program.value((file, mark))
        found += program.names((file, value.inputs[0] if value.kind == "call" else mark))
    return found


def made_first(program: Program, sites: Sequence[CallSite]) -> Iterator[CallSite]:
    """Sites of methods, what a factory of another file prepares before what is asked of it: a client has its tools when it is used."""
    waiting: dict[Node, list[CallSite]] = {}
    for site in sites:
        waiting.setdefault(site.node, []).append(site)
    for site in sites:
        for node in (*_prepared(program, site.node, waiting), site.node):
            yield from waiting.pop(node, ())


def _prepared(program: Program, call: Node, waiting: Collection[Node]) -> list[Node]:
    """Calls that wait and that the receiver of a call was made by, in other files of Java, the first ones first."""
    found, queue, seen = dict[Node, None](), [call], set[Node]()
    while queue and len(seen) < _MOST and program.files[call[0]].language in ("java", "kotlin"):
        current = queue.pop()
        value = program.value(current)
        callee = (current[0], value.inputs[0]) if value.kind == "call" else current
        if current in seen or program.value(callee).kind != "attribute":
            continue
        seen.add(current)
        if current in waiting and current[0] != call[0]:
            found[current] = None
        queue += [o for o in program.origins((callee[0], program.value(callee).inputs[0])) if program.value(o).kind == "call"]
    return list(reversed(found))
