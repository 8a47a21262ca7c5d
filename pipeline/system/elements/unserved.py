"""Routes of routers that no application takes in: `APIRouter()` and `Blueprint()` with handlers, that are included on no way.

Takes an assembly, gives its sites without the entries of such routers. Where an application is given something that is not known (a router
out of a list, a plugin), any router may be the one, and all count as served; so do those of a tree that makes no application. Of Express a
router is left out whose file makes no application and is imported by no other; none is where a program loads files by names that it finds.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.applications import Applications
from pipeline.system.program.programs import imported
from pipeline.system.program.sites import EntrySite, Sites

_ROUTERS = {"fastapi.APIRouter": "fastapi.FastAPI", "flask.Blueprint": "flask.Flask"}  # what has routes, and what takes them in
_ROUTES = frozenset({"http_route", "websocket"})
_EXPRESS_ROUTER, _APPLICATIONS = "express.Router", frozenset({"express", "express.default"})
_LOADS = frozenset({"require", "import", "requireAll", "autoload"})
_INCLUDES = frozenset({"include_router", "register_blueprint"})


def without_unserved(assembly: Assembly) -> Sites:
    """The sites of the program without routes that nothing serves."""
    program = assembly.program
    sites = _without_unmounted(assembly, assembly.sites)
    made = {name for file, facts in enumerate(program.files) if assembly.purpose(file) == "product" for name in _made(assembly, file)}
    routers = {entry.marker: router for entry in sites.entries if (router := _router(assembly, entry, made)) is not None}
    if not routers:
        return sites
    served = _served(assembly)
    if served is None:
        return sites
    return replace(sites, entries=tuple(one for one in sites.entries if one.marker not in routers or routers[one.marker] in served))


def _without_unmounted(assembly: Assembly, sites: Sites) -> Sites:
    """Without routes of Express in files that nothing imports: `// app.use("/debate", require("./debate"))`."""
    program = assembly.program
    on_router = {entry.marker: entry.marker[0] for entry in sites.entries if entry.rule.kind in _ROUTES and _on_a_router(assembly, entry)}
    files = {file for file in on_router.values() if not any(name in _APPLICATIONS for name in _names_called(program, file))}
    product = [file for file in range(len(program.files)) if assembly.purpose(file) == "product"] if files else []
    if not any(name in _APPLICATIONS for file in product for name in _names_called(program, file)):
        return sites
    if any(_loads_what_it_finds(program, file) for file in product):
        return sites
    taken = {other for file in range(len(program.files)) for other in imported(program, file) if other != file}
    idle = {file for file in files - taken if not _is_named_elsewhere(program, file)}
    return replace(sites, entries=tuple(one for one in sites.entries if on_router.get(one.marker) not in idle)) if idle else sites


def _on_a_router(assembly: Assembly, entry: EntrySite) -> bool:
    program, marker = assembly.program, assembly.program.value(entry.marker)
    callee = program.value((entry.marker[0], marker.inputs[0])) if marker.kind == "call" else marker
    origins = program.origins((entry.marker[0], callee.inputs[0])) if callee.kind == "attribute" else ()
    return bool(origins) and all(program.value(one).kind == "call" and _EXPRESS_ROUTER in _kind(assembly, one) for one in origins)


def _is_named_elsewhere(program: Program, file: int) -> bool:
    """Whether an import that leads nowhere names a file: an alias of a folder may be set up where nobody looked."""
    parts = program.files[file].path.rsplit(".", 1)[0].split("/")
    name = parts[-2] if parts[-1] == "index" and len(parts) > 1 else parts[-1]
    return any(
        name in statement.target and program.file_of(statement.target, other) is None
        for other, facts in enumerate(program.files)
        for statement in facts.imports
        if other != file
    )


def _names_called(program: Program, file: int) -> set[str]:
    values = program.files[file].values
    return {name for at, value in enumerate(values) if value.kind == "call" for name in program.callee_names((file, at))}


def _loads_what_it_finds(program: Program, file: int) -> bool:
    """`require(path.join(folder, name))`, `await import(file)`."""
    values = program.files[file].values
    return any(
        value.kind == "call"
        and len(value.inputs) == 2
        and values[value.inputs[0]].text in _LOADS
        and values[value.inputs[1]].kind != "constant"
        for value in values
    )


def _made(assembly: Assembly, file: int) -> set[str]:
    """The kinds of applications and routers that a file makes."""
    program, wanted = assembly.program, {*_ROUTERS, *_ROUTERS.values()}
    values = program.files[file].values
    calls = [(file, identity) for identity, value in enumerate(values) if value.kind == "call"]
    return {name for call in calls for name in _kind(assembly, call) if name in wanted}


def _kind(assembly: Assembly, made: Node) -> tuple[str, ...]:
    """The kinds that a call makes; nothing of what no call of the program made, such as a parameter that only a test fills."""
    if assembly.program.value(made).kind != "call":
        return ()
    return tuple(assembly.index.canonical(name) for name in assembly.program.callee_names(made))


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
