"""Searches of a store without the filter that other searches of it have: one asks whose a passage is, and a second try does not.

Takes an assembly whose flows are known and marks such stores `filter_left_out`, with the lines of the searches. Only searches that a
request, a page or a tool leads to count, and only where another search of the same store names whose passages it wants; a filter by
document or kind is none. A filter that the caller of a route may leave empty (`{"tenant": tenant} if tenant else None`) is left out as
well, and so is one of the groups that a function was handed, which goes where there are none: nobody's groups mean everybody's passages
(`{"team": {"$in": teams}} if teams else None`); so does a condition of a written search (`left_out_conditions`). Filters that are put
together elsewhere are believed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.left_out_conditions import searches_without_condition
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.elements.whose_search import flags_of_search
from pipeline.system.model import LEFT_OUT
from pipeline.system.program.arguments import argument_node, is_open
from pipeline.system.program.sites import CallSite
from pipeline.system.rules.framework import Flag

_STORES = ("vector_store", "retriever")
_AMONG = frozenset({"$in", "in", "$or", "any", "$any", "any_of", "$containsAny", "contains_any", "terms"})  # one of several will do
_OUTSIDE = (ENTRY_KINDS | {"tool"}) - {"command_line", "scheduled_job"}


def mark_left_out_filters(assembly: Assembly) -> None:
    """Marks stores of which one search is filtered by its asker and another is not."""
    asking: dict[str, set[Node]] = {}
    bare: dict[str, list[Node]] = {}
    reached = _reached(assembly)
    for site in assembly.sites.calls:
        store = assembly.element_of_call.get(site.node)
        flags = [flag for flag in site.rule.flags if _is_filter(flag)]
        if store is None or not flags or assembly.draft(store).kind not in _STORES or assembly.program.value(site.node).kind != "call":
            continue
        given = [argument_node(assembly.program, site.node, flag.argument, site.skip) for flag in flags]
        function = (site.node[0], assembly.program.value(site.node).scope)
        if any(node is not None for node in given):
            if any(_is_filter(flag) for flag in flags_of_search(assembly, site)):
                asking.setdefault(store, set()).add(site.node)
                empty = (
                    _may_be_left_empty(assembly, function, node) or (function in reached and _goes_without_groups(assembly, function, node))
                    for node in given if node is not None
                )  # fmt: skip
                if any(empty):
                    bare.setdefault(store, []).append(site.node)
        elif function in reached and _searches(site) and not is_open(assembly.program, site.node, assembly.program.value(site.node)):
            bare.setdefault(store, []).append(site.node)
    for store, call in searches_without_condition(assembly, reached):
        assembly.draft(store).attributes["filter_left_out"] = True
        assembly.cite_of(store, assembly.place(call), LEFT_OUT)
    for store, calls in sorted(bare.items()):
        if asking.get(store, set()) - set(calls) or (asking.get(store) and len(set(calls)) == 1):
            assembly.draft(store).attributes["filter_left_out"] = True
            for call in dict.fromkeys(calls):
                assembly.cite_of(store, assembly.place(call), LEFT_OUT)


def _reached(assembly: Assembly) -> frozenset[FunctionRef]:
    found: set[FunctionRef] = set()
    for function, entry in assembly.entry_of_function.items():
        if assembly.draft(entry).kind in _OUTSIDE:
            found |= assembly.reach(function)
    return frozenset(found)


def _is_filter(flag: Flag) -> bool:
    return flag.present and (flag.control == "tenant_filter" or flag.attribute == "filtered")


def _searches(site: CallSite) -> bool:
    return "index_query" in site.rule.sinks.values()


def _may_be_left_empty(assembly: Assembly, function: FunctionRef, filtering: Node) -> bool:
    """Whether the filter of a search in a route is none where the caller does not give what it is made of."""
    entry = assembly.entry_of_function.get(function)
    if entry is None or assembly.draft(entry).kind not in ENTRY_KINDS:
        return False
    origins = assembly.program.origins(filtering)
    if not any(assembly.program.value(origin).constant_type == "none" for origin in origins):
        return False
    callers = {value for (file, value) in assembly.sources if file == function[0]}
    own = {parameter.value for parameter in assembly.program.function(function).parameters} & callers
    return bool(own & set(_parts(assembly, filtering)))


def _goes_without_groups(assembly: Assembly, function: FunctionRef, filtering: Node) -> bool:
    """Whether a filter by the groups that a function is handed is none where they are."""
    origins = assembly.program.origins(filtering)
    if not any(assembly.program.value(origin).constant_type == "none" for origin in origins):
        return False
    values, own = assembly.program.files[function[0]].values, {one.value for one in assembly.program.function(function).parameters}
    among = {
        given
        for part in _parts(assembly, filtering)
        for label, given in zip(values[part].labels, values[part].inputs, strict=False)
        if values[part].kind == "collection" and label in _AMONG
    }
    return any(part in own for given in among for part in _parts(assembly, (function[0], given)))


def _parts(assembly: Assembly, node: Node) -> Iterator[int]:
    """Values that an expression is made of, names followed to what they mean, in one file."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < 200:
        current = queue.pop()
        if current not in seen and current[0] == node[0]:
            seen.add(current)
            yield current[1]
            queue += [(current[0], given) for given in assembly.program.value(current).inputs]
            queue += assembly.program.origins(current)
