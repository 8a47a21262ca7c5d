"""Amazon Bedrock's Converse.

AWS' library is not asynchronous: it runs in threads of its own, and where it would send, the request is handed to the one client in the
loop that asked. Its credentials are found as AWS' library finds them (variables, profiles, roles), or are a key for Bedrock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, HTTPClientError, ReadTimeoutError
from langchain_aws import ChatBedrockConverse
from langchain_aws.utils import create_aws_client
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr, SecretStr

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import plain_headers, sent

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_AT_ONCE = 32  # threads that wait for replies
_SENDS = "before-send.bedrock-runtime"
_ASKING: ContextVar[_Asker] = ContextVar("who asks")


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    wait = max(1, round(seconds))
    config = Config(
        connect_timeout=wait,
        read_timeout=wait,
        retries={"mode": "standard", "total_max_attempts": 1},
        proxies={},  # whether one is used, the one client decides
    )
    client = create_aws_client(
        service_name="bedrock-runtime",
        region_name=endpoint.options["region"],
        endpoint_url=endpoint.base_url,
        config=config,
        api_key=SecretStr(endpoint.key) if endpoint.key else None,
    )
    client.meta.events.register(_SENDS, _Way(http_client, seconds))
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "client": client,
        "bedrock_client": client,  # for inference profiles by their ARN alone, which are refused before
        "region_name": endpoint.options["region"],
        "endpoint_url": endpoint.base_url,
        "max_tokens": max_output_tokens,
        "disable_streaming": True,
    }
    if endpoint.temperature:
        settings["temperature"] = 0
    return _Bedrock(**settings)


@dataclass
class _Asker:
    """The loop that asked, and what is on its way for it. Mutable: the thread that sends says so."""

    loop: asyncio.AbstractEventLoop
    sending: Future[httpx2.Response] | None = None


class _Bedrock(ChatBedrockConverse):
    _threads: ThreadPoolExecutor = PrivateAttr(default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="bedrock"))

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        """As its base, but in threads enough for all that asks at once; what it reports to its caller is left to the caller."""
        asker = _Asker(asyncio.get_running_loop())
        _ASKING.set(asker)
        asked = partial(copy_context().run, self._generate, messages, stop, None, **kwargs)
        try:
            return await asker.loop.run_in_executor(self._threads, asked)
        except asyncio.CancelledError:
            if asker.sending is not None:
                asker.sending.cancel()  # else its thread would wait on for a reply that nobody wants
            raise


class _Way:
    """Sends what AWS' library would send, by the one client; the library takes what it gives for the reply."""

    def __init__(self, client: httpx2.AsyncClient, seconds: float) -> None:
        self._client, self._seconds = client, seconds

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        asker = _ASKING.get(None)
        if asker is None:
            raise RuntimeError("models are asked asynchronously here")
        body = request.body.encode() if isinstance(request.body, str) else bytes(request.body or b"")
        headers = [(str(name), value.decode() if isinstance(value, bytes) else str(value)) for name, value in request.headers.items()]
        sending = sent(self._client, request.method, request.url, headers, body, self._seconds)
        try:
            asker.sending = asyncio.run_coroutine_threadsafe(sending, asker.loop)
            reply = asker.sending.result()
        except httpx2.TimeoutException as failure:
            raise ReadTimeoutError(endpoint_url=request.url) from failure
        except httpx2.ConnectError as failure:
            raise EndpointConnectionError(endpoint_url=request.url) from failure
        except httpx2.RequestError as failure:
            raise HTTPClientError(error=failure) from failure
        return AWSResponse(request.url, reply.status_code, dict(plain_headers(reply)), _Raw(reply.content))


class _Raw:
    """A body as AWS' library reads one."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content
