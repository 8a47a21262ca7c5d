"""Ollama's own protocol, in which the size of the context is said: at its OpenAI-compatible address it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ollama
from langchain_ollama import ChatOllama

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import Bridge, silent_transport
from pipeline.agent.providers.protocols.openai import SEED

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "num_predict": max_output_tokens,
        "num_ctx": int(endpoint.options["context"]),
        "validate_model_on_init": False,
    }
    if endpoint.temperature:
        settings["temperature"] = 0
    if endpoint.seed:
        settings["seed"] = SEED
    model = ChatOllama(**settings)
    same: dict[str, Any] = {
        "host": endpoint.base_url,
        "headers": {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {},
        "trust_env": False,  # whether a proxy is used, the client behind the bridge decides
        "follow_redirects": False,
    }
    # Among the model's settings, what clients are made with would be shown with the model, the key too.
    model._async_client = ollama.AsyncClient(transport=Bridge(http_client, seconds), **same)
    model._client = ollama.Client(transport=silent_transport(), **same)
    return model
