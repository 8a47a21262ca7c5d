"""An endpoint on this machine that speaks as much of OpenAI's protocol as a request needs, and keeps what it received."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REPLY = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "seen"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}  # fmt: skip


class Endpoint:
    """What arrived, and how it is answered."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.sent = 0
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.reply
        self.before: Callable[[], None] = lambda: None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def reply(
        self, handler: BaseHTTPRequestHandler, status: int = 200, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> None:
        body = json.dumps(REPLY).encode() if body is None else body
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def pour(self, handler: BaseHTTPRequestHandler, total: int, piece: bytes, pause: float = 0.0, length: bool = False) -> None:
        """A reply in pieces, until whoever reads it goes away."""
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        if length:
            handler.send_header("Content-Length", str(total))
        handler.end_headers()
        try:
            while self.sent < total:
                handler.wfile.write(piece)
                self.sent += len(piece)
                time.sleep(pause)
        except OSError:
            pass


@contextmanager
def served() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def _taken(self) -> None:
            endpoint.before()
            endpoint.paths.append(self.path)
            endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
            endpoint.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            endpoint.answer(self)

        do_POST = do_GET = do_CONNECT = _taken  # noqa: N815 - names of the library

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    endpoint.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
