"""Azure OpenAI with a version of its API in the address' query: OpenAI's protocol under a path for each deployment.

Addresses that end in `/openai/v1` need no version and are asked as OpenAI is (`endpoint` tells them apart).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_openai import AzureChatOpenAI

from pipeline.agent.providers.endpoint import Endpoint
from pipeline.agent.providers.protocols.clients import silent_client
from pipeline.agent.providers.protocols.openai import steadiness, without_empty_tools

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel


def model_of(endpoint: Endpoint, http_client: httpx2.AsyncClient, seconds: float, max_output_tokens: int) -> BaseChatModel:
    token = endpoint.key_from == "AZURE_OPENAI_AD_TOKEN"
    settings: dict[str, Any] = {
        "azure_endpoint": endpoint.base_url,
        "azure_deployment": endpoint.model,
        "model": endpoint.model,
        "api_version": endpoint.options["api_version"],
        "azure_ad_token" if token else "api_key": endpoint.key,
        "max_tokens": max_output_tokens,
        "http_async_client": http_client,
        "http_client": silent_client(),
        "timeout": seconds,
        "max_retries": 0,
        "streaming": False,
        "use_responses_api": False,
    }
    return _Azure(**settings, **steadiness(endpoint))


class _Azure(AzureChatOpenAI):
    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        payload = without_empty_tools(super()._get_request_payload(*args, **kwargs))
        if "max_tokens" in payload:  # reasoning models refuse the old name, and the others know the new one
            payload["max_completion_tokens"] = payload.pop("max_tokens")
        return payload
