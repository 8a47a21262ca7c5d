"""Whatever the environment says, requests go to the endpoint that was named, with its key alone, and no copy of them goes elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.caches import BaseCache
from langchain_core.globals import get_llm_cache, set_llm_cache
from langchain_core.tracers.context import tracing_v2_callback_var
from langchain_core.tracers.langchain import LangChainTracer

from ingest.errors import UnusableInput
from pipeline.agent.providers import apart, connect, connecting, endpoint_named
from pipeline.agent.providers.apart import is_hidden
from tests.agent.providers.asking import prose
from tests.agent.providers.loopback import Answer, Asked, Loopback, answering
from tests.agent.providers.speakers import KEY, SPEAKERS, analyst

ROOT = Path(__file__).parents[3]
CANARY = "canary-5ae1b0"


def traps(trap: Loopback) -> dict[str, str]:
    """Every variable that libraries are known to read, pointing elsewhere."""
    addresses = [
        *("OPENAI_BASE_URL", "OPENAI_API_BASE", "AZURE_OPENAI_ENDPOINT", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "MISTRAL_BASE_URL"),
        *("GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL", "OLLAMA_HOST", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
        *("LANGSMITH_GATEWAY", "LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT", "OPENAI_PROXY", "ANTHROPIC_PROXY"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    ]
    keys = [
        *("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
        *("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "MISTRAL_API_KEY", "OLLAMA_API_KEY", "AWS_BEARER_TOKEN_BEDROCK"),
        *("LANGSMITH_API_KEY", "LANGSMITH_GATEWAY_API_KEY", "LANGCHAIN_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"),
    ]
    switches = {
        "OPENAI_CUSTOM_HEADERS": f"X-Canary: {CANARY}\nAuthorization: Bearer {CANARY}",
        "ANTHROPIC_CUSTOM_HEADERS": f"X-Canary: {CANARY}",
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_TRACING_V2": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGCHAIN_TRACING": "true",
        "LANGCHAIN_HANDLER": "langchain",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_CLIENT_MODE": "record",
        "LC_OUTPUT_VERSION": "v1",
    }
    return {**dict.fromkeys(addresses, trap.address), **dict.fromkeys(keys, CANARY), **switches}


def run(how: str, server: Loopback, names: list[str], environment: dict[str, str]) -> str:
    needed = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    aws = {**SPEAKERS["bedrock"].surroundings, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.agent.providers.surrounded", how, server.address, *names],
        cwd=ROOT,
        env={**needed, **aws, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def everything(asked: Asked) -> Answer:
    """The server of all APIs at once: the path tells them apart."""
    for speaker in SPEAKERS.values():
        if asked.path == speaker.path:
            return analyst(speaker)(asked)
    return Answer({}, 404)


def test_no_variable_moves_a_request_changes_its_key_or_copies_it() -> None:
    with answering(lambda asked: Answer({})) as trap, answering(everything) as server:
        said = run("apart", server, list(SPEAKERS), traps(trap))
    assert said.split() == list(SPEAKERS)
    assert trap.asked == []
    assert len(server.asked) == 3 * len(SPEAKERS)
    for asked in server.asked:
        assert CANARY not in str(asked.headers)
        assert CANARY.encode() not in asked.raw
        assert CANARY not in asked.path


def test_without_the_protection_what_is_asked_would_be_traced() -> None:
    with answering(lambda asked: Answer({})) as trap, answering(everything) as server:
        tracing = {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": trap.address, "LANGSMITH_API_KEY": CANARY}
        run("traced", server, ["compatible"], tracing)
    assert any(asked.path.startswith("/runs") for asked in trap.asked)


@pytest.mark.parametrize(
    "name", ["HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "THREATLOOM_API_KEY", "PATH"]
)
def test_what_is_nobodys_business_but_the_users_stays(name: str) -> None:
    assert not is_hidden(name)


def test_variables_are_back_afterwards_even_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://a.example/v1")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    with pytest.raises(ValueError, match="on purpose"), apart(), apart():
        assert "OPENAI_BASE_URL" not in os.environ
        assert "LANGSMITH_TRACING" not in os.environ
        raise ValueError("on purpose")
    assert os.environ["OPENAI_BASE_URL"] == "https://a.example/v1"
    assert os.environ["LANGSMITH_TRACING"] == "true"


def test_a_program_that_is_traced_does_not_trace_what_we_ask() -> None:
    seen: list[str] = []

    class Tracer(LangChainTracer):
        def __getattribute__(self, name: str) -> Any:
            seen.append(name)
            return super().__getattribute__(name)

    tracer = Tracer.__new__(Tracer)
    token = tracing_v2_callback_var.set(tracer)
    try:
        with answering(everything) as server:
            speaker = SPEAKERS["compatible"]
            prose(endpoint_named(speaker.model, server.address + "/v1", speaker.environment))
    finally:
        tracing_v2_callback_var.reset(token)
    assert seen == []


def test_a_cache_of_the_program_around_us_is_not_used() -> None:
    class Kept(BaseCache):
        def lookup(self, prompt: str, llm_string: str) -> None:
            raise AssertionError("looked up")

        def update(self, prompt: str, llm_string: str, return_val: object) -> None:
            raise AssertionError("kept")

        def clear(self, **kwargs: object) -> None:
            pass

    before = get_llm_cache()
    set_llm_cache(Kept())
    try:
        with answering(everything) as server:
            for speaker in (SPEAKERS["compatible"], SPEAKERS["anthropic"]):
                prose(endpoint_named(speaker.model, server.address + speaker.address, speaker.environment))
    finally:
        set_llm_cache(before)


def test_other_machines_are_asked_by_the_proxy_of_the_user_and_this_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with answering(lambda asked: analyst(SPEAKERS["compatible"])(asked)) as proxy, answering(everything) as server:
        monkeypatch.setenv("http_proxy", proxy.address)
        prose(endpoint_named("m", "http://models.invalid/v1", {}))
        prose(endpoint_named("m", server.address + "/v1", {}))
    assert [asked.path for asked in proxy.asked] == ["http://models.invalid/v1/chat/completions"]
    assert [asked.path for asked in server.asked] == ["/v1/chat/completions"]


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
def test_models_cannot_be_asked_past_the_one_client(speaker: object, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = next(one for one in SPEAKERS.values() if one is speaker)
    for name, value in speaker.surroundings.items():
        monkeypatch.setenv(name, value)
    with answering(everything) as server, apart():
        endpoint = endpoint_named(speaker.model, server.address + speaker.address, speaker.environment)
        model = connect(endpoint, seconds=5, max_output_tokens=9)
        with pytest.raises(Exception):  # noqa: B017  # each library wraps it in its own
            model.invoke("Say something.")
        assert server.asked == []
        assert KEY not in repr(model)


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "find_spec", lambda name: None)
    endpoint = endpoint_named("anthropic:claude-opus-4-7", None, {"ANTHROPIC_API_KEY": KEY})
    with pytest.raises(UnusableInput, match=r"pip install 'threatloom\[anthropic\]'"):
        connect(endpoint, seconds=5, max_output_tokens=9)
