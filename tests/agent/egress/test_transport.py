"""What is sent is what was logged, to the named host alone; replies are bounded."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import APIConnectionError, APITimeoutError, AsyncOpenAI

from ingest.errors import UnusableInput
from pipeline.agent.egress import EgressLog, EgressPolicy, NotSent, NotTaken, Placeholders, refusal_in
from pipeline.agent.egress.transport import About, Bounds, guarded_client, proxy_for
from tests.agent.egress.endpoint import Endpoint, served
from tests.agent.egress.samples import FORMED

_KEY = "sk-proj-thisKeyIsTheEndpoints0987654321"
_ABOUT = About("m", "analyse http_route:/chat", "analyse-element@4", "0123456789abcdef")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with served() as found:
        yield found


class Way:
    """A client of OpenAI's library on the way out."""

    def __init__(self, endpoint: Endpoint, folder: Path, **settings: Any) -> None:
        self.log = EgressLog(folder)
        made: dict[str, Any] = {"policy": EgressPolicy(), "log": self.log, "about": lambda: _ABOUT, **settings}
        self.http = guarded_client(endpoint.address, **made)
        self.client = AsyncOpenAI(api_key=_KEY, base_url=endpoint.address, http_client=self.http, max_retries=0)

    def ask(self, words: str, **more: Any) -> str | None:
        async def asked() -> str | None:
            reply = await self.client.chat.completions.create(model="m", messages=[{"role": "user", "content": words}], **more)
            content: str | None = reply.choices[0].message.content
            return content

        answer: str | None = run(asked())
        return answer

    def entries(self) -> list[dict[str, str]]:
        return [] if self.log.path is None else [json.loads(line) for line in self.log.path.read_bytes().splitlines()]


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def failure_of(ask: Callable[[], object]) -> BaseException:
    try:
        ask()
    except Exception as failure:
        return refusal_in(failure) or failure
    raise AssertionError("it was answered")


def test_the_log_holds_what_the_server_received_byte_for_byte(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path)
    written: list[int] = []
    endpoint.before = lambda: written.append(way.log.entries)

    assert way.ask('Zoë said "a\\nb"\n\u2028\U0001f600') == "seen"

    (entry,) = way.entries()
    assert entry["body"].encode() == endpoint.bodies[0]
    assert (entry["to"], entry["path"]) == (f"127.0.0.1:{endpoint.port}", "/v1/chat/completions")
    assert (entry["model"], entry["purpose"], entry["prompt"], entry["digest"]) == (
        _ABOUT.model,
        _ABOUT.purpose,
        _ABOUT.prompt,
        _ABOUT.digest,
    )
    assert written == [1]  # before anything arrived


def test_the_key_goes_out_and_is_never_logged(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path)
    way.ask("hello")

    assert endpoint.headers[0]["authorization"] == f"Bearer {_KEY}"
    assert way.log.path is not None and _KEY not in way.log.path.read_text()


def test_what_cannot_be_logged_is_not_sent(endpoint: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    way = Way(endpoint, tmp_path / "file" / "egress")

    assert isinstance(failure_of(lambda: way.ask("hello")), NotSent)
    assert endpoint.bodies == []


@pytest.mark.parametrize("secret", [FORMED["GitHub"], 'Qu"ote\\2031-Zoë'])
def test_a_known_secret_never_goes_out_whatever_was_forgotten(endpoint: Endpoint, tmp_path: Path, secret: str) -> None:
    way = Way(endpoint, tmp_path, known=[secret, _KEY])

    for content in (f"x {secret} y", json.dumps({"x": secret}), f"```{secret}```"):
        failure = failure_of(lambda content=content: way.ask(content))  # type: ignore[misc] # the default is what it closes over
        assert isinstance(failure, NotSent) and secret not in str(failure)
    assert isinstance(failure_of(lambda: way.ask(_KEY)), NotSent)
    assert isinstance(failure_of(lambda: way.ask("x", user=secret)), NotSent)
    assert isinstance(failure_of(lambda: way.ask("x", extra_query={"user": secret})), NotSent)
    assert endpoint.bodies == [] and way.entries() == []

    hiding = Placeholders(b"key", [secret])
    assert way.ask(hiding.hide(f"x {secret} y {json.dumps(secret)}")) == "seen"


def test_another_host_is_not_asked(endpoint: Endpoint, tmp_path: Path) -> None:
    with served() as other:
        way = Way(endpoint, tmp_path)
        for address in (f"{other.address}/chat/completions", f"https://127.0.0.1:{endpoint.port}/v1", "https://api.example.net/v1"):
            assert isinstance(failure_of(lambda address=address: run(way.http.post(address, json={}))), NotSent)  # type: ignore[misc]

    assert endpoint.bodies == [] and other.bodies == [] and way.entries() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("follow", [True, False])
def test_a_redirect_is_not_followed_to_another_host_nor_to_the_same(endpoint: Endpoint, tmp_path: Path, status: int, follow: bool) -> None:
    with served() as other:
        for to in (f"{other.address}/chat/completions", "/elsewhere"):
            way = Way(endpoint, tmp_path)
            endpoint.answer = lambda handler, to=to: endpoint.reply(handler, status, {"Location": to})  # type: ignore[misc]
            failure = failure_of(lambda way=way: run(way.http.post(f"{endpoint.address}/x", json={}, follow_redirects=follow)))  # type: ignore[misc]
            assert isinstance(failure, NotTaken) and failure.why == "redirect"
            assert isinstance(failure_of(lambda way=way: way.ask("hello")), NotTaken)  # type: ignore[misc]

    assert other.bodies == [] and "/elsewhere" not in endpoint.paths


@pytest.mark.parametrize("length", [True, False])
def test_a_reply_of_a_hundred_megabytes_ends_early(endpoint: Endpoint, tmp_path: Path, length: bool) -> None:
    way = Way(endpoint, tmp_path, bounds=Bounds(reply_bytes=1_000_000))
    endpoint.answer = lambda handler: endpoint.pour(handler, 100_000_000, b" " * 65_536, length=length)

    failure = failure_of(lambda: way.ask("hello"))

    assert isinstance(failure, NotTaken) and failure.why == "too long"
    assert endpoint.sent < 20_000_000


def test_a_reply_that_drips_ends_when_its_time_is_over(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path, bounds=Bounds(seconds=0.5))
    endpoint.answer = lambda handler: endpoint.pour(handler, 1_000, b" ", pause=0.05)

    start = time.monotonic()
    failure = failure_of(lambda: way.ask("hello"))

    assert isinstance(failure, APITimeoutError) and 0.4 < time.monotonic() - start < 3


def test_an_endpoint_that_says_nothing_ends_when_its_time_is_over(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path, bounds=Bounds(seconds=0.3))
    endpoint.answer = lambda handler: time.sleep(1)

    assert isinstance(failure_of(lambda: way.ask("hello")), APITimeoutError)


def test_a_packed_reply_is_not_unpacked(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path)
    bomb = gzip.compress(b"0" * 50_000_000)
    endpoint.answer = lambda handler: endpoint.reply(handler, headers={"Content-Encoding": "gzip"}, body=bomb)

    failure = failure_of(lambda: way.ask("hello"))

    assert isinstance(failure, NotTaken) and failure.why == "packed"
    assert endpoint.headers[0]["accept-encoding"] == "identity"


def test_a_streamed_reply_is_read_as_it_comes(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path)
    said: dict[str, Any] = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    events = [{**said, "choices": [{"index": 0, "delta": {"content": word}}]} for word in ("se", "en")]
    stream = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"
    endpoint.answer = lambda handler: endpoint.reply(handler, headers={"Content-Type": "text/event-stream"}, body=stream)

    async def asked() -> str:
        chunks = await way.client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    assert run(asked()) == "seen"


def test_what_an_endpoint_refuses_is_an_answer_like_others(endpoint: Endpoint, tmp_path: Path) -> None:
    way = Way(endpoint, tmp_path)
    endpoint.answer = lambda handler: endpoint.reply(handler, 429, {"Retry-After": "3"}, b'{"error": {"message": "slow down"}}')

    failure = failure_of(lambda: way.ask("hello"))

    assert type(failure).__name__ == "RateLimitError" and len(way.entries()) == 1


def test_nothing_that_listens_is_a_failed_connection(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.port = 9  # discard: nothing listens
    failure = failure_of(lambda: Way(endpoint, tmp_path).ask("hello"))

    assert isinstance(failure, APIConnectionError) and refusal_in(failure) is None


def test_many_questions_at_once_keep_their_purposes(endpoint: Endpoint, tmp_path: Path) -> None:
    from contextvars import ContextVar

    number: ContextVar[int] = ContextVar("number")
    way = Way(endpoint, tmp_path, about=lambda: About("m", f"question {number.get()}", "p@1", "d"))

    async def one(which: int) -> None:
        number.set(which)
        await way.client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"question {which}!"}])

    async def all_of_them() -> None:
        await asyncio.gather(*(one(which) for which in range(40)))

    run(all_of_them())

    entries = way.entries()
    assert len(entries) == 40 and all(f"{entry['purpose']}!" in entry["body"] for entry in entries)
    assert sorted(entry["body"].encode() for entry in entries) == sorted(endpoint.bodies)


def test_offline_no_client_is_made_for_another_machine(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="nothing may leave this machine"):
        guarded_client("https://api.openai.com/v1", policy=EgressPolicy(offline=True), log=EgressLog(tmp_path), about=lambda: _ABOUT)


def test_this_machine_is_never_asked_by_a_proxy(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as proxy:
        named = f"http://127.0.0.1:{proxy.port}"
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, named)
        assert Way(endpoint, tmp_path, proxy=named).ask("hello") == "seen"
        assert proxy.paths == []


def test_another_machine_is_asked_by_the_proxy_that_was_named(tmp_path: Path) -> None:
    with served() as proxy:
        named = f"http://127.0.0.1:{proxy.port}"
        client = guarded_client(
            "http://model.example.net/v1",
            policy=EgressPolicy(),
            log=EgressLog(tmp_path),
            about=lambda: _ABOUT,
            proxy=named,
        )
        assert run(client.post("http://model.example.net/v1/x", json={})).status_code == 200
        assert proxy.paths == ["http://model.example.net/v1/x"]


@pytest.mark.parametrize(
    ("address", "environment", "proxy"),
    [
        ("https://api.example.net/v1", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://api.example.net/v1", {"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"}, "http://q:1"),
        ("https://api.example.net/v1", {"all_proxy": "http://p:1", "http_proxy": "http://q:1"}, "http://p:1"),
        ("https://api.example.net/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "localhost,.example.net"}, None),
        ("https://api.example.net/v1", {"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, None),
        ("https://api.example.net/v1", {}, None),
        ("http://127.0.0.1:11434/v1", {"http_proxy": "http://p:1"}, None),
    ],
)
def test_a_proxy_is_found_as_other_programs_find_it(address: str, environment: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(address, environment) == proxy


@pytest.mark.parametrize("proxy", ["ftp://p:1", "socks5h://p:1", "http://[::1"])
def test_what_is_no_proxy_is_said_in_one_line(tmp_path: Path, proxy: str) -> None:
    with pytest.raises(UnusableInput, match="not a proxy"):
        guarded_client("https://api.example.net/v1", policy=EgressPolicy(), log=EgressLog(tmp_path), about=lambda: _ABOUT, proxy=proxy)


def test_langchains_model_takes_the_way_too(endpoint: Endpoint, tmp_path: Path) -> None:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    way = Way(endpoint, tmp_path)
    model = ChatOpenAI(model="m", api_key=SecretStr(_KEY), base_url=endpoint.address, http_async_client=way.http, max_retries=0)

    assert run(model.ainvoke("hello")).content == "seen"
    assert [entry["body"].encode() for entry in way.entries()] == endpoint.bodies


def test_our_own_part_of_a_request_takes_little_time(endpoint: Endpoint, tmp_path: Path) -> None:
    class Nothing(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, content=b"{}")

    known = [f"{FORMED['GitHub'][:-4]}{number:04}" for number in range(100)]
    way = Way(endpoint, tmp_path, known=known)
    way.http._transport._inner = Nothing()  # type: ignore[attr-defined] # what is measured is what stands before it
    body = json.dumps({"content": "some words of a question, " * 2_000}).encode()

    async def sent() -> float:
        await way.http.post(f"{endpoint.address}/x", content=body)
        start = time.perf_counter()
        for _ in range(20):
            await way.http.post(f"{endpoint.address}/x", content=body)
        return (time.perf_counter() - start) / 20

    assert run(sent()) < 0.02
