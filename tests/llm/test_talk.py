"""A model answers questions about a scan: only what it cites and the files bear out is shown, and the offline answer stands else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.chat import Answer, Conversation
from pipeline.chat.asking import ModelTalk
from pipeline.scan import ScanSettings, ruled
from pipeline.second_opinion import subject_of
from tests.llm.scripts import Call, Script, says, uses
from tests.llm.server import Server
from tests.llm.shop import QUOTE, SECRET, settings, shop

ASKED = "what can go wrong with the refund tool?"


def reply(*statements: dict[str, Any], missing: str | None = None) -> dict[str, Any]:
    return {"statements": list(statements), "not_answered": missing}


def statement(text: str, ids: Sequence[str] = (), quotes: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    return {"text": text, "ids": list(ids), "quotes": list(quotes)}


@contextmanager
def talking(script: Script, folder: Path, **more: Any) -> Iterator[tuple[ModelTalk, Conversation, Server]]:
    with Server(script) as server:
        wanted = settings(server.url, folder, **more)
        found = ruled(shop(folder / "shop"), ScanSettings(jobs=1, llm=wanted))
        talk = Conversation(found.scan)
        with ModelTalk(talk, subject_of(found.scan, found.material, None), wanted) as model:
            yield model, talk, server


def asked(script: Script, folder: Path, question: str = ASKED, **more: Any) -> Answer:
    with talking(script, folder, **more) as (model, _, _server):
        return model.ask(question)


def test_what_a_model_cites_is_shown_in_the_words_of_the_files(tmp_path: Path) -> None:
    said = reply(statement("The amount is not bounded.", ["tool:refund"], [{"path": "app.py", "line": 1, "text": QUOTE}]))
    answer = asked(lambda request, number: says(said), tmp_path)
    assert answer.origin == "model" and answer.model
    cited = answer.statements[0].citations
    assert {one.kind for one in cited} == {"element", "passage"}
    quoted = next(one for one in cited if one.kind == "passage")
    assert quoted.path == "app.py" and quoted.lines is not None and quoted.lines[0] > 1, "lines come from the file, not from the reply"
    assert quoted.quote.strip() == QUOTE


def test_what_cannot_be_located_is_dropped_and_said_and_the_rest_stays(tmp_path: Path) -> None:
    said = reply(
        statement("True.", ["tool:refund"]),
        statement("Invented.", ["tool:nothing"]),
        statement("Invented too.", [], [{"path": "app.py", "line": 3, "text": "os.system('rm -rf /')"}]),
        statement("Rests on nothing."),
    )
    answer = asked(lambda request, number: says(said), tmp_path)
    assert [one.text for one in answer.statements] == ["True."]
    assert len(answer.dropped) == 3 and "Invented." in answer.dropped[0]


@pytest.mark.parametrize(
    "said", [reply(statement("Invented.", ["tool:nothing"])), reply(), "no JSON at all"], ids=["invented", "empty", "malformed"]
)
def test_where_nothing_is_left_the_offline_answer_stands(tmp_path: Path, said: object) -> None:
    answer = asked(lambda request, number: says(said), tmp_path)
    assert answer.origin == "scan" and answer.statements and answer.dropped
    assert answer.intent == "threats_of"


def test_tools_are_told_of_while_they_are_used_and_secrets_stay_here(tmp_path: Path) -> None:
    steps: list[str] = []
    first = Call("read_lines", {"path": "app.py", "start": 1, "end": 40, "page": None})

    def script(request: dict[str, Any], number: int) -> Any:
        done = any(one.get("role") == "tool" for one in request["messages"])
        return says(reply(statement("It pays.", ["tool:refund"]))) if done else uses(first)

    with talking(script, tmp_path, with_tools=True) as (model, _, server):
        answer = model.ask(ASKED, steps.append)
        sent = "".join(str(one) for one in server.requests)
    assert answer.origin == "model" and any("app.py" in step for step in steps)
    assert SECRET not in sent and "read_lines" in sent


def test_a_follow_up_knows_what_the_model_spoke_of(tmp_path: Path) -> None:
    with talking(lambda request, number: says(reply(statement("It pays.", ["tool:refund"]))), tmp_path) as (model, talk, _):
        model.ask(ASKED)
        assert talk.ask("and who can reach it?").subject[0].id == "tool:refund"


def test_an_answer_comes_piece_by_piece(tmp_path: Path) -> None:
    async def kinds(model: ModelTalk) -> list[str]:
        return [piece.kind async for piece in model.stream(ASKED)]

    with talking(lambda request, number: says(reply(statement("It pays.", ["tool:refund"]))), tmp_path) as (model, _, _server):
        assert asyncio.run(kinds(model)) == ["statement", "answer"]


def test_a_budget_that_is_spent_ends_in_the_offline_answer(tmp_path: Path) -> None:
    answer = asked(lambda request, number: says(reply(statement("It pays.", ["tool:refund"]))), tmp_path, budget=("10",))
    assert answer.origin == "scan" and "budget" in answer.dropped[0]


def test_the_same_question_is_paid_for_once(tmp_path: Path) -> None:
    with talking(lambda request, number: says(reply(statement("It pays.", ["tool:refund"]))), tmp_path) as (model, talk, server):
        first = model.ask(ASKED)
        talk.forget()
        assert model.ask(ASKED) == first
        assert len(server.requests) == 1
