"""Which objects a container hands to every class that asks for their type: `VectorStore store` in the constructor of a Spring service.

What a starter of Spring Boot or Quarkus configures is made once, so the same type in two classes is the same store, though nothing in
the program makes it. Takes the program and a value; says whether it is such an object, and in which order methods of what a container
makes are looked at. Two factories of a type, a name that a class
asks for (`@Qualifier`), and what a method is handed by its callers are left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ingest.code.program import Node, Program
from pipeline.system.program.beans import asked_for
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


def is_handed_by_container(program: Program, node: Node) -> bool:
    """Whether a field of a class that a container manages holds the one object of its type."""
    value = program.value(node)
    if value.kind != "attribute":
        return False
    base = program.value((node[0], value.inputs[0]))
    owners = [name for name in program.types((node[0], value.inputs[0])) if name in program.classes]
    if base.text != "self" or not owners or not any(_is_managed(program, owner) for owner in owners):
        return False
    made = list[Node]()
    for origin in program.origins(node):
        kind = program.value(origin).kind
        if kind == "parameter":
            if _is_chosen(program, origin):
                return False
        elif kind == "call":
            made.append(origin)
        elif kind not in ("update", "attribute"):
            return False
    return len(made) <= 1


def _is_managed(program: Program, name: str) -> bool:
    file, cls = program.classes[name]
    return any(mark.startswith(_MANAGED) for mark in _marks(program, file, cls.decorators))


def _is_chosen(program: Program, parameter: Node) -> bool:
    """A parameter that says which of several objects of its type it wants."""
    found = program.parameter_of(parameter)
    annotation = None if found is None else program.function(found[0]).parameters[found[1]].annotation
    return annotation is not None and bool(asked_for(program, (parameter[0], annotation)))


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
