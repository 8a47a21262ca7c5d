"""One question to a model: rendered, asked through an agent that may use tools, taken as a reply of a schema, or known to be unanswered.

Built on `langchain.agents.create_agent`. Structured output is asked for by the best means the endpoint has: its own schemas, a tool call,
or JSON that is read and, where it does not fit, asked for once more. A reply that the program cannot use (a quote that does not stand in
the file) is sent back once. Loops of tool calls end: after some rounds no tool is offered, and after some more the question is given up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse, ToolCallRequest
from langchain.agents.structured_output import ProviderStrategy, StructuredOutputError, ToolStrategy
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.types import Command
from pydantic import ValidationError

from pipeline.agent.endings import ending_of
from pipeline.agent.failures import classify, failure_of
from pipeline.agent.metering import ASKED, Asked, Meter, MeteredModel, NotAnswered
from pipeline.agent.model import Origin
from pipeline.agent.schemas import Reply, schema_text
from pipeline.agent.spending import Spent
from prompts import Exhibit, Imitation, load_prompt, nonce_of, render

R = TypeVar("R", bound=Reply)
Means = Literal["schema", "tools", "json"]
TOOL_ROUNDS = 4  # model calls of a question in which tools are offered
_MORE_ROUNDS = 3  # in which they are not, before it is given up
_REPAIRS = 1  # of a reply that is no reply of the schema
_LAST_SHARE = 0.2  # of what is left of the budget, that may be kept for the last question
_MOST_TOLD = 1_500  # characters of problems that are sent back
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question(Generic[R]):
    """What is asked. `check` gives the problems of a reply in words, for the one chance to mend it; empty: there are none."""

    prompt: str
    values: Mapping[str, str | Sequence[Exhibit]]
    output: type[R]
    about: str
    with_tools: bool = False
    tool_rounds: int = TOOL_ROUNDS  # after which it has to answer
    check: Callable[[R], str] | None = None
    in_parts: bool = False  # it can be asked in parts: a reply that was cut short is kept, since it says that the whole is too long


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    reply: R
    origin: Origin
    imitations: tuple[Imitation, ...]


@dataclass(slots=True)
class _Turn:
    """How far one question is."""

    output: type[Reply]
    nonce: str
    tool_rounds: int
    rounds: int = 0


_TURN: ContextVar[_Turn] = ContextVar("turn")
Watching = Callable[[str, Mapping[str, object]], None]
WATCHING: ContextVar[Watching | None] = ContextVar("watching", default=None)
"""Who is told of each tool a model calls, by its name and what it is given, while somebody waits for the answer."""


def current_nonce() -> str:
    """The nonce of the question at hand, with which its tools fence what they give."""
    return _TURN.get().nonce


class Asker:
    """Asks one model. Agents are made once for each kind of reply."""

    def __init__(
        self,
        model: BaseChatModel,
        meter: Meter,
        means: Means,
        with_tools: Means,
        tools: Sequence[BaseTool],
        secret: bytes,
        name: str,
        restore: Callable[[str], str],
        at_once: int = 16,
    ) -> None:
        """`with_tools` are the means where tools are offered too; `restore` puts back what placeholders stand for, for tools."""
        self._model, self._meter, self._restore = MeteredModel(inner=model, meter=meter), meter, restore
        self._means: dict[bool, Means] = {False: means, True: with_tools}
        self._tools, self._secret, self._name = list(tools), secret, name
        self._agents: dict[tuple[type[Reply], bool, Means, str], Any] = {}
        self._fit: set[tuple[bool, Means]] = set()  # manners that a reply has come in: a failure is no matter of theirs
        self.prompts: set[str] = set()
        self.in_work = asyncio.Semaphore(at_once)
        """For who has many chains of questions: as many at a time as requests, so that what was begun is ended before more begins."""

    def set_aside(self, tokens: int) -> None:
        """Keeps room in the budget for a last question of so many tokens, where it takes no more than a small share of it."""
        self._meter.ledger.set_aside(tokens, self._meter.most_output, _LAST_SHARE)

    def use_aside(self) -> None:
        self._meter.ledger.use_aside()

    async def ask(self, question: Question[R]) -> Answer[R]:
        """The answer.

        Raises:
            NotAnswered: there is none that can be used.
            Spent: the budget does not allow the question.
        """
        prompt = load_prompt(question.prompt)
        nonce = nonce_of(self._secret, self._name, prompt.digest, *_texts(question.values))
        rendered = render(prompt, question.values, nonce)
        named = f"{question.prompt}@{prompt.version}"
        self.prompts.add(named)
        asked = Asked(question.about, f"{named} {prompt.digest}")
        asking, turning = ASKED.set(asked), _TURN.set(_Turn(question.output, nonce, question.tool_rounds))
        try:
            reply = await self._in_some_manner(question, rendered.system, rendered.user)
        except Spent:
            raise
        except NotAnswered as failure:
            if not (question.in_parts and failure.failure.kind == "truncated"):
                self._meter.replies.drop(asked.keys[-1:])  # asked again next time
            raise
        except Exception as problem:  # what a model says decides what happens here: it must not cost the scan
            self._meter.replies.drop(asked.keys[-1:])
            failed = classify(problem)
            if failed.kind == "bug":
                logger.exception("a question to the model failed")
            raise NotAnswered(failed) from problem
        finally:
            ASKED.reset(asking)
            _TURN.reset(turning)
        return Answer(reply, Origin(self._name, question.prompt, prompt.version, prompt.digest), rendered.imitations)

    async def _in_some_manner(self, question: Question[R], system: str, user: str) -> R:
        """As the endpoint does it best; where that fails for want of form, without tools, and at last by words alone."""
        offered = question.with_tools and bool(self._tools)
        manners: dict[tuple[bool, Means], None] = {(offered, self._means[offered]): None}
        manners[False, self._means[False]] = None
        manners[False, "json"] = None
        *first, last = manners
        for manner in first:
            try:
                return await self._replied(question, system, user, *manner)
            except NotAnswered as failure:
                unfit = failure.failure.kind == "malformed" or (failure.failure.kind == "rejected" and manner not in self._fit)
                if not unfit or manner in self._fit:
                    raise
                _TURN.get().rounds = 0
        return await self._replied(question, system, user, *last)

    async def _replied(self, question: Question[R], system: str, user: str, with_tools: bool, means: Means) -> R:
        agent = self._agent(question, system, with_tools, means)
        messages: list[BaseMessage] = [HumanMessage(user)]
        state = await self._run(agent, messages)
        reply = _taken(state, question.output)
        self._fit.add((with_tools, means))
        problems = question.check(reply) if question.check else ""
        if problems:
            mended = HumanMessage(_correction(problems, self._secret))
            with suppress(NotAnswered, Spent):  # what could be used of the first reply still is
                reply = _taken(await self._run(agent, [*state["messages"], mended]), question.output)
        return reply

    async def _run(self, agent: Any, messages: list[BaseMessage]) -> Any:  # Any: a compiled graph and its state
        return await agent.ainvoke({"messages": messages}, {"recursion_limit": 50})

    def _agent(self, question: Question[R], system: str, with_tools: bool, means: Means) -> Any:
        key = (question.output, with_tools, means, system)
        if key not in self._agents:
            output: type[Reply] = question.output
            strategy: Any = None
            if means == "schema":
                strategy = ProviderStrategy(output, strict=True)
            elif means == "tools":
                strategy = ToolStrategy(output, handle_errors=False)
            else:
                system += f"\n\nReply with one JSON object of this schema, and nothing else:\n{schema_text(output)}"
            self._agents[key] = create_agent(
                self._model,
                tools=self._tools if with_tools else [],
                system_prompt=SystemMessage(system),
                middleware=[_Taking(means, self._secret, self._restore)],
                response_format=strategy,
            )
        return self._agents[key]


class _Taking(AgentMiddleware[Any, Any, Any]):
    """Takes replies of the schema out of what a model says, sends back what does not fit, and ends loops."""

    def __init__(self, means: Means, secret: bytes, restore: Callable[[str], str]) -> None:
        super().__init__()
        self._means, self._secret, self._restore = means, secret, restore

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        """A tool is asked with what stands in the files, where a model was shown a placeholder."""
        if (watching := WATCHING.get()) is not None:
            watching(request.tool_call["name"], request.tool_call["args"])
        given = {name: self._restore(value) if isinstance(value, str) else value for name, value in request.tool_call["args"].items()}
        return await handler(request.override(tool_call={**request.tool_call, "args": given}))

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        turn = _TURN.get()
        turn.rounds += 1
        if turn.rounds > turn.tool_rounds + _MORE_ROUNDS:
            raise NotAnswered(failure_of("malformed", "the model kept on calling tools and gave no reply", retry=False))
        if turn.rounds > turn.tool_rounds and request.tools:
            request = request.override(messages=[*request.messages, HumanMessage(_stop_now())])
            if self._means == "tools":
                request = request.override(tools=[])  # the tool that gives the reply stays
            else:  # they stay declared: some protocols refuse a history of calls to tools nobody knows
                request = request.override(model_settings={**request.model_settings, "tool_choice": "none"})
        if (
            self._means == "json" and not request.tools
        ):  # beside tools it is asked for in words alone: a JSON mode keeps models from calling them
            request = request.override(model_settings={**request.model_settings, "response_format": {"type": "json_object"}})
        for attempt in range(_REPAIRS + 1):
            try:
                response = await handler(request)
                message = next(m for m in reversed(response.result) if isinstance(m, AIMessage))
                if message.tool_calls and request.tools and response.structured_response is None:
                    _refuse_if_ended(message)
                    return response
                if response.structured_response is not None:
                    return response
                problem = "the reply is no JSON object of the schema"
            except StructuredOutputError as failure:
                message, problem = failure.ai_message, _told(failure)
            reply, problem = _read(message, turn.output, problem)
            if reply is not None:
                return ModelResponse(result=[message], structured_response=reply)
            _refuse_if_ended(message)
            if attempt < _REPAIRS:
                request = request.override(
                    messages=[
                        *request.messages,
                        *_answered(message, offered=bool(request.tools)),
                        HumanMessage(_correction(problem, self._secret)),
                    ]
                )
        raise NotAnswered(failure_of("malformed", "the model gave no reply of the schema", retry=False))


def _texts(values: Mapping[str, str | Sequence[Exhibit]]) -> list[str]:
    """All that is put into a prompt, for its nonce."""
    given = sorted(values.items())
    return [f"{name}\n{value if isinstance(value, str) else [(one.label, one.text) for one in value]}" for name, value in given]


def _taken(state: Any, output: type[R]) -> R:
    reply = state.get("structured_response")
    if not isinstance(reply, output):
        raise NotAnswered(failure_of("malformed", "the model gave no reply of the schema", retry=False))
    return reply


def _refuse_if_ended(message: AIMessage) -> None:
    """Gives up where the same words would get no other reply: one that was declined, filtered, or cut short."""
    ended = ending_of(message)
    if ended is not None and not ended.retry:
        raise NotAnswered(ended)


def _read(message: AIMessage, output: type[Reply], problem: str) -> tuple[Reply | None, str]:
    """The reply in a text, also where prose or a fence stands around it; else what is wrong with it."""
    text = message.text if isinstance(message.text, str) else str(message.text)
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end <= start:
        return None, "the reply holds no JSON object" if not text.strip() else problem
    try:
        return output.model_validate_json(text[start : end + 1]), ""
    except ValidationError as failure:
        return None, _fields(failure)


def _fields(failure: ValidationError) -> str:
    said = [f"{'.'.join(map(str, error['loc'])) or 'reply'}: {error['msg']}" for error in failure.errors(include_input=False)[:12]]
    return "\n".join(said)[:_MOST_TOLD]


def _told(failure: StructuredOutputError) -> str:
    cause: BaseException | None = failure
    while cause is not None and not isinstance(cause, ValidationError):
        cause = cause.__cause__
    return _fields(cause) if isinstance(cause, ValidationError) else "the reply is no JSON object of the schema"


def _answered(message: AIMessage, *, offered: bool) -> list[AIMessage | ToolMessage]:
    """The message, and for each of its tool calls the answer that protocols ask for; calls where no tool was offered are left out."""
    calls = [*message.tool_calls, *message.invalid_tool_calls]
    if calls and not offered:
        return [AIMessage(str(message.text) or "(a call of a tool that was not offered)")]
    return [message, *(ToolMessage("not used", tool_call_id=call["id"] or "") for call in calls)]


def _correction(problems: str, secret: bytes) -> str:
    prompt = load_prompt("common/correct-reply")
    rendered = render(prompt, {"problems": problems[:_MOST_TOLD]}, nonce_of(secret, prompt.digest, problems))
    return f"{rendered.system}\n\n{rendered.user}"


def _stop_now() -> str:
    return load_prompt("common/answer-now").text


__all__ = ["Answer", "Asker", "Question", "current_nonce"]
