"""Services that are asked with the own key, in a header, a body or a request made first; and what is only looked up there."""

from __future__ import annotations

import pytest

from tests.system.small import flows, only, system_of

ASK = """
    import json, os, urllib.request
    import requests
    from openai import OpenAI

    KEY = os.environ["KEY"]

    def ask(question: str) -> str:
        {call}
        return OpenAI().responses.create(model="gpt-5-mini", input=text).output_text
"""


@pytest.mark.parametrize(
    ("call", "written"),
    [
        ("text = requests.request('POST', 'https://pay.example.org/link', json={'api_key': KEY, 'q': question}).text", False),
        ("text = requests.request('POST', 'https://pay.example.org/link', data=json.dumps({'stripe_key': KEY})).text", False),
        ("text = requests.request('POST', 'https://api.example.org/extract', json={'api_key': KEY, 'urls': [question]}).text", True),
        ("text = requests.request('POST', 'https://pay.example.org/link', json={'key': question}).text", True),
        (
            "made = urllib.request.Request('https://api.example.org/rates', b'', {'Authorization': KEY})\n        text = urllib.request.urlopen(made).read().decode()",
            False,
        ),
        ("made = urllib.request.Request('https://forum.example.org/a')\n        text = urllib.request.urlopen(made).read().decode()", True),
    ],
)
def test_a_key_anywhere_in_the_request_makes_the_answer_our_business(call: str, written: bool) -> None:
    assert bool(flows(system_of(ASK.format(call=call)), "prompt", "web_content")) is written


@pytest.mark.parametrize(("entry", "written"), [("embedding", False), ("text", True)])
def test_a_vector_holds_no_text(entry: str, written: bool) -> None:
    call = f"text = str(requests.get('https://forum.example.org/a').json()['{entry}'])"

    assert bool(flows(system_of(ASK.format(call=call)), "prompt", "web_content")) is written


@pytest.mark.parametrize(("address", "acts"), [("https://api.example.org/v1/extract", False), ("https://api.example.org/v1/orders", True)])
def test_a_request_that_only_looks_something_up_changes_nothing(address: str, acts: bool) -> None:
    tool = only(
        system_of(f"""
            import requests
            from langchain_core.tools import tool

            @tool
            def look(text: str) -> str:
                "Looks."
                return requests.post("{address}", json={{"q": text}}).text
        """),
        "tool",
    )

    assert (tool.attributes.get("side_effect") is True) is acts


SCRIPT = """
import OpenAI from "openai";

const API_URL = process.env.API_URL;

function getReportsUrl() {{
  return `${{API_URL}}/reports`;
}}

export async function ask(question, pageUrl) {{
  const response = await fetch({address});
  const found = {read};
  return new OpenAI().responses.create({{ model: "gpt-5-mini", input: `${{question}} ${{found.title}}` }});
}}
"""


@pytest.mark.parametrize(
    ("address", "read", "written"),
    [
        ("pageUrl", "await response.json()", True),
        ("getReportsUrl()", "await response.json()", False),
        ("`${API_URL}/reports`", "await response.json()", False),
        ("`${API_URL}/reports`", "JSON.parse(await response.text())", False),
        ("`${API_URL}/reports`", "{ title: await response.text() }", True),
        ("'https://id.example.org/oauth2/v2/userinfo'", "{ title: await response.text() }", False),
    ],
)
def test_an_address_the_program_was_built_against_gives_data_and_a_page_gives_text_of_others(
    address: str, read: str, written: bool
) -> None:
    system = system_of({"app.ts": SCRIPT.format(address=address, read=read)})
    assert bool(flows(system, "prompt", "web_content")) is written
