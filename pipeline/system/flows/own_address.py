"""Addresses that a service makes of the one it was called at: `new URL(req.url).host`, to call a route of its own.

Takes the values on the way of a request's data to an address. What is taken is where the caller came to, and not what the caller names;
a server that believes any Host header can be fooled there, which is a matter of its proxy.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.program import Node, Program

_CAME_TO = frozenset({"url", "nextUrl", "base_url"})
_SERVER = frozenset({"host", "origin", "hostname", "protocol", "netloc", "scheme"})


def is_own_address(program: Program, trace: Sequence[Node]) -> bool:
    """Whether only the server's own name is taken of the address of the request."""
    read = [value.text for node in trace if (value := program.value(node)).kind == "attribute"]
    return bool(read) and read[0] in _CAME_TO and not _SERVER.isdisjoint(read[1:])
