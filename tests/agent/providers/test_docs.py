"""What `docs/llm.md` says of providers is what the product does."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.agent.providers import endpoint_named
from pipeline.agent.providers.table import load_table
from tests.agent.providers.speakers import KEY

PAGE = (Path(__file__).parents[3] / "docs" / "llm.md").read_text("utf-8")
COMMANDS = re.findall(r"threatloom scan \. (--llm .*)", PAGE)
ENVIRONMENT = {"THREATLOOM_API_KEY": KEY, "AWS_REGION": "eu-central-1", "AZURE_OPENAI_ENDPOINT": "https://ours.openai.azure.com/openai/v1"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_an_endpoint(command: str) -> None:
    options = shlex.split(command, comments=True)
    said = {name: value for name, value in pairwise(options) if name.startswith("--") and not value.startswith("--")}
    endpoint = endpoint_named(said["--llm"], said.get("--base-url"), ENVIRONMENT)
    assert endpoint.host


def test_every_provider_has_a_command_and_a_row() -> None:
    asked = {re.match(r"--llm (\S+)", command)[1] for command in COMMANDS}  # type: ignore[index]  # they begin so
    words = {endpoint_named(model, "https://models.example/openai/v1", ENVIRONMENT).provider for model in asked}
    assert words == set(load_table().providers)
    assert all(f"`{word}:" in PAGE for word in words - {"compatible"})


def test_every_variable_and_extra_is_named() -> None:
    table = load_table()
    for word, provider in table.providers.items():
        options = [name for option in provider.options.values() for name in option.variables]
        for name in (*provider.addresses, *provider.keys, *options):
            assert f"`{name}`" in PAGE or f"{name}=" in PAGE, f"{word}: {name}"
        assert not provider.extra or f"pip install 'threatloom[{provider.extra}]'" in PAGE
    for one in table.hidden:
        assert f"`{one.names}`" in PAGE


def test_the_means_in_the_table_are_those_of_the_data() -> None:
    rows = re.findall(r"^\| \[.*?\| `([^`]+)` \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE)
    assert len(rows) == len(load_table().providers)
    for model, answers in rows:
        endpoint = endpoint_named(model, "https://models.example/openai/v1", ENVIRONMENT)
        assert answers.startswith((f"{endpoint.structured} / {endpoint.with_tools}", "by model")), model


def test_the_day_of_the_table_is_that_of_the_data() -> None:
    table = load_table().providers.values()
    days = [provider.as_of for provider in table] + [family.as_of for provider in table for family in provider.models]
    assert f"as of {max(days)}" in PAGE
