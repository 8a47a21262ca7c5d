"""Mistral's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from langchain_mistralai import ChatMistralAI

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import Bridge, silent_transport
from pipeline.agent.providers.protocols.openai import SEED, without_empty_tools

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

_ONCE = 1  # attempts: what the package calls `max_retries`


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    same: dict[str, Any] = {
        "base_url": endpoint.base_url,
        "headers": {"Accept": "application/json", "Authorization": f"Bearer {endpoint.key or 'none'}"},
        "trust_env": False,  # whether a proxy is used, the client behind the bridge decides
    }
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "api_key": endpoint.key or "none",
        "max_tokens": max_output_tokens,
        "timeout": max(1, round(seconds)),
        "max_retries": _ONCE,
        "async_client": httpx.AsyncClient(transport=Bridge(http_client, seconds), **same),
        "client": httpx.Client(transport=silent_transport(), **same),
    }
    if endpoint.temperature:
        settings["temperature"] = 0
    if endpoint.seed:
        settings["random_seed"] = SEED
    return _Mistral(**settings)


class _Mistral(ChatMistralAI):
    async def _agenerate(self, *args: Any, **kwargs: Any) -> Any:
        return await super()._agenerate(*args, **without_empty_tools(kwargs))
