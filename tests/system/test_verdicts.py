"""Branches that depend on a reply: some act on what the model decided, others look at how its reply is built."""

from __future__ import annotations

import pytest

from pipeline.system.rules.words import subjects
from tests.system.small import elements, system_of

ASK = "import json\nfrom openai import OpenAI\nclient = OpenAI()\ndef screen(application):\n    reply = client.responses.create(model='gpt-5', input='Should we hire? ' + application)\n    text = reply.output_text\n    {}\n"


def decides(body: str) -> bool:
    models = elements(system_of(ASK.format(body)), "hosted_llm")
    return any(model.attributes.get("decides") is True for model in models)


@pytest.mark.parametrize(
    "body",
    [
        "if text == 'yes':\n        hire(application)",
        "if 'approved' in text.lower():\n        hire(application)",
        "if json.loads(text)['score'] > 50:\n        hire(application)",
        "if json.loads(text)['status'] == 'approved':\n        hire(application)",
    ],
)
def test_a_branch_on_a_word_or_a_score_is_a_verdict(body: str) -> None:
    assert decides(body)


@pytest.mark.parametrize(
    "body",
    [
        "if '```json' in text:\n        text = text[7:]",
        "if '<answer>' in text:\n        text = text[8:]",
        "if text == '{}':\n        return None",
        "if 'title' in json.loads(text):\n        show(text)",
        "if reply.output[0].type == 'message':\n        show(text)",
        "if reply.status == 'completed':\n        show(text)",
        "if len(text) > 100:\n        show(text)",
        "if not text:\n        return None",
    ],
)
def test_a_look_at_how_a_reply_is_built_is_none(body: str) -> None:
    assert not decides(body)


_PAGE = """
@using Microsoft.Extensions.AI
@inject IChatClient Client
@if (said == "hired")
{
    <b>@said</b>
}
@code {
    private string said = "";
    private string shown = "";
    private async Task Ask(string text)
    {
        said = (await Client.GetResponseAsync(text)).Text;
        MORE
    }
}
"""


@pytest.mark.parametrize(("more", "decided"), [("", False), ('if (said == "hired") { shown = "welcome"; }', True)])
def test_the_markup_of_a_page_decides_nothing_and_its_code_may(more: str, decided: bool) -> None:
    found = elements(system_of({"Components/Answer.razor": _PAGE.replace("MORE", more)}), "hosted_llm")

    assert [model.attributes.get("decides", False) for model in found] == [decided]


@pytest.mark.parametrize(("names", "found"), [(["interview_coach"], []), (["interview", "applicant"], ["people"])])
def test_an_interview_alone_is_no_decision_about_people(names: list[str], found: list[str]) -> None:
    assert subjects(names, decides=True) == found
