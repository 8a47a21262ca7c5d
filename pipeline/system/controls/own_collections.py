"""Searches in a collection that a record of its owner names: what is found there belongs to whoever may read that record.

Takes an assembly whose flows are known. A vector store has a tenant filter where each search of it opens a collection by the field of a
record, and the record was asked for by whose it is (`WHERE owner_id = $2`, with the user's id). A collection that the request names without
such a question is no filter. Stores that are opened once, for everybody, are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

_NAMES = frozenset({"collection", "index", "namespace", "table", "partition", "store"})
_OWNER = frozenset({"user", "owner", "tenant", "account", "org", "organization", "organisation", "workspace", "customer", "identity"})
_TAKES = frozenset({"index", "attribute", "call"})
_MAX_STEPS = 200


def mark_own_collections(assembly: Assembly) -> None:
    """Gives stores whose collections belong to somebody the control, with the line that asks whose the record is."""
    searches: dict[str, list[Node | None]] = {}
    for call, sinks in sorted(assembly.sinks.items()):
        for sink in sinks:
            if sink.role == "index_query" and assembly.draft(sink.element).kind == "vector_store":
                searches.setdefault(sink.element, []).append(_asked_whose(assembly, call))
    for element, questions in searches.items():
        asked = [question for question in questions if question is not None]
        if asked and len(asked) == len(questions):
            assembly.control("tenant_filter", element, assembly.cite(asked[0]), "the collection is that of a record of its owner")


def _asked_whose(assembly: Assembly, search: Node) -> Node | None:
    """The query that names an owner, of the record whose field chose the collection that is searched."""
    program = assembly.program
    callee = program.value((search[0], program.value(search).inputs[0]))
    if callee.kind != "attribute":
        return None
    for opened in _opened(assembly, (search[0], callee.inputs[0])):
        value = program.value(opened)
        for given, label in zip(value.inputs[1:], value.labels[1:], strict=True):
            named = program.value((opened[0], given))
            if named.kind in _TAKES and not _NAMES.isdisjoint(words_of(label or named.text)):
                asked = _owners_query(assembly, (opened[0], given))
                if asked is not None:
                    return asked
    return None


def _opened(assembly: Assembly, node: Node) -> Iterator[Node]:
    """Calls that gave the object, seen from where it is used: `get_store(collection_name=name)`, not what that function constructs."""
    program, queue, seen = assembly.program, [node], set[Node]()
    while queue and len(seen) < _MAX_STEPS:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind == "call":
            yield current
        elif value.kind == "name":
            queue += program.lookup(current[0], value.text)[0]
        elif value.kind in ("choice", "await", "guarded"):
            queue += [(current[0], given) for given in value.inputs]


def _owners_query(assembly: Assembly, node: Node) -> Node | None:
    """The query that a value was read with, where one of its parameters is called by a word for an owner."""
    program, queue, seen = assembly.program, [node], set[Node]()
    while queue and len(seen) < _MAX_STEPS:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind == "call" and any(sink.role in ("query", "query_parameters") for sink in assembly.sinks.get(current, ())):
            if any(not _OWNER.isdisjoint(words_of(name)) for name in _parameters(assembly, current)):
                return current
            continue
        followed = [origin for origin in program.origins(current) if origin != current]
        inputs = value.inputs[:1] if value.kind in ("index", "attribute", "call", "guarded", "element_of") else value.inputs
        queue += followed or [(current[0], given) for given in inputs]
    return None


def _parameters(assembly: Assembly, query: Node) -> Iterator[str]:
    """What a query is given is called, one by one or as a tuple."""
    queue = [(query[0], given) for given in assembly.program.value(query).inputs[1:]]
    while queue:
        value = assembly.program.value(node := queue.pop())
        if value.kind == "collection":
            queue += [(node[0], given) for given in value.inputs]
        elif value.kind in ("name", "attribute", "parameter"):
            yield value.text
