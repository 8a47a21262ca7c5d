"""OpenAI's protocol, chat completions and responses: OpenAI itself and whatever is compatible with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_openai import ChatOpenAI
from langchain_openai.chat_models.base import BaseChatOpenAI

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import silent_client

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

NO_KEY = "none"  # the library wants one; endpoints without keys do not look at it
SEED = 7


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    # Servers other than OpenAI's know `max_tokens`, and not all of them its new name, which ChatOpenAI writes.
    kind: type[BaseChatOpenAI] = _OpenAI if endpoint.provider in ("openai", "azure") else _Compatible
    settings: dict[str, Any] = {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "api_key": endpoint.key or NO_KEY,
        "max_tokens": max_output_tokens,
        "default_headers": dict(endpoint.headers),
        "http_async_client": http_client,
        "http_client": silent_client(),
        "timeout": seconds,
        "max_retries": 0,
        "streaming": False,
    }
    return kind(**settings, **_api(endpoint), **steadiness(endpoint), **_routing(endpoint))


class _OpenAI(ChatOpenAI):
    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return without_empty_tools(super()._get_request_payload(*args, **kwargs))


class _Compatible(BaseChatOpenAI):
    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return without_empty_tools(super()._get_request_payload(*args, **kwargs))


def without_empty_tools(payload: dict[str, Any]) -> dict[str, Any]:
    """An agent without tools that asks for a form names an empty list of them, which the API refuses."""
    if payload.get("tools"):
        return payload
    return {name: value for name, value in payload.items() if name not in ("tools", "tool_choice", "parallel_tool_calls")}


def _api(endpoint: Endpoint) -> dict[str, Any]:
    """Which of the two APIs. What is asked is not kept there; what a model thought goes back to it encrypted, between calls of tools."""
    if endpoint.api != "responses":
        return {"use_responses_api": False}
    return {"use_responses_api": True, "store": False, "include": ["reasoning.encrypted_content"]}


def _routing(endpoint: Endpoint) -> dict[str, Any]:
    """Who may answer, where one address stands for many: who does all that is asked, and does not collect it."""
    collection = endpoint.options.get("data_collection")
    return {"extra_body": {"provider": {"require_parameters": True, "data_collection": collection}}} if collection else {}


def steadiness(endpoint: Endpoint) -> dict[str, Any]:
    steady: dict[str, Any] = {"temperature": 0} if endpoint.temperature else {}
    return {**steady, "seed": SEED} if endpoint.seed and endpoint.api == "chat" else steady
