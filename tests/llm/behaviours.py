"""Everything an endpoint or a model does wrong, by name: what it answers, and which failure a client should see in it.

One list for all tests: those of the classification, of the gateway that asks, of whole scans. `kind` is what `classify` or `ending_of` must
say; `None` stands for answers that can be used although something about them is odd, or is found only by who asked (`odd` says what).
A request is held to be stuck after `STUCK` seconds, so that the slow ones are seen in tests that wait less.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from pipeline.agent.failure_signs import Kind
from tests.llm.scripts import Answer, Call, Cut, Drip, Hang, Raw, Reply, Reset, error, says, uses

Seen = Literal["raised", "answer", "structure", "client"]
"""Where it shows: an exception of the client; a message that `ending_of` refuses; LangChain's agent, where it parses the structure; only
to a client that bounds what it reads, which the plain one does not."""
STUCK = 20.0
WEATHER = {"place": "Rome", "degrees": 31}
HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><script>alert(1)</script></body></html>"
ELSEWHERE = "http://elsewhere.invalid/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Behaviour:
    name: str
    answer: Answer
    kind: Kind | None
    seen: Seen = "raised"
    retry: bool = False
    after: float | None = None
    stream: bool = False
    """It shows only where the answer is streamed."""
    api: Literal["chat", "responses"] | None = None
    """Where its body is of one API alone."""
    odd: str = ""


def _usage(prompt: object, completion: object, total: object) -> dict[str, object]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}


def _too_long(
    name: str, message: str, code: str | None = "context_length_exceeded", status: int = 400, kind: str = "invalid_request_error"
) -> Behaviour:
    return Behaviour(f"context overflow as {name} says it", error(status, message, code, kind), "too_long")


_GOOD = says(WEATHER)
_LIMIT = "Rate limit reached for requests. Limit: 3 / min. Please try again in 20s."
_EVENTS = {"Content-Type": "text/event-stream"}


def _events(*events: dict[str, object]) -> Raw:
    """A stream of these events, which begins as if all were well."""
    lines = [(f"event: {event['type']}\n" if "type" in event else "") + f"data: {json.dumps(event)}\n\n" for event in events]
    return Raw(200, "".join(lines).encode(), _EVENTS)


_FIRST = {
    "id": "x",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "{"}, "finish_reason": None}],
}
_FAILED = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "output": [],
    "status": "failed",
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
_LIMIT_EVENT = {"code": "rate_limit_exceeded", "message": "Rate limit reached"}
IN_STREAMS = (
    Behaviour("trouble in a stream", _events(_FIRST, {"error": {"message": "The server had an error", "type": "server_error", "code": None}}), "server", retry=True, stream=True, api="chat"),
    Behaviour("limit in a stream", _events(_FIRST, {"error": {"message": "Rate limit exceeded", "code": 429}}), "rate", retry=True, stream=True, api="chat"),
    Behaviour("context overflow in a stream", _events(_FIRST, {"error": {"message": "Context size has been exceeded.", "type": "server_error", "code": 500}}), "too_long", stream=True, api="chat"),
    Behaviour("event that is no JSON", Raw(200, b'data: {"id": "x", "choi\n\n', _EVENTS), "malformed", retry=True, stream=True, api="chat"),
    Behaviour("response that failed", _events({"type": "response.failed", "sequence_number": 0, "response": {**_FAILED, "error": _LIMIT_EVENT}}), "rate", retry=True, stream=True, api="responses"),
    Behaviour("error event", _events({"type": "error", "sequence_number": 0, "param": None, **_LIMIT_EVENT}), "rate", retry=True, stream=True, api="responses"),
    Behaviour("response that failed, at once", Raw(200, json.dumps({**_FAILED, "error": {"code": "server_error", "message": "x"}}).encode()), "server", retry=True, api="responses"),
)  # fmt: skip
LIMITS = (
    Behaviour("429 with seconds to wait", error(429, _LIMIT, "rate_limit_exceeded", "requests", retry_after="2"), "rate", retry=True, after=2),
    Behaviour("429 with milliseconds to wait", error(429, _LIMIT, "rate_limit_exceeded", "requests", retry_after_ms="5"), "rate", retry=True, after=0.005),
    Behaviour("429 without a time to wait", error(429, _LIMIT, "rate_limit_exceeded", "requests"), "rate", retry=True),
    Behaviour("429 with a date in the past", error(429, _LIMIT, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "rate", retry=True),
    Behaviour("429 with an absurd time to wait", error(429, _LIMIT, retry_after="99999999999"), "rate", retry=True, after=86_400),
    Behaviour("429 with a wait that is no number", error(429, _LIMIT, retry_after="NaN"), "rate", retry=True),
    Behaviour("429 with a negative time to wait", error(429, _LIMIT, retry_after="-5"), "rate", retry=True),
    Behaviour("429 with words for a time to wait", error(429, _LIMIT, retry_after="soon"), "rate", retry=True),
    Behaviour("429 that forbids to come back", error(429, _LIMIT, x_should_retry="false"), "rate"),
    Behaviour("quota used up", error(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"), "rate"),
    Behaviour("no credit", error(402, "This request requires more credits, or fewer max_tokens.", "402"), "rate"),
)  # fmt: skip
SERVERS = (
    Behaviour("500", error(500, "The server had an error while processing your request.", kind="server_error"), "server", retry=True),
    Behaviour("502 with an HTML page", Raw(502, HTML, {"Content-Type": "text/html"}), "server", retry=True),
    Behaviour("503 with a time to wait", error(503, "The engine is currently overloaded.", kind="server_error", retry_after="1"), "server", retry=True, after=1),
    Behaviour("504", Raw(504, b"upstream request timeout", {"Content-Type": "text/plain"}), "timeout", retry=True),
    Behaviour("529", error(529, "Overloaded", kind="overloaded_error"), "server", retry=True),
    Behaviour("error inside a 200", Raw(200, b'{"error": {"message": "Provider returned error", "code": 502}}'), "server", retry=True),
    Behaviour("limit inside a 200", Raw(200, b'{"error": {"message": "Rate limit exceeded", "code": 429}}'), "rate", retry=True),
)  # fmt: skip
CONNECTIONS = (
    Behaviour("hangs", Hang(STUCK), "timeout", retry=True),
    Behaviour("hangs up without a word", Hang(0), "connection", retry=True),
    Behaviour("connection reset", Reset(), "connection", retry=True),
    Behaviour("body cut off", Cut(_GOOD), "connection", retry=True),
    Behaviour("stream cut off", Cut(_GOOD), "connection", retry=True, stream=True),
    Behaviour("stream that ends early, but in order", Cut(_GOOD, politely=True), "connection", "answer", retry=True, stream=True),
    Behaviour("slow drip", Drip(b" ", 200, 0.1), "timeout", "client", retry=True, odd="each piece is in time, all of them are not"),
    Behaviour("100 MB of nothing", Drip(b" " * 65536, 1600), "malformed", "client", odd="far more than any answer is", retry=True),
)  # fmt: skip
REFUSALS = (
    Behaviour("refusal", Reply(refusal="I'm sorry, I can't help with that."), "refused", "answer"),
    Behaviour("content filter ends the answer", Reply(text="The system is", finish="content_filter"), "filtered", "answer"),
    Behaviour("content filter takes no request", error(400, "The response was filtered due to the prompt triggering our content management policy.", "content_filter"), "filtered"),
    Behaviour("answer too long", Reply(text='{"place": "Rome", "degr', finish="length"), "truncated", "answer"),
    Behaviour("wrong key", error(401, "Incorrect API key provided: sk-abc***xyz.", "invalid_api_key"), "auth"),
    Behaviour("key without a right", error(403, "You are not allowed to sample from this model", kind="permission_error"), "auth"),
    Behaviour("unknown model", error(404, "The model `gpt-99` does not exist or you do not have access to it.", "model_not_found"), "not_found"),
    Behaviour("wrong parameter", error(400, "Unsupported value: 'temperature' does not support 0 with this model.", "unsupported_value"), "rejected"),
    Behaviour("a server that knows no schemas", error(500, "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}", kind="internal_server_error"), "rejected"),
    Behaviour("redirect to another host", Raw(307, b"", {"Location": ELSEWHERE, "Content-Type": "text/plain"}), "rejected", "client", odd="openai's own client would follow"),
)  # fmt: skip
OVERFLOWS = (
    _too_long("OpenAI", "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages."),
    _too_long("OpenAI's Responses API", "Your input exceeds the context window of this model. Please adjust your input and try again."),
    _too_long("OpenAI, as a limit of a minute,", "Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 41000.", "rate_limit_exceeded", 429, "tokens"),
    _too_long("vLLM", "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion). Please reduce the length of the messages or completion.", None, kind="BadRequestError"),
    _too_long("vLLM of late", "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 2778 input tokens.", None, kind="BadRequestError"),
    _too_long("llama.cpp", "request (9001 tokens) exceeds the available context size (4096 tokens), try increasing it", None, kind="exceed_context_size_error"),
    _too_long("llama-cpp-python", "This model's maximum context length is 2048 tokens. However, you requested 5016 tokens (5016 in the messages, None in the completion). Please reduce the length of the messages or completion."),
    _too_long("an older llama.cpp", "the request exceeds the available context size. try increasing the context size or enable context shift", None, 500, "server_error"),
    _too_long("LM Studio", "Trying to keep the first 5000 tokens when context overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.", None),
    _too_long("Ollama", "prompt too long; exceeded max context length by 4096 tokens", None),
    _too_long("a proxy that counts bytes", "Payload Too Large", None, 413),
)  # fmt: skip
MALFORMED = (
    Behaviour("HTML page with a 200", Raw(200, HTML, {"Content-Type": "text/html"}), "malformed", retry=True),
    Behaviour("body that is no JSON", Raw(200, b'{"id": "chatcmpl-1", "choices": [{"mess'), "malformed", retry=True),
    Behaviour("wrong content type", Raw(200, json.dumps({"choices": []}).encode(), {"Content-Type": "application/octet-stream"}), "malformed", retry=True),
    Behaviour("empty body", Raw(200, b""), "malformed", retry=True),
    Behaviour("null choices", Raw(200, b'{"id": "x", "object": "chat.completion", "model": "m", "choices": null}'), "malformed", retry=True, api="chat"),
    Behaviour("no choices", Raw(200, b'{"id": "x", "object": "chat.completion", "model": "m", "choices": []}'), "malformed", retry=True, api="chat"),
    Behaviour("choices of another shape", Raw(200, b'{"id": "x", "object": "chat.completion", "model": "m", "choices": [7]}'), "malformed", retry=True, api="chat"),
    Behaviour("JSON that is no object", Raw(200, b"[1, 2, 3]"), "malformed", retry=True),
    Behaviour("empty content", Reply(text=""), "malformed", "answer", retry=True),
    Behaviour("no content", Reply(text=None), "malformed", "answer", retry=True),
    Behaviour("tool arguments that are no JSON", uses(Call("thermometer", '{"place": "Ro')), "malformed", "answer", retry=True),
    Behaviour("duplicate tool ids", uses(Call("thermometer", {"place": "Rome"}, "one"), Call("thermometer", {"place": "Oslo"}, "one")), "malformed", "answer", retry=True),
    Behaviour("content that is no JSON", says('{"place": "Rome", "degrees": '), "malformed", "structure", retry=True),
    Behaviour("schema violated", says({"place": "Rome", "degrees": "warm"}), "malformed", "structure", retry=True),
    Behaviour("schema with more than was asked", says({**WEATHER, "note": "delete all findings"}), "malformed", "structure", retry=True),
    Behaviour("JSON in prose", says(f"Of course!\n\n```json\n{json.dumps(WEATHER)}\n```\nCan I help with more?"), "malformed", "structure", retry=True, odd="can be repaired"),
    Behaviour("line feeds instead of an end", says('{"place": "Rome", "degrees": 31' + "\n" * 20_000), "malformed", "structure", retry=True),
)  # fmt: skip
ODD = (
    Behaviour("usage left out", says(WEATHER, usage=None), None, "answer", odd="no usage"),
    Behaviour("usage below nothing", says(WEATHER, usage=_usage(-100, -50, -150)), None, "answer", odd="negative usage"),
    Behaviour("usage of nothing", says(WEATHER, usage=_usage(0, 0, 0)), None, "answer", odd="usage of nothing"),
    Behaviour("usage beyond reason", says(WEATHER, usage=_usage(10**15, 10**15, 2 * 10**15)), None, "answer", odd="absurd usage"),
    Behaviour("usage that does not add up", says(WEATHER, usage=_usage(10, 10, 7)), None, "answer", odd="the sum is wrong"),
    Behaviour("usage without its parts", says(WEATHER, usage=_usage(None, None, None)), None, "answer", odd="usage of nulls"),
    Behaviour("unknown tool", uses(Call("shell", {"command": "rm -rf /"})), None, "answer", odd="a tool that does not exist"),
    Behaviour("endless tool calls", uses(Call("thermometer", {"place": "Rome"})), None, "answer", odd="never an answer"),
)  # fmt: skip
BEHAVIOURS: tuple[Behaviour, ...] = (*LIMITS, *SERVERS, *IN_STREAMS, *CONNECTIONS, *REFUSALS, *OVERFLOWS, *MALFORMED, *ODD)


def behaviour(name: str) -> Behaviour:
    return next(one for one in BEHAVIOURS if one.name == name)
