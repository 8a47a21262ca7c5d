"""A model by its name: provider, address, key, and one line for whatever cannot be meant."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.addresses import is_loopback
from ingest.errors import UnusableInput
from pipeline.agent.providers import endpoint_named
from pipeline.agent.providers.table import load_table

SECRET = "sk-Zx81kkWq03hTzU"


def said(model: str, base_url: str | None = None, **environment: str) -> str:
    with pytest.raises(UnusableInput) as raised:
        endpoint_named(model, base_url, environment)
    assert "\n" not in str(raised.value)
    assert SECRET not in str(raised.value)
    return str(raised.value)


def test_a_provider_and_its_model_are_told_apart_at_the_first_colon() -> None:
    endpoint = endpoint_named("ollama:qwen3:32b", None, {})
    assert (endpoint.provider, endpoint.model, endpoint.name) == ("ollama", "qwen3:32b", "ollama:qwen3:32b")
    assert endpoint.base_url == "http://127.0.0.1:11434/v1"
    assert endpoint.local


def test_a_name_with_an_address_is_a_model_of_any_compatible_endpoint() -> None:
    endpoint = endpoint_named("qwen3:32b", "http://localhost:11434/v1/", {})
    assert (endpoint.provider, endpoint.model, endpoint.base_url) == ("compatible", "qwen3:32b", "http://localhost:11434/v1")
    assert endpoint.name == "qwen3:32b"
    assert endpoint.address_from == "--base-url"


@pytest.mark.parametrize("model", ["gpt-5.5", "foo:gpt-5.5", "", "openai", "compatible:x"])
def test_what_names_no_provider_is_answered_with_all_that_may_be_written(model: str) -> None:
    line = said(model)
    assert all(f"{word}:" in line for word in load_table().providers if word != "compatible")
    assert "--base-url" in line


@pytest.mark.parametrize("model", ["openai:", "openai:a\nb", "openai:" + "x" * 300, "openai:../x\x1b[31m", "ollama:   "])
def test_what_is_no_name_of_a_model_is_refused(model: str) -> None:
    line = said(model, OPENAI_API_KEY=SECRET)
    assert "no name of a model" in line
    assert "\x1b" not in line


def test_our_own_key_counts_before_the_providers_and_is_never_shown() -> None:
    endpoint = endpoint_named("openai:gpt-5.5", None, {"THREATLOOM_API_KEY": SECRET, "OPENAI_API_KEY": "sk-other"})
    assert endpoint.key == SECRET
    assert SECRET not in repr(endpoint)
    assert SECRET not in str(endpoint)


def test_a_missing_key_says_where_to_put_it() -> None:
    line = said("openai:gpt-5.5")
    assert "THREATLOOM_API_KEY" in line
    assert "OPENAI_API_KEY" in line


def test_the_key_of_openai_never_goes_to_an_endpoint_of_nobody() -> None:
    assert endpoint_named("gpt-5.5", "https://models.example/v1", {"OPENAI_API_KEY": SECRET}).key == ""
    assert endpoint_named("openrouter:x/y", "http://127.0.0.1:1/v1", {"OPENAI_API_KEY": SECRET}).key == ""


def test_account_headers_go_to_openai_alone() -> None:
    environment = {"OPENAI_API_KEY": SECRET, "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj-1"}
    assert endpoint_named("openai:gpt-5.5", None, environment).headers == {"OpenAI-Organization": "org-1", "OpenAI-Project": "proj-1"}
    assert endpoint_named("vllm:gpt-oss-20b", None, environment).headers == {}


@pytest.mark.parametrize("key", ["sk a", "sk-1\r\nX-Evil: 1", "sk-é", "k" * 10_001])
def test_a_key_that_could_be_no_header_is_refused_unshown(key: str) -> None:
    line = said("openai:gpt-5.5", OPENAI_API_KEY=key)
    assert key[:12] not in line


def test_a_key_file_is_read_and_others_reading_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    endpoint = endpoint_named("openai:gpt-5.5", None, {"THREATLOOM_API_KEY_FILE": str(file)})
    assert (endpoint.key, endpoint.notes) == (SECRET, ())
    file.chmod(0o640)
    (note,) = endpoint_named("openai:gpt-5.5", None, {"THREATLOOM_API_KEY_FILE": str(file)}).notes
    assert "chmod 600" in note
    assert SECRET not in note


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"x" * 10_002])
def test_a_key_file_that_holds_no_key_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    said("openai:gpt-5.5", THREATLOOM_API_KEY_FILE=str(file))


@pytest.mark.parametrize(
    "address",
    [
        "ftp://h/v1",
        "h:11434",
        "http://",
        "http://h:99999/v1",
        "http://[::1/v1",
        "https://h/v1?key=1",
        "https://h/v1#x",
        "https://h/a b",
        "http://h/\x1b[31m",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    line = said("qwen3:32b", address)
    assert "no address of an endpoint" in line
    assert "\x1b" not in line


def test_an_address_with_a_password_is_refused_unshown() -> None:
    assert "THREATLOOM_API_KEY" in said("qwen3:32b", f"https://me:{SECRET}@models.example/v1")


def test_a_providers_own_address_variable_counts_and_is_named() -> None:
    endpoint = endpoint_named("openai:gpt-5.5", None, {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "https://gateway.example/openai/v1/"})
    assert (endpoint.base_url, endpoint.host, endpoint.address_from) == (
        "https://gateway.example/openai/v1",
        "gateway.example",
        "OPENAI_BASE_URL",
    )


def test_two_variables_that_disagree_are_not_chosen_between() -> None:
    line = said("openai:gpt-5.5", OPENAI_API_KEY=SECRET, OPENAI_BASE_URL="https://a.example/v1", OPENAI_API_BASE="https://b.example/v1")
    assert "OPENAI_BASE_URL" in line
    assert "OPENAI_API_BASE" in line
    same = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "https://a.example/v1", "OPENAI_API_BASE": "https://a.example/v1/"}
    assert endpoint_named("openai:gpt-5.5", None, same).host == "a.example"


def test_the_command_line_counts_before_variables() -> None:
    environment = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "https://a.example/v1"}
    assert endpoint_named("openai:gpt-5.5", "https://b.example/v1", environment).host == "b.example"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("box", "http://box:11434/v1"),
        ("box:1234", "http://box:1234/v1"),
        ("http://[::1]:9", "http://[::1]:9/v1"),
        ("https://ollama.example", "https://ollama.example:443/v1"),
        ("https://ollama.example/team/v1/", "https://ollama.example:443/team/v1"),
    ],
)
def test_ollamas_own_variable_is_read_as_ollama_reads_it(host: str, address: str) -> None:
    assert endpoint_named("ollama:qwen3:32b", None, {"OLLAMA_HOST": host}).base_url == address


def test_what_can_be_read_on_its_way_is_said() -> None:
    assert "http://" in " ".join(endpoint_named("m", "http://models.example/v1", {}).notes)
    assert endpoint_named("m", "http://127.0.0.1:1/v1", {}).notes == ()
    assert endpoint_named("m", "https://models.example/v1", {}).notes == ()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1.example/v1", "http://localhost.example/v1", "http://10.0.0.1/v1", "https://0.0.0.0/v1"]
)
def test_what_only_looks_like_this_machine_is_not_local(address: str) -> None:
    assert not endpoint_named("m", address, {}).local


WORDS = st.one_of(
    st.text(max_size=40), st.sampled_from(["openai:gpt-5.5", "azure:x", "bedrock:x", "ollama:x", "qwen3:32b", "openrouter:a/b"])
)
ADDRESSES = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.builds("{}://{}{}".format, st.sampled_from(["http", "https", "ftp"]), st.text(max_size=20), st.text(max_size=20)),
)
VARIABLES = st.sampled_from(
    ["OPENAI_BASE_URL", "OLLAMA_HOST", "AWS_REGION", "OPENAI_API_VERSION", "AZURE_OPENAI_ENDPOINT", "OLLAMA_CONTEXT_LENGTH"]
)


@settings(max_examples=300, deadline=None)
@given(WORDS, ADDRESSES, st.dictionaries(VARIABLES, st.text(max_size=30)))
def test_whatever_is_said_is_an_endpoint_or_one_line(model: str, address: str | None, environment: dict[str, str]) -> None:
    try:
        endpoint = endpoint_named(model, address, {"THREATLOOM_API_KEY": SECRET, **environment})
    except UnusableInput as refused:
        assert str(refused).isprintable()
        assert SECRET not in str(refused)
    else:
        assert urlsplit(endpoint.base_url).hostname
        assert f"{endpoint.model}{endpoint.base_url}{endpoint.host}".isprintable()
        assert endpoint.local == is_loopback(endpoint.base_url) or endpoint.model.endswith("cloud")
