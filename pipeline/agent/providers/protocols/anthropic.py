"""Anthropic's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
from langchain_anthropic import ChatAnthropic

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import silent_client
from pipeline.agent.providers.protocols.openai import without_empty_tools

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

_UNTRACED: Any = {"traces": False, "propagation": False}  # Any: a TypedDict of a private module


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "api_key": endpoint.key or "none",
        "max_tokens": max_output_tokens,
        "timeout": seconds,
        "max_retries": 0,
        "anthropic_proxy": None,
    }
    if endpoint.temperature:
        settings["temperature"] = 0
    model = _Anthropic(**settings)
    # The package makes its clients when they are first used, from the environment as it is then, and takes none that was made before.
    same: dict[str, Any] = {
        "base_url": endpoint.base_url,
        "api_key": endpoint.key or "none",
        "max_retries": 0,
        "timeout": seconds,
        "open_telemetry": _UNTRACED,
    }
    model.__dict__["_async_client"] = anthropic.AsyncAnthropic(http_client=http_client, **same)
    model.__dict__["_client"] = anthropic.Anthropic(http_client=silent_client(), **same)
    return model


class _Anthropic(ChatAnthropic):
    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        payload = without_empty_tools(super()._get_request_payload(*args, **kwargs))
        if payload.get("system"):
            payload["system"] = _cached(payload["system"])
        return payload


def _cached(system: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The system prompt marked as the end of what is the same in many requests (tools stand before it): paid less for, from the second on.

    What is too short to be cached is read as if it were not marked: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
    """
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    return [*blocks[:-1], {**blocks[-1], "cache_control": {"type": "ephemeral"}}]
