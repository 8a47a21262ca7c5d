"""A real HTTP server on loopback that speaks OpenAI's protocol and answers as a script says.

It takes what the real endpoint takes and refuses what that refuses (schemas outside the strict subset, tool results without their call,
wrong keys), meters what it is asked, keeps a record of every request, can take its time, and can hold answers back so that a test acts
while requests are in flight:

    with Server(always(says({"threats": []}))) as server:
        model = ChatOpenAI(base_url=server.url, api_key=server.key, model="scripted")
        ...
        assert server.most_at_once <= 16

A thread serves each connection. Own time of a client is better measured against a process of its own: `python -m tests.llm.server
tests.llm.somewhere:script --seconds 1` prints its address and serves until its input ends.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import json
import select
import socket
import socketserver
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from tests.llm import wire
from tests.llm.acceptance import problem_of
from tests.llm.metering import Meter
from tests.llm.scripts import Answer, Cut, Drip, Hang, Raw, Reply, Request, Reset, Script, error, schema_name, tool_names, turns
from tests.llm.wire import Counted

Ending = Literal["answered", "broken off", "left"]
"""The whole answer was sent; the script broke it off; the client had gone."""


@dataclass(slots=True)
class Record:
    """One request: what was asked, when, and how it ended. Times are of `time.monotonic`."""

    number: int
    path: str
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes
    request: Request
    """In the form of chat completions, whichever API was asked."""
    arrived: float
    finished: float | None = None
    ending: Ending | None = None
    status: int | None = None
    counted: Counted | None = None
    """What an answer was charged for."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.path.encode() + b"\0" + self.body).hexdigest()


@dataclass(slots=True)
class _Gate:
    """What is held back: requests from a number on, until they are let go."""

    first: int | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)


class Server:
    """Serves a script while its context is open."""

    def __init__(
        self,
        script: Script,
        *,
        seconds: float = 0.0,
        key: str = "key-of-the-tests",
        models: tuple[str, ...] = (),
        only_strict: bool = True,
        port: int = 0,
    ) -> None:
        """`seconds`: how long a reply takes where it does not say. `models`: those there are; none named: any.
        `only_strict`: a schema that is not marked strict is refused, although OpenAI would take it."""
        self.script = script
        self.seconds = seconds
        self.key = key
        self.models = models
        self.only_strict = only_strict
        self.records: list[Record] = []
        self.most_at_once = 0
        self.errors: list[BaseException] = []
        """What went wrong in the script or in here; raised when the context closes."""
        self._at_once = 0
        self.meter = Meter()
        self._gate = _Gate()
        self._closing = threading.Event()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """What clients call the base URL."""
        return f"{self.address}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
        if raised is None and self.errors:
            raise self.errors[0]

    def close(self) -> None:
        self._closing.set()
        self.release()
        self._http.shutdown()
        self._http.close_all()
        self._thread.join()

    # --- what a test sees

    @property
    def requests(self) -> list[Request]:
        return [record.request for record in self.records]

    @property
    def answered(self) -> list[Record]:
        """The requests whose answer was sent whole: what a provider would have charged for, at least."""
        return [record for record in self.records if record.ending == "answered" and record.status == 200]

    @property
    def asked_again(self) -> list[str]:
        """The digests of what was answered whole more than once: paid twice."""
        return sorted(digest for digest, count in Counter(record.digest for record in self.answered).items() if count > 1)

    @property
    def in_flight(self) -> int:
        return self._at_once

    # --- holding back

    def hold(self, after: int = 0) -> None:
        """From now on, requests whose number is at least `after` get no answer before `release`."""
        with self._gate.changed:
            self._gate.first = after

    def release(self) -> None:
        with self._gate.changed:
            self._gate.first = None
            self._gate.changed.notify_all()

    def wait_for(self, *, in_flight: int = 0, records: int = 0, answered: int = 0, gone: int = 0, seconds: float = 10.0) -> None:
        """Until at least so many requests are in flight, have arrived in all, were answered, lost their client; else `TimeoutError`."""
        with self._gate.changed:

            def reached() -> bool:
                left = sum(record.ending == "left" for record in self.records)
                return self._at_once >= in_flight and len(self.records) >= records and len(self.answered) >= answered and left >= gone

            done = self._gate.changed.wait_for(reached, seconds)
        if not done:
            raise TimeoutError(f"{self._at_once} requests in flight, {len(self.records)} in all, {len(self.answered)} answered")

    # --- what the handler uses

    def arrive(self, path: str, headers: Mapping[str, str], body: bytes, request: Request) -> Record:
        with self._gate.changed:
            record = Record(len(self.records), path, headers, body, request, time.monotonic())
            self.records.append(record)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self._gate.changed.notify_all()
        return record

    def leave(self, record: Record, ending: Ending, status: int | None) -> None:
        with self._gate.changed:
            record.finished, record.ending, record.status = time.monotonic(), ending, status
            self._at_once -= 1
            self._gate.changed.notify_all()

    def pass_gate(self, record: Record) -> None:
        with self._gate.changed:
            self._gate.changed.wait_for(lambda: self._gate.first is None or record.number < self._gate.first)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    def refusal(self, headers: Mapping[str, str], request: Request) -> Raw | None:
        """What the endpoint would not take, in its words."""
        if headers.get("authorization") != f"Bearer {self.key}" and headers.get("api-key") != self.key:
            return error(401, "Incorrect API key provided.", "invalid_api_key")
        if self.models and request.get("model") not in self.models:
            return error(404, f"The model '{request.get('model')}' does not exist or you do not have access to it.", "model_not_found")
        problem = problem_of(request, self.only_strict)
        return error(400, problem, "invalid_request") if problem else None


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    owner: Server

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Without asking for the name of the host, as HTTPServer does: that may wait for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # AF_INET: a host and a port

    def get_request(self) -> tuple[socket.socket, Any]:  # Any: the address, as the base class has it
        client, address = super().get_request()
        self._open.add(client)
        return client, address

    def shutdown_request(self, request: Any) -> None:  # Any: as the base class has it
        self._open.discard(request)
        super().shutdown_request(request)

    def close_all(self) -> None:
        self.server_close()
        for client in list(self._open):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # Any: as the base class has it
        raised = sys.exception()
        if raised is not None and not isinstance(raised, OSError):
            self.owner.errors.append(raised)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def log_message(self, *_: object) -> None:
        return None

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            names = self.server.owner.models or ("scripted",)
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in names]
            return self._whole(200, json.dumps({"object": "list", "data": data}).encode())
        return self._whole(404, error(404, f"Invalid URL (GET {self.path})").body)

    def do_POST(self) -> None:
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0]
        if not path.endswith(("/chat/completions", "/responses")):
            return self._whole(404, error(404, f"Invalid URL (POST {self.path})").body)
        try:
            given = json.loads(body)
            responses = path.endswith("/responses")
            request = wire.chat_request(given) if responses else given
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._whole(400, error(400, "We could not parse the JSON body of your request.").body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        record = owner.arrive(self.path, headers, body, request)
        ending: Ending = "left"
        status: int | None = None
        try:
            answer = owner.refusal(headers, request) or owner.script(request, record.number)
            owner.pass_gate(record)
            self._still_there()
            status, ending = self._answer(answer, given if responses else request, record)
        except OSError:
            self.close_connection = True
        except Exception as raised:  # a script that fails is a test that fails, not a behaviour of the endpoint
            owner.errors.append(raised)
            self.close_connection = True
        finally:
            owner.leave(record, ending, status)
        return None

    def _still_there(self) -> None:
        """A client that has gone is noticed before it is answered: what is written first after that would be lost without an error."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise BrokenPipeError

    def _answer(self, answer: Answer, request: Request, record: Record) -> tuple[int | None, Ending]:
        owner = self.server.owner
        match answer:
            case Reply():
                owner.sleep(owner.seconds if answer.seconds is None else answer.seconds)
                self._still_there()
                self._reply(answer, request, record)
                return 200, "answered"
            case Raw():
                owner.sleep(answer.seconds)
                self._whole(answer.status, answer.body, answer.headers)
                return answer.status, "answered"
            case Hang():
                owner.sleep(answer.seconds)
            case Reset():
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case Cut():
                self._reply(answer.reply, request, record, answer)
            case Drip():
                self._drip(answer)
                return answer.status, "answered"
        self.close_connection = True
        return None, "broken off"

    def _reply(self, reply: Reply, request: Request, record: Record, cut: Cut | None = None) -> None:
        counted = record.counted = self.server.owner.meter.count(record.request, reply)
        responses = "messages" not in request
        if request.get("stream"):
            events = (wire.response_events if responses else wire.chat_events)(reply, request, record.number, counted)
            return self._stream(events, responses, reply.headers, cut)
        whole = (wire.response if responses else wire.chat)(reply, request, record.number, counted)
        body = json.dumps(whole).encode()
        return self._whole(
            200, body, {"Content-Type": "application/json", **reply.headers}, sent=int(len(body) * cut.share) if cut else None
        )

    def _whole(self, status: int, body: bytes, headers: Mapping[str, str] | None = None, sent: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:sent])
        self.wfile.flush()

    def _stream(self, events: Iterator[dict[str, Any]], named: bool, headers: Mapping[str, str], cut: Cut | None) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": "text/event-stream; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        lines = [(f"event: {event['type']}\n" if named else "") + f"data: {json.dumps(event)}\n\n" for event in events]
        if not named:
            lines.append("data: [DONE]\n\n")
        for line in lines if cut is None else lines[: int(len(lines) * cut.share)]:
            self._chunk(line.encode())
        if cut is None or cut.politely:
            self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _drip(self, drip: Drip) -> None:
        self.send_response(drip.status)
        self.send_header("Content-Type", drip.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(drip.times):
            if self.server.owner.closing:
                raise BrokenPipeError
            self._chunk(drip.piece)
            self.server.owner.sleep(drip.pause)
        self._chunk(b"")


def _told(record: Record) -> dict[str, object]:
    request, counted = record.request, record.counted
    return {
        "schema": schema_name(request), "tools": tool_names(request), "turn": turns(request), "status": record.status,
        "arrived": record.arrived, "finished": record.finished, "bytes": len(record.body),
        "tokens": None if counted is None else [counted.input, counted.output, counted.cached],
    }  # fmt: skip


def main() -> None:
    """Serves a script named `module:attribute` until standard input ends; its address is the first line of output."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("script")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path, help="file for what was asked, when, and what it was charged, as JSON")
    options = parser.parse_args()
    module, _, attribute = options.script.partition(":")
    with Server(getattr(importlib.import_module(module), attribute), seconds=options.seconds, port=options.port) as server:
        print(server.url, flush=True)
        sys.stdin.read()
        if options.record is not None:
            options.record.write_text(json.dumps([_told(record) for record in server.records]))
        print(json.dumps({"requests": len(server.records), "most_at_once": server.most_at_once}), flush=True)


if __name__ == "__main__":
    main()
