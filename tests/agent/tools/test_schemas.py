"""What providers are told of the tools stays inside the strict subset of structured outputs, whichever way they are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import llguidance
import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI

from pipeline.agent.tools import TOOLS, make_tools
from pipeline.agent.tools.tool import Arguments, Tool, strict_schema
from tests.agent.tools.benches import fence, made_bench

ALLOWED = {"type", "enum", "anyOf", "items", "description", "properties", "required", "additionalProperties"}


def tools() -> list[Any]:
    return make_tools(made_bench(search=lambda query, globs, limit: ()), fence)


def sent(strict: bool | None, responses: bool) -> list[dict[str, Any]]:
    """The functions of a request as OpenAI's library is given it."""
    model = ChatOpenAI(model="gpt-5.5", api_key="none", use_responses_api=responses)
    bound = model.bind_tools(tools(), strict=strict)
    payload = model._get_request_payload("hello", **bound.kwargs)  # type: ignore[attr-defined]  # the only place where a request is seen whole
    return [one if responses else one["function"] for one in payload["tools"]]


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for below in (*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from nodes(below)


@pytest.mark.parametrize("responses", [False, True])
@pytest.mark.parametrize("strict", [True, None])
def test_schemas_as_sent_are_strict(strict: bool | None, responses: bool) -> None:
    functions = sent(strict, responses)
    assert [one["name"] for one in functions] == [tool.name for tool in TOOLS]
    for one in functions:
        assert bool(one.get("strict")) is bool(strict)
        for node in nodes(one["parameters"]):
            assert set(node) <= ALLOWED, one["name"]
            if node.get("type") == "object":
                assert node["required"] == list(node["properties"]) and node["additionalProperties"] is False
            else:
                assert ("type" in node) != ("anyOf" in node)


def test_every_argument_is_described() -> None:
    for tool in TOOLS:
        for name, of in strict_schema(tool.arguments)["properties"].items():
            assert of["description"].strip(), f"{tool.name}.{name}"


def test_what_is_sent_is_said_in_few_words_and_in_the_same_order() -> None:
    told = json.dumps([convert_to_openai_tool(tool, strict=True) for tool in tools()])
    assert len(told) < 6000
    assert told == json.dumps([convert_to_openai_tool(tool, strict=True) for tool in tools()])


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: str(tool.name))
def test_a_grammar_engine_compiles_the_arguments(tool: Tool[Arguments]) -> None:
    grammar = llguidance.LLMatcher.grammar_from_json_schema(strict_schema(tool.arguments))
    assert llguidance.LLMatcher.validate_grammar(grammar) == ""


def test_without_an_index_there_is_no_search() -> None:
    assert [tool.name for tool in make_tools(made_bench(), fence)] == [tool.name for tool in TOOLS][1:]
