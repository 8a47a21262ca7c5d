"""Limits of what a model may write, wherever they are said: bound to it, in its options, in a settings object, in a body that is written as JSON."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_BOUND = """
    from langchain_openai import ChatOpenAI
    model = ChatOpenAI(model="gpt-5").bind(OPTION)
    model.invoke("x")
    """
_OPTIONS = """
    from langchain_openai import ChatOpenAI
    ChatOpenAI(model="gpt-5", model_kwargs={OPTION}).invoke("x")
    """
_SETTINGS = """
    from transformers import AutoModelForCausalLM, GenerationConfig
    model = AutoModelForCausalLM.from_pretrained("acme/model")
    model.generate(text, generation_config=GenerationConfig(OPTION))
    """
_BODY = """
    import json
    import boto3
    client = boto3.client("bedrock-runtime")
    client.invoke_model(modelId="anthropic.claude", body=json.dumps({"messages": [], OPTION}))
    """
CASES = {
    "bound": (_BOUND, "max_tokens=200", 'stop=["END"]'),
    "options": (_OPTIONS, '"max_tokens": 200', '"seed": 200'),
    "settings": (_SETTINGS, "max_new_tokens=200", "do_sample=True"),
    "body": (_BODY, '"max_tokens": 200', '"temperature": 1'),
}


@pytest.mark.parametrize("case", CASES)
def test_a_limit_of_the_answer_is_found(case: str) -> None:
    text, limit, other = CASES[case]
    for option, limited in ((limit, True), (other, False)):
        system = system_of(text.replace("OPTION", option))
        assert any(control.kind == "output_token_limit" for control in system.controls) is limited
