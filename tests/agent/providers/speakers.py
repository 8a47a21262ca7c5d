"""How each API answers, as far as the analyst asks: text, a call of a tool, and what was used. Written from the APIs' references."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.agent.providers.table import Api
from tests.agent.providers.loopback import Answer, Asked, Script

KEY = "key-Tw71kPqWz03"
Body = dict[str, Any]


@dataclass(frozen=True)
class Speaker:
    """One API. Any stands for JSON of its own shape."""

    model: str  # as `--llm` says it
    path: str  # of a request, behind the address
    address: str  # behind the host, as `--base-url` would say it
    says_key: tuple[str, str]  # header and value
    offered: Callable[[Body], set[str]]
    schema: Callable[[Body], Any]  # asked for; None where none is
    results: Callable[[Body], bool]  # whether a tool's result came back
    limit: Callable[[Body], Any]
    text: Callable[[str], Any]
    call: Callable[[str, Body], Any]
    environment: Mapping[str, str]
    surroundings: Mapping[str, str] = field(default_factory=dict)  # variables that the library itself has to find
    api: Api | None = None  # where the address would not tell, since it is of this machine


def _openai_usage() -> Body:
    return {"prompt_tokens": 70, "completion_tokens": 30, "total_tokens": 100, "prompt_tokens_details": {"cached_tokens": 40}}


def _openai(message: Body, finish: str) -> Body:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": _openai_usage()}


def _openai_call(name: str, arguments: Body) -> Body:
    call = {"id": "call00001", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return _openai({"content": None, "tool_calls": [call]}, "tool_calls")


def _openai_schema(body: Body) -> Any:
    form = body.get("response_format")
    if form is None:
        return None
    assert form["type"] == "json_schema"
    return form["json_schema"]["schema"]


def chat(model: str, path: str, address: str, says_key: tuple[str, str], limit: str, **environment: str) -> Speaker:
    return Speaker(
        model=model,
        path=path,
        address=address,
        says_key=says_key,
        offered=lambda body: {tool["function"]["name"] for tool in body.get("tools", ())},
        schema=_openai_schema,
        results=lambda body: any(message["role"] == "tool" for message in body["messages"]),
        limit=lambda body: body[limit],
        text=lambda text: _openai({"content": text}, "stop"),
        call=_openai_call,
        environment=environment,
    )


def _response(output: Body) -> Body:
    usage = {
        "input_tokens": 70,
        "output_tokens": 30,
        "total_tokens": 100,
        "input_tokens_details": {"cached_tokens": 40},
        "output_tokens_details": {"reasoning_tokens": 5},
    }
    fixed = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "error": None, "incomplete_details": None, "metadata": {}}
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [output],
        "usage": usage,
        **fixed,
    }


def _response_text(text: str) -> Body:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return _response({"id": "m1", "type": "message", "role": "assistant", "status": "completed", "content": content})


def _response_call(name: str, arguments: Body) -> Body:
    said = json.dumps(arguments)
    return _response({"id": "f1", "type": "function_call", "status": "completed", "call_id": "c1", "name": name, "arguments": said})


def responses(model: str, path: str, address: str, **environment: str) -> Speaker:
    return Speaker(
        model=model,
        path=path,
        address=address,
        says_key=("authorization", f"Bearer {KEY}"),
        offered=lambda body: {tool["name"] for tool in body.get("tools", ())},
        schema=lambda body: body.get("text", {}).get("format", {}).get("schema"),
        results=lambda body: any(item.get("type") == "function_call_output" for item in body["input"]),
        limit=lambda body: body["max_output_tokens"],
        text=_response_text,
        call=_response_call,
        environment=environment,
        api="responses",
    )


def _anthropic(block: Body, stop: str) -> Body:
    usage = {"input_tokens": 30, "output_tokens": 30, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 0}
    reply = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [block],
        "stop_reason": stop,
        "stop_sequence": None,
    }
    return {**reply, "usage": usage}


ANTHROPIC = Speaker(
    model="anthropic:claude-opus-4-7",
    path="/v1/messages",
    address="",
    says_key=("authorization", f"Bearer {KEY}"),
    offered=lambda body: {tool["name"] for tool in body.get("tools", ())},
    schema=lambda body: body.get("output_config", {}).get("format", {}).get("schema"),
    results=lambda body: "tool_result" in json.dumps(body["messages"]),
    limit=lambda body: body["max_tokens"],
    text=lambda text: _anthropic({"type": "text", "text": text}, "end_turn"),
    call=lambda name, arguments: _anthropic({"type": "tool_use", "id": "t1", "name": name, "input": arguments}, "tool_use"),
    environment={"ANTHROPIC_API_KEY": KEY},
)


def _google(part: Body) -> Body:
    usage = {
        "promptTokenCount": 70,
        "candidatesTokenCount": 25,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 100,
        "cachedContentTokenCount": 40,
    }
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m", "responseId": "r1"}


GOOGLE = Speaker(
    model="google:gemini-3.5-flash",
    path="/v1/models/gemini-3.5-flash:generateContent",
    address="",
    says_key=("x-goog-api-key", KEY),
    offered=lambda body: {one["name"] for tool in body.get("tools", ()) for one in tool["functionDeclarations"]},
    schema=lambda body: body["generationConfig"].get("responseJsonSchema"),
    results=lambda body: "functionResponse" in json.dumps(body["contents"]),
    limit=lambda body: body["generationConfig"]["maxOutputTokens"],
    text=lambda text: _google({"text": text}),
    call=lambda name, arguments: _google({"functionCall": {"name": name, "args": arguments}, "thoughtSignature": "c2ln"}),
    environment={"GOOGLE_API_KEY": KEY},
)


def _bedrock(block: Body, stop: str) -> Body:
    usage = {"inputTokens": 30, "outputTokens": 30, "totalTokens": 100, "cacheReadInputTokens": 40}
    return {
        "output": {"message": {"role": "assistant", "content": [block]}},
        "stopReason": stop,
        "usage": usage,
        "metrics": {"latencyMs": 5},
    }


def _bedrock_schema(body: Body) -> Any:
    form = body.get("outputConfig")
    return json.loads(form["textFormat"]["structure"]["jsonSchema"]["schema"]) if form else None


BEDROCK = Speaker(
    model="bedrock:eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    path="/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
    address="",
    says_key=("x-amz-security-token", KEY),
    offered=lambda body: {tool["toolSpec"]["name"] for tool in body.get("toolConfig", {}).get("tools", ())},
    schema=_bedrock_schema,
    results=lambda body: "toolResult" in json.dumps(body["messages"]),
    limit=lambda body: body["inferenceConfig"]["maxTokens"],
    text=lambda text: _bedrock({"text": text}, "end_turn"),
    call=lambda name, arguments: _bedrock({"toolUse": {"toolUseId": "t1", "name": name, "input": arguments}}, "tool_use"),
    environment={"AWS_REGION": "eu-central-1"},
    surroundings={"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "unused", "AWS_SESSION_TOKEN": KEY},
)


def _ollama(message: Body) -> Body:
    counts = {
        "prompt_eval_count": 70,
        "eval_count": 30,
        "total_duration": 1,
        "load_duration": 1,
        "prompt_eval_duration": 1,
        "eval_duration": 1,
    }
    reply = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": "", **message}}
    return {**reply, "done": True, "done_reason": "stop", **counts}


OLLAMA = Speaker(
    model="ollama-native:qwen3:32b",
    path="/api/chat",
    address="",
    says_key=("authorization", f"Bearer {KEY}"),
    offered=lambda body: {tool["function"]["name"] for tool in body.get("tools") or ()},
    schema=lambda body: body.get("format"),
    results=lambda body: any(message["role"] == "tool" for message in body["messages"]),
    limit=lambda body: body["options"]["num_predict"],
    text=lambda text: _ollama({"content": text}),
    call=lambda name, arguments: _ollama({"tool_calls": [{"function": {"name": name, "arguments": arguments}}]}),
    environment={"THREATLOOM_API_KEY": KEY},
)

_BEARER = ("authorization", f"Bearer {KEY}")
_OURS = {"THREATLOOM_API_KEY": KEY}
SPEAKERS: Mapping[str, Speaker] = {
    "openai": responses("openai:gpt-5.5", "/v1/responses", "/v1", OPENAI_API_KEY=KEY),
    "openai-chat": chat("openai:gpt-4.1", "/v1/chat/completions", "/v1", _BEARER, "max_completion_tokens", OPENAI_API_KEY=KEY),
    "azure": chat(
        "azure:our-gpt",
        "/openai/deployments/our-gpt/chat/completions?api-version=2024-10-21",
        "",
        ("api-key", KEY),
        "max_completion_tokens",
        AZURE_OPENAI_API_KEY=KEY,
        OPENAI_API_VERSION="2024-10-21",
    ),
    "azure-token": chat(
        "azure:our-gpt",
        "/openai/deployments/our-gpt/chat/completions?api-version=2024-10-21",
        "",
        _BEARER,
        "max_completion_tokens",
        AZURE_OPENAI_AD_TOKEN=KEY,
        OPENAI_API_VERSION="2024-10-21",
    ),
    "azure-v1": responses("azure:our-gpt", "/openai/v1/responses", "/openai/v1", AZURE_OPENAI_API_KEY=KEY),
    "anthropic": ANTHROPIC,
    "google": GOOGLE,
    "mistral": chat("mistral:mistral-large-latest", "/v1/chat/completions", "/v1", _BEARER, "max_tokens", MISTRAL_API_KEY=KEY),
    "bedrock": BEDROCK,
    "bedrock-schema": replace(BEDROCK, model="bedrock:eu.anthropic.claude-opus-5", path="/model/eu.anthropic.claude-opus-5/converse"),
    "google-before-3": replace(GOOGLE, model="google:gemini-2.5-pro", path="/v1/models/gemini-2.5-pro:generateContent"),
    "anthropic-before-4-5": replace(ANTHROPIC, model="anthropic:claude-3-7-sonnet-20250219"),
    "ollama": chat("ollama:qwen3:32b", "/v1/chat/completions", "/v1", _BEARER, "max_tokens", **_OURS),
    "ollama-native": OLLAMA,
    "vllm": chat("vllm:openai/gpt-oss-20b", "/v1/chat/completions", "/v1", _BEARER, "max_tokens", **_OURS),
    "llamacpp": chat("llamacpp:any", "/v1/chat/completions", "/v1", _BEARER, "max_tokens", **_OURS),
    "lmstudio": chat("lmstudio:any", "/v1/chat/completions", "/v1", _BEARER, "max_tokens", **_OURS),
    "openrouter": chat("openrouter:openai/gpt-4.1", "/api/v1/chat/completions", "/api/v1", _BEARER, "max_tokens", OPENROUTER_API_KEY=KEY),
    "compatible": chat("qwen3:32b", "/v1/chat/completions", "/v1", _BEARER, "max_tokens", **_OURS),
}


def analyst(speaker: Speaker) -> Script:
    """Looks something up where it can, then answers in the form it was asked for."""

    def script(asked: Asked) -> Answer:
        body, answer = asked.body, {"word": "fine"}
        offered = speaker.offered(body)
        if "list_elements" in offered and not speaker.results(body):
            return Answer(speaker.call("list_elements", {"kind": "agent"}))
        if "Verdict" in offered:
            return Answer(speaker.call("Verdict", answer))
        return Answer(speaker.text(json.dumps(answer) if speaker.schema(body) else "fine"))

    return script
