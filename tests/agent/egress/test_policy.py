"""Only allowed files are sent, and offline nothing leaves the machine."""

from __future__ import annotations

import pytest

from ingest.errors import UnusableInput
from pipeline.agent.egress import EgressPolicy


@pytest.mark.parametrize(
    ("include", "exclude", "sent", "kept"),
    [
        ((), (), ["src/app.py", ".env", "a b/c"], ["../app.py", "/etc/passwd", "a/../../b", "", "a\0b"]),
        (("src/",), (), ["src/app.py", "src/deep/x"], ["docs/x.md", "srcx/app.py"]),
        ((), ("*.env", "customers/"), ["src/app.py"], ["prod.env", "a/b/x.env", "customers/x.csv"]),
        (("src/**", "!src/secret/**"), (), ["src/app.py"], ["src/secret/x.py"]),
        (("*.py",), ("tests/",), ["a.py"], ["tests/a.py", "a.md"]),
    ],
)
def test_globs_say_which_files_may_be_sent(include: tuple[str, ...], exclude: tuple[str, ...], sent: list[str], kept: list[str]) -> None:
    policy = EgressPolicy(include=include, exclude=exclude)

    assert [path for path in sent if not policy.may_send(path)] == []
    assert [path for path in kept if policy.may_send(path)] == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:11434/v1", "http://localhost/v1", "http://[::1]:8080", "HTTP://LOCALHOST:1/v1"])
def test_offline_an_endpoint_of_this_machine_may_be_asked(address: str) -> None:
    EgressPolicy(offline=True).check(address, "qwen3:32b")


@pytest.mark.parametrize(
    "address",
    [
        "https://api.openai.com/v1",
        "http://localhost.example.net/v1",
        "http://127.0.0.1.example.net",
        "http://127.0.0.1@example.net/v1",
        "http://10.0.0.7:8000",
        "http://0x7f000001.example/",
    ],
)
def test_offline_no_other_may(address: str) -> None:
    with pytest.raises(UnusableInput, match="nothing may leave this machine") as refused:
        EgressPolicy(offline=True).check(address)
    assert "\n" not in str(refused.value)
    EgressPolicy().check(address)


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "qwen3-coder:cloud"])
def test_offline_a_server_here_that_passes_the_question_on_may_not_be_asked(model: str) -> None:
    with pytest.raises(UnusableInput, match="the model runs elsewhere"):
        EgressPolicy(offline=True).check("http://localhost:11434/v1", model)
    EgressPolicy().check("http://localhost:11434/v1", model)


@pytest.mark.parametrize(
    "address", ["", "api.openai.com/v1", "ftp://x/v1", "http://", "http://[::1", "http://x:99999/", "file:///etc/passwd"]
)
def test_what_is_no_address_is_said_in_one_line(address: str) -> None:
    with pytest.raises(UnusableInput, match="no address"):
        EgressPolicy().check(address)


def test_what_is_no_glob_is_said_in_one_line() -> None:
    with pytest.raises(UnusableInput, match="not a pattern"):
        EgressPolicy(exclude=("!",))
