"""Downloads whose bytes are compared with a known hash before they are used: the check stands behind the call, not before it.

Takes an assembly whose elements are known, covers data and models from elsewhere with the check in the function that fetches them, or in
one that it calls afterwards: a comparison of a digest that ends the function where it fails. Which of several files a check is for is not
looked at, and a check in a caller is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import condition_kind

_FROM_ELSEWHERE = frozenset({"hub", "url", "scraped"})


def add_checked_downloads(assembly: Assembly) -> None:
    """A `hash_check` per download that is compared."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind in ("dataset", "model_registry", "model_file") and draft.attributes.get("source") in _FROM_ELSEWHERE:
            for node in draft.nodes:
                for check in _checks_after(assembly, node):
                    assembly.control("hash_check", identity, assembly.cite(check))


def _checks_after(assembly: Assembly, download: Node) -> Iterator[Node]:
    """Comparisons of a digest that run behind a call, in its function or in those that are called there."""
    program, file = assembly.program, download[0]
    scope = program.value(download).scope
    yield from _in_function(assembly, file, scope, download[1])
    for call in assembly.calls_in((file, scope)):
        if call[1] > download[1]:
            for target in program.targets(call):
                yield from _in_function(assembly, *target.function, -1)


def _in_function(assembly: Assembly, file: int, scope: int, after: int) -> Iterator[Node]:
    for branch in assembly.program.files[file].branches:
        if branch.scope == scope and branch.condition > after and branch.exits_when:
            condition = (file, branch.condition)
            if condition_kind(assembly, condition, branch.exits_when != "holds") == "hash_check":
                yield condition
