"""Each provider's library takes the one way out: logged byte for byte, guarded, and what is refused is known for what it is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.agent.egress import EgressLog, EgressPolicy
from pipeline.agent.egress.transport import About, Bounds, guarded_client
from pipeline.agent.failures import Failure, classify
from pipeline.agent.providers import Endpoint, apart, connect, endpoint_named
from tests.agent.egress.samples import FORMED
from tests.agent.providers.loopback import Answer, Loopback, answering
from tests.agent.providers.speakers import KEY, SPEAKERS, Speaker, analyst

_ABOUT = About("m", "analyse http_route:/chat", "analyse-element@4", "0123456789abcdef")
ALL = pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)


@pytest.fixture(autouse=True)
def no_machine_of_a_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS' library would ask the network who this machine is, and read its user's files."""
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    for name, value in (*nowhere.items(), *(pair for speaker in SPEAKERS.values() for pair in speaker.surroundings.items())):
        monkeypatch.setenv(name, value)


def endpoint_at(speaker: Speaker, server: Loopback) -> Endpoint:
    endpoint = endpoint_named(speaker.model, server.address + speaker.address, speaker.environment)
    return replace(endpoint, api=speaker.api) if speaker.api else endpoint


def asked(endpoint: Endpoint, log: EgressLog, words: str, bounds: Bounds = Bounds(seconds=10)) -> str:  # noqa: B008 - frozen
    async def ask() -> str:
        known = [FORMED["GitHub"], endpoint.key or ""]
        client = guarded_client(
            endpoint.base_url, policy=EgressPolicy(offline=True), log=log, about=lambda: _ABOUT, known=known, bounds=bounds
        )
        async with client:
            model = connect(endpoint, http_client=client, seconds=10, max_output_tokens=321)
            return str((await model.ainvoke([("system", "You review."), ("user", words)])).text)

    with apart():
        return asyncio.run(ask())


def failure_of(endpoint: Endpoint, log: EgressLog, words: str, bounds: Bounds = Bounds(seconds=10)) -> Failure:  # noqa: B008 - frozen
    try:
        asked(endpoint, log, words, bounds)
    except Exception as failure:
        return classify(failure)
    raise AssertionError("it was answered")


@ALL
def test_the_log_holds_what_the_provider_received(speaker: Speaker, tmp_path: Path) -> None:
    log = EgressLog(tmp_path)
    with answering(analyst(speaker)) as server:
        assert asked(endpoint_at(speaker, server), log, "Zoë said \u2028 something.") == "fine"

    assert log.path is not None
    written = log.path.read_text("utf-8")
    (entry,) = (json.loads(line) for line in written.split("\n")[:-1])
    (received,) = server.asked
    assert entry["body"].encode() == received.raw
    assert received.path.startswith(entry["path"]) and entry["to"] == f"127.0.0.1:{server.port}"
    assert KEY not in written


@ALL
def test_a_known_secret_is_not_sent_and_not_asked_again(speaker: Speaker, tmp_path: Path) -> None:
    log = EgressLog(tmp_path)
    with answering(analyst(speaker)) as server:
        failure = failure_of(endpoint_at(speaker, server), log, f"use {FORMED['GitHub']}")

    assert (failure.kind, failure.retry, failure.said) == ("rejected", False, "a request was not sent, for a known secret stood in it")
    assert server.asked == [] and log.entries == 0


@ALL
def test_what_cannot_be_written_down_is_not_sent(speaker: Speaker, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with answering(analyst(speaker)) as server:
        failure = failure_of(endpoint_at(speaker, server), EgressLog(tmp_path / "file" / "egress"), "hello")

    assert (failure.kind, failure.retry) == ("rejected", False) and "egress log cannot be written" in failure.said
    assert server.asked == []


@ALL
def test_no_provider_leads_elsewhere(speaker: Speaker, tmp_path: Path) -> None:
    with answering(analyst(speaker)) as other:
        to = f"{other.address}{speaker.path}"
        with answering(lambda _: Answer({}, 307, {"Location": to})) as server:
            failure = failure_of(endpoint_at(speaker, server), EgressLog(tmp_path), "hello")

    assert (failure.kind, failure.retry) == ("rejected", False) and "led to another address" in failure.said
    assert other.asked == [] and len(server.asked) == 1


@ALL
def test_no_reply_is_endless(speaker: Speaker, tmp_path: Path) -> None:
    with answering(lambda _: Answer(b" " * 3_000_000)) as server:
        failure = failure_of(endpoint_at(speaker, server), EgressLog(tmp_path), "hello", Bounds(seconds=10, reply_bytes=100_000))

    assert (failure.kind, failure.retry) == ("malformed", True) and "cut off after 100000 bytes" in failure.said


def test_a_secret_of_the_endpoint_itself_is_not_told_to_it(tmp_path: Path) -> None:
    speaker = SPEAKERS["openai-chat"]
    with answering(analyst(speaker)) as server:
        failure = failure_of(endpoint_at(speaker, server), EgressLog(tmp_path), f"my key is {KEY}")

    assert failure.kind == "rejected" and server.asked == []
