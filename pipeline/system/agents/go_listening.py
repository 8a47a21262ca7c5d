"""Where Go servers of MCP listen: `Start(fmt.Sprintf(":%d", port))`, `http.ListenAndServe(address, handler)`.

An address of Go is `host:port`; without a host it is every address of the machine. Takes an assembly whose MCP servers are known,
gives those that are served over HTTP their `host`, as far as the address is written down, begins with a constant, or is an option of
the command line with such a default. The file that opens the port is expected to make the handler, and the function to ask for a
token where one is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import entry_of
from pipeline.system.program.walking import inside, runs_of
from pipeline.system.rules.words import mentions, words_of

_EVERYWHERE = re.compile(r"^(0\.0\.0\.0|\[::\])?:")
_HERE = re.compile(r"^(127\.|localhost|\[::1\])")
_LISTENS = ("go:net/http.ListenAndServe", "go:net/http.ListenAndServeTLS")
_SERVES = ("go:net/http.Server.ListenAndServe", "go:net/http.Server.ListenAndServeTLS")  # at the address the server was given
_STARTS = ("/server.StreamableHTTPServer.Start", "/server.SSEServer.Start")
_TRANSPORTS = ("NewStreamableHTTPHandler", "NewSSEHandler", "NewStreamableHTTPServer", "NewSSEServer")
_FLAGS = ("go:flag.", "github.com/spf13/pflag.", "github.com/spf13/cobra.")
_OPTIONS = {"String": 2, "StringP": 3}  # where the default stands: `flag.String("addr", ":8765", "where to listen")`
_SPEAKS = ("/mcp.Server.Run", "/server.ServeStdio", "/server.NewStdioServer")
_LOOPBACK = frozenset({"loopback", "localhost"})
_MOST_ON_WAY, _MOST_PARTS = 200, 40
_ASKS = ("auth", "authenticate", "authenticated", "authentication", "authorize", "authorization", "bearer", "token", "jwt", "oauth")


def mark_go_listening(assembly: Assembly) -> None:
    """The host of each MCP server that a Go function serves over HTTP."""
    servers = [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind == "mcp_server"]
    for call in _opened(assembly) if servers else ():
        opening = (call[0], assembly.program.value(call).scope)
        names = [name for other in assembly.calls_in(opening) for name in assembly.program.callee_names(other)]
        host = _host(assembly, call)
        if host is None or mentions(names, _ASKS) or not _makes_a_handler(assembly, call[0]) or _is_refused_outside(assembly, opening):
            continue
        for identity in _served(assembly, call, servers):
            draft, evidence = assembly.draft(identity), assembly.cite(call)
            if draft.attributes.setdefault("host", host) != host:
                continue
            if draft.attributes.get("transport") not in ("http", "sse", "streamable-http"):
                draft.attributes["transport"] = "http"
                spoken = [assembly.cite(node) for node in draft.nodes if _is_spoken(assembly, node)]  # the other way it may be started
                draft.evidence = [one for one in draft.evidence if one not in spoken]
            draft.show(evidence)


def _is_refused_outside(assembly: Assembly, opening: FunctionRef) -> bool:
    """Whether the way to a port ends where it is open and nobody is asked: `if !isLoopback(addr) && !cfg.hasAuth() { return err }`."""
    program = assembly.program
    reached = [function for one in runs_of(program, opening) for function in (one, *sorted(assembly.reach(one)))]
    for file, number in dict.fromkeys(reached[:_MOST_ON_WAY]):
        for branch in program.files[file].branches:
            if branch.scope == number and branch.exits_when == "holds":
                parts = (program.value(part).text for part in inside(program, (file, branch.condition), _MOST_PARTS))
                words = {word for text in parts for word in words_of(text[:60])}
                if not _LOOPBACK.isdisjoint(words) and not words.isdisjoint(_ASKS):
                    return True
    return False


def _is_spoken(assembly: Assembly, node: Node) -> bool:
    """Whether a call serves over standard input and output."""
    return any(name.endswith(_SPEAKS) for name in assembly.program.callee_names(node))


def _makes_a_handler(assembly: Assembly, file: int) -> bool:
    values = enumerate(assembly.program.files[file].values)
    calls = ((file, identity) for identity, value in values if value.kind == "call")
    return any(name.endswith((*_TRANSPORTS, *_STARTS)) for call in calls for name in assembly.program.callee_names(call))


def _served(assembly: Assembly, call: Node, servers: list[str]) -> list[str]:
    """The server that a call starts; else the one of its file, or of the program, that is not known to speak over standard input."""
    started = assembly.element_of_call.get(call)
    if started in servers:
        return [started]
    near = [s for s in servers if any(node[0] == call[0] for node in assembly.draft(s).nodes)] or servers
    others = [s for s in near if assembly.draft(s).attributes.get("transport") != "stdio"]
    return near if len(near) == 1 else others if len(others) == 1 else []


def _opened(assembly: Assembly) -> Iterator[Node]:
    for file, facts in enumerate(assembly.program.files):
        if facts.language != "go" or facts.purpose in ("test", "example"):
            continue
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and facts.values[value.inputs[0]].text in ("Start", "ListenAndServe", "ListenAndServeTLS"):
                names = assembly.program.callee_names((file, identity))
                if any(name in (*_LISTENS, *_SERVES) or name.endswith(_STARTS) for name in names):
                    yield file, identity


def _host(assembly: Assembly, call: Node) -> str | None:
    """What the address begins with, where all ways to it agree."""
    program = assembly.program
    begun = [_beginning(assembly, origin) for address in _addresses(assembly, call) for origin in program.origins(address)]
    if begun and all(_EVERYWHERE.match(text) for text in begun):
        return "0.0.0.0"
    return "127.0.0.1" if begun and all(_HERE.match(text) for text in begun) else None


def _addresses(assembly: Assembly, call: Node) -> list[Node]:
    program, value = assembly.program, assembly.program.value(call)
    if not any(name in _SERVES for name in program.callee_names(call)):
        return [(call[0], given) for given in value.inputs[1:2]]
    given = entry_of(program, (call[0], program.value((call[0], value.inputs[0])).inputs[0]), "Addr")
    return [] if given is None else [given]


def _beginning(assembly: Assembly, node: Node) -> str:
    """The constant text that a value is, or that a formatted text begins with; of an option of the command line its default."""
    value = assembly.program.value(node)
    if value.kind == "call":
        names = assembly.program.callee_names(node)
        at = next((_OPTIONS[last] for name in names if name.startswith(_FLAGS) and (last := name.rsplit(".", 1)[-1]) in _OPTIONS), None)
        if at is None or len(value.inputs) <= at:
            return ""
        node = (node[0], value.inputs[at])
        value = assembly.program.value(node)
    if value.kind in ("format", "operation") and value.inputs:
        value = assembly.program.value((node[0], value.inputs[0]))
    return value.text if value.kind == "constant" and value.constant_type == "string" else ""
