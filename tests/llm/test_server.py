"""The scripted server as real clients see it: the openai library, LangChain's chat model, and LangChain's agents."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from typing import Any

import openai
import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ConfigDict, SecretStr

from tests.llm import scripts, strict
from tests.llm.scripts import Call, Reply, always, by_turn, first_fitting, says, uses
from tests.llm.server import Server


class Weather(BaseModel):
    """What the sky does."""

    model_config = ConfigDict(extra="forbid")
    place: str
    degrees: int


SCHEMA: dict[str, Any] = {"name": "Weather", "strict": True, "schema": Weather.model_json_schema()}
SUNNY = {"place": "Rome", "degrees": 31}


@tool
def thermometer(place: str) -> str:
    """Reads the thermometer of a place."""
    return f"31 in {place}"


def client(server: Server) -> Any:  # Any: questions are written as plain dictionaries, which the library's types do not take
    return openai.OpenAI(base_url=server.url, api_key=server.key, max_retries=0, timeout=5)


def model(server: Server, **more: Any) -> ChatOpenAI:  # Any: whatever it takes
    return ChatOpenAI(model="scripted", base_url=server.url, api_key=SecretStr(server.key), max_retries=0, timeout=5, **more)


def test_a_question_is_answered_and_recorded() -> None:
    with Server(always(says("Forty-two."))) as server, client(server) as asked:
        said = asked.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "What is six times seven?"}])
        assert [one.id for one in asked.models.list()] == ["scripted"]
    assert said.choices[0].message.content == "Forty-two."
    assert said.choices[0].finish_reason == "stop"
    assert said.usage is not None and said.usage.total_tokens == said.usage.prompt_tokens + said.usage.completion_tokens
    [record] = server.records
    assert scripts.words_of(record.request) == "What is six times seven?"
    assert json.loads(record.body) == record.request
    assert (record.ending, record.status, record.path) == ("answered", 200, "/v1/chat/completions")
    assert record.finished is not None and record.finished >= record.arrived


def test_tools_are_called_several_at_once_and_their_results_come_back() -> None:
    script = by_turn([uses(Call("thermometer", {"place": "Rome"}), Call("thermometer", {"place": "Oslo"})), says("Warmer in Rome.")])

    async def ask() -> list[Any]:
        agent: Any = create_agent(model(server), [thermometer])
        return list((await agent.ainvoke({"messages": [("user", "Where is it warmer?")]}))["messages"])

    with Server(script) as server:
        spoken = asyncio.run(ask())
    assert [one.type for one in spoken] == ["human", "ai", "tool", "tool", "ai"]
    assert spoken[-1].text == "Warmer in Rome."
    assert [scripts.text_of(one) for one in scripts.messages(server.requests[1], "tool")] == ["31 in Rome", "31 in Oslo"]
    assert scripts.tool_names(server.requests[0]) == ("thermometer",)


def test_an_agent_gets_its_structure_by_the_providers_own_schema() -> None:
    script = by_turn([uses(Call("thermometer", {"place": "Rome"})), says(SUNNY)])

    async def ask() -> Any:
        agent: Any = create_agent(model(server), [thermometer], response_format=ProviderStrategy(Weather, strict=True))
        return await agent.ainvoke({"messages": [("user", "How warm is Rome?")]})

    with Server(script) as server:
        assert asyncio.run(ask())["structured_response"] == Weather(place="Rome", degrees=31)
    assert {scripts.schema_name(request) for request in server.requests} == {"Weather"}


def test_an_agent_gets_its_structure_by_a_tool() -> None:
    async def ask() -> Any:
        agent: Any = create_agent(model(server), [thermometer], response_format=ToolStrategy(Weather))
        return await agent.ainvoke({"messages": [("user", "How warm is Rome?")]})

    with Server(by_turn([uses(Call("thermometer", {"place": "Rome"})), uses(Call("Weather", SUNNY))])) as server:
        assert asyncio.run(ask())["structured_response"] == Weather(place="Rome", degrees=31)
    assert scripts.tool_names(server.requests[0]) == ("thermometer", "Weather")


def test_schemas_outside_the_strict_subset_are_refused() -> None:
    loose = {**SCHEMA, "schema": {"type": "object", "properties": {"place": {"type": "string", "minLength": 1}}}}
    unmarked = {"name": "Weather", "schema": SCHEMA["schema"]}
    question: Any = {"model": "scripted", "messages": [{"role": "user", "content": "How warm?"}]}
    with Server(always(says(SUNNY))) as server, client(server) as asked:
        for wrong, why in (
            (loose, "'required' must include every key"),
            (loose, "minLength not permitted"),
            (unmarked, "not marked strict"),
        ):
            with pytest.raises(openai.BadRequestError, match=why):
                asked.chat.completions.create(**question, response_format={"type": "json_schema", "json_schema": wrong})
        asked.chat.completions.create(**question, response_format={"type": "json_schema", "json_schema": SCHEMA})
    assert [record.status for record in server.records] == [400, 400, 400, 200]


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "array", "items": {"type": "string"}}, "root must be an object"),
        ({"type": "object", "properties": {}, "additionalProperties": True}, "additionalProperties"),
        ({"type": "object", "properties": {"a": {"default": 1, "type": "integer"}}, "required": ["a"], "additionalProperties": False}, "default"),
        ({"type": "object", "properties": {"a": {"type": "array"}}, "required": ["a"], "additionalProperties": False}, "missing items"),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, "must have a 'type'"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/b", "description": "x"}}, "required": ["a"], "additionalProperties": False}, r"\$ref cannot"),
        ({"type": "object", "properties": {"a": {"enum": [str(n) for n in range(1001)]}}, "required": ["a"], "additionalProperties": False}, "1001 enum values"),
    ],
)  # fmt: skip
def test_the_strict_subset_has_edges(schema: object, why: str) -> None:
    assert [problem for problem in strict.problems(schema) if re.search(why, problem)]
    assert strict.problems(Weather.model_json_schema()) == ()


def test_tool_results_without_their_call_are_refused() -> None:
    call = {"id": "one", "type": "function", "function": {"name": "thermometer", "arguments": "{}"}}
    hello: Any = {"role": "user", "content": "Hello"}
    with Server(always(says("Yes."))) as server, client(server) as asked:
        for spoken in (
            [hello, {"role": "tool", "tool_call_id": "one", "content": "31"}],
            [hello, {"role": "assistant", "tool_calls": [call]}, hello],
        ):
            with pytest.raises(openai.BadRequestError):
                asked.chat.completions.create(model="scripted", messages=spoken)


def test_wrong_keys_models_and_paths_are_refused() -> None:
    with Server(always(says("Yes.")), models=("big",)) as server:
        hello: Any = [{"role": "user", "content": "Hello"}]
        with openai.OpenAI(base_url=server.url, api_key="another", max_retries=0) as other, pytest.raises(openai.AuthenticationError):
            other.chat.completions.create(model="big", messages=hello)
        with client(server) as asked:
            with pytest.raises(openai.NotFoundError):
                asked.chat.completions.create(model="small", messages=hello)
            with pytest.raises(openai.NotFoundError):
                asked.embeddings.create(model="big", input="Hello")
            assert [one.id for one in asked.models.list()] == ["big"]


def test_prefixes_asked_before_are_cached() -> None:
    long = "The rules of the house. " * 400
    with Server(always(says("Yes."))) as server, client(server) as asked:
        used = [
            asked.chat.completions.create(
                model="scripted", messages=[{"role": "system", "content": long}, {"role": "user", "content": word}]
            ).usage
            for word in ("one", "two")
        ]
    cached = [one.prompt_tokens_details.cached_tokens or 0 for one in used if one and one.prompt_tokens_details]
    assert cached[0] == 0
    assert 2000 < cached[1] <= used[1].prompt_tokens


def test_held_requests_are_in_flight_until_they_are_released() -> None:
    async def ask() -> None:
        async with openai.AsyncOpenAI(base_url=server.url, api_key=server.key, max_retries=0, timeout=5) as asked:
            await asyncio.gather(*(
                asked.chat.completions.create(model="scripted", messages=[{"role": "user", "content": f"Question {number}"}])
                for number in range(16)
            ))  # fmt: skip

    with Server(always(says("Yes."))) as server:
        server.hold(after=4)
        asking = threading.Thread(target=lambda: asyncio.run(ask()))
        asking.start()
        server.wait_for(records=16, answered=4)
        assert len(server.answered) == 4
        assert server.in_flight == 12
        server.release()
        asking.join(5)
    assert 12 <= server.most_at_once <= 16
    assert len(server.answered) == 16
    assert server.asked_again == []


def test_scripts_choose_by_words_and_count_equal_questions() -> None:
    script = first_fitting(
        [("rain", says("Wet."))], scripts.failing_first(1, scripts.error(503, "busy", kind="server_error"), always(says("Dry.")))
    )
    with Server(script) as server, client(server) as asked:

        def ask(words: str) -> Any:
            return asked.chat.completions.create(model="scripted", messages=[{"role": "user", "content": words}]).choices[0].message.content

        assert ask("Will there be rain?") == "Wet."
        with pytest.raises(openai.InternalServerError):
            ask("Sun?")
        assert ask("Sun?") == "Dry."


def test_a_script_that_fails_fails_the_test() -> None:
    def script(request: scripts.Request, number: int) -> Reply:
        raise ZeroDivisionError("in the script")

    with pytest.raises(ZeroDivisionError), Server(script) as server, client(server) as asked, pytest.raises(openai.APIConnectionError):
        asked.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "Hello"}])
