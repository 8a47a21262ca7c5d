"""Fields of a request's body that the program writes itself before a handler reads them: `req.body.allowedModel = model` in a middleware.

Takes an assembly, tells of a value that was taken of a body whether a function that refuses some requests has put it there: what the caller
sent under that name is gone.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

_BODY = frozenset({"body", "locals", "validated"})
_REQUESTS = frozenset({"req", "request", "ctx", "context", "c", "res", "response"})


def is_filled(assembly: Assembly, node: Node) -> bool:
    """Whether a value is a field of a body that the program fills."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind not in ("attribute", "index") or not value.inputs:
        return False
    owner = program.value((node[0], value.inputs[0]))
    return owner.kind == "attribute" and owner.text in _BODY and value.text in _filled(assembly)


def _filled(assembly: Assembly) -> frozenset[str]:
    """Fields of bodies that a function of the product stores, and leaves without in some cases."""
    known = assembly.memo.filled_bodies
    if known is None:
        found = set[str]()
        for facts in assembly.program.files:
            if facts.purpose != "product":
                continue
            leaving = {branch.scope for branch in facts.branches if branch.exits_when}
            for store in facts.stores:
                base = facts.values[store.base]
                while base.kind == "guarded" and base.inputs:
                    base = facts.values[base.inputs[0]]
                of_request = base.kind == "attribute" and base.text in _BODY and facts.values[base.inputs[0]].text in _REQUESTS
                if of_request and store.scope in leaving:
                    found.add(store.attribute)
        known = assembly.memo.filled_bodies = frozenset(found)
    return known
