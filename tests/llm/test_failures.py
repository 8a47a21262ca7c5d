"""Every behaviour of the scripted server, seen through LangChain's chat model, is told for what it is; so are errors of other providers."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

import anthropic
import botocore.exceptions
import httpx
import httpx2
import ollama
import openai
import pytest
from google.genai import errors as google_errors
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy
from langchain_core.exceptions import ContextOverflowError, ModelRateLimitError, ModelRefusalError
from langchain_core.tools import tool
from langchain_google_genai.chat_models import GoogleRateLimitError
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ConfigDict, SecretStr

from ingest.errors import UnusableInput
from pipeline.agent.endings import ending_of
from pipeline.agent.failure_signs import load_failure_signs
from pipeline.agent.failures import LONGEST_TOLD_WAIT, LONGEST_WAIT, Failure, UnansweredError, classify, failure_of, wait_of
from tests.llm import scripts
from tests.llm.behaviours import BEHAVIOURS, HTML, Behaviour, behaviour
from tests.llm.scripts import Request, always, by_turn, says
from tests.llm.server import Server

IMPATIENT, PATIENT = 1.0, 10.0  # seconds
SLOW = {"hangs", "slow drip"}
SHOWN = [
    (one, api)
    for api in ("chat", "responses")
    for one in BEHAVIOURS
    if one.api in (None, api) and one.name != "100 MB of nothing"  # only a client that bounds what it reads would see something wrong
]


class Weather(BaseModel):
    """What the sky does."""

    model_config = ConfigDict(extra="forbid")
    place: str
    degrees: int


@tool
def thermometer(place: str) -> str:
    """Reads the thermometer of a place."""
    return f"31 in {place}"


def by_name(request: Request, number: int) -> scripts.Answer:
    return behaviour(scripts.text_of(scripts.messages(request, "user")[-1])).answer


def model(server: Server, seconds: float, client: httpx2.AsyncClient, **more: Any) -> Any:  # Any: bound models and models alike
    return ChatOpenAI(
        model="scripted",
        base_url=server.url,
        api_key=SecretStr(server.key),
        max_retries=0,
        timeout=seconds,
        http_async_client=client,
        **more,
    )


async def failures(api: str) -> dict[str, Failure | None]:
    """What a client sees of each behaviour that shows with this way of asking."""
    found: dict[str, Failure | None] = {}
    more = {"use_responses_api": True, "output_version": "v0"} if api == "responses" else {}
    with Server(by_name) as server:
        async with httpx2.AsyncClient(follow_redirects=False) as client:
            patient, impatient = (model(server, seconds, client, **more) for seconds in (PATIENT, IMPATIENT))
            for one in BEHAVIOURS:
                if (one, api) not in SHOWN:
                    continue
                asked = impatient if one.name in SLOW else patient
                asked = asked.model_copy(update={"streaming": True}) if one.stream else asked
                if one.seen == "structure":
                    asked = create_agent(asked, response_format=ProviderStrategy(Weather, strict=True))
                found[one.name] = await seen(asked, one)
    return found


async def seen(asked: Any, one: Behaviour) -> Failure | None:  # Any: a model or an agent
    question: Any = {"messages": [("user", one.name)]} if one.seen == "structure" else one.name
    try:
        async with asyncio.timeout(IMPATIENT * 2 if one.name in SLOW else PATIENT):
            answer = await asked.ainvoke(question)
    except Exception as raised:
        return classify(raised)
    return None if isinstance(answer, dict) else ending_of(answer, one.stream)


@pytest.fixture(scope="module")
def told() -> Mapping[str, Mapping[str, Failure | None]]:
    return {api: asyncio.run(failures(api)) for api in ("chat", "responses")}


@pytest.mark.parametrize(("one", "api"), SHOWN, ids=[f"{one.name}, {api}" for one, api in SHOWN])
def test_each_behaviour_is_told_for_what_it_is(one: Behaviour, api: str, told: Mapping[str, Mapping[str, Failure | None]]) -> None:
    failure = told[api][one.name]
    if one.kind is None:
        assert failure is None
        return
    assert failure is not None
    assert (failure.kind, failure.retry, failure.after) == (one.kind, one.retry, one.after), failure
    assert len(failure.said) <= 200
    for words in ("sk-abc", "<script", "doctype", "Rome", "gpt-", "org-x"):
        assert words not in failure.said


def test_the_same_failures_are_seen_by_an_agent_that_wants_a_structure() -> None:
    """With a schema LangChain parses by another way, which fails in other places."""

    async def ask() -> dict[str, Failure | None]:
        async with httpx2.AsyncClient(follow_redirects=False) as client:
            agent: Any = create_agent(model(server, PATIENT, client), [thermometer], response_format=ProviderStrategy(Weather, strict=True))
            found: dict[str, Failure | None] = {}
            for one in chosen:
                try:
                    await agent.ainvoke({"messages": [("user", one.name)]})
                    found[one.name] = None
                except Exception as raised:
                    found[one.name] = classify(raised)
            return found

    odd = {"duplicate tool ids", "unknown tool", "endless tool calls"}
    chosen = [
        one for one in BEHAVIOURS if not one.stream and one.api != "responses" and one.seen != "client" and one.name not in SLOW | odd
    ]
    with Server(by_name) as server:
        found = asyncio.run(ask())
    wrong = {one.name: found[one.name] for one in chosen if (failure.kind if (failure := found[one.name]) else None) != one.kind}
    assert not wrong


def test_an_agent_whose_model_calls_tools_for_ever_ends() -> None:
    async def ask() -> Any:
        async with httpx2.AsyncClient() as client:
            agent: Any = create_agent(model(server, PATIENT, client), [thermometer])
            return await agent.ainvoke({"messages": [("user", "How warm?")]}, {"recursion_limit": 12})

    with Server(always(behaviour("endless tool calls").answer)) as server, pytest.raises(RecursionError) as raised:
        asyncio.run(ask())
    assert classify(raised.value) == failure_of("malformed", "the model went on calling tools without an answer", retry=False)
    assert len(server.records) == 6


def test_an_agent_survives_a_tool_that_does_not_exist() -> None:
    async def ask() -> Any:
        async with httpx2.AsyncClient() as client:
            agent: Any = create_agent(model(server, PATIENT, client), [thermometer])
            return await agent.ainvoke({"messages": [("user", "How warm?")]})

    with Server(by_turn([behaviour("unknown tool").answer, says("Warm.")])) as server:
        assert asyncio.run(ask())["messages"][-1].text == "Warm."
    assert "not a valid tool" in scripts.text_of(scripts.messages(server.requests[1], "tool")[0])


def test_a_port_where_nothing_listens() -> None:
    with Server(always(says("Yes."))) as server:
        pass

    async def ask() -> Any:
        async with httpx2.AsyncClient() as client:
            return await model(server, PATIENT, client).ainvoke("Hello")

    with pytest.raises(openai.APIConnectionError) as raised:
        asyncio.run(ask())
    assert classify(raised.value) == failure_of("connection")


def caused(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


REQUEST, REQUEST2 = httpx.Request("POST", "http://localhost/v1"), httpx2.Request("POST", "http://localhost/v1")


def reply(status: int, body: Any, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()}, request=REQUEST)


CLAUDE = anthropic.Anthropic(api_key="x", http_client=httpx2.Client(verify=False))  # it is never asked; certificates take time to load


def claude(status: int, kind: str, message: str = "", **headers: str) -> anthropic.APIStatusError:
    body = {"type": "error", "error": {"type": kind, "message": message}}
    response = httpx2.Response(
        status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()}, request=REQUEST2
    )
    return CLAUDE._make_status_error(message, body=body, response=response)


def gemini(status: int, kind: str, message: str = "", *details: Any) -> google_errors.APIError:
    return google_errors.ClientError(status, {"error": {"code": status, "status": kind, "message": message, "details": list(details)}})


def aws(code: str, status: int, message: str = "") -> botocore.exceptions.ClientError:
    said: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {"retry-after": "3"}},
    }
    return botocore.exceptions.ClientError(said, "Converse")


def http(status: int, body: Any, **headers: str) -> httpx.HTTPStatusError:
    response = reply(status, body, **headers)
    return httpx.HTTPStatusError(f"Error response {status}: {response.text}", request=REQUEST, response=response)


PROVIDERS: tuple[tuple[str, BaseException, str, bool, float | None], ...] = (
    ("anthropic: limit", claude(429, "rate_limit_error", "", retry_after="7"), "rate", True, 7),
    ("anthropic: overloaded", claude(529, "overloaded_error", "Overloaded"), "server", True, None),
    ("anthropic: overloaded, in a stream", claude(200, "overloaded_error", "Overloaded"), "server", True, None),
    ("anthropic: too long", claude(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"), "too_long", False, None),
    ("anthropic: too long with its answer", claude(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"), "too_long", False, None),
    ("anthropic: too many bytes", claude(413, "request_too_large"), "too_long", False, None),
    ("anthropic: key", claude(401, "authentication_error", "invalid x-api-key"), "auth", False, None),
    ("anthropic: model", claude(404, "not_found_error", "model: claude-99"), "not_found", False, None),
    ("anthropic: filter", claude(400, "invalid_request_error", "Output blocked by content filtering policy"), "filtered", False, None),
    ("anthropic: no connection", anthropic.APIConnectionError(request=REQUEST2), "connection", True, None),
    ("anthropic: no time", anthropic.APITimeoutError(REQUEST2), "timeout", True, None),
    ("google: limit", gemini(429, "RESOURCE_EXHAUSTED", "", {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "20s"}), "rate", True, 20),
    ("google: limit, as LangChain raises it", caused(GoogleRateLimitError("Error calling model"), gemini(429, "RESOURCE_EXHAUSTED")), "rate", True, None),
    ("google: key", gemini(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", {"reason": "API_KEY_INVALID"}), "auth", False, None),
    ("google: too long", gemini(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), "too_long", False, None),
    ("google: unavailable", gemini(503, "UNAVAILABLE", "The model is overloaded."), "server", True, None),
    ("google: wrong", gemini(400, "INVALID_ARGUMENT", "Unknown name"), "rejected", False, None),
    ("mistral: limit", http(429, {"object": "error", "message": "Requests rate limit exceeded"}, retry_after="4"), "rate", True, 4),
    ("mistral: too long", http(400, {"object": "error", "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", "code": "3051"}), "too_long", False, None),
    ("mistral: trouble", http(500, {"object": "error"}), "server", True, None),
    ("mistral: key", http(401, {"detail": "Unauthorized"}), "auth", False, None),
    ("mistral: no time", httpx.ReadTimeout("", request=REQUEST), "timeout", True, None),
    ("mistral: no connection", httpx.ConnectError("refused", request=REQUEST), "connection", True, None),
    ("bedrock: limit", aws("ThrottlingException", 429), "rate", True, 3),
    ("bedrock: loading", aws("ModelNotReadyException", 429), "server", True, 3),
    ("bedrock: quota", aws("ServiceQuotaExceededException", 400), "rate", False, 3),
    ("bedrock: no time", aws("ModelTimeoutException", 408), "timeout", True, 3),
    ("bedrock: model", aws("ModelErrorException", 424), "server", True, 3),
    ("bedrock: right", aws("AccessDeniedException", 403), "auth", False, 3),
    ("bedrock: session", aws("ExpiredTokenException", 403), "auth", False, 3),
    ("bedrock: too long", aws("ValidationException", 400, "Input is too long for requested model."), "too_long", False, 3),
    ("bedrock: wrong", aws("ValidationException", 400, "Malformed input request"), "rejected", False, 3),
    ("bedrock: no keys", botocore.exceptions.NoCredentialsError(), "auth", False, None),
    ("bedrock: no region", botocore.exceptions.NoRegionError(), "rejected", False, None),
    ("bedrock: no connection", botocore.exceptions.EndpointConnectionError(endpoint_url="http://localhost"), "connection", True, None),
    ("bedrock: no answer", botocore.exceptions.ReadTimeoutError(endpoint_url="http://localhost"), "timeout", True, None),
    ("ollama: model", ollama.ResponseError("model 'qwen9' not found", 404), "not_found", False, None),
    ("ollama: trouble", ollama.ResponseError("llama runner process has terminated", 500), "server", True, None),
    ("ollama: key, over openai's protocol", http(401, {"error": {"message": "unauthorized", "type": "api_error"}}), "auth", False, None),
    ("ollama: no server", ConnectionError("Failed to connect to Ollama."), "connection", True, None),
    ("langchain: limit", ModelRateLimitError("limit"), "rate", True, None),
    ("langchain: too long", ContextOverflowError("long"), "too_long", False, None),
    ("langchain: refusal", ModelRefusalError("no"), "refused", False, None),
    ("openai: in a stream", openai.APIError("The server had an error", REQUEST2, body={"type": "server_error", "code": None}), "server", True, None),
    ("a certificate", caused(openai.APIConnectionError(request=REQUEST2), caused(httpx2.ConnectError("x"), ssl.SSLCertVerificationError("self-signed"))), "connection", False, None),
    ("time", TimeoutError(), "timeout", True, None),
    ("several at once", ExceptionGroup("two", [KeyError("x"), claude(529, "overloaded_error")]), "server", True, None),
    ("given up by us, under a client's error", caused(openai.APIConnectionError(request=REQUEST2), UnansweredError("malformed", "the answer is larger than 8 MB", retry=False)), "malformed", False, None),
    ("forbidden by the user", UnusableInput("nothing may leave this machine", "--offline", "name a local endpoint"), "rejected", False, None),
    ("ours", ValueError("This model's maximum context length is short"), "bug", False, None),
    ("ours, about a file", FileNotFoundError("key.txt"), "bug", False, None),
    ("ours, of types", TypeError("'NoneType' object is not iterable"), "bug", False, None),
)  # fmt: skip


@pytest.mark.parametrize(("raised", "kind", "retry", "after"), [case[1:] for case in PROVIDERS], ids=[case[0] for case in PROVIDERS])
def test_errors_of_every_provider_have_one_form(raised: BaseException, kind: str, retry: bool, after: float | None) -> None:
    failure = classify(raised)
    assert (failure.kind, failure.retry, failure.after) == (kind, retry, after), failure


def test_a_date_to_come_back_at_is_counted_from_now() -> None:
    now = 1_800_000_000.0
    failure = classify(http(429, {}, retry_after=formatdate(now + 30, usegmt=True)), clock=lambda: now)
    assert failure.after == 30


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["error", "code", "type", "status", "message", "details"]) | st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.integers(100, 999), st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20),
)  # fmt: skip
def test_whatever_an_endpoint_says_is_told_in_our_words(body: Any, status: int, after: str) -> None:
    class Response:
        status_code = status
        headers = {"Retry-After": after}  # noqa: RUF012 - as a response has them

        def json(self) -> Any:
            return body

    raised = openai.APIError("x", REQUEST2, body=body)
    raised.response = Response()  # type: ignore[attr-defined]  # as its subclasses have it
    failure = classify(raised)
    known = {meaning.said for meaning in load_failure_signs().kinds.values()} | {
        sign.said
        for signs in (load_failure_signs().codes, load_failure_signs().statuses, load_failure_signs().causes)
        for sign in signs.values()
    }
    assert any(failure.said.startswith(said) for said in known | {"the endpoint sends requests elsewhere"} if said)
    assert failure.after is None or 0 < failure.after <= 86_400


def test_huge_bodies_are_told_at_once() -> None:
    nested: Any = "x" * 1_000_000
    for _ in range(200):
        nested = {"error": nested, "details": [nested] * 5}
    assert classify(openai.APIError("y" * 5_000_000, REQUEST2, body=nested)).kind == "server"


def test_waits_grow_are_spread_and_end() -> None:
    chance = random.Random(7)
    plain, told = failure_of("server"), failure_of("rate", after=2.0)
    waits = [[wait_of(plain, attempt, chance) for _ in range(50)] for attempt in range(12)]
    assert all(0.5 * 2**n <= wait <= 2**n for n in range(5) for wait in waits[n])
    assert max(max(some) for some in waits) <= LONGEST_WAIT
    assert len(set(waits[3])) > 40
    assert all(2.0 <= wait_of(told, attempt, chance) <= 2.5 for attempt in range(12))
    assert LONGEST_TOLD_WAIT <= wait_of(failure_of("rate", after=86_400), 0, chance) <= LONGEST_TOLD_WAIT * 1.25
    assert wait_of(plain, 10**9, chance) <= LONGEST_WAIT


def test_html_never_gets_into_what_is_said() -> None:
    response = httpx2.Response(502, content=HTML, request=REQUEST2)
    failure = classify(openai.InternalServerError(HTML.decode(), response=response, body=HTML.decode()))
    assert failure.said == "the endpoint failed (status 502)"
