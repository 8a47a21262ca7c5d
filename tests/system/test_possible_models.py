"""Models that a call may ask: defaults and choices are known, what a setting adds is not."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

ASK = "    return OpenAI().chat.completions.create(model={model}, messages=[{{'role': 'user', 'content': text}}])\n"


def models_of(code: str) -> set[str]:
    system = system_of({"app.py": "import os\nfrom openai import OpenAI\n" + code})
    return {name for element in system.elements if element.kind == "hosted_llm" for name in element.attributes.get("may_be", ())}  # type: ignore[union-attr]  # a tuple of names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "def ask(text, model='gpt-5-mini'):\n" + ASK.format(model="model") + "def both(text):\n    ask(text)\n    ask(text, 'gpt-5')\n",
            {"gpt-5", "gpt-5-mini"},
        ),
        ("def ask(text):\n" + ASK.format(model="os.getenv('MODEL', 'gpt-5')"), {"gpt-5"}),
        ("MODEL = os.environ.get('MODEL', 'gpt-5')\ndef ask(text):\n" + ASK.format(model="MODEL"), {"gpt-5"}),
        ("def ask(text, fast):\n" + ASK.format(model="'gpt-5-nano' if fast else 'gpt-5'"), {"gpt-5", "gpt-5-nano"}),
        ("def ask(text):\n" + ASK.format(model="os.environ['MODEL']"), set()),
        ("def ask(text, model='default'):\n" + ASK.format(model="model"), set()),
    ],
)  # fmt: skip
def test_names_that_are_written_down_are_possible(code: str, names: set[str]) -> None:
    assert models_of(code) == names


def test_a_model_that_is_named_for_good_has_no_others() -> None:
    assert models_of("def ask(text):\n" + ASK.format(model="'gpt-5'")) == set()
