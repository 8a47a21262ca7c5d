"""Questions in the browser: answers that cite, citations that open, statements one by one."""

from __future__ import annotations

import json
import re

from tests.web.world import HOST, World, form_token, text_of

QUESTION = "What can go wrong with the support agent?"


def test_an_answer_comes_with_the_next_page_and_its_citations_open(world: World) -> None:
    client = world.client()
    page = client.get(world.at("/ask")).text
    assert "What was not examined?" in page
    answer = client.post(world.at("/ask"), data={"form_token": form_token(page), "question": QUESTION})
    assert answer.status_code == 200 and QUESTION in answer.text
    links = re.findall(r'class="cite" href="([^"]+)"', answer.text)
    assert links and all(client.get(link.replace("&amp;", "&")).status_code == 200 for link in links)
    again = client.post(world.at("/ask"), data={"form_token": form_token(page), "question": "what protects it?"})
    assert again.text.count('class="question"') == 2 and "support agent" in text_of(again.text)
    assert QUESTION not in world.client().get(world.at("/ask")).text  # another visit
    client.post(world.at("/ask"), data={"form_token": form_token(page), "forget": "yes"})
    assert QUESTION not in client.get(world.at("/ask")).text


def test_statements_come_one_by_one(world: World) -> None:
    client = world.client()
    token = form_token(client.get(world.at("/ask")).text)
    answer = client.post(world.at("/ask/stream"), data={"form_token": token, "question": QUESTION}, headers={"origin": HOST})
    pieces = [json.loads(line) for line in answer.text.splitlines()]
    kinds = [piece["kind"] for piece in pieces]
    assert kinds[-1] == "answer" and kinds.count("statement") >= 2
    assert 'class="cite"' in pieces[0]["html"] and "/lines?path=" in pieces[0]["html"]
    assert client.post(world.at("/ask/stream"), data={"form_token": token, "question": " "}).status_code == 422
    assert client.post(world.at("/ask/stream"), data={"form_token": "0" * 64, "question": QUESTION}).status_code == 403


def test_what_the_evidence_does_not_answer_is_said(world: World) -> None:
    client = world.client()
    token = form_token(client.get(world.at("/ask")).text)
    page = client.post(world.at("/ask"), data={"form_token": token, "question": "What do bananas cost?"}).text
    assert 'class="not-answered"' in page and 'class="statement"' not in page


def test_a_question_is_shown_as_text(world: World) -> None:
    client = world.client()
    token = form_token(client.get(world.at("/ask")).text)
    evil = "<script>alert(1)</script> \u202e what changed?"
    page = client.post(world.at("/ask"), data={"form_token": token, "question": evil}).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; \\u202e" in page


def test_a_program_asks_by_json(world: World) -> None:
    client, at = world.client(), f"/api/v1{world.at('/ask')}"
    answer = client.post(at, json={"question": QUESTION}).json()
    assert answer["statements"] and all(one["citations"] for one in answer["statements"])
    assert client.post(at, json={"question": ""}).status_code == 422 and client.post(at, json={"question": "x" * 501}).status_code == 422
