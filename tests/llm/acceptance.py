"""What a request must be for OpenAI's endpoint to take it, in the words the endpoint refuses it with."""

from __future__ import annotations

from tests.llm import strict
from tests.llm.scripts import Request, messages, text_of


def problem_of(request: Request, only_strict: bool) -> str | None:
    """Why a request is not taken; `only_strict`: not with a schema that is not marked strict either, which OpenAI would take."""
    if not request.get("messages"):
        return "Missing required parameter: 'messages'."
    wanted = request.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        named = wanted["json_schema"]
        marked = named.get("strict") is True
        if not marked and only_strict:
            return f"Invalid schema for response_format '{named.get('name')}': it is not marked strict."
        if marked and (wrong := strict.problems(named.get("schema"))):
            return f"Invalid schema for response_format '{named.get('name')}': {'; '.join(wrong)}."
    if wanted.get("type") == "json_object" and "json" not in " ".join(map(text_of, messages(request))).lower():
        return "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
    for tool in request.get("tools", []):
        function = tool.get("function", {})
        if function.get("strict") is True and (wrong := strict.problems(function.get("parameters"))):
            return f"Invalid schema for function '{function.get('name')}': {'; '.join(wrong)}."
    return _unanswered_call(request)


def _unanswered_call(request: Request) -> str | None:
    """Each tool call is answered by a message right behind it, and there are no other such messages."""
    open_calls: list[str] = []
    for message in messages(request):
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_calls:
                return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
            open_calls.remove(str(message["tool_call_id"]))
            continue
        if open_calls:
            break
        open_calls = [call["id"] for call in message.get("tool_calls") or []]
    if open_calls:
        return f"An assistant message with 'tool_calls' must be followed by tool messages. No response for: {', '.join(open_calls)}."
    return None
