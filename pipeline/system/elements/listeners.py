"""Listeners that a model is asked with: what comes back arrives in their methods, `model.chat(request, new Handler() { ... })`.

Takes an assembly and a call whose rule says which argument listens; gives the parameters in which the reply arrives.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.ties import given_as
from pipeline.system.program.sites import CallSite


def listening(assembly: Assembly, site: CallSite) -> Iterator[Node]:
    """Parameters of functions, and of methods of objects, that are called with what comes back."""
    for wanted, methods in site.rule.listeners.items():
        for given in given_as(assembly, site, wanted):
            for reference in dict.fromkeys(_called(assembly, given, methods)):
                function = assembly.program.function(reference)
                parameters = function.parameters[1 if function.owner is not None else 0 :]
                yield from ((reference[0], parameter.value) for parameter in parameters[:1])


def _called(assembly: Assembly, given: Node, methods: tuple[str, ...]) -> Iterator[FunctionRef]:
    program = assembly.program
    for origin in program.origins(given):
        if program.value(origin).kind == "function":
            yield from program.functions.get(program.value(origin).text, ())
        for name in program.types(origin):
            for method in methods if name in program.classes else ():
                yield from program.functions.get(f"{name}.{method}", ())
