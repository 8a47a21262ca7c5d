"""Interceptors that a gRPC server runs before the methods of its services: `grpc.server(pool, interceptors=[TokenCheck()])`.

Takes the functions that refuse unknown callers and a method of a service, gives evidence that every server of the program asks before it.
A server whose interceptors come from elsewhere is not known to ask.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.model import Evidence
from pipeline.system.program.arguments import argument_node

_SERVICE = re.compile(r"_pb2_grpc\.\w*Servicer$")
_SERVERS = frozenset({"grpc.server", "grpc.aio.server"})
_METHODS = ("intercept_service", "intercept")


class Interceptors:
    """Servers of the program, each with the checks that its interceptors make."""

    def __init__(self, assembly: Assembly, authenticating: Authenticating) -> None:
        self._assembly, self._program, self._authenticating = assembly, assembly.program, authenticating
        self._asked: list[Evidence | None] | None = None

    def before(self, method: FunctionRef) -> list[Evidence]:
        """Evidence that callers of a service's method were asked by its server."""
        owner = self._program.function(method).owner
        if owner is None or not any(_SERVICE.search(base) for base in self._program.outside_bases(owner)):
            return []
        if self._asked is None:
            self._asked = [self._of_server(call) for call in self._servers()]
        found = [evidence for evidence in self._asked if evidence is not None]
        return found if len(found) == len(self._asked) else []

    def _servers(self) -> list[Node]:
        return [
            (file, identity)
            for file, facts in enumerate(self._program.files)
            for identity, value in enumerate(facts.values)
            if value.kind == "call"
            and facts.purpose != "test"
            and not _SERVERS.isdisjoint(self._program.names((file, value.inputs[0])))
        ]  # fmt: skip

    def _of_server(self, call: Node) -> Evidence | None:
        given = argument_node(self._program, call, "interceptors")
        for element in self._program.elements(given) if given is not None else ():
            for name in self._program.types(element):
                for method in _METHODS if name in self._program.classes else ():
                    reference = self._program.method(name, method)
                    if reference is not None and self._refuses(reference):
                        return self._assembly.cite(element)
        return None

    def _refuses(self, reference: FunctionRef) -> bool:
        """Whether an interceptor, or a handler that stands inside of it or beside it in its class, refuses somebody."""
        if self._authenticating.function(reference, 0) is not None:
            return True
        owner, (file, number) = self._program.function(reference).owner, reference
        functions = enumerate(self._program.files[file].functions)
        near = [(file, at) for at, one in functions if one.parent == number or (owner is not None and one.owner == owner)]
        return any(self._authenticating.function(one, 0) is not None for one in near)
