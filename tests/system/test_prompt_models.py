"""Prompt files that name their model are prompts of it, whether or not code was seen to load them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.heads import kind_of_head
from ingest.prompt_settings import prompt_settings
from tests.formats.prompts import GITHUB, LANGCHAIN, PROMPTFOO, PROMPTY
from tests.system.small import scan_of


def test_a_prompty_file_is_a_prompt_of_the_model_it_names(tmp_path: Path) -> None:
    system = scan_of(tmp_path, {"flows/answer.prompty": PROMPTY}).system
    prompt = next(e for e in system.elements if e.kind == "prompt")
    model = next(e for e in system.elements if e.kind == "hosted_llm")
    assert (prompt.name, prompt.attributes["inputs"], prompt.attributes["text_kind"]) == ("flows/answer.prompty", ("question",), "system")
    assert (model.attributes["model"], model.attributes["provider"], model.evidence[0].start_line) == ("gpt-4o", "azure_openai", 1)
    assert [(r.source, r.kind, r.target) for r in system.relations] == [(model.id, "has_prompt", prompt.id)]


def test_a_secret_in_a_prompt_file_is_told_though_no_code_loads_it(tmp_path: Path) -> None:
    text = GITHUB.replace("of a club.", 'of a club. The password is "Vinter-77xx".')
    scan = scan_of(tmp_path, {"short.prompt.yml": text})
    assert [(f.threat, f.evidence[0].path) for f in scan.findings] == [("secret-in-prompt", "short.prompt.yml")]
    assert "Vinter-77xx" not in scan.model_dump_json()


def test_a_promptfoo_configuration_is_an_evaluator_and_the_models_it_asks(tmp_path: Path) -> None:
    system = scan_of(tmp_path, {"promptfooconfig.yaml": PROMPTFOO}).system
    assert [(r.source, r.kind, r.target) for r in system.relations] == [
        ("evaluator:promptfoo (promptfooconfig.yaml)", "uses_model", "hosted_llm:gpt-4o-mini (openai)")
    ]
    assert not [e for e in system.elements if e.kind == "prompt"]


def test_a_prompt_that_langchain_saved_is_known_by_its_content() -> None:
    assert kind_of_head("any/name.json", LANGCHAIN.encode()) == "prompt_file"
    assert kind_of_head("any/name.yaml", b"_type: prompt\ninput_variables: [a]\ntemplate: b\n") == "prompt_file"
    assert kind_of_head("any/name.json", b'{"prompt_type": "prompt", "_type": "other"}') is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.prompty", "---\nmodel: [\n---\nx"),
        ("a.prompty", "---\n" + "a: " * 50_000),
        ("a.prompt", "Just words with {{a}}."),
        ("prompts/a.yaml", "system: You help.\nuser: Ask.\n"),
        ("a.prompt.json", '{"messages": []}'),
        ("promptfooconfig.yaml", "providers: openai\nprompts: a\n"),
        ("a.prompt.yml", "a: &a [*a]"),
        ("a.prompty", "---\n---\n" + "{{" * 50_000),
    ],
)
def test_a_file_that_says_nothing_of_a_model_has_no_settings(path: str, text: str) -> None:
    assert prompt_settings(text, path) == ()


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(alphabet="-:{}[]\n \"'abm_odelprntsy#&*|>%", max_size=300),
    name=st.sampled_from(["a.prompty", "a.prompt", "p.prompt.yml", "p.json"]),
)
def test_any_text_ends_in_settings_or_none(text: str, name: str) -> None:
    found = prompt_settings("---\n" + text + "\n---\n" + text if name.startswith("a") else text, name)
    assert all(setting.kind == "prompt" and setting.place.start_line >= 1 for setting in found)
