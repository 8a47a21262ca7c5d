"""What a test on the way says of the data that passed it, and not of another field, of which branch runs or of whether anything is there.

Takes a tested condition and the value it was asked of. Calls from outside the project count by their names: `path.exists()` and
`name.isEmpty()` ask whether something is there. What a function of the project looks at is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.record_parts import keys_read, keys_taken

_MAX_DEPTH, _MAX_PARTS = 6, 60
_THERE = frozenset(
    {"exists", "existssync", "pathexists", "isfile", "isdir", "islink", "isdirectory", "access", "accesssync", "stat", "statsync",
     "lexists", "isempty", "isblank", "isnotempty", "isnotblank", "isnullorempty", "isnullorwhitespace", "hastext", "haslength",
     "ispresent", "isnull", "nonnull", "notnull", "isna", "notna", "hasnext", "find", "next", "filter", "strip", "trim", "get",
     "getattr", "trygetproperty", "trygetvalue"}
)  # fmt: skip


def asks_presence(names: Sequence[str]) -> bool:
    """Whether a call asks that something is there, or only takes something: `os.path.exists(x)`, `lines.filter(Boolean)`."""
    return any(name == "Any" or name.replace("_", "").lower() in _THERE for name in names)


def tests_in(assembly: Assembly, condition: Node, holds: bool, depth: int = 0) -> Iterator[tuple[Node, bool]]:
    """The single tests of a condition that joins several, each with how it came out."""
    value = assembly.program.value(condition)
    if depth < _MAX_DEPTH and value.kind == "operation" and value.text == "not":
        yield from tests_in(assembly, (condition[0], value.inputs[0]), not holds, depth + 1)
    elif depth < _MAX_DEPTH and value.kind == "choice":
        for given in value.inputs:
            yield from tests_in(assembly, (condition[0], given), holds, depth + 1)
    else:
        yield condition, holds


def looks_at(assembly: Assembly, test: Node, condition: Node, record: Node, trace: Sequence[Node]) -> bool:
    """Whether one test of a condition looks at the record itself, or at that part of it that the data on the way is."""
    if not reads(assembly, test, record):
        return test == condition or not reads(assembly, condition, record)
    read = keys_read(assembly, test, record)
    return not read or keys_taken(assembly, trace, record)[: len(read)] == read


def reads(assembly: Assembly, node: Node, record: Node) -> bool:
    """Whether an expression is put together with a value, be it by way of a call or a name."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _MAX_PARTS:
        current = queue.pop()
        if current == record:
            return True
        if current not in seen:
            seen.add(current)
            value = assembly.program.value(current)
            queue += [(current[0], given) for given in (value.inputs[:1] if value.kind == "guarded" else value.inputs)]
            queue += [origin for origin in assembly.program.origins(current)[:2] if origin != current] if value.kind == "name" else []
    return False
