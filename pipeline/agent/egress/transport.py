"""The way out: one HTTP client that asks one host, and writes down what it sends.

`guarded_client` gives a client for OpenAI's library and those of other providers that take one of `httpx2`. Each request passes, in this
order: the host is the named one; no known secret stands in its bytes or its address, whatever was or was not hidden before; the log has it.
Only then it is sent. Of a reply no redirect is followed, nothing is unpacked, and it ends where it is too long or takes too long in all.
An endpoint of this machine is never asked by a proxy.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # typeshed leaves it out

import httpx2

from ingest.addresses import host_of, is_loopback
from ingest.errors import UnusableInput
from pipeline.agent.egress.log import EgressLog
from pipeline.agent.egress.policy import EgressPolicy
from pipeline.agent.egress.refusals import NotSent, NotTaken
from pipeline.agent.egress.sightings import is_distinctive, lines_of, written_forms

_PORTS = {"http": 80, "https": 443}
_AT_ONCE = 64  # connections


@dataclass(frozen=True, slots=True)
class About:
    """What a request is for: as the log shows it."""

    model: str
    purpose: str
    """`analyse http_route:/chat`"""
    prompt: str
    """`analyse-element@4`"""
    digest: str
    """Of the prompt's file."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an exchange may take."""

    seconds: float = 300.0
    """From the first byte that is sent to the last that is read."""
    reply_bytes: int = 16 * 1024 * 1024
    """Of one reply: many times what the longest answer has, streamed token by token."""


def guarded_client(
    address: str,
    *,
    policy: EgressPolicy,
    log: EgressLog,
    about: Callable[[], About],
    known: Iterable[str] = (),
    bounds: Bounds = Bounds(),
    proxy: str | None = None,
) -> httpx2.AsyncClient:
    """The client that asks the endpoint at an address; `about` says of each request what it is for, in the context that sends it.

    `known` are secrets that never go out in a body or an address: those of the placeholders, which know what must stay readable, and the
    key of the endpoint.

    Raises:
        UnusableInput: the endpoint may not be asked, or the proxy is none.
    """
    policy.check(address)
    transport = _Guarded(address, log, about, _forms(known), bounds, proxy)
    timeout = httpx2.Timeout(bounds.seconds)
    return httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False, timeout=timeout)


def proxy_for(address: str, environment: Mapping[str, str]) -> str | None:
    """The proxy that an environment names for an address, as other programs understand it; none for this machine."""
    if is_loopback(address):
        return None
    named = {name.lower(): value for name, value in sorted(environment.items()) if name.lower().endswith("_proxy")}  # lower case wins
    url = httpx2.URL(address)
    if proxy_bypass_environment(host_of(address), {"no": named.get("no_proxy", "")}):
        return None
    return named.get(f"{url.scheme}_proxy") or named.get("all_proxy") or None


class _Guarded(httpx2.AsyncBaseTransport):
    """Sends what may be sent."""

    def __init__(
        self, address: str, log: EgressLog, about: Callable[[], About], forms: tuple[bytes, ...], bounds: Bounds, proxy: str | None
    ) -> None:
        try:
            self._origin, self._host = _origin(httpx2.URL(address)), host_of(address)
        except httpx2.InvalidURL:
            raise UnusableInput("the endpoint is no address", ascii(address[:100])[1:-1], "write it as http://127.0.0.1:11434/v1") from None
        self._log, self._about, self._forms, self._bounds = log, about, forms, bounds
        local = is_loopback(address)
        limits = httpx2.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        # An address without TLS asks for no certificate, and redirects are not followed: reading those of the system would be for nothing.
        trusted: ssl.SSLContext | bool = True if self._origin[0] == "https" or proxy else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            self._inner = httpx2.AsyncHTTPTransport(
                verify=trusted, trust_env=not local, limits=limits, proxy=None if local else proxy, retries=0
            )
        except (ValueError, ImportError, httpx2.InvalidURL):
            raise UnusableInput("not a proxy that can be used", host_of(proxy or ""), "write it as http://proxy.example.net:3128") from None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        until = asyncio.get_running_loop().time() + self._bounds.seconds
        if _origin(request.url) != self._origin:
            raise NotSent(f"a request to {host_of(str(request.url))[:100]} was not sent: the endpoint is {self._host}")
        body = await request.aread()
        if self._holds_secret(body) or self._holds_secret(request.url.raw_path):
            raise NotSent("a request was not sent, for a known secret stood in it")
        request.headers["accept-encoding"] = "identity"
        about = self._about()
        self._log.record(
            to=self._host,
            path=request.url.raw_path.partition(b"?")[0].decode("ascii", "replace"),
            model=about.model,
            purpose=about.purpose,
            prompt=about.prompt,
            digest=about.digest,
            body=body,
        )
        try:
            async with asyncio.timeout_at(until):
                response = await self._inner.handle_async_request(request)
        except TimeoutError:
            raise _late(self._bounds, request) from None
        try:
            self._look_at(response)
        except NotTaken:
            await response.aclose()
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, request, self._bounds, until)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _holds_secret(self, sent: bytes) -> bool:
        return any(form in sent for form in self._forms)

    def _look_at(self, response: httpx2.Response) -> None:
        if response.has_redirect_location:
            raise NotTaken(f"{self._host} led to another address, which is not followed", "redirect")
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise NotTaken(f"{self._host} packed its reply, which was not asked for", "packed")
        said = response.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said[:20]) > self._bounds.reply_bytes:
            raise _too_long(self._bounds)


class _Bounded(httpx2.AsyncByteStream):
    """The body of a reply, up to where it may go on."""

    def __init__(self, inner: httpx2.AsyncByteStream, request: httpx2.Request, bounds: Bounds, until: float) -> None:
        self._inner, self._request, self._bounds, self._until = inner, request, bounds, until

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._inner)
        read = 0
        while True:
            try:
                async with asyncio.timeout_at(self._until):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _late(self._bounds, self._request) from None
            read += len(part)
            if read > self._bounds.reply_bytes:
                raise _too_long(self._bounds)
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def _late(bounds: Bounds, request: httpx2.Request) -> httpx2.ReadTimeout:
    return httpx2.ReadTimeout(f"no whole reply within {bounds.seconds:g} s", request=request)


def _too_long(bounds: Bounds) -> NotTaken:
    return NotTaken(f"a reply was cut off after {bounds.reply_bytes} bytes", "too long")


def _forms(known: Iterable[str]) -> tuple[bytes, ...]:
    lines = {line for value in known for line in lines_of(value) if is_distinctive(line)}
    return tuple(sorted({form.encode("utf-8", "surrogatepass") for line in lines for form in written_forms(line)}))
