"""Each provider asked in its own protocol, by a server that answers as its API does: where, with which key, bounded how, counted how."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.agent.providers import Endpoint, endpoint_named
from tests.agent.providers.asking import prose, verdict
from tests.agent.providers.loopback import Answer, Loopback, answering
from tests.agent.providers.speakers import KEY, SPEAKERS, Speaker, analyst


@pytest.fixture(autouse=True)
def no_machine_of_a_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS' library would ask the network who this machine is, where it finds no credentials; and read its user's files."""
    for name, value in {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    for speaker in SPEAKERS.values():
        for name, value in speaker.surroundings.items():
            monkeypatch.setenv(name, value)


ALL = pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)


def endpoint_at(speaker: Speaker, server: Loopback) -> Endpoint:
    endpoint = endpoint_named(speaker.model, server.address + speaker.address, speaker.environment)
    return replace(endpoint, api=speaker.api) if speaker.api else endpoint


@ALL
def test_one_question_goes_to_the_right_place_with_the_key_and_within_bounds(speaker: Speaker) -> None:
    with answering(analyst(speaker)) as server:
        message = prose(endpoint_at(speaker, server), max_output_tokens=321)
    (asked,) = server.asked
    header, value = speaker.says_key
    assert asked.path == speaker.path
    assert asked.headers[header] == value
    assert KEY.encode() not in asked.raw
    assert speaker.limit(asked.body) == 321
    assert message.text == "fine"
    assert b"You review." in asked.raw


@ALL
def test_what_was_used_is_told(speaker: Speaker) -> None:
    with answering(analyst(speaker)) as server:
        usage = prose(endpoint_at(speaker, server)).usage_metadata
    assert usage is not None
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (70, 30, 100)
    if speaker.model.split(":")[0] not in ("mistral", "ollama-native"):  # of these nothing of a cache is told
        assert usage["input_token_details"]["cache_read"] == 40


@ALL
def test_an_answer_of_a_given_form_is_asked_for_by_the_means_of_the_provider(speaker: Speaker) -> None:
    with answering(analyst(speaker)) as server:
        endpoint = endpoint_at(speaker, server)
        found, _ = verdict(endpoint)
    (asked,) = server.asked
    assert found.word == "fine"
    if endpoint.structured == "schema":
        assert speaker.schema(asked.body)["properties"]["word"]["type"] == "string"
        assert not speaker.offered(asked.body)
        assert "tools" not in asked.body or endpoint.protocol == "ollama"  # an empty list of them is refused elsewhere
    else:
        assert speaker.offered(asked.body) == {"Verdict"}
        assert not speaker.schema(asked.body)


@ALL
def test_an_answer_of_a_given_form_can_be_had_after_a_look_with_tools(speaker: Speaker) -> None:
    with answering(analyst(speaker)) as server:
        endpoint = endpoint_at(speaker, server)
        found, messages = verdict(endpoint, with_tools=True)
    first, second = server.asked
    assert found.word == "fine"
    assert any(message.type == "tool" and message.text == "one agent" for message in messages)
    for asked in (first, second):
        assert bool(speaker.schema(asked.body)) == (endpoint.with_tools == "schema")
        assert speaker.offered(asked.body) == {"list_elements", *(["Verdict"] if endpoint.with_tools == "tools" else [])}


@ALL
@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_no_library_tries_again_on_its_own(speaker: Speaker, status: int) -> None:
    with answering(lambda asked: Answer({"error": {"message": "later"}}, status)) as server, pytest.raises(Exception):  # noqa: B017  # each its own
        prose(endpoint_at(speaker, server))
    assert len(server.asked) == 1


@ALL
def test_no_redirect_is_followed(speaker: Speaker) -> None:
    with answering(analyst(speaker)) as elsewhere:
        moved = Answer(b"", 307, {"Location": elsewhere.address + speaker.path})
        with answering(lambda asked: moved) as server, pytest.raises(Exception):  # noqa: B017  # each its own
            prose(endpoint_at(speaker, server))
    assert len(server.asked) == 1
    assert elsewhere.asked == []
