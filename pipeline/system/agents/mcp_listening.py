"""Where MCP servers behind a web framework listen: `app.listen(port)` without an address is every address of the machine.

Takes an assembly whose routes know whether they authenticate; gives MCP servers that are connected to an HTTP transport their
`host`, and `authenticated` where every route that hands requests to the transport is. The file that connects the server is
expected to open the port.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.taken_by_default import SchemaDefaults, defaults_behind
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.held import elements_of

_LISTENS = ("express.", "fastify.", "koa.", "node:http.", "node:https.", "http.", "https.")
_SHOWN = 3  # lines of a route that asks nobody: where it is, and why a check of it does not count
_TRANSPORTS = ("StreamableHTTPServerTransport", "SSEServerTransport")


def mark_mcp_listening(assembly: Assembly) -> None:
    """The host of each MCP server that is connected in a file that opens a port."""
    _served_by_uvicorn(assembly)
    _set_in_settings(assembly)
    servers = [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind == "mcp_server"]
    schemas = SchemaDefaults(assembly) if servers else None
    for file in sorted({site[0] for site in _transports(assembly)}):
        connected = {s for s in servers for node in assembly.draft(s).nodes if node[0] == file}
        opened = [(node, host) for node in _calls(assembly, file, "listen") if (host := _host(assembly, node, schemas)) is not None]
        chosen = sorted(connected) or (servers if len(servers) == 1 else [])
        for identity in chosen if opened else []:
            node, host = max(opened, key=lambda one: one[1] == "0.0.0.0")
            draft = assembly.draft(identity)
            draft.attributes.setdefault("host", host)
            if draft.attributes.get("transport") not in ("http", "sse", "streamable-http"):
                draft.attributes["transport"] = "http"
            evidence = assembly.cite(node)
            draft.show(evidence)
            routes = [assembly.draft(route) for route in _routes(assembly, file)]
            if routes and all(route.attributes.get("authenticated") is True for route in routes):
                draft.attributes["authenticated"] = True
                assembly.control("authentication", identity, routes[0].evidence[0] if routes[0].evidence else None)
            else:
                for route in (route for route in routes if route.attributes.get("authenticated") is not True):
                    for one in route.evidence[:_SHOWN]:
                        draft.show(one)


def _served_by_uvicorn(assembly: Assembly) -> None:
    """`uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0")`."""
    for file in range(len(assembly.program.files)):
        for call in _calls(assembly, file, "run"):
            app, host = (argument_node(assembly.program, call, wanted) for wanted in ("app|0", "host"))
            if app is None or host is None or "uvicorn.run" not in assembly.program.callee_names(call):
                continue
            address = assembly.program.constant(host)
            for identity in elements_of(assembly, app) if isinstance(address, str) else ():
                draft, evidence = assembly.draft(identity), assembly.cite(call)
                if draft.kind == "mcp_server":
                    draft.attributes["host"] = "0.0.0.0" if address == "::" else str(address)
                    draft.show(evidence)


def _set_in_settings(assembly: Assembly) -> None:
    """`mcp.settings.host = "0.0.0.0"`; a variable of the environment and an option of the command line count by their defaults."""
    for file, facts in enumerate(assembly.program.files):
        for store in facts.stores:
            base = facts.values[store.base]
            if store.attribute != "host" or base.kind != "attribute" or base.text != "settings":
                continue
            address = _default(assembly, (file, store.value))
            for identity in elements_of(assembly, (file, base.inputs[0])) if address is not None else ():
                draft, evidence = assembly.draft(identity), assembly.cite((file, store.value))
                if draft.kind == "mcp_server":
                    draft.attributes["host"] = "0.0.0.0" if address in ("::", "") else str(address)
                    draft.show(evidence)


def _default(assembly: Assembly, node: Node) -> str | None:
    """The text a value is where nobody sets it: `os.getenv("HOST", "0.0.0.0")`, `args.host` of `add_argument("--host", default=...)`."""
    program, value = assembly.program, assembly.program.value(node)
    constant = program.constant(node)
    if isinstance(constant, str):
        return constant
    given: Node | None = None
    if value.kind == "call" and any(name.endswith(("getenv", "environ.get")) for name in program.callee_names(node)):
        given = argument_node(program, node, "default|1")
    elif value.kind == "attribute":
        option = "--" + value.text.replace("_", "-")
        added = [call for call in _calls(assembly, node[0], "add_argument") if _is_named(assembly, call, option)]
        given = argument_node(program, added[0], "default") if added else None
    found = program.constant(given) if given is not None else None
    return found if isinstance(found, str) else None


def _is_named(assembly: Assembly, call: Node, option: str) -> bool:
    given = assembly.program.value(call).inputs[1:]
    return any(assembly.program.constant((call[0], one)) in (option, option.replace("-", "_")) for one in given)


def _transports(assembly: Assembly) -> Iterator[Node]:
    """Constructions of transports that take requests over HTTP."""
    for file, facts in enumerate(assembly.program.files):
        if not assembly.program.objects_are_entries(file) or facts.purpose in ("test", "example"):
            continue
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and any(n.endswith(_TRANSPORTS) for n in assembly.program.callee_names((file, identity))):
                yield file, identity


def _calls(assembly: Assembly, file: int, method: str) -> Iterator[Node]:
    facts = assembly.program.files[file]
    for identity, value in enumerate(facts.values):
        if value.kind == "call" and facts.values[value.inputs[0]].text == method and facts.values[value.inputs[0]].kind == "attribute":
            yield file, identity


def _host(assembly: Assembly, call: Node, schemas: SchemaDefaults | None) -> str | None:
    """The address a server listens on; None where the receiver is no server of HTTP, or the address is not known."""
    program, value = assembly.program, assembly.program.value(call)
    if not any(name.startswith(_LISTENS) for name in program.callee_names(call)):
        return None
    given = argument_node(program, call, "host|hostname|1")
    if given is None or any(name in program.functions for name in program.names(given)):
        return "0.0.0.0"
    origins = [program.value(origin) for origin in program.origins(given)]
    if origins and all(origin.kind == "function" for origin in origins):
        return "0.0.0.0"
    host = program.constant(given)
    if host is None and len(value.inputs) == 2:
        return "0.0.0.0"
    if host is None and schemas is not None:  # `z.object({HOST: z.string().default("0.0.0.0")})`
        said = {assembly.program.value(one.node).text for one in defaults_behind(assembly, given, schemas)}
        host = next(iter(said)) if len(said) == 1 else None
    return {"::": "0.0.0.0"}.get(host, host) if isinstance(host, str) else None


def _routes(assembly: Assembly, file: int) -> list[str]:
    """Routes of a file whose handlers hand requests to a transport."""
    handing = {
        (file, assembly.program.value(node).scope)
        for method in ("handleRequest", "handlePostMessage") for node in _calls(assembly, file, method)
    }  # fmt: skip
    found = [
        identity for reference, identity in assembly.entry_of_function.items()
        if assembly.draft(identity).kind == "http_route" and not handing.isdisjoint(assembly.reach(reference))
    ]  # fmt: skip
    return sorted(set(found))
