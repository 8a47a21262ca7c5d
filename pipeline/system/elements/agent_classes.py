"""Classes of the project that are agents of a framework: `class Desk(Agent): ...`, made by `super().__init__(model, ...)` or by no line.

Takes an assembly whose constructing calls have their elements. What a class's objects are, its subclasses' are too, and `self.run(...)`
in a method is a run of that agent. Where objects of a class without a constructor of its own are made in several places, each is its own
agent. The tools that are marked in such a class, or in one that it inherits from, are the agent's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.code.program import Node
from pipeline.system.assembly import Assembly


def add_agent_classes(assembly: Assembly) -> None:
    """`element_of_class` of every class whose objects are agents of a framework."""
    program = assembly.program
    made: dict[str, list[str]] = {}
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is not None and site.rule.kind == "agent" and site.rule.element_from == "call":
            for cls in _classes_made(assembly, site.node):
                made.setdefault(cls, []).append(identity)
    single = {cls: found[0] for cls, found in made.items() if len(set(found)) == 1}
    if not single:
        return
    for name in sorted(program.classes):
        own = next((single[cls] for cls in (name, *program.bases(name)) if cls in single), None)
        if own is not None:
            assembly.element_of_class.setdefault(name, own)


def _classes_made(assembly: Assembly, call: Node) -> Iterator[str]:
    """The classes of the project whose object a call makes: by their name, or from within their constructor."""
    program = assembly.program
    function = program.function((call[0], program.value(call).scope))
    if function.owner is not None and function.name == "__init__" and any(n.endswith(".__init__") for n in program.callee_names(call)):
        yield function.owner
        return
    yield from (name for name in program.names((call[0], program.value(call).inputs[0])) if name in program.classes)


def marked_in_class(assembly: Assembly, call: Node, of_class: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Tools that are marked in the class of the agent which a call makes, or below it where subclasses share its constructor."""
    program = assembly.program
    for made in _classes_made(assembly, call):
        line = {made, *program.bases(made)}
        if program.function((call[0], program.value(call).scope)).owner == made:
            line |= {name for name in program.classes if made in program.bases(name)}
        for cls in sorted(line):
            yield from of_class.get(cls, ())
