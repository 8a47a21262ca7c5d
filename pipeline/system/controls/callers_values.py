"""Values that say who calls, whatever column they are compared with: `current_user["email"]`, `session.user.id`, `request.user`.

Takes an assembly whose sources are known and a value. What the program knows as an identity counts, and what is read of an object that is
named for the caller, also by way of a variable; an entry of a body, a query or an address that only has such a name does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.walking import walk
from pipeline.system.rules.words import words_of

_CALLERS = frozenset({"user", "session", "principal", "claims", "identity", "member", "auth", "me", "caller"})
_SENT = frozenset({"body", "params", "query", "json", "args", "form", "path_params", "query_params", "data", "payload", "input"})
_NOT_WHO = frozenset({"id", "ids", "email", "name", "key", "input", "request", "data", "payload", "new", "target", "other"})
_READS = ("attribute", "index", "await", "guarded", "call")
_MOST_STEPS = 20


def says_who_calls(assembly: Assembly, node: Node) -> bool:
    """Whether a value is of the caller, as the server established it."""
    behind = list(_behind(assembly, node))
    if any(assembly.program.value(one).text in _SENT for one in behind if assembly.program.value(one).kind in ("attribute", "index")):
        return False
    if any(source.label == "identity" for one in behind for source in assembly.sources.get(one, ())):
        return True
    read = [assembly.program.value(one) for one in behind[1:]]
    return any(_is_named_for_caller(value.text) for value in read if value.kind in ("name", "parameter", "attribute"))


def _is_named_for_caller(name: str) -> bool:
    words = set(words_of(name))
    return not words.isdisjoint(_CALLERS) and words.isdisjoint(_NOT_WHO)


def _behind(assembly: Assembly, node: Node) -> Iterator[Node]:
    """The value, and what it is read of: the holder of a field, the object of a call, what a variable was given."""

    def onward(current: Node) -> list[Node]:
        value = assembly.program.value(current)
        found = [(current[0], value.inputs[0])] if value.kind in _READS and value.inputs else []
        if value.kind in ("name", "parameter", "attribute"):
            found += [origin for origin in assembly.program.origins(current) if origin != current]
        return found

    return walk(node, onward, _MOST_STEPS, nearest_first=True)
