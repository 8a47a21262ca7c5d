"""The server whose sockets listen: `io.on("connection", (socket) => socket.on("ask", answer))`.

Takes a program and a call that registers a listener on a socket; gives what the server is called on that handed the socket over. What the
server is told to `use` runs when a socket connects, before anything it listens to.
"""

from __future__ import annotations

from ingest.code.program import Node, Program

_CONNECTS = frozenset({"connection", "connect"})
_SERVERS = frozenset({"socket_io.Server"})


class SocketServers:
    """The functions that are handed sockets, found once for a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._handed: dict[str, Node] | None = None

    def behind(self, socket: Node) -> Node | None:
        """The server that hands over what a listener is registered on; None where none does."""
        found = self._program.parameter_of(socket)
        if found is None:
            return None
        return self._all().get(self._program.function(found[0]).qualified_name)

    def is_server(self, node: Node) -> bool:
        """Whether what is put on this runs before sockets, and not before requests."""
        return not _SERVERS.isdisjoint(self._program.types(node))

    def _all(self) -> dict[str, Node]:
        if self._handed is None:
            self._handed = {}
            for file, facts in enumerate(self._program.files):
                for value in facts.values if facts.language == "typescript" else ():
                    callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 2 else None
                    if callee is None or callee.kind != "attribute" or callee.text != "on":
                        continue
                    if self._program.constant((file, value.inputs[1])) in _CONNECTS and self.is_server((file, callee.inputs[0])):
                        for name in self._program.names((file, value.inputs[2])):
                            self._handed.setdefault(name, (file, callee.inputs[0]))
        return self._handed
