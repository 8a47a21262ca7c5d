"""Stores of vectors that are one for all who ask: some search of them asks nobody whose the passages are.

Takes an assembly whose flows and controls are known and marks such stores `shared`, where their framework does not say it already. Counted
is a store that outlives the one who fills it: one that a framework hands in, or whose product keeps what it is given, searched by a call or
a retriever without a filter of tenants, of a collection whose name is written down or stands in the settings. A store that is made for one
file or one page is its maker's own. A filter that the program makes elsewhere is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.whose_search import WHOSE, asks_whose, flags_of_search
from pipeline.system.program.arguments import is_open
from pipeline.system.program.flags import read_flags
from pipeline.system.program.sites import CallSite
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import words_of

_MOST = 120
_LINKS = 8  # calls of one chain
_KEPT = frozenset({"constant", "attribute", "index"})  # a text, or a setting: `settings.collection`, `environ["COLLECTION"]`


def mark_shared_stores(assembly: Assembly) -> None:
    """Marks stores that answer everybody from what anybody put in."""
    sites: dict[Node, list[CallSite]] = {}
    of_store: dict[str, list[CallSite]] = {}
    for site in assembly.sites.calls:
        sites.setdefault(site.node, []).append(site)
        identity = assembly.element_of_call.get(site.node)
        if identity is not None and site.rule.kind == "vector_store":
            of_store.setdefault(identity, []).append(site)
    filtered = {element for (kind, _place), (covered, _) in assembly.controls.items() if kind == "tenant_filter" for element in covered}
    for identity, uses in sorted(of_store.items()):
        draft = assembly.draft(identity)
        said = draft.attributes
        if draft.kind != "vector_store" or {"shared", "filtered", "in_memory"} & said.keys() or identity in filtered:
            continue
        if any(site.rule.element_from != "receiver" for site in uses) and not (said.get("persistent") or said.get("remote")):
            continue  # made where it is used, for who made it
        if any(_is_of_somebody(assembly, site.node) for site in uses):
            continue
        searches = [site for site in uses if site.rule.result == "retrieved_text"]
        if any(_asks_nobody(assembly, site, sites) for site in searches) or any(
            _retrieves_for_all(assembly, retriever, sites)
            for retriever, kind, target in sorted(assembly.relations)
            if kind == "uses_store" and target == identity and retriever not in filtered
        ):
            said["shared"] = True


def _asks_nobody(assembly: Assembly, site: CallSite, sites: dict[Node, list[CallSite]]) -> bool:
    """Whether a search names nobody whose passages it wants."""
    program, value = assembly.program, assembly.program.value(site.node)
    if value.kind != "call" or is_open(program, site.node, value):
        return False
    asked = tuple(flag for flag in flags_of_search(assembly, site) if flag.control == "tenant_filter")
    if read_flags(program, site.node, asked, site.skip).controls:
        return False
    return not any(_is_filter(assembly, node, sites) for given in value.inputs[1:] for node in _parts(assembly, (site.node[0], given)))


def _retrieves_for_all(assembly: Assembly, retriever: str, sites: dict[Node, list[CallSite]]) -> bool:
    """Whether a retriever is made without any filter, in its own call or in those that are chained to it."""
    draft = assembly.draft(retriever)
    made = [node for node in draft.nodes if assembly.program.value(node).kind == "call"]
    if draft.kind != "retriever" or not made or "filtered" in draft.attributes:
        return False
    for node in made:
        chain = _chained(assembly, node)
        given = [(call[0], one) for call in chain for one in assembly.program.value(call).inputs[1:]]
        if any(is_open(assembly.program, call, assembly.program.value(call)) for call in chain):
            return False
        if any(_is_filter(assembly, part, sites) for one in given for part in _parts(assembly, one)):
            return False
    return True


def _chained(assembly: Assembly, first: Node) -> list[Node]:
    """A call and those on what it gives: `builder(store).searchRequest(...).build()`."""
    chain = [first]
    for call in sorted(assembly.calls_in((first[0], assembly.program.value(first).scope))):
        callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
        if callee.kind == "attribute" and (call[0], callee.inputs[0]) in chain and len(chain) < _LINKS:
            chain.append(call)
    return chain


def _is_filter(assembly: Assembly, node: Node, sites: dict[Node, list[CallSite]]) -> bool:
    """Whether a part of a search is told whose the passages are, or is made elsewhere in the program."""
    value = assembly.program.value(node)
    if value.kind != "call":
        return False
    if any(asks_whose(assembly, site) for site in sites.get(node, ())):
        return True
    return bool(assembly.program.targets(node)) and "filter" in words_of(_called(assembly, node))


def _called(assembly: Assembly, call: Node) -> str:
    return assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text


def _is_of_somebody(assembly: Assembly, call: Node) -> bool:
    """Whether the collection of a store is named by what is only known while somebody asks."""
    program = assembly.program
    value = program.value(call)
    if value.kind != "call":
        return False
    for node in (call, *_opened(assembly, call)):
        inner = program.value(node)
        callee = program.value((node[0], inner.inputs[0])).text
        for given, label in zip(inner.inputs[1:], inner.labels[1:], strict=False):
            named = words_of(label) if label else words_of(callee) if node != call else ()
            if {"collection", "namespace", "index", "partition", "table", "tenant", "class"} & set(named) and not _is_fixed(
                assembly, (node[0], given)
            ):
                return True
    return False


def _opened(assembly: Assembly, call: Node) -> Iterator[Node]:
    """Calls that gave the object a method is called on."""
    program, current = assembly.program, call
    for _link in range(_LINKS):
        callee = program.value((current[0], program.value(current).inputs[0]))
        if callee.kind != "attribute":
            return
        made = [origin for origin in program.origins((current[0], callee.inputs[0])) if program.value(origin).kind == "call"]
        if not made or made[0] == current:
            return
        current = made[0]
        yield current


def _is_fixed(assembly: Assembly, given: Node) -> bool:
    """Whether a name is written down, or a setting that speaks of nobody."""
    program = assembly.program
    if program.constant(given) is not None:
        return True
    origins = program.origins(given)
    return bool(origins) and all(
        program.value(origin).kind in _KEPT and WHOSE.isdisjoint(words_of(program.value(origin).text)) for origin in origins
    )


def _parts(assembly: Assembly, node: Node) -> Iterable[Node]:
    def made_of(current: Node) -> list[Node]:
        origins = assembly.program.origins(current) if assembly.program.value(current).kind in ("name", "call") else ()
        return [*inputs_of(assembly.program, current), *(origin for origin in origins if origin != current)]

    return walk(node, made_of, _MOST)
