"""How a model's answer ended, where it is of no use: declined, filtered, broken off, empty, or not in the form of the protocol.

Takes a message as LangChain gives it, whichever provider it came from, and gives a `Failure` or nothing. Whether the words of a good
answer say anything, and whether they fit a schema, is not looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.agent.failure_signs import load_failure_signs
from pipeline.agent.failures import Failure, failure_of

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

_REASONS = ("finish_reason", "stop_reason", "stopReason", "done_reason")


def ending_of(message: AIMessage | Any, streamed: bool = False) -> Failure | None:  # Any: what exceptions carry is not always a message
    """Why an answer cannot be used; `None`: it can. A `streamed` answer that does not say why it ended was cut off."""
    content = getattr(message, "content", None)
    if _refused(message, content):
        return failure_of("refused")
    metadata = getattr(message, "response_metadata", None)
    reason = _reason(metadata if isinstance(metadata, Mapping) else {})
    sign = load_failure_signs().endings.get(reason) if reason else None
    if sign is not None:
        return failure_of(sign.kind, sign.said, retry=sign.retry)
    if streamed and reason is None:
        return failure_of("connection", "the stream of the answer was cut off")
    if getattr(message, "invalid_tool_calls", None):
        return failure_of("malformed", "the arguments of a tool call are no JSON")
    calls = getattr(message, "tool_calls", None) or []
    if len({call.get("id") for call in calls}) < len(calls):
        return failure_of("malformed", "two tool calls have one id")
    if not calls and not _words(content).strip():
        return failure_of("malformed", "the answer is empty")
    return None


def _refused(message: object, content: object) -> bool:
    extra = getattr(message, "additional_kwargs", None)
    if isinstance(extra, Mapping) and extra.get("refusal"):
        return True
    return isinstance(content, list) and any(isinstance(block, Mapping) and block.get("type") == "refusal" for block in content)


def _reason(metadata: Mapping[str, object]) -> str | None:
    details = metadata.get("incomplete_details")
    candidates = [metadata.get(name) for name in _REASONS] + [details.get("reason") if isinstance(details, Mapping) else None]
    if metadata.get("object") == "response":  # the Responses API says why only where something is missing
        candidates.append(metadata.get("status"))
    return next((one.lower() for one in candidates if isinstance(one, str) and one), None)


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "".join(
        block if isinstance(block, str) else str(block.get("text") or "") for block in blocks if isinstance(block, str | Mapping)
    )
