"""A chat model that pays once: each request is looked for on disk, reserved against the budget, asked within bounded retries, and kept.

`MeteredModel` stands in the place of a provider's model wherever LangChain wants one. What it is asked has its secrets replaced; what comes
back is stored before anybody sees it, so that a run that is killed asks nothing twice. Failures come out as `NotAnswered`, with a reason
that holds no text of the endpoint.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import ConfigDict, PrivateAttr

from pipeline.agent.failure_signs import Kind
from pipeline.agent.failures import Failure, UnansweredError, classify, wait_of
from pipeline.agent.spending import Ledger, ReplyStore, Spent, StoredReply, estimate_tokens, request_key, usage_of

_OURS = "lc_"  # begins the ids that LangChain makes up anew in each run: a request that told one would never be found again
_ATTEMPTS = 4  # of one request
_ATTEMPTS_AFTER: Mapping[Kind, int] = {"rate": 8, "timeout": 2}  # a limit of a minute is over after a minute; who was late will be late
_LONGEST_PAUSE = 600.0  # seconds; who is told to come back later than that, asks in another run
_IN_A_ROW = 8  # requests that an endpoint leaves unanswered, before the others are not even asked
_NOT_THERE = frozenset({"rate", "server", "timeout", "connection", "auth", "not_found"})  # what is no matter of the question
_NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "NotSent"})
_CUT_SHORT = AIMessage("", response_metadata={"finish_reason": "length"})
_ENDED = ("finish_reason", "stop_reason", "stopReason", "done_reason", "status", "incomplete_details", "object", "model_provider")
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


@dataclass(slots=True)
class Meter:
    """What all requests of a run share."""

    identity: str  # provider, model and address: replies of another are other replies
    ledger: Ledger
    replies: ReplyStore
    hide: Callable[[str], str]
    at_once: asyncio.Semaphore
    seconds: float  # of one request
    most_output: int  # tokens of one reply
    pause: Callable[[float], Any] = asyncio.sleep  # Any: whatever awaiting it gives
    chance: random.Random = field(default_factory=random.Random)
    _in_a_row: int = field(default=0, init=False)  # requests without an answer
    _held_until: float = field(default=0.0, init=False)  # by the ledger's clock
    _given_up: Failure | None = field(default=None, init=False)  # the last of them

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
        try:
            async with self.at_once:
                made = await self._tried(inner, hidden, bound, asked, text)
        except NotAnswered as failure:
            if failure.failure.kind == "truncated":  # some libraries raise it; it was paid for, and would be cut short again
                self.replies.put(key, StoredReply(_told(_CUT_SHORT), 0, 0, datetime.now(UTC).isoformat()))
            raise
        message = _message(made)
        usage = usage_of(_said(message))
        stored = StoredReply(
            _told(message), usage.input_tokens if usage else 0, usage.output_tokens if usage else 0, datetime.now(UTC).isoformat()
        )
        self.replies.put(key, stored)
        return _result(stored)

    async def _tried(self, inner: BaseChatModel, messages: list[BaseMessage], bound: Payload, asked: Asked, text: str) -> ChatResult:
        """The reply, after as many attempts as its failures allow.

        An endpoint that left the last requests unanswered, one after the other, is not asked any more: a scan ends in bounded time.
        """
        if self._given_up is not None and self._in_a_row >= _IN_A_ROW:
            raise NotAnswered(replace(self._given_up, said=f"not asked, since the endpoint answers nothing: {self._given_up.said}"))
        try:
            made = await self._attempted(inner, messages, bound, text)
        except NotAnswered as given_up:
            if given_up.failure.kind in _NOT_THERE:
                self._given_up, self._in_a_row = given_up.failure, self._in_a_row + 1
            raise
        self._in_a_row = 0
        return made

    async def _attempted(self, inner: BaseChatModel, messages: list[BaseMessage], bound: Payload, text: str) -> ChatResult:
        tokens = estimate_tokens(text)
        for attempt in range(max(_ATTEMPTS, *_ATTEMPTS_AFTER.values())):
            if (held := self._held_until - self.ledger.now) > 0:
                await self.pause(held)
            reservation = await self.ledger.reserve_in_turn(tokens, self.most_output)
            left = self.ledger.seconds_left
            try:
                async with asyncio.timeout(self.seconds if left is None else min(self.seconds, left)):
                    made = await inner._agenerate(messages, **bound)
                if not made.generations:
                    raise UnansweredError("malformed", "the answer is empty")
            except Exception as problem:
                failure = classify(problem)
                if _may_be_charged(failure, problem):
                    self.ledger.settle(reservation, None)
                else:
                    self.ledger.release(reservation)
                left = self.ledger.seconds_left
                if left == 0.0:
                    raise Spent("time") from None
                wait = wait_of(failure, attempt, self.chance)
                last = _ATTEMPTS_AFTER.get(failure.kind, _ATTEMPTS) - 1
                too_long = (failure.after or 0.0) > _LONGEST_PAUSE or (left is not None and wait > left)
                if not failure.retry or attempt >= last or too_long:
                    raise NotAnswered(failure) from None
                if failure.kind == "rate":  # all of them wait, or the others use up what would be allowed again
                    self._held_until = max(self._held_until, self.ledger.now + wait)
                await self.pause(wait)
            except BaseException:  # cancelled: what the endpoint does with the request is not known
                self.ledger.settle(reservation, None)
                raise
            else:
                message = made.generations[0].message
                self.ledger.settle(reservation, usage_of(_said(message)), estimate_tokens(json.dumps(_told(message), ensure_ascii=False)))
                return made
        raise AssertionError("the last attempt returns or raises")


def _may_be_charged(failure: Failure, problem: BaseException) -> bool:
    """Whether the endpoint may count what got no answer: one that was asked, and whose answer was late, broken off or unreadable."""
    if failure.kind not in ("timeout", "connection", "truncated", "malformed"):
        return False
    cause: BaseException | None = problem
    while cause is not None:
        if type(cause).__name__ in _NEVER_SENT:
            return False
        cause = cause.__cause__
    return True


class MeteredModel(BaseChatModel):
    """A provider's model whose requests all go through a meter."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: BaseChatModel
    meter: Meter
    _bound: dict[tuple[object, ...], tuple[tuple[Any, ...], Any]] = PrivateAttr(default_factory=dict)

    @property
    def _llm_type(self) -> str:
        return f"metered-{self.inner._llm_type}"

    def bind_tools(self, tools: Sequence[Any], **given: Any) -> Runnable[Any, AIMessage]:  # Any: as LangChain declares it
        key = (*map(id, tools), repr(sorted(given.items(), key=lambda item: item[0])))
        if key not in self._bound:  # agents bind anew for each request, and writing schemas takes longer than all else of one
            bound = self.inner.bind_tools(tools, **given)
            if not isinstance(bound, RunnableBinding):
                raise TypeError(f"{type(self.inner).__name__} binds tools in an unknown way")
            self._bound[key] = (tuple(tools), bound.kwargs)  # the tools stay alive, so that no other has their ids
        return RunnableBinding(bound=self, kwargs=dict(self._bound[key][1]))

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


def _message(made: ChatResult) -> BaseMessage:
    """The reply, with why it ended. Libraries say that in three places, which LangChain joins in its own `ainvoke` alone."""
    first = made.generations[0]
    said = {**(made.llm_output or {}), **(first.generation_info or {}), **first.message.response_metadata}
    return first.message.model_copy(update={"response_metadata": said})


def _told(message: BaseMessage) -> Payload:
    """What of a message makes it what it is: some protocols want back what they gave, with its ids and its reasoning."""
    told: Payload = {"type": message.type, "content": message.content}
    if isinstance(message, AIMessage):
        told["id"] = None if (message.id or "").startswith(_OURS) else message.id
        told["tool_calls"] = [dict(call) for call in message.tool_calls]
        told["invalid_tool_calls"] = [dict(call) for call in message.invalid_tool_calls]
        told["more"] = _json(message.additional_kwargs)
        told["ended"] = {name: _json(message.response_metadata[name]) for name in _ENDED if name in message.response_metadata}
    if isinstance(message, ToolMessage):
        told["tool_call_id"] = message.tool_call_id
    return told


def _json(value: Any) -> Any:
    """A value as JSON has it; what is none stays out."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return None


def _result(stored: StoredReply) -> ChatResult:
    told = stored.message
    message = AIMessage(
        content=told["content"],
        id=told["id"],
        tool_calls=told["tool_calls"],
        invalid_tool_calls=told["invalid_tool_calls"],
        response_metadata=told["ended"],
        additional_kwargs=told["more"] or {},
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
