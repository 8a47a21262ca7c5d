"""Files and folders that are gone when the work is done: those that a program makes as temporary for itself.

Takes a call that deletes or writes, says whether what it works on can only be such a file, or lies inside of one.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

_MAKES = frozenset({"mkdtemp", "mkdtempSync", "mkstemp", "mktemp", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "MkdirTemp",
                    "CreateTemp", "createTempFile", "createTempDirectory", "GetTempFileName"})  # fmt: skip
_JOINS = frozenset({"join", "joinpath", "resolve", "Join", "Path", "str", "fspath", "Combine", "of", "get", "open", "__enter__"})
_DEEPEST = 6


def is_for_this_run(assembly: Assembly, call: Node) -> bool:
    """Whether a call works on what was made for this run only: `rmtree(mkdtemp())`, `temporary.unlink()`, `writeFile(join(made, "in"))`."""
    value = assembly.program.value(call)
    if value.kind != "call":
        return False
    receiver = assembly.program.value((call[0], value.inputs[0])).inputs[:1]
    return any(_is_temporary(assembly, (call[0], given)) for given in (*value.inputs[1:2], *receiver))


def _is_temporary(assembly: Assembly, node: Node, depth: int = 0) -> bool:
    """Whether a path begins in a temporary file or folder, wherever it comes from."""
    program = assembly.program
    origins = program.origins(node) if depth < _DEEPEST else ()
    return bool(origins) and all(_is_made(assembly, origin, depth) for origin in origins)


def _is_made(assembly: Assembly, origin: Node, depth: int) -> bool:
    value = assembly.program.value(origin)
    inner = [(origin[0], given) for given in value.inputs]
    if value.kind == "call":
        callee = assembly.program.value(inner[0])
        if callee.text in _MAKES:
            return True
        given = inner[1:] or [(origin[0], at) for at in callee.inputs]
        return callee.text in _JOINS and bool(given) and _is_temporary(assembly, given[0], depth + 1)
    if value.kind in ("attribute", "index", "operation", "format", "await", "guarded", "element_of") and inner:
        return _is_temporary(assembly, inner[0], depth + 1)
    return False
