"""HTTP clients of the libraries that providers' packages are made with, brought to one: all requests take the same way out.

OpenAI's, Anthropic's and Google's packages take an `httpx2.AsyncClient` as it is. Mistral's and Ollama's are made with `httpx`, AWS' with
`botocore`: for them a request is handed over and its reply handed back, read whole. What goes wrong on the way is told in the words of the
library that asked, since the packages above it look for those.
"""

from __future__ import annotations

from typing import NoReturn

import httpx
import httpx2

# What the bridge has undone is not said again: the body is whole and plain.
_UNDONE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def silent_client() -> httpx2.Client:
    """A client that sends nothing: what is asked without `await` would take a way of its own."""
    return httpx2.Client(transport=httpx2.MockTransport(_refuse), trust_env=False)


def silent_transport() -> httpx.MockTransport:
    """The same for packages that are made with `httpx`."""
    return httpx.MockTransport(_refuse)


def _refuse(request: object) -> NoReturn:
    raise RuntimeError("models are asked asynchronously here")


class Bridge(httpx.AsyncBaseTransport):
    """The way of `httpx` that leads through a client of `httpx2`."""

    def __init__(self, client: httpx2.AsyncClient, seconds: float) -> None:
        self._client, self._seconds = client, seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        try:
            reply = await sent(self._client, request.method, str(request.url), request.headers.multi_items(), body, self._seconds)
        except httpx2.RequestError as failure:
            kind = getattr(httpx, type(failure).__name__, httpx.TransportError)
            raise kind(str(failure)) from failure
        return httpx.Response(reply.status_code, headers=plain_headers(reply), content=reply.content)


async def sent(
    client: httpx2.AsyncClient, method: str, url: str, headers: list[tuple[str, str]], body: bytes, seconds: float
) -> httpx2.Response:
    """The reply to a request of another library, read whole; no redirect is followed."""
    request = client.build_request(method, url, headers=headers, content=body, timeout=seconds)
    return await client.send(request, follow_redirects=False)


def plain_headers(reply: httpx2.Response) -> list[tuple[str, str]]:
    """Headers of a reply whose body was unpacked already."""
    return [(name, value) for name, value in reply.headers.multi_items() if name.lower() not in _UNDONE]
