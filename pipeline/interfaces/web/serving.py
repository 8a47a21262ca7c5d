"""The server around the application: one socket, bounded, without a word on what it is made of."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from ingest.errors import UnusableInput
from ingest.text import reason_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp

MOST_AT_ONCE, WAITING = 100, 64
MOST_HEAD = 32 * 1024  # bytes of a request before its body
IDLE_SECONDS, END_SECONDS = 10, 5


def listen(host: str, port: int) -> socket.socket:
    """An open socket.

    Raises:
        UnusableInput: the address cannot be listened on.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        opened = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise UnusableInput(f"no such address, {reason_of(problem)}", host, "correct --host") from None
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(WAITING)
    except OSError as problem:
        opened.close()
        raise UnusableInput(f"cannot listen, {reason_of(problem)}", f"{host}:{port}", "give another --port or --host") from None
    return opened


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until interrupted, which is how it ends."""
    import contextlib

    import uvicorn

    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="off", ws="none",
        limit_concurrency=MOST_AT_ONCE, timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=END_SECONDS,
        h11_max_incomplete_event_size=MOST_HEAD, http="h11",
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
