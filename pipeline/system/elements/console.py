"""Printing to the console: a log where a server prints while it answers, and nothing but an answer where somebody sits at the terminal.

Takes the sites of a program and gives them without the printing calls (`console: true`) that no route, webhook, consumer or MCP tool runs,
and without those of functions that read an answer from the terminal. A program that only asks and prints keeps none.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.model import ElementKind
from pipeline.system.program.sites import Sites

_SERVED: frozenset[ElementKind] = frozenset({"http_route", "websocket", "webhook", "queue_consumer"})
_TYPED = frozenset({"go:os.Stdin", "java.lang.System.in", "java.io.Console.readLine", "builtins.input", "System.Console.ReadLine"})
_MAX_REACHED = 20_000


def without_terminal(program: Program, sites: Sites) -> Sites:
    """The sites; of calls that print, only those that run while a request is answered."""
    if not any(site.rule.attributes.get("console") for site in sites.calls):
        return sites
    asking = {(site.node[0], program.value(site.node).scope) for site in sites.calls if not _TYPED.isdisjoint(site.names)}
    served = _served(program, sites) - asking  # whoever is asked there reads it there
    kept = (
        site for site in sites.calls if not site.rule.attributes.get("console") or (site.node[0], program.value(site.node).scope) in served
    )
    return replace(sites, calls=tuple(kept))


def _served(program: Program, sites: Sites) -> set[FunctionRef]:
    queue = [entry.function for entry in sites.entries if entry.rule.kind in _SERVED]
    if not queue:
        return set()
    calls: dict[FunctionRef, list[Node]] = {}
    inside: dict[FunctionRef, list[FunctionRef]] = {}
    for file, facts in enumerate(program.files):
        for number, function in enumerate(facts.functions):
            if function.parent:
                inside.setdefault((file, function.parent), []).append((file, number))
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                calls.setdefault((file, value.scope), []).append((file, identity))
    reached: set[FunctionRef] = set()
    while queue and len(reached) < _MAX_REACHED:
        current = queue.pop()
        if current not in reached:
            reached.add(current)
            queue += inside.get(current, ())
            queue += [target.function for call in calls.get(current, ()) for target in program.targets(call)]
    return reached
