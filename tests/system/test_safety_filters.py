"""Safety filters that code switches off, and those it only lowers."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

GENAI = "from google import genai\nfrom google.genai import types\nclient = genai.Client()\n"
CALL = "def ask(text):\n    return client.models.generate_content(model='gemini', contents=text, config={})\n"


def filters(files: dict[str, str] | str) -> set[object]:
    return {said for element in system_of(files).elements if (said := element.attributes.get("safety_filter")) is not None}


@pytest.mark.parametrize(
    "config",
    [
        "types.GenerateContentConfig(safety_settings=[types.SafetySetting(category='A', threshold='BLOCK_NONE')])",
        "types.GenerateContentConfig(safety_settings=[types.SafetySetting(category='A', threshold=types.HarmBlockThreshold.OFF)])",
        "{'safety_settings': [{'category': 'A', 'threshold': 'BLOCK_NONE'}, {'category': 'B', 'threshold': 'OFF'}]}",
    ],
)
def test_thresholds_that_all_block_nothing_switch_the_filter_off(config: str) -> None:
    assert filters(GENAI + CALL.format(config)) == {"off"}


def test_the_older_package_takes_them_as_a_table() -> None:
    text = (
        "import google.generativeai as genai\nfrom google.generativeai.types import HarmBlockThreshold, HarmCategory\n"
        "model = genai.GenerativeModel('gemini', safety_settings={HarmCategory.HARM_CATEGORY_HARASSMENT: HarmBlockThreshold.BLOCK_NONE})\n"
    )
    assert filters(text) == {"off"}


def test_a_framework_around_the_model_is_looked_at_too() -> None:
    text = "from langchain_google_genai import ChatGoogleGenerativeAI\nllm = ChatGoogleGenerativeAI(model='gemini', safety_settings={1: 'BLOCK_NONE'})\n"
    assert filters(text + "def ask(text):\n    return llm.invoke(text)\n") == {"off"}


@pytest.mark.parametrize(
    "config",
    [
        "types.GenerateContentConfig(temperature=0)",
        "types.GenerateContentConfig(safety_settings=SETTINGS)",
        "types.GenerateContentConfig(safety_settings=[types.SafetySetting(category='A', threshold='BLOCK_ONLY_HIGH')])",
        "{'safety_settings': [{'category': 'A', 'threshold': 'BLOCK_NONE'}, {'category': 'B', 'threshold': 'BLOCK_ONLY_HIGH'}]}",
    ],
)
def test_a_filter_that_is_on_lowered_or_unknown_is_left_alone(config: str) -> None:
    assert filters("from settings import SETTINGS\n" + GENAI + CALL.format(config)) == set()


@pytest.mark.parametrize(("given", "expected"), [("None", {"off"}), ("our_checker", set()), ("checker()", set())])
def test_a_picture_model_without_its_checker(given: str, expected: set[object]) -> None:
    text = f"from diffusers import StableDiffusionPipeline\nfrom checks import our_checker, checker\npipe = StableDiffusionPipeline.from_pretrained('a/b', safety_checker={given})\n"
    assert filters(text) == expected
