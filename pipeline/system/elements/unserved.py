"""Routes of routers that no application takes in: `APIRouter()` and `Blueprint()` with handlers, that are included on no way.

Takes an assembly, gives its sites without the entries of such routers. Where an application is given something that is not known (a router
out of a list, a plugin), any router may be the one, and all count as served; so do those of a tree that makes no application.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.applications import Applications
from pipeline.system.program.sites import EntrySite, Sites

_ROUTERS = {"fastapi.APIRouter": "fastapi.FastAPI", "flask.Blueprint": "flask.Flask"}  # what has routes, and what takes them in
_INCLUDES = frozenset({"include_router", "register_blueprint"})


def without_unserved(assembly: Assembly) -> Sites:
    """The sites of the program without routes that nothing serves."""
    sites, program = assembly.sites, assembly.program
    made = {name for file, facts in enumerate(program.files) if assembly.purpose(file) == "product" for name in _made(assembly, file)}
    routers = {entry.marker: router for entry in sites.entries if (router := _router(assembly, entry, made)) is not None}
    if not routers:
        return sites
    served = _served(assembly)
    if served is None:
        return sites
    return replace(sites, entries=tuple(one for one in sites.entries if one.marker not in routers or routers[one.marker] in served))


def _made(assembly: Assembly, file: int) -> set[str]:
    """The kinds of applications and routers that a file makes."""
    program, wanted = assembly.program, {*_ROUTERS, *_ROUTERS.values()}
    values = program.files[file].values
    calls = [(file, identity) for identity, value in enumerate(values) if value.kind == "call"]
    return {name for call in calls for name in _kind(assembly, call) if name in wanted}


def _kind(assembly: Assembly, call: Node) -> tuple[str, ...]:
    return tuple(assembly.index.canonical(name) for name in assembly.program.callee_names(call))


def _router(assembly: Assembly, entry: EntrySite, made: set[str]) -> Node | None:
    """The call that made the router an entry hangs on, where applications of its kind are made here."""
    program, marker = assembly.program, assembly.program.value(entry.marker)
    callee = program.value((entry.marker[0], marker.inputs[0])) if marker.kind == "call" else marker
    if callee.kind != "attribute" or entry.rule.kind not in ("http_route", "websocket"):
        return None
    calls = [origin for origin in program.origins((entry.marker[0], callee.inputs[0])) if program.value(origin).kind == "call"]
    if len(calls) != 1:
        return None
    return calls[0] if any(_ROUTERS.get(name) in made for name in _kind(assembly, calls[0])) else None


def _served(assembly: Assembly) -> set[Node] | None:
    """Routers that an application takes in, itself or by way of others; None where one takes in what is not known."""
    program, applications = assembly.program, Applications(assembly)
    taken: list[tuple[list[Node], list[Node]]] = []  # by whom, what
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 1 else None
            if callee is None or callee.kind != "attribute" or callee.text not in _INCLUDES:
                continue
            what = applications.makers((file, value.inputs[1]))
            if not what or any(program.value(one).kind != "call" for one in what):
                return None
            taken.append((applications.makers(applications.receiver((file, identity))), what))
    served: set[Node] = set()
    for _ in range(len(taken) + 1):
        before = len(served)
        for by, what in taken:
            routers = [one for one in by if not _ROUTERS.keys().isdisjoint(_kind(assembly, one))]
            if len(routers) < len(by) or not by or served.intersection(routers):
                served.update(what)
        if len(served) == before:
            break
    return served
