"""Servers that code starts by itself, and the address each listens on: `app.run(host="0.0.0.0")`, `serve(answer, "localhost", 8765)`.

Takes an assembly, gives for each application the calls that start it, with where it listens: on this machine only because the call says
so, on this machine only because nothing else is said and that is what the server does then, or elsewhere. An address that is not
constant counts as elsewhere. What starts an application beside its own code, is read in `loopback`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_node, argument_positions

Where = Literal["here", "here_by_default", "elsewhere"]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class _Server:
    """How a server is started: where the application and the address stand, and whether it keeps to this machine where none is given."""

    application: str  # an argument; "receiver": what the method is called on; "": the call registers the handler itself
    host: str = "host"
    stays: bool = False


# Read from: uvicorn 0.38, waitress 3, aiohttp 3.13, Werkzeug 3.1, Quart 0.20, Flask-SocketIO 5.5, Sanic 25, Bottle 0.13, websockets 15,
# Express 5 and Fastify 5 (the last two from their public documentation).
_SERVERS: dict[str, _Server] = {
    "uvicorn.run": _Server("app|0", stays=True),
    "uvicorn.Config": _Server("app|0", stays=True),
    "waitress.serve": _Server("app|0"),
    "aiohttp.web.run_app": _Server("app|0"),
    "flask.Flask.run": _Server("receiver", "host|0", stays=True),
    "quart.Quart.run": _Server("receiver", "host|0", stays=True),
    "flask_socketio.SocketIO.run": _Server("app|0", "host|1", stays=True),
    "sanic.Sanic.run": _Server("receiver", "host|0", stays=True),
    "bottle.Bottle.run": _Server("receiver", stays=True),
    "websockets.serve": _Server("", "host|1"),
    "express.Application.listen": _Server("receiver", "host|1"),
    "fastify.FastifyInstance.listen": _Server("receiver", "host", stays=True),
}


@dataclass(frozen=True, slots=True)
class Start:
    """A call that starts a server. `applications` is empty where the call itself registers what answers."""

    call: Node
    applications: tuple[Node, ...]
    where: Where


def starts_of(assembly: Assembly, applications: Applications) -> Iterator[Start]:
    """All calls that start a server, in the order of files and lines."""
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            known = _known(assembly, (file, identity)) if value.kind == "call" else None
            if known is not None:
                started = _started(assembly, applications, (file, identity), known)
                yield Start((file, identity), tuple(started), _where(assembly, (file, identity), known))


def applications_started(assembly: Assembly, applications: Applications, call: Node) -> list[Node]:
    """The applications that a call starts."""
    known = _known(assembly, call)
    return _started(assembly, applications, call, known) if known is not None else []


def applications_above(applications: Applications, marker: Node) -> set[Node]:
    """The applications and routers a route hangs on, and those they are included in."""
    found: set[Node] = set()
    queue = applications.of_marker(marker)
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            for include in applications.includes(current):
                queue += applications.makers(applications.receiver(include))
    return found


def _known(assembly: Assembly, call: Node) -> _Server | None:
    names = assembly.program.callee_names(call)
    return next((_SERVERS[name] for name in (assembly.index.canonical(given) for given in names) if name in _SERVERS), None)


def _started(assembly: Assembly, applications: Applications, call: Node, server: _Server) -> list[Node]:
    """The applications that a call starts: an object, or `module:name`."""
    program, value = assembly.program, assembly.program.value(call)
    if server.application == "receiver":
        return applications.makers(applications.receiver(call))
    positions = argument_positions(value, server.application) if server.application else []
    if not positions:
        return []
    given = (call[0], value.inputs[positions[0]])
    text = program.constant(given)
    if isinstance(text, str):
        nodes, _outside = program.resolve(text.replace(":", "."), call[0])
        return [made for node in nodes for made in applications.makers(node)]
    return applications.makers(given)


def _where(assembly: Assembly, call: Node, server: _Server) -> Where:
    """Where a call says that it listens; a value between the others that is no text, is what is called when it does."""
    program = assembly.program
    given = argument_node(program, call, server.host)
    if given is None:
        return "here_by_default" if server.stays and not _may_say_more(assembly, call) else "elsewhere"
    return "here" if program.constant(given) in LOOPBACK else "elsewhere"


def _may_say_more(assembly: Assembly, call: Node) -> bool:
    """Whether options come from a value that is not written here: `run(**settings)`, `listen(options)`."""
    program, value = assembly.program, assembly.program.value(call)
    if "**" in value.labels:
        return True
    if not program.objects_are_entries(call[0]):
        return False
    origins = (origin for given in value.inputs[1:] for origin in program.origins((call[0], given)))
    return any(program.value(origin).kind not in ("constant", "collection", "operation") for origin in origins)
