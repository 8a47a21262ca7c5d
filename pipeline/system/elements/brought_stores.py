"""Routes to whose store the caller brings the key: a console of databases, where each request says which one and with what password.

Takes an assembly whose entries are known and marks `brings_own_store`: in the route's own function something is opened (`new Pool(...)`,
`manager.connect(...)`, `newConnector(...)`) with a password, credentials or a connection that the request brought. Who may open that store
without the route is told nothing new by it, and may write any query there. A request that only chooses among the program's own stores by a
name is no such case, and neither is a password that somebody signs in with.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.walking import inputs_of, inside

_KEY = re.compile(
    r"(?:(?:db|database)_?)?(?:credentials?|password|pass|pwd|connection(?:_?(?:string|url|uri|params|options|config|details))?|dsn)"
    r"|(?:db|database)_?(?:url|uri|config|settings)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:\w*_)?(?:(?:new|get|create|make|open)_?)?(?:connect|connection|connector|pool|client|database|engine)", re.IGNORECASE
)
_MOST = 60


def mark_brought_stores(assembly: Assembly) -> None:
    """`brings_own_store` at each."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        if assembly.draft(identity).kind == "http_route" and _opens_with_callers_key(assembly, reference):
            assembly.draft(identity).attributes["brings_own_store"] = True


def _opens_with_callers_key(assembly: Assembly, reference: FunctionRef) -> bool:
    program = assembly.program
    brought = {(reference[0], parameter.value) for parameter in program.function(reference).parameters}
    return any(
        _OPENS.fullmatch(program.value((call[0], program.value(call).inputs[0])).text.rsplit(".", 1)[-1])
        and any(_is_callers_key(program, node, brought) for given in inputs_of(program, call)[1:] for node in inside(program, given, _MOST))
        for call in assembly.calls_in(reference)
    )


def _is_callers_key(program: Program, node: Node, brought: set[Node]) -> bool:
    value = program.value(node)
    if value.kind not in ("attribute", "index", "parameter") or not _KEY.fullmatch(value.text):
        return False
    return not brought.isdisjoint(inside(program, node, _MOST))
