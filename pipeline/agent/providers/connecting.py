"""From an endpoint to a chat model that can be asked, whatever its protocol.

Retries of the libraries are off, since whoever asks decides about them; nothing is streamed; every request goes by one asynchronous HTTP
client, which the caller may bring (it logs, bounds and refuses), and asking without `await` is not possible. Redirects are not followed,
and to an endpoint of this machine nothing goes by a proxy.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ingest.addresses import is_loopback
from ingest.errors import UnusableInput
from pipeline.agent.providers.apart import apart
from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.table import Protocol

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

_ROOM = "pipeline.agent.providers.protocols"
# What speaks each protocol, in a module of the same name with one function `model_of(endpoint, http_client, seconds, max_output_tokens)`;
# imported when asked for: they are heavy, and most are extras.
PACKAGES: Mapping[Protocol, str] = {
    "openai": "langchain_openai",
    "azure": "langchain_openai",
    "anthropic": "langchain_anthropic",
    "google": "langchain_google_genai",
    "mistral": "langchain_mistralai",
    "bedrock": "langchain_aws",
    "ollama": "langchain_ollama",
}


def connect(endpoint: Endpoint, *, http_client: httpx2.AsyncClient | None = None, seconds: float, max_output_tokens: int) -> BaseChatModel:
    """A chat model of the endpoint; nothing is sent yet. What asks it stands within `apart`.

    `seconds` bounds one request, `max_output_tokens` one reply. A client that is given is closed by who gave it; without one, sockets stay
    open until the program ends.

    Raises:
        UnusableInput: the package that speaks its protocol is not installed.
    """
    if find_spec(PACKAGES[endpoint.protocol]) is None:
        mend = f"pip install 'threatloom[{endpoint.extra}]'" if endpoint.extra else "install threatloom again"
        raise UnusableInput(f"what asks {endpoint.title} is not installed", endpoint.name, mend)
    with apart():
        protocol = importlib.import_module(f"{_ROOM}.{endpoint.protocol}")
        client = http_client if http_client is not None else plain_client(endpoint, seconds)
        model: BaseChatModel = protocol.model_of(endpoint, client, seconds, max_output_tokens)
        model.cache = False  # a program around us may have set one for all models: what is asked would be kept there
        model.disable_streaming = True
        return model


def plain_client(endpoint: Endpoint, seconds: float) -> httpx2.AsyncClient:
    """The client of who brings none."""
    import httpx2

    return httpx2.AsyncClient(follow_redirects=False, trust_env=not is_loopback(endpoint.base_url), timeout=seconds)
