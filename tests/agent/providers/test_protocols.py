"""What one protocol alone has: its own settings, its own dangers."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import botocore.exceptions
import httpx
import httpx2
import pytest
from langchain_core.language_models import BaseChatModel

from ingest.errors import UnusableInput
from pipeline.agent.providers import Endpoint, apart, connect, endpoint_named
from pipeline.agent.providers.connecting import plain_client
from pipeline.agent.providers.table import load_table
from tests.agent.providers.asking import prose
from tests.agent.providers.loopback import Answer, Asked, answering
from tests.agent.providers.speakers import BEDROCK, KEY, SPEAKERS, analyst

NOT_THERE = "http://127.0.0.1:9"  # nothing listens at the port for what is thrown away


@pytest.fixture(autouse=True)
def no_machine_of_a_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**BEDROCK.surroundings, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)


def named(name: str, address: str | None) -> Endpoint:
    speaker = SPEAKERS[name]
    return endpoint_named(speaker.model, None if address is None else address + speaker.address, speaker.environment)


# Azure


def test_azure_wants_a_version_unless_its_address_needs_none() -> None:
    environment = {"AZURE_OPENAI_API_KEY": KEY, "AZURE_OPENAI_ENDPOINT": "https://ours.openai.azure.com/"}
    with pytest.raises(UnusableInput, match="OPENAI_API_VERSION"):
        endpoint_named("azure:our-gpt", None, environment)
    dated = endpoint_named("azure:our-gpt", None, {**environment, "OPENAI_API_VERSION": "2024-10-21"})
    assert (dated.protocol, dated.api, dated.host) == ("azure", "chat", "ours.openai.azure.com")
    newer = endpoint_named("azure:our-gpt", "https://ours.openai.azure.com/openai/v1/", environment)
    assert (newer.protocol, newer.api) == ("openai", "responses")


def test_azure_without_an_address_names_the_variable() -> None:
    with pytest.raises(UnusableInput, match="AZURE_OPENAI_ENDPOINT"):
        endpoint_named("azure:our-gpt", None, {"AZURE_OPENAI_API_KEY": KEY, "OPENAI_API_VERSION": "2024-10-21"})


# OpenAI


@pytest.mark.parametrize(
    ("address", "api"),
    [
        (None, "responses"),
        ("https://eu.api.openai.com/v1", "responses"),
        ("https://gateway.example/openai/v1", "chat"),
        ("https://api.openai.com.example/v1", "chat"),
        ("http://127.0.0.1:8000/v1", "chat"),
    ],
)
def test_the_newer_api_is_used_at_openai_itself_alone(address: str | None, api: str) -> None:
    assert endpoint_named("openai:gpt-5.5", address, {"OPENAI_API_KEY": KEY}).api == api


def test_what_openai_is_asked_is_not_kept_there() -> None:
    with answering(analyst(SPEAKERS["azure-v1"])) as server:
        prose(named("azure-v1", server.address))
    (asked,) = server.asked
    assert asked.body["store"] is False


def test_the_account_is_named_to_openai_and_to_nobody_else() -> None:
    environment = {"OPENAI_API_KEY": KEY, "THREATLOOM_API_KEY": KEY, "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj-1"}
    with answering(analyst(SPEAKERS["openai-chat"])) as server:
        prose(endpoint_named("openai:gpt-4.1", server.address, environment))
        prose(endpoint_named("gpt-4.1", server.address, environment))
    first, second = (asked.headers for asked in server.asked)
    assert (first["openai-organization"], first["openai-project"]) == ("org-1", "proj-1")
    assert not {"openai-organization", "openai-project"} & second.keys()


@pytest.mark.parametrize("address", ["", "/"])
def test_an_address_without_a_path_gets_the_one_everybody_uses(address: str) -> None:
    assert endpoint_named("m", f"http://127.0.0.1:8000{address}", {}).base_url == "http://127.0.0.1:8000/v1"
    assert endpoint_named("m", "http://127.0.0.1:8000/api", {}).base_url == "http://127.0.0.1:8000/api"


# Anthropic


def test_what_is_the_same_in_many_requests_to_anthropic_is_marked_for_its_cache() -> None:
    with answering(analyst(SPEAKERS["anthropic"])) as server:
        prose(named("anthropic", server.address))
    assert server.asked[0].body["system"] == [{"type": "text", "text": "You review.", "cache_control": {"type": "ephemeral"}}]


def test_a_long_reply_of_anthropic_needs_no_stream() -> None:
    with answering(analyst(SPEAKERS["anthropic"])) as server:
        assert prose(named("anthropic", server.address), max_output_tokens=64_000).text == "fine"


# What models take


@pytest.mark.parametrize(
    ("model", "temperature"),
    [
        ("openai:gpt-5.5", False),
        ("openai:o4-mini", False),
        ("openai:a-model-of-next-year", False),
        ("openai:gpt-4.1", True),
        ("openai:GPT-4o-mini", True),
        ("anthropic:claude-opus-4-7", False),
        ("anthropic:claude-sonnet-4-5", True),
        ("anthropic:claude-sonnet-5", False),
        ("google:gemini-3.5-flash", False),
        ("google:gemini-2.5-pro", True),
        ("mistral:mistral-large-latest", True),
        ("ollama:qwen3:32b", True),
        ("openrouter:openai/gpt-5.5", False),
        ("openrouter:qwen/qwen3-32b", True),
        ("bedrock:eu.anthropic.claude-opus-4-7", False),
        ("bedrock:eu.anthropic.claude-sonnet-4-5-20250929-v1:0", True),
        ("bedrock:amazon.nova-pro-v1:0", True),
    ],
)
def test_a_temperature_is_said_to_models_that_take_one(model: str, temperature: bool) -> None:
    environment = {"THREATLOOM_API_KEY": KEY, "AWS_REGION": "eu-central-1"}
    assert endpoint_named(model, None, environment).temperature is temperature


@pytest.mark.parametrize(
    ("model", "structured", "with_tools"),
    [
        ("openai:gpt-5.5", "schema", "schema"),
        ("openai:gpt-4-turbo", "tools", "tools"),
        ("openai:gpt-4.1", "schema", "schema"),
        ("openai:gpt-5-chat-latest", "json", "json"),
        ("anthropic:claude-sonnet-4-20250514", "tools", "tools"),
        ("anthropic:claude-sonnet-4-5-20250929", "schema", "schema"),
        ("anthropic:claude-opus-5", "schema", "schema"),
        ("google:gemini-2.5-pro", "schema", "tools"),
        ("google:gemini-4-argon", "schema", "schema"),
        ("mistral:mistral-large-latest", "schema", "tools"),
        ("bedrock:eu.anthropic.claude-sonnet-4-6", "tools", "tools"),
        ("bedrock:eu.anthropic.claude-opus-4-7", "tools", "tools"),
        ("bedrock:eu.anthropic.claude-opus-5", "schema", "schema"),
        ("bedrock:us.meta.llama3-3-70b-instruct-v1:0", "json", "json"),
        ("bedrock:qwen.qwen3-32b-v1:0", "schema", "schema"),
        ("ollama:qwen3:32b", "schema", "tools"),
        ("ollama:gpt-oss:120b-cloud", "tools", "tools"),
        ("vllm:m", "schema", "tools"),
        ("llamacpp:m", "schema", "tools"),
        ("lmstudio:m", "schema", "tools"),
        ("openrouter:anthropic/claude-opus-5", "schema", "tools"),
    ],
)
def test_the_means_is_chosen_by_what_a_model_can(model: str, structured: str, with_tools: str) -> None:
    endpoint = endpoint_named(model, None, {"THREATLOOM_API_KEY": KEY, "AWS_REGION": "eu-central-1"})
    assert (endpoint.structured, endpoint.with_tools) == (structured, with_tools)


@pytest.mark.parametrize("name", ["openai-chat", "mistral", "ollama", "ollama-native", "vllm", "compatible"])
def test_answers_are_as_steady_as_can_be_asked_for(name: str) -> None:
    with answering(analyst(SPEAKERS[name])) as server:
        prose(named(name, server.address))
    (asked,) = server.asked
    said = asked.body.get("options", asked.body)
    assert said["temperature"] == 0
    assert said.get("seed", said.get("random_seed")) == 7


def test_a_model_that_takes_no_temperature_is_told_none() -> None:
    for name in ("azure-v1", "azure", "anthropic", "google"):
        with answering(analyst(SPEAKERS[name])) as server:
            prose(named(name, server.address))
        assert b"temperature" not in server.asked[0].raw


def test_every_means_has_its_reason_and_its_source() -> None:
    for word, provider in load_table().providers.items():
        reasons = [(provider.why, provider.source), *((family.why, family.source) for family in provider.models)]
        assert all(len(why) > 30 and source.startswith("https://") for why, source in reasons), word


# OpenRouter


def test_who_answers_for_openrouter_does_all_that_is_asked_and_collects_nothing() -> None:
    with answering(analyst(SPEAKERS["openrouter"])) as server:
        prose(named("openrouter", server.address))
        open_to_all = {"OPENROUTER_API_KEY": KEY, "THREATLOOM_OPENROUTER_DATA_COLLECTION": "allow"}
        prose(endpoint_named("openrouter:openai/gpt-4.1", f"{server.address}/api/v1", open_to_all))
    assert [asked.body["provider"] for asked in server.asked] == [
        {"require_parameters": True, "data_collection": "deny"},
        {"require_parameters": True, "data_collection": "allow"},
    ]


# Ollama


def test_ollama_is_told_the_size_of_the_context_in_its_own_protocol() -> None:
    with answering(analyst(SPEAKERS["ollama-native"])) as server:
        prose(endpoint_named("ollama-native:qwen3:32b", server.address, {"OLLAMA_CONTEXT_LENGTH": "8192"}))
        prose(endpoint_named("ollama-native:qwen3:32b", server.address, {}))
    assert [asked.body["options"]["num_ctx"] for asked in server.asked] == [8192, 32768]


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(UnusableInput, match="OLLAMA_CONTEXT_LENGTH"):
        endpoint_named("ollama-native:qwen3:32b", None, {"OLLAMA_CONTEXT_LENGTH": "lots of it"})


@pytest.mark.parametrize(
    ("model", "address", "warned"),
    [
        ("ollama:qwen3:32b", None, True),
        ("qwen3:32b", "http://localhost:11434/v1", True),
        ("qwen3:32b", "http://localhost:8000/v1", False),
        ("ollama-native:qwen3:32b", None, False),
    ],
)
def test_who_asks_ollama_is_told_that_it_cuts_without_a_word(model: str, address: str | None, warned: bool) -> None:
    assert ("OLLAMA_CONTEXT_LENGTH" in " ".join(endpoint_named(model, address, {}).notes)) is warned


@pytest.mark.parametrize(
    ("model", "address"),
    [("ollama:gpt-oss:120b-cloud", None), ("ollama-native:kimi-k3:cloud", None), ("gpt-oss:120b-cloud", "http://127.0.0.1:11434/v1")],
)
def test_a_model_of_ollamas_cloud_is_not_local_though_its_address_is(model: str, address: str | None) -> None:
    endpoint = endpoint_named(model, address, {})
    assert not endpoint.local
    assert "leaves this machine" in " ".join(endpoint.notes)
    assert endpoint.structured == "tools"


# Bedrock


def test_bedrock_is_asked_in_its_region_and_nowhere_else() -> None:
    endpoint = endpoint_named(BEDROCK.model, None, {"AWS_REGION": "eu-central-1"})
    assert endpoint.host == "bedrock-runtime.eu-central-1.amazonaws.com"
    for region in ("", "eu-central-1.evil.example/", "x@evil.example"):
        with pytest.raises(UnusableInput, match="region"):
            endpoint_named(BEDROCK.model, None, {"AWS_REGION": region})


def test_a_key_for_bedrock_is_used_before_other_credentials() -> None:
    seen: list[httpx2.Request] = []

    def reply(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=BEDROCK.text("fine"))

    async def ask(endpoint: Endpoint) -> str:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(reply)) as client:
            return (await connect(endpoint, http_client=client, seconds=5, max_output_tokens=9).ainvoke("Say something.")).text

    with apart():
        endpoint = endpoint_named(BEDROCK.model, None, {"AWS_REGION": "eu-central-1", "AWS_BEARER_TOKEN_BEDROCK": KEY})
        assert asyncio.run(ask(endpoint)) == "fine"
    (request,) = seen
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.url.host == "bedrock-runtime.eu-central-1.amazonaws.com"


def test_models_by_their_arn_are_refused() -> None:
    arn = "bedrock:arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc"
    with pytest.raises(UnusableInput, match="ARN"):
        endpoint_named(arn, None, {"AWS_REGION": "eu-central-1"})


def test_a_question_to_bedrock_that_is_given_up_is_not_waited_for() -> None:
    release = threading.Event()

    def script(asked: Asked) -> Answer:
        release.wait(20)
        return Answer(BEDROCK.text("late"))

    async def ask(endpoint: Endpoint) -> None:
        async with plain_client(endpoint, 20) as client:
            model = connect(endpoint, http_client=client, seconds=20, max_output_tokens=9)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(model.ainvoke("Say something."), 0.5)
            for thread in model._threads._threads:  # type: ignore[attr-defined]
                assert thread.is_alive()  # kept for the next question
            assert model._threads._work_queue.empty()  # type: ignore[attr-defined]

    with answering(script) as server, apart():
        try:
            asyncio.run(asyncio.wait_for(ask(named("bedrock", server.address)), 10))
        finally:
            release.set()


# All of them


@pytest.mark.parametrize("name", ["azure-v1", "openai-chat", "azure", "anthropic", "google", "mistral", "bedrock", "ollama-native"])
def test_sixteen_questions_are_on_their_way_at_once(name: str) -> None:
    together = threading.Barrier(16)

    def script(asked: Asked) -> Answer:
        together.wait(20)
        return analyst(SPEAKERS[name])(asked)

    async def ask(endpoint: Endpoint) -> list[Any]:
        async with plain_client(endpoint, 30) as client:
            model = connect(endpoint, http_client=client, seconds=30, max_output_tokens=9)
            return await asyncio.gather(*(model.ainvoke("Say something.") for _ in range(16)))

    with answering(script) as server, apart():
        replies = asyncio.run(ask(named(name, server.address)))
    assert [reply.text for reply in replies] == ["fine"] * 16


async def failed(model: BaseChatModel) -> Exception:
    try:
        await model.ainvoke("Say something.")
    except Exception as failure:
        return failure
    raise AssertionError("it answered")


@pytest.mark.parametrize(
    ("name", "refused", "late"),
    [
        ("mistral", httpx.ConnectError, httpx.ReadTimeout),
        ("ollama-native", httpx.ConnectError, httpx.ReadTimeout),
        ("bedrock", botocore.exceptions.EndpointConnectionError, botocore.exceptions.ReadTimeoutError),
    ],
)
def test_failures_on_the_way_are_told_in_the_words_of_the_library_that_asked(
    name: str, refused: type[Exception], late: type[Exception]
) -> None:
    release = threading.Event()

    def script(asked: Asked) -> Answer:
        release.wait(20)
        return Answer({})

    async def ask(endpoint: Endpoint) -> Exception:
        async with plain_client(endpoint, 1) as client:
            return await failed(connect(endpoint, http_client=client, seconds=1, max_output_tokens=9))

    with apart(), answering(script) as server:
        assert isinstance(asyncio.run(ask(named(name, NOT_THERE))), refused)
        try:
            assert isinstance(asyncio.run(ask(named(name, server.address))), late)
        finally:
            release.set()


@pytest.mark.parametrize("name", ["azure-v1", "openai-chat", "azure", "anthropic", "google", "mistral", "bedrock", "ollama-native"])
def test_a_client_that_refuses_to_send_is_obeyed_and_heard(name: str) -> None:
    class Refused(Exception):
        pass

    def refuse(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        assert "Say something." in json.dumps(body)
        raise Refused("a secret would leave")

    async def ask(endpoint: Endpoint) -> Exception:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(refuse)) as client:
            return await failed(connect(endpoint, http_client=client, seconds=5, max_output_tokens=9))

    with apart():
        failure: BaseException | None = asyncio.run(ask(named(name, NOT_THERE)))
    causes = []
    while failure is not None:
        causes.append(type(failure))
        failure = failure.__cause__ or failure.__context__
    assert Refused in causes
