"""What stands before the address of a route: prefixes of its router, and of where that is included or mounted.

`APIRouter(prefix="/chat")`, `app.include_router(router, prefix="/api")`, `app.register_blueprint(pages, url_prefix="/pages")`,
`app.mount("/v1", inner)`, `app.use("/api", router)`, `r.Group("/api")`, `r.Route("/api", func(r chi.Router) { ... })`; of Ktor the blocks
around a route.
What only a setting knows is left out; of a router that is included twice, the first.
"""

from __future__ import annotations

from ingest.code.program import Node, Program
from ingest.facts import CodeFacts, Value
from pipeline.system.program.applications import PARTS, Applications
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.sites import EntrySite

_MOST_ROUTERS = 5  # one inside the other
_BLOCKS = "io.ktor.server."
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def prefix_of(program: Program, entry: EntrySite, applications: Applications) -> str:
    """What stands before the address of a route; empty where nothing does, or none of it is a constant."""
    if program.objects_are_entries(entry.marker[0]):
        return _mounted(applications, applications.of_marker(entry.marker), 0)
    marker = program.value(entry.marker)
    callee = program.value((entry.marker[0], marker.inputs[0])) if marker.kind == "call" else marker
    if callee.kind != "attribute":
        return ""
    found = (_before(applications, router, 0) for router in applications.makers((entry.marker[0], callee.inputs[0])))
    return next((prefix for prefix in found if prefix), "")


def of_blocks(program: Program, marker: Node) -> tuple[str, str]:
    """What blocks around a route of Ktor say before it, and the method they name: `route("/plan", HttpMethod.Post) { sse { } }`."""
    facts = program.files[marker[0]]
    if facts.language != "kotlin" or not any(name.startswith(_BLOCKS) for name in program.callee_names(marker)):
        return "", ""
    path, method, at = "", "", facts.values[marker[1]].scope
    for _ in range(_MOST_ROUTERS):
        block = facts.functions[at]
        around = next(
            (v for v in facts.values if v.kind == "call" and v.scope == block.parent and _holds(facts, v, block.qualified_name)), None
        )
        if around is None or block.parent is None:
            break
        at = block.parent
        if facts.values[around.inputs[0]].text == "route":
            given = facts.values[around.inputs[1]]
            if given.kind == "constant":
                path = "/" + "/".join(part.strip("/") for part in (given.text, path) if part.strip("/"))
            named = [facts.values[one].text.upper() for one in around.inputs[2:]]
            method = method or next((one for one in named if one in _METHODS), "")
    return path, method


def _holds(facts: CodeFacts, call: Value, block: str) -> bool:
    return any(facts.values[one].kind == "function" and facts.values[one].text == block for one in call.inputs[1:])


def _before(applications: Applications, router: Node, depth: int) -> str:
    """The prefixes of where a router is included, then its own; the one a blueprint is registered with stands for its own."""
    program = applications.program
    value = program.value(router)
    own = _prefix_given(program, router) if value.kind == "call" else None
    for include in applications.includes(router) if depth < _MOST_ROUTERS else ():
        given = _prefix_given(program, include)
        above = next((one for one in applications.makers(applications.receiver(include)) if one != router), None)
        outer = _before(applications, above, depth + 1) if above is not None else ""
        replaced = given is not None and program.value((include[0], program.value(include).inputs[0])).text == "register_blueprint"
        return outer + (applications.mounted_at(include) or given or "") + ("" if replaced else own or "")
    return own or ""


def _prefix_given(program: Program, call: Node) -> str | None:
    """The constant a call is given as prefix; one that only a setting knows is none."""
    value = program.value(call)
    given = (program.constant((call[0], value.inputs[position])) for position in argument_positions(value, "prefix|url_prefix"))
    return next((constant for constant in given if isinstance(constant, str)), None)


def _mounted(applications: Applications, routers: list[Node], depth: int) -> str:
    for router in routers if depth < _MOST_ROUTERS else ():
        for include in applications.includes(router):
            above = applications.makers(applications.receiver(include))
            return _mounted(applications, [one for one in above if one != router], depth + 1) + applications.mounted_at(include)
        for part in _parts(applications, router):
            above = applications.makers(applications.receiver(part))
            return _mounted(applications, [one for one in above if one != router], depth + 1) + applications.mounted_at(part)
    return ""


def _parts(applications: Applications, router: Node) -> list[Node]:
    """The calls that gave a part of a router: `api := r.Group("/api")`, `r.Route("/api", func(api chi.Router) { ... })`."""
    value = applications.program.value(router)
    callee = applications.program.value((router[0], value.inputs[0])) if value.kind == "call" else value
    if callee.kind == "attribute":
        return [router] if callee.text in PARTS else []
    return applications.part_given(router)
