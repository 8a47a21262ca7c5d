"""The scripted server as real clients see it: the openai library, LangChain's chat model, and LangChain's agents."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx2
import openai
import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ConfigDict, SecretStr

from tests.llm import scripts, strict
from tests.llm.behaviours import BEHAVIOURS
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


def talk(server: Server, conversation: Callable[[Callable[..., Any]], Awaitable[Any]]) -> Any:  # Any: whatever comes out of it
    """Has a conversation with chat models of its own client: LangChain keeps its own for all loops of a process, and open."""

    async def held() -> Any:
        async with httpx2.AsyncClient(timeout=5) as client:
            key = SecretStr(server.key)
            return await conversation(
                partial(ChatOpenAI, model="scripted", base_url=server.url, api_key=key, max_retries=0, http_async_client=client)
            )

    return asyncio.run(held())


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

    async def ask(model: Callable[..., Any]) -> list[Any]:
        agent: Any = create_agent(model(), [thermometer])
        return list((await agent.ainvoke({"messages": [("user", "Where is it warmer?")]}))["messages"])

    with Server(script) as server:
        spoken = talk(server, ask)
    assert [one.type for one in spoken] == ["human", "ai", "tool", "tool", "ai"]
    assert spoken[-1].text == "Warmer in Rome."
    assert [scripts.text_of(one) for one in scripts.messages(server.requests[1], "tool")] == ["31 in Rome", "31 in Oslo"]
    assert scripts.tool_names(server.requests[0]) == ("thermometer",)


def test_an_agent_gets_its_structure_by_the_providers_own_schema() -> None:
    script = by_turn([uses(Call("thermometer", {"place": "Rome"})), says(SUNNY)])

    async def ask(model: Callable[..., Any]) -> Any:
        agent: Any = create_agent(model(), [thermometer], response_format=ProviderStrategy(Weather, strict=True))
        return await agent.ainvoke({"messages": [("user", "How warm is Rome?")]})

    with Server(script) as server:
        assert talk(server, ask)["structured_response"] == Weather(place="Rome", degrees=31)
    assert {scripts.schema_name(request) for request in server.requests} == {"Weather"}


def test_an_agent_gets_its_structure_by_a_tool() -> None:
    async def ask(model: Callable[..., Any]) -> Any:
        agent: Any = create_agent(model(), [thermometer], response_format=ToolStrategy(Weather))
        return await agent.ainvoke({"messages": [("user", "How warm is Rome?")]})

    with Server(by_turn([uses(Call("thermometer", {"place": "Rome"})), uses(Call("Weather", SUNNY))])) as server:
        assert talk(server, ask)["structured_response"] == Weather(place="Rome", degrees=31)
    assert scripts.tool_names(server.requests[0]) == ("thermometer", "Weather")


@pytest.mark.parametrize("strategy", [ProviderStrategy(Weather, strict=True), ToolStrategy(Weather)])
def test_one_script_serves_every_way_of_asking_for_a_structure(strategy: Any) -> None:
    async def ask(model: Callable[..., Any]) -> Any:
        agent: Any = create_agent(model(), [thermometer], response_format=strategy)
        return await agent.ainvoke({"messages": [("user", "How warm is Rome?")]})

    with Server(
        scripts.by_schema({"Weather": lambda request, number: scripts.structured(request, "Weather", SUNNY)}, says("What?"))
    ) as server:
        assert talk(server, ask)["structured_response"] == Weather(place="Rome", degrees=31)


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


def test_a_client_killed_in_flight_is_recorded_as_gone() -> None:
    code = (
        "import json, sys, urllib.request as web\n"
        "body = json.dumps({'messages': [{'role': 'user', 'content': 'Hello'}]}).encode()\n"
        "web.urlopen(web.Request(sys.argv[1] + '/chat/completions', body, {'Authorization': 'Bearer ' + sys.argv[2]}))"
    )
    with Server(always(says("Yes."))) as server:
        server.hold()
        with subprocess.Popen([sys.executable, "-c", code, server.url, server.key]) as asking:
            server.wait_for(in_flight=1)
            asking.kill()
        server.release()
        server.wait_for(gone=1)
    assert [record.ending for record in server.records] == ["left"]
    assert server.answered == []


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


def test_streams_say_what_whole_answers_say() -> None:
    replies = {
        "words": says("A longer answer, so that it comes in more than one piece. " * 3),
        "tools": uses(Call("thermometer", {"place": "Rome"}), Call("thermometer", {"place": "Oslo"})),
        "both": Reply(text="Let me look.", calls=(Call("thermometer", {"place": "Rome"}),)),
        "refusal": Reply(refusal="I cannot help with that."),
    }

    async def ask(model: Callable[..., Any]) -> list[dict[str, Any]]:
        ways = (more | streaming for more in apis for streaming in ({}, {"streaming": True}))
        asked = [model(**way).bind_tools([thermometer]) for way in ways]
        return [{name: await one.ainvoke(name) for name in replies} for one in asked]

    apis: tuple[dict[str, Any], ...] = ({"stream_usage": True}, {"use_responses_api": True, "output_version": "v0"})

    with Server(lambda request, number: replies[scripts.text_of(request["messages"][-1])]) as server:
        said = talk(server, ask)
        for whole, streamed in (said[:2], said[2:]):
            for name in replies:
                assert streamed[name].text == whole[name].text == (replies[name].text or "")
                assert streamed[name].tool_calls == [
                    {**call, "id": own["id"]} for call, own in zip(whole[name].tool_calls, streamed[name].tool_calls, strict=True)
                ]
                assert len(whole[name].tool_calls) == len(replies[name].calls)
                assert streamed[name].usage_metadata["output_tokens"] == whole[name].usage_metadata["output_tokens"] > 0
                assert bool(whole[name].additional_kwargs.get("refusal")) == bool(replies[name].refusal)
    assert [record.path for record in server.records] == ["/v1/chat/completions"] * 8 + ["/v1/responses"] * 8


def test_the_library_streams_events_of_the_responses_api() -> None:
    with Server(always(says(SUNNY))) as server, client(server) as asked:
        with asked.responses.stream(model="scripted", input="How warm?", text_format=Weather) as stream:
            kinds = [event.type for event in stream]
            parsed = stream.get_final_response().output_parsed
        assert (
            asked.responses.parse(model="scripted", input="How warm?", text_format=Weather).output_parsed
            == parsed
            == Weather(place="Rome", degrees=31)
        )
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.output_text.delta" in kinds
    assert [scripts.schema_name(request) for request in server.requests] == ["Weather", "Weather"]


def test_an_agent_works_over_the_responses_api() -> None:
    script = by_turn([uses(Call("thermometer", {"place": "Rome"}), Call("thermometer", {"place": "Oslo"})), says(SUNNY)])

    async def ask(model: Callable[..., Any]) -> Any:
        asked = model(use_responses_api=True)
        agent: Any = create_agent(asked, [thermometer], system_prompt="Be exact.", response_format=ProviderStrategy(Weather, strict=True))
        return await agent.ainvoke({"messages": [("user", "How warm is Rome?")]})

    with Server(script) as server:
        assert talk(server, ask)["structured_response"] == Weather(place="Rome", degrees=31)
    assert {record.path for record in server.records} == {"/v1/responses"}
    assert [one["role"] for one in server.requests[1]["messages"]] == ["system", "user", "assistant", "tool", "tool"]
    assert [scripts.text_of(one) for one in scripts.messages(server.requests[1], "tool")] == ["31 in Rome", "31 in Oslo"]


def test_json_mode_wants_the_word() -> None:
    with Server(always(says(SUNNY))) as server, client(server) as asked:
        form = {"response_format": {"type": "json_object"}, "model": "scripted"}
        with pytest.raises(openai.BadRequestError, match="json"):
            asked.chat.completions.create(messages=[{"role": "user", "content": "How warm?"}], **form)
        said = asked.chat.completions.create(messages=[{"role": "user", "content": "How warm? Answer in JSON."}], **form)
    assert json.loads(said.choices[0].message.content) == SUNNY


def test_sixteen_at_once_take_as_long_as_one() -> None:
    async def ask() -> None:
        async with openai.AsyncOpenAI(base_url=server.url, api_key=server.key, max_retries=0, timeout=5) as asked:
            await asyncio.gather(
                *(asked.chat.completions.create(model="scripted", messages=[{"role": "user", "content": str(n)}]) for n in range(16))
            )

    with Server(always(says("Yes.")), seconds=0.3) as server:
        asyncio.run(ask())
    spans = [record.finished - record.arrived for record in server.records if record.finished]
    assert min(spans) >= 0.3
    assert server.most_at_once > 8


def test_a_process_of_its_own_serves_too() -> None:
    command = [sys.executable, "-m", "tests.llm.server", "tests.llm.scripts:echo"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdin
        address = process.stdout.readline().strip()
        with openai.OpenAI(base_url=address, api_key="key-of-the-tests", max_retries=0) as asked:
            said = asked.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "Hello"}])
        process.stdin.close()
        assert said.choices[0].message.content == "Hello"
        assert json.loads(process.stdout.read()) == {"requests": 1, "most_at_once": 1}


def test_huge_answers_are_really_sent() -> None:
    huge = next(one for one in BEHAVIOURS if one.name == "100 MB of nothing")
    with Server(always(huge.answer)) as server, httpx2.Client(timeout=5) as asked:
        headers = {"Authorization": f"Bearer {server.key}"}
        with asked.stream(
            "POST", f"{server.url}/chat/completions", json={"messages": [{"role": "user", "content": "Hello"}]}, headers=headers
        ) as said:
            read = 0
            for piece in said.iter_raw():
                read += len(piece)
                if read > 8_000_000:
                    break
    assert read > 8_000_000
