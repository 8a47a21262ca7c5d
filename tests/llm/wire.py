"""OpenAI's protocol written down: a reply as chat completions and as the Responses API say it, whole or as a stream of events.

Both directions: requests of the Responses API are brought into the form of chat completions, which is what scripts read. Shapes are those
of the openai library's own types; ids and times are made of the request's number, so that a script gives the same bytes in every run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.llm.scripts import Call, Reply, Request

Json = dict[str, Any]  # Any: JSON on the wire
_AT = 1_767_225_600
_CHUNK = 24  # characters of a text in one event of a stream


@dataclass(frozen=True, slots=True)
class Counted:
    """What a request was metered at."""

    input: int
    output: int
    cached: int


def _usage(reply: Reply, counted: Counted) -> Json | None:
    if reply.usage == "counted":
        return {
            "prompt_tokens": counted.input, "completion_tokens": counted.output, "total_tokens": counted.input + counted.output,
            "prompt_tokens_details": {"cached_tokens": counted.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        }  # fmt: skip
    return None if reply.usage is None else dict(reply.usage)


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.calls else "stop")


def _call_id(call: Call, number: int, index: int) -> str:
    return f"call_{number}_{index}" if call.id is None else call.id


# --- chat completions


def chat(reply: Reply, request: Request, number: int, counted: Counted) -> Json:
    message: Json = {"role": "assistant", "content": reply.text, "refusal": reply.refusal, "annotations": []}
    if reply.calls:
        message["tool_calls"] = [
            {"id": _call_id(call, number, index), "type": "function", "function": {"name": call.name, "arguments": call.words}}
            for index, call in enumerate(reply.calls)
        ]
    said: Json = {
        "id": f"chatcmpl-{number}", "object": "chat.completion", "created": _AT, "model": request.get("model", ""),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}],
        "service_tier": "default", "system_fingerprint": "fp_scripted",
    }  # fmt: skip
    if (usage := _usage(reply, counted)) is not None:
        said["usage"] = usage
    return said


def chat_events(reply: Reply, request: Request, number: int, counted: Counted) -> Iterator[Json]:
    def chunk(delta: Json, finish: str | None = None) -> Json:
        return {
            "id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": _AT, "model": request.get("model", ""),
            "system_fingerprint": "fp_scripted", "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        }  # fmt: skip

    yield chunk({"role": "assistant", "content": None if reply.calls else "", "refusal": None})
    for name, words in (("content", reply.text), ("refusal", reply.refusal)):
        for piece in _pieces(words or ""):
            yield chunk({name: piece})
    for index, call in enumerate(reply.calls):
        head = {"index": index, "id": _call_id(call, number, index), "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield chunk({"tool_calls": [head]})
        for piece in _pieces(call.words):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, _finish(reply))
    if (request.get("stream_options") or {}).get("include_usage"):
        yield {**chunk({}), "choices": [], "usage": _usage(reply, counted)}


# --- the Responses API


def chat_request(request: Json) -> Request:
    """A request of the Responses API in the form of chat completions."""
    given = request.get("input", [])
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    spoken: list[Json] = [{"role": "system", "content": request["instructions"]}] if request.get("instructions") else []
    for item in items:
        match item.get("type", "message"):
            case "message":
                spoken.append({"role": item["role"], "content": item.get("content")})
            case "function_call":
                call = {
                    "id": item["call_id"],
                    "type": "function",
                    "function": {"name": item["name"], "arguments": item["arguments"]},
                }
                if spoken and spoken[-1].get("tool_calls"):
                    spoken[-1]["tool_calls"].append(call)
                else:
                    spoken.append({"role": "assistant", "content": None, "tool_calls": [call]})
            case "function_call_output":
                spoken.append({"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]})
    same = {name: value for name, value in request.items() if name in ("model", "temperature", "stream", "tool_choice")}
    made: Request = {**same, "messages": spoken}
    if request.get("tools"):
        made["tools"] = [
            {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}} for tool in request["tools"]
        ]
    form = (request.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema":
        made["response_format"] = {"type": "json_schema", "json_schema": {name: value for name, value in form.items() if name != "type"}}
    elif form.get("type") == "json_object":
        made["response_format"] = {"type": "json_object"}
    return made


def response(reply: Reply, request: Json, number: int, counted: Counted) -> Json:
    output: list[Json] = []
    parts: list[Json] = []
    if reply.text is not None:
        parts.append({"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []})
    if reply.refusal is not None:
        parts.append({"type": "refusal", "refusal": reply.refusal})
    if parts:
        output.append({"type": "message", "id": f"msg_{number}", "role": "assistant", "status": "completed", "content": parts})
    output += [
        {
            "type": "function_call", "id": f"fc_{number}_{index}", "call_id": _call_id(call, number, index), "name": call.name,
            "arguments": call.words, "status": "completed",
        }
        for index, call in enumerate(reply.calls)
    ]  # fmt: skip
    why = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reply.finish or "")
    usage = _usage(reply, counted)
    return {
        "id": f"resp_{number}", "object": "response", "created_at": _AT, "model": request.get("model", ""), "output": output,
        "status": "incomplete" if why else "completed", "incomplete_details": {"reason": why} if why else None, "error": None,
        "instructions": request.get("instructions"), "metadata": {}, "parallel_tool_calls": True, "temperature": request.get("temperature"),
        "tool_choice": request.get("tool_choice", "auto"), "tools": request.get("tools", []), "top_p": 1.0,
        "usage": None if usage is None else _usage_of_response(usage),
    }  # fmt: skip


def _usage_of_response(usage: Mapping[str, Any]) -> Json:  # Any: whatever a script says was used
    input_details, output_details = usage.get("prompt_tokens_details") or {}, usage.get("completion_tokens_details") or {}
    return {
        "input_tokens": usage.get("prompt_tokens"),
        "input_tokens_details": {"cached_tokens": input_details.get("cached_tokens", 0), "cache_write_tokens": 0},
        "output_tokens": usage.get("completion_tokens"),
        "output_tokens_details": {"reasoning_tokens": output_details.get("reasoning_tokens", 0)},
        "total_tokens": usage.get("total_tokens"),
    }


def response_events(reply: Reply, request: Json, number: int, counted: Counted) -> Iterator[Json]:
    whole = response(reply, request, number, counted)
    for sequence, event in enumerate(_response_events(whole)):
        yield {**event, "sequence_number": sequence}


def _response_events(whole: Json) -> Iterator[Json]:
    begun = {**whole, "status": "in_progress", "incomplete_details": None, "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(whole["output"]):
        at: Json = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "function_call":
            yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "arguments": "", "status": "in_progress"}}
            for piece in _pieces(item["arguments"]):
                yield {"type": "response.function_call_arguments.delta", **at, "delta": piece}
            yield {"type": "response.function_call_arguments.done", **at, "name": item["name"], "arguments": item["arguments"]}
        else:
            yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "content": [], "status": "in_progress"}}
            for number, part in enumerate(item["content"]):
                yield from _part_events(part, {**at, "content_index": number})
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.incomplete" if whole["incomplete_details"] else "response.completed", "response": whole}


def _part_events(part: Json, at: Json) -> Iterator[Json]:
    name, kind = ("text", "output_text") if part["type"] == "output_text" else ("refusal", "refusal")
    more: Json = {"logprobs": []} if name == "text" else {}
    yield {"type": "response.content_part.added", **at, "part": {**part, name: ""}}
    for piece in _pieces(part[name]):
        yield {"type": f"response.{kind}.delta", **at, "delta": piece, **more}
    yield {"type": f"response.{kind}.done", **at, name: part[name], **more}
    yield {"type": "response.content_part.done", **at, "part": part}


def _pieces(words: str) -> Iterator[str]:
    for start in range(0, len(words), _CHUNK):
        yield words[start : start + _CHUNK]
