"""Controls that one call puts before all routes of a program: a fallback policy, a policy of all controllers, or of a group.

Takes an assembly and the call; gives the routes of the same framework whose files lie below the folder of the call's file, those that let
anyone in by name left out; where the call is given a function in which routes are registered, those. Conventions that sort routes by their
address are not followed.
"""

from __future__ import annotations

from collections.abc import Collection

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.route_groups import groups_around, receiver_of
from pipeline.system.program.sites import CallSite, EntrySite
from pipeline.system.program.walking import inside

_OPEN = {"authentication": "AllowAnonymous", "rate_limit": "DisableRateLimiting"}  # what takes a route out, by what is asked of it
_OF_GROUPS = ("RouteGroupBuilder.RequireAuthorization", "RouteGroupBuilder.RequireRateLimiting")
_OF_CONTROLLERS = ("Controller", "Mvc.Authorization.AuthorizeFilter")
_AROUND = ("io.ktor.server.auth.authenticate", "io.ktor.server.plugins.ratelimit.rateLimit")  # given the routes they stand before
_RIGHTS = frozenset({"RequireRole", "RequireClaim", "RequireAssertion"})
_MOST = 60


def routes_below(assembly: Assembly, site: CallSite) -> list[str]:
    """Routes that the call covers."""
    program = assembly.program
    folder = program.files[site.node[0]].path.rpartition("/")[0]
    if any(name.endswith("McpEndpointBuilder.RequireAuthorization") for name in site.names):
        return _servers(assembly, folder)
    if any(name.endswith("HubEndpointConventionBuilder.RequireAuthorization") for name in site.names):
        return _hubs(assembly, site.node)
    inside = _within(assembly, site.node) if not set(_AROUND).isdisjoint(site.names) else None
    group: set[Node] | None = None
    if any(name.endswith(_OF_GROUPS) for name in site.names):
        group = {site.node, *program.origins(receiver_of(program, site.node))}
    controllers_alone = any(part in name for name in site.names for part in _OF_CONTROLLERS)
    is_open = _OPEN.get(str(site.rule.control), "")
    found: dict[str, None] = dict.fromkeys(_pages(assembly, folder) if any("FallbackPolicy" in name for name in site.names) else ())
    for entry in assembly.sites.entries:
        path = program.files[entry.function[0]].path
        identity = assembly.entry_of_function.get(entry.function)
        if entry.framework != site.framework or identity is None:
            continue
        if group is None and folder and not path.startswith(folder + "/"):
            continue
        decorators = program.function(entry.function).decorators
        is_decorated = entry.marker[0] == entry.function[0] and entry.marker[1] in decorators
        texts = {
            program.value((entry.function[0], given)).text
            for mark in decorators
            for given in (program.value((entry.function[0], mark)).inputs[:1])
        }
        if inside is not None:
            if inside & _scopes(assembly, entry.marker):
                found[identity] = None
            continue
        if group is not None and group.isdisjoint(groups_around(program, entry.marker)):
            continue
        if is_open not in texts and (is_decorated or not controllers_alone) and not _opened(assembly, entry.marker, is_open):
            found[identity] = None
    return list(found)


def of_few(assembly: Assembly, site: CallSite, covered: Collection[str]) -> list[str]:
    """Of the routes that a call covers, those for which it asks more than a login: `AddFallbackPolicy("x", p => p.RequireRole("x"))`.

    A fallback policy is asked where a route says nothing of its own.
    """
    program, node = assembly.program, site.node
    given = [program.value(part) for part in inside(program, node, _MOST)]
    made = [reference for one in given if one.kind == "function" for reference in program.functions.get(one.text, ())]
    asked = {program.value((call[0], program.value(call).inputs[0])).text for function in made for call in assembly.calls_in(function)}
    asked |= {program.value((node[0], one.inputs[0])).text for one in given if one.kind == "call"}
    if _RIGHTS.isdisjoint(asked) or not any("FallbackPolicy" in name for name in site.names):
        return []
    own = {
        assembly.entry_of_function[entry.function]
        for entry in assembly.sites.entries
        if entry.function in assembly.entry_of_function and _says_itself(assembly, entry)
    }
    return [identity for identity in covered if identity not in own]


def _says_itself(assembly: Assembly, entry: EntrySite) -> bool:
    """Whether a route names a policy of its own, by a mark or by a call behind it."""
    program, (file, marker) = assembly.program, entry.marker
    marks = (program.value((entry.function[0], one)) for one in program.function(entry.function).decorators)
    if any("Authorize" in (mark.text, *(program.value((entry.function[0], one)).text for one in mark.inputs[:1])) for mark in marks):
        return True
    values = program.files[file].values
    return any(value.kind == "attribute" and value.text == "RequireAuthorization" and value.inputs[0] == marker for value in values)


def _within(assembly: Assembly, call: Node) -> set[FunctionRef]:
    """The functions that a call is given, and those that are called in them: `authenticate { notes() }`."""
    program = assembly.program
    given = {program.value((call[0], at)).text for at in program.value(call).inputs[1:] if program.value((call[0], at)).kind == "function"}
    queue = [reference for name in sorted(given) for reference in program.functions.get(name, ())]
    found = set(queue)
    while queue and len(found) < _MOST:
        for inner in assembly.calls_in(queue.pop()):
            for target in program.targets(inner):
                if target.function not in found:
                    found.add(target.function)
                    queue.append(target.function)
    return found


def _scopes(assembly: Assembly, node: Node) -> set[FunctionRef]:
    """The functions around a value, inner ones first."""
    functions = assembly.program.files[node[0]].functions
    at: int | None = assembly.program.value(node).scope
    found: set[FunctionRef] = set()
    while at is not None and (node[0], at) not in found:
        found.add((node[0], at))
        at = functions[at].parent
    return found


def _servers(assembly: Assembly, folder: str) -> list[str]:
    """The MCP servers that are made below a folder: `MapMcp` serves them."""
    return [
        identity
        for identity, draft in assembly.drafts.by_id.items()
        if draft.kind == "mcp_server" and any(assembly.program.files[file].path.startswith(folder) for file, _value in draft.nodes)
    ]


def _hubs(assembly: Assembly, call: Node) -> list[str]:
    """The hub behind an endpoint: `app.MapHub<Room>("/room").RequireAuthorization()`."""
    program, found = assembly.program, dict[str, None]()
    for node in groups_around(program, call):
        value = program.value(node)
        if value.kind == "call" and program.value((node[0], value.inputs[0])).text == "MapHub":
            for given, label in zip(value.inputs[1:], value.labels[1:], strict=True):
                for name in program.names((node[0], given)) if label.startswith("<") else ():
                    found |= {assembly.element_of_class[name]: None} if name in assembly.element_of_class else {}
    return list(found)


def _pages(assembly: Assembly, folder: str) -> list[str]:
    """Hubs and pages below a folder, which a fallback policy stands before as well."""
    program, found = assembly.program, dict[str, None]()
    for name, identity in assembly.element_of_class.items():
        file, cls = program.classes[name]
        marks = {program.value((file, one)).text for mark in cls.decorators for one in program.value((file, mark)).inputs[:1]}
        if (
            assembly.draft(identity).kind == "websocket"
            and program.files[file].language == "csharp"
            and _OPEN["authentication"] not in marks
        ):
            found |= {identity: None} if program.files[file].path.startswith(folder) else {}
    for identity, draft in assembly.drafts.by_id.items():
        made = (
            [node for node in draft.nodes if program.files[node[0]].path.endswith((".razor", ".cshtml"))] if draft.kind == "chat_ui" else []
        )
        if made and not any("anonymous" in program.value(node).labels for node in made):
            found |= {identity: None} if program.files[made[0][0]].path.startswith(folder) else {}
    return list(found)


def _opened(assembly: Assembly, marker: Node, is_open: str) -> bool:
    """`app.MapGet(...).AllowAnonymous()`."""
    values = assembly.program.files[marker[0]].values
    return any(value.kind == "attribute" and value.text == is_open and value.inputs[0] == marker[1] for value in values)
