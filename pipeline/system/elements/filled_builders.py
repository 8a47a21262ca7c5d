"""Builders that are handed in and filled statement by statement: `builder.defaultTools(shelf); this.client = builder.build();`.

Takes an assembly and the calls that fill something; gives, for each, the parameters that hold what is filled, where nothing is made of the
call's own result. What is made of such a parameter later is the same element. A step of a chain is no such call: two clients that are
made of one builder in two chains are two.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.sites import CallSite


def filled_builders(assembly: Assembly, sites: Iterable[CallSite]) -> dict[Node, tuple[Node, ...]]:
    """Calls that fill a builder, with the parameters it came in by."""
    program, found, used = assembly.program, dict[Node, tuple[Node, ...]](), dict[int, frozenset[int]]()
    for site in sites:
        file, identity = site.node
        value = program.value(site.node)
        if value.kind != "call" or site.is_read or site.rule.element_from != "receiver":
            continue
        if not any(assembly.index.returned_type(name) == "receiver" for name in site.names):
            continue
        if file not in used:
            used[file] = _used(assembly, file)
        callee = program.value((file, value.inputs[0]))
        if identity in used[file] or callee.kind != "attribute":
            continue
        origins = program.origins((file, callee.inputs[0]))
        if origins and all(program.value(origin).kind == "parameter" for origin in origins):
            found[site.node] = tuple(origins)
    return found


def _used(assembly: Assembly, file: int) -> frozenset[int]:
    """Values of a file that something is made of."""
    facts = assembly.program.files[file]
    return frozenset({
        *(given for value in facts.values for given in value.inputs),
        *(store.value for store in facts.stores),
        *(given for values in facts.variables.values() for given in values),
        *(given for function in facts.functions for given in function.returns),
    })  # fmt: skip
