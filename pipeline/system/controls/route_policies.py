"""Controls that one call puts before all routes of a program: a fallback policy, a policy of all controllers, or of a group.

Takes an assembly and the call; gives the routes of the same framework whose files lie below the folder of the call's file, those that let
anyone in by name left out; where the call is given a function in which routes are registered, those. Conventions that sort routes by their
address are not followed.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.sites import CallSite

_OPEN = "AllowAnonymous"
_AROUND = ("io.ktor.server.auth.authenticate", "io.ktor.server.plugins.ratelimit.rateLimit")  # given the routes they stand before
_MOST = 60


def routes_below(assembly: Assembly, site: CallSite) -> list[str]:
    """Routes that the call covers."""
    program = assembly.program
    folder = program.files[site.node[0]].path.rpartition("/")[0]
    if any(name.endswith("McpEndpointBuilder.RequireAuthorization") for name in site.names):
        return _servers(assembly, folder)
    inside = _within(assembly, site.node) if not set(_AROUND).isdisjoint(site.names) else None
    group: set[Node] | None = None
    if any(name.endswith("RouteGroupBuilder.RequireAuthorization") for name in site.names):
        group = {site.node, *program.origins(_receiver(assembly, site.node))}
    controllers_alone = any("Controller" in name for name in site.names)
    found: dict[str, None] = {}
    for entry in assembly.sites.entries:
        path = program.files[entry.function[0]].path
        identity = assembly.entry_of_function.get(entry.function)
        if entry.framework != site.framework or identity is None or (folder and not path.startswith(folder + "/")):
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
        if group is not None and not group & _around(assembly, entry.marker):
            continue
        if _OPEN not in texts and (is_decorated or not controllers_alone) and not _opened(assembly, entry.marker):
            found[identity] = None
    return list(found)


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


def _receiver(assembly: Assembly, call: Node) -> Node:
    value = assembly.program.value(call)
    callee = assembly.program.value((call[0], value.inputs[0]))
    return call[0], callee.inputs[0] if callee.inputs else value.inputs[0]


def _around(assembly: Assembly, marker: Node) -> set[Node]:
    """The groups a route is registered at, inner ones first: `app.MapGroup("/a").MapGroup("/b").MapGet(...)`.

    A group that a function is given to register at (`admin.MapPrompts()`) is the one that its only caller gives.
    """
    program = assembly.program
    found: set[Node] = set()
    queue = [marker]
    while queue and len(found) < _MOST:
        current = queue.pop()
        kind = program.value(current).kind
        given = _receiver(assembly, current) if kind == "call" else _given_by_caller(assembly, current) if kind == "parameter" else None
        inner = [node for node in program.origins(given) if node not in found] if given is not None else []
        found.update(inner)
        queue += inner
    return found


def _given_by_caller(assembly: Assembly, parameter: Node) -> Node | None:
    """What the only call of a function gives for one of its parameters."""
    program = assembly.program
    known = program.parameter_of(parameter)
    callers = program.callers(known[0]) if known is not None else []
    if known is None or len(callers) != 1:
        return None
    call = callers[0]
    bound = any(target.bound for target in program.targets(call) if target.function == known[0])
    if bound and known[1] == 0:
        return _receiver(assembly, call)
    position = 1 + known[1] - bound  # the first input of a call is what is called
    inputs = program.value(call).inputs
    return (call[0], inputs[position]) if position < len(inputs) else None


def _servers(assembly: Assembly, folder: str) -> list[str]:
    """The MCP servers that are made below a folder: `MapMcp` serves them."""
    return [
        identity
        for identity, draft in assembly.drafts.by_id.items()
        if draft.kind == "mcp_server" and any(assembly.program.files[file].path.startswith(folder) for file, _value in draft.nodes)
    ]


def _opened(assembly: Assembly, marker: Node) -> bool:
    """`app.MapGet(...).AllowAnonymous()`."""
    values = assembly.program.files[marker[0]].values
    return any(value.kind == "attribute" and value.text == _OPEN and value.inputs[0] == marker[1] for value in values)
