"""What the scripted server says: values for answers, good and broken, and scripts that choose one for each request.

A script is a function of the request and its number (counted from 0 in order of arrival). It sees every request in the form of chat
completions (`messages`, `tools`, `response_format`), whichever API was asked, so that one script serves both. Requests arrive in any
order where a client asks many at once: a script that must say the same in every run looks at the request, not at the number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Request = dict[str, Any]  # Any: JSON as a client sent it


@dataclass(frozen=True, slots=True)
class Call:
    """A tool the model wants called; arguments given as text go out as they are, valid JSON or not."""

    name: str
    arguments: object = field(default_factory=dict)
    id: str | None = None

    @property
    def words(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the model, written down in the protocol by the server."""

    text: str | None = None
    calls: tuple[Call, ...] = ()
    refusal: str | None = None
    finish: str | None = None
    """As chat completions call it; `None`: `tool_calls` where tools are called, else `stop`."""
    usage: Mapping[str, object] | Literal["counted"] | None = "counted"
    """`counted` is four bytes to a token, and a cache of prefixes as providers keep them. A mapping goes out as it is."""
    seconds: float | None = None
    """How long the model takes; `None`: as long as the server says."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """A whole HTTP answer, whatever was asked."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer for so long; then the connection is closed."""

    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is torn down without a word."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The answer breaks off: its length is announced (or its stream begun), only this share of it is sent."""

    reply: Reply
    share: float = 0.5
    politely: bool = False
    """The stream ends as a whole one would on the wire, without the events that are missing. Streams only."""


@dataclass(frozen=True, slots=True)
class Drip:
    """A body that comes piece by piece: `piece`, `times` over, with pauses."""

    piece: bytes = b" " * 65536
    times: int = 1600
    pause: float = 0.0
    status: int = 200
    content_type: str = "application/json"


Answer = Reply | Raw | Hang | Reset | Cut | Drip
Script = Callable[[Request, int], Answer]


def says(value: object, **more: Any) -> Reply:  # Any: the other fields of Reply
    """A reply in words, or as the JSON of a value."""
    return Reply(text=value if isinstance(value, str) else json.dumps(value), **more)


def uses(*calls: Call, **more: Any) -> Reply:  # Any: the other fields of Reply
    """A reply that calls tools, all at once."""
    return Reply(calls=calls, **more)


def error(status: int, message: str, code: str | None = None, kind: str = "invalid_request_error", **headers: str) -> Raw:
    """An error in the form OpenAI gives it; headers are written with underscores (`retry_after="2"`)."""
    body = json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Raw(status, body, {"Content-Type": "application/json", **named})


def echo(request: Request, number: int) -> Answer:
    """Says what it was told last."""
    return says(text_of(messages(request)[-1]))


def always(answer: Answer) -> Script:
    return lambda request, number: answer


def in_order(answers: Sequence[Answer]) -> Script:
    """One answer after the other, by number of arrival; the last one stays."""
    return lambda request, number: answers[min(number, len(answers) - 1)]


def by_turn(answers: Sequence[Answer]) -> Script:
    """By how often the model has spoken in this conversation already, so that conversations at once do not disturb each other."""
    return lambda request, number: answers[min(turns(request), len(answers) - 1)]


def first_fitting(rules: Iterable[tuple[str, Answer | Script]], otherwise: Answer | Script) -> Script:
    """The first answer whose mark stands anywhere in the request's words; an answer may be a script of its own."""
    listed = tuple(rules)

    def script(request: Request, number: int) -> Answer:
        words = words_of(request)
        chosen = next((answer for mark, answer in listed if mark in words), otherwise)
        return chosen(request, number) if callable(chosen) else chosen

    return script


def by_schema(answers: Mapping[str, Answer | Script], otherwise: Answer | Script) -> Script:
    """By the name of the structure that is wanted, be it by a schema, by a tool of that name, or by words that name it."""

    def script(request: Request, number: int) -> Answer:
        wanted = {schema_name(request), *tool_names(request)}
        words = words_of(request) if wanted == {None} else ""
        chosen = next((answer for name, answer in answers.items() if name in wanted or name in words), otherwise)
        return chosen(request, number) if callable(chosen) else chosen

    return script


def structured(request: Request, name: str, value: object, **more: Any) -> Reply:  # Any: the other fields of Reply
    """The value in the way the request wants it: as a call of the tool that bears the structure's name, else as JSON."""
    return uses(Call(name, value), **more) if name in tool_names(request) else says(json.dumps(value), **more)


def failing_first(times: int, failure: Answer, then: Script) -> Script:
    """Each question fails so often and is then answered: equal requests count as one question."""
    asked: dict[str, int] = {}

    def script(request: Request, number: int) -> Answer:
        key = json.dumps(request, sort_keys=True)
        asked[key] = asked.get(key, 0) + 1
        return failure if asked[key] <= times else then(request, number)

    return script


def messages(request: Request, role: str | None = None) -> list[dict[str, Any]]:  # Any: JSON as a client sent it
    """The messages of a request, all or those of one role."""
    return [one for one in request.get("messages", []) if role is None or one.get("role") == role]


def text_of(message: Mapping[str, Any]) -> str:  # Any: JSON as a client sent it
    """The words of one message, whether they are given as text or in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def words_of(request: Request) -> str:
    """All words of the conversation, one message after the other."""
    return "\n".join(text_of(one) for one in messages(request))


def turns(request: Request) -> int:
    """How often the model has spoken already."""
    return len(messages(request, "assistant"))


def tool_names(request: Request) -> tuple[str, ...]:
    """The tools the model may call."""
    return tuple(tool["function"]["name"] for tool in request.get("tools", []))


def schema_name(request: Request) -> str | None:
    """The name of the schema that the reply must follow, if one is asked for."""
    wanted = request.get("response_format") or {}
    return wanted["json_schema"].get("name") if wanted.get("type") == "json_schema" else None
