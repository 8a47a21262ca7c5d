"""Every framework file loads, says something with each rule, and names what it was read from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pipeline.system.rules.framework import CallRule, DecoratorRule, Flag, Framework

FOLDER = Path(__file__).parents[2] / "pipeline" / "knowledge" / "frameworks"
FILES = sorted(FOLDER.glob("*.yaml"))
REQUIRED = {
    "openai", "anthropic", "google_genai", "mistral", "cohere", "litellm", "bedrock", "groq", "together", "ollama", "langchain", "langgraph",
    "llama_index", "haystack", "crewai", "autogen", "semantic_kernel", "pydantic_ai", "smolagents", "dspy", "openai_agents", "google_adk",
    "mcp", "guardrails", "nemo_guardrails", "transformers", "diffusers", "sentence_transformers", "peft", "trl", "datasets", "torch",
    "lightning", "keras", "xgboost", "sklearn", "mlflow", "wandb", "ray", "vllm", "onnxruntime", "chromadb", "pinecone", "weaviate",
    "qdrant", "milvus", "lancedb", "pgvector", "faiss", "redis", "django", "starlette", "streamlit", "gradio", "chainlit", "celery",
    "fastapi", "flask", "http_clients", "sql", "python", "boto3",
}  # fmt: skip


def load(path: Path) -> Framework:
    return Framework.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def names_of(framework: Framework) -> Iterator[str]:
    for call in framework.calls:
        yield from call.call
        yield from call.read
    for decorator in framework.decorators:
        # One name may both decorate and register (`langchain_core.tools.tool`): that is one rule, so one name.
        yield from (
            f"decorator {name}"
            for name in {
                *decorator.decorator,
                *decorator.registers,
                *(f"{n}@{decorator.files}{'|'.join(('', *decorator.members))}" for n in decorator.exports),
            }
        )
    for each in framework.classes:
        yield from (f"class {name}" for name in each.base)


def flags_of(framework: Framework) -> Iterator[Flag]:
    for call in framework.calls:
        yield from call.flags
    for decorator in framework.decorators:
        yield from decorator.flags


def says_something(rule: CallRule) -> bool:
    about_receiver_only = rule.element_from == "receiver" and not (rule.attributes or rule.returns_type)
    element = rule.kind is not None and not about_receiver_only
    data = rule.sinks or rule.result or rule.cleans or rule.stops or rule.selects or rule.calls_argument or rule.decorates_with
    return bool(element or data or rule.flags or rule.relations or rule.control or rule.returns_type)


def decorates_something(rule: DecoratorRule) -> bool:
    return bool(rule.decorator or rule.registers or rule.exports or rule.takes or rule.described_by) and bool(
        rule.kind
        or rule.receives
        or rule.control
        or rule.gathered_as
        or rule.in_sight
        or rule.runs_before
        or rule.returns == "system_prompt"
    )


def test_each_framework_we_promise_has_a_file_of_its_own() -> None:
    assert {path.stem for path in FILES} >= REQUIRED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestFrameworkFile:
    def test_it_loads_and_is_named_after_its_file(self, path: Path) -> None:
        assert load(path).name == path.stem

    def test_no_name_stands_twice(self, path: Path) -> None:
        framework = load(path)
        counted = Counter(names_of(framework))
        # Rules that ask what is given are about calls of their own: `client(DeleteRequest())` is no `client(SendRequest())`.
        asked = Counter(name for call in framework.calls for name in call.call if call.where)
        tests = [sorted(call.where.items()) for call in framework.calls if call.where]
        assert all(tests.count(one) == 1 for one in tests)
        counted -= Counter({name: count - 1 for name, count in asked.items()})
        assert [name for name, count in counted.items() if count > 1] == []

    def test_every_rule_has_an_effect(self, path: Path) -> None:
        framework = load(path)
        assert [rule.call or rule.read for rule in framework.calls if not says_something(rule)] == []
        assert all(decorates_something(rule) for rule in framework.decorators)

    def test_what_was_read_carries_its_version_or_says_it_was_not_read(self, path: Path) -> None:
        for source in load(path).read_from:
            assert "not read" in source or any(character.isdigit() for character in source), source

    def test_names_have_no_blanks_and_no_empty_parts(self, path: Path) -> None:
        framework = load(path)
        names = [name.removeprefix("decorator ").removeprefix("class ") for name in names_of(framework)]
        for name in [*names, *framework.types, *framework.aliases, *framework.aliases.values()]:
            assert name == name.strip() and " " not in name and ".." not in name and not name.endswith("."), name

    def test_regular_expressions_compile(self, path: Path) -> None:
        for flag in flags_of(load(path)):
            if flag.matches is not None:
                re.compile(flag.matches)

    def test_no_alias_leads_to_another_alias(self, path: Path) -> None:
        aliases = load(path).aliases
        # Aliases are applied once, the longest first: a chain would stop half way.
        chained = [
            (old, new)
            for old, new in aliases.items()
            for other in aliases
            if other != old
            and (new == other or new.startswith(f"{other}."))
            and aliases[other] != new
            and not aliases[other].startswith(new)
        ]
        assert chained == []


def test_no_call_is_described_by_two_files() -> None:
    owners: dict[str, set[str]] = {}
    for path in FILES:
        for name in names_of(load(path)):
            owners.setdefault(name, set()).add(path.stem)
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}
