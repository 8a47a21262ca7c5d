"""A chat model that pays once: each request is looked for on disk, reserved against the budget, asked within bounded retries, and kept.

`MeteredModel` stands in the place of a provider's model wherever LangChain wants one. What it is asked has its secrets replaced; what comes
back is stored before anybody sees it, so that a run that is killed asks nothing twice. Failures come out as `NotAnswered`, with a reason
that holds no text of the endpoint.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import ConfigDict

from pipeline.agent.failures import Failure, classify, wait_of
from pipeline.agent.spending import Ledger, ReplyStore, Spent, StoredReply, estimate_tokens, request_key, usage_of

_ATTEMPTS = 4  # of one request
Payload = dict[str, Any]  # Any: what providers' libraries bind to a model


class NotAnswered(Exception):
    """A request that got no usable reply."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.said)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is for: the words it was made of, and a name for logs."""

    about: str
    prompt: str  # name@version
    keys: list[str] = field(default_factory=list)  # of the replies that were used, in order


ASKED: ContextVar[Asked] = ContextVar("asked")
Logged = Callable[[Asked, str], None]
"""Writes down what is sent before it is sent; where the transport does that itself, it does nothing."""


@dataclass(slots=True)
class Meter:
    """What all requests of a run share."""

    identity: str  # provider, model and address: replies of another are other replies
    ledger: Ledger
    replies: ReplyStore
    hide: Callable[[str], str]
    logged: Logged
    at_once: asyncio.Semaphore
    seconds: float  # of one request
    most_output: int  # tokens of one reply
    pause: Callable[[float], Any] = asyncio.sleep  # Any: whatever awaiting it gives
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    async def answered(self, inner: BaseChatModel, messages: Sequence[BaseMessage], bound: Payload) -> ChatResult:
        """The reply to a request, from disk or from the model."""
        asked = ASKED.get()
        hidden = [message.model_copy(update={"content": _hidden(message.content, self.hide)}) for message in messages]
        content = {"messages": [_told(message) for message in hidden], "bound": _plain(bound)}
        key = request_key(self.identity, asked.prompt, content)
        asked.keys.append(key)
        stored = self.replies.get(key)
        if stored is not None:
            self.ledger.hit(stored.input_tokens, stored.output_tokens)
            return _result(stored)
        text = json.dumps(content, ensure_ascii=False)
        async with self.at_once:
            made = await self._tried(inner, hidden, bound, asked, text)
        message = made.generations[0].message
        usage = usage_of(_said(message))
        stored = StoredReply(
            _told(message), usage.input_tokens if usage else 0, usage.output_tokens if usage else 0, datetime.now(UTC).isoformat()
        )
        self.replies.put(key, stored)
        return _result(stored)

    def _patience(self) -> float:
        left = self.ledger.seconds_left
        return self.seconds if left is None else min(self.seconds, left)

    async def _tried(self, inner: BaseChatModel, messages: list[BaseMessage], bound: Payload, asked: Asked, text: str) -> ChatResult:
        for attempt in range(1, _ATTEMPTS + 1):
            reservation = await self.ledger.reserve_in_turn(estimate_tokens(text), self.most_output)
            try:
                self.logged(asked, text)
                async with asyncio.timeout(self._patience()):
                    made = await inner._agenerate(messages, **bound)
            except Exception as problem:
                failure = classify(problem)
                if failure.kind in ("timeout", "truncated", "malformed"):
                    self.ledger.settle(reservation, None)  # it may have been counted over there
                else:
                    self.ledger.release(reservation)
                wait = wait_of(failure, attempt, self.chance)
                if not failure.retry or attempt == _ATTEMPTS or wait > self._patience():
                    raise NotAnswered(failure) from None
                await self.pause(wait)
            except BaseException:  # cancelled: what the endpoint does with the request is not known
                self.ledger.settle(reservation, None)
                raise
            else:
                message = made.generations[0].message
                self.ledger.settle(reservation, usage_of(_said(message)), estimate_tokens(json.dumps(_told(message), ensure_ascii=False)))
                return made
        raise AssertionError("the last attempt returns or raises")


class MeteredModel(BaseChatModel):
    """A provider's model whose requests all go through a meter."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: BaseChatModel
    meter: Meter

    @property
    def _llm_type(self) -> str:
        return f"metered-{self.inner._llm_type}"

    def bind_tools(self, tools: Sequence[Any], **given: Any) -> Runnable[Any, AIMessage]:  # Any: as LangChain declares it
        bound = self.inner.bind_tools(tools, **given)
        if not isinstance(bound, RunnableBinding):
            raise TypeError(f"{type(self.inner).__name__} binds tools in an unknown way")
        return RunnableBinding(bound=self, kwargs=dict(bound.kwargs))

    def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        raise NotImplementedError("the analyst asks asynchronously")

    async def _agenerate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return await self.meter.answered(self.inner, messages, kwargs)


def _hidden(content: Any, hide: Callable[[str], str]) -> Any:  # Any: text, or a list of parts
    if isinstance(content, str):
        return hide(content)
    if isinstance(content, list):
        return [_hidden(part, hide) for part in content]
    if isinstance(content, dict):
        return {name: _hidden(value, hide) if name in ("text", "content") else value for name, value in content.items()}
    return content


def _told(message: BaseMessage) -> dict[str, Any]:
    """What of a message makes it what it is; ids that a provider gives to each reply anew stay out."""
    told: dict[str, Any] = {"type": message.type, "content": message.content}
    if isinstance(message, AIMessage):
        told["tool_calls"] = [dict(call) for call in message.tool_calls]
        told["invalid_tool_calls"] = [dict(call) for call in message.invalid_tool_calls]
        told["finish"] = message.response_metadata.get("finish_reason") or message.response_metadata.get("stop_reason")
        told["refusal"] = message.additional_kwargs.get("refusal")
    if (identity := getattr(message, "tool_call_id", None)) is not None:
        told["tool_call_id"] = identity
    return told


def _result(stored: StoredReply) -> ChatResult:
    told = stored.message
    message = AIMessage(
        content=told["content"],
        tool_calls=told["tool_calls"],
        invalid_tool_calls=told["invalid_tool_calls"],
        response_metadata={"finish_reason": told["finish"]},
        additional_kwargs={"refusal": told["refusal"]} if told["refusal"] else {},
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def _said(message: BaseMessage) -> dict[str, Any] | None:
    return getattr(message, "usage_metadata", None)


def _plain(value: Any) -> Any:
    """What was bound to a model, as JSON would have it."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, type) and hasattr(value, "model_json_schema"):
        return value.model_json_schema()
    return value if isinstance(value, str | int | float | bool) or value is None else repr(type(value))


__all__ = ["ASKED", "Asked", "Meter", "MeteredModel", "NotAnswered", "Spent"]
