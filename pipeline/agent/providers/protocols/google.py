"""Google's generateContent, at the Gemini API: with a key, never through Vertex AI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.genai import Client
from google.genai.types import HttpOptions
from langchain_google_genai import ChatGoogleGenerativeAI

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import silent_client
from pipeline.agent.providers.protocols.openai import SEED

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

_ONCE = 1  # attempts: what the package calls `max_retries`; 0 would mean its own default of five


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "api_key": endpoint.key or "none",
        "vertexai": False,
        "max_output_tokens": max_output_tokens,
        "timeout": seconds,
        "max_retries": _ONCE,
        "temperature": 0 if endpoint.temperature else None,
        "seed": SEED if endpoint.seed else None,
    }
    model = ChatGoogleGenerativeAI(**settings)
    # The package makes its client from settings alone and takes no client of ours.
    options = HttpOptions(
        base_url=endpoint.base_url,
        headers={"user-agent": "threatloom"},
        httpx_async_client=http_client,
        httpx_client=silent_client(),
        timeout=round(seconds * 1000),
    )
    model.client = Client(vertexai=False, api_key=endpoint.key or "none", http_options=options)
    return model
