"""`threatloom ask` and `threatloom chat`: answers with numbered places, from a report or a scan, typed or piped in."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.chat import Answer
from pipeline.reports.json import render
from tests.reports.sample import SCAN

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "scan.json"
    file.write_text(render(SCAN), encoding="utf-8")
    return file


def test_ask_answers_with_numbered_places(run: Run, report: Path) -> None:
    code, out, err = run("ask", "what can go wrong with refund_payment?", "--scan", report)
    assert (code, err) == (0, "")
    assert "(tool-without-approval, b2e1d3ca)" in out and "[1]" in out
    assert "\n  [1] " in out and "src/agent/tools.py:41" in out
    assert "Go on with:" in out


def test_ask_gives_json_that_is_an_answer(run: Run, report: Path) -> None:
    code, out, _ = run("ask", "who can reach the agent?", "--scan", report, "--format", "json")
    answer = Answer.model_validate(json.loads(out))
    assert code == 0 and answer.intent == "reach" and answer.statements


def test_what_has_no_answer_is_said(run: Run, report: Path) -> None:
    code, out, _ = run("ask", "who can reach the Kafka broker?", "--scan", report)
    assert code == 0 and out.startswith("No answer: not in what was examined")


def test_a_mistake_is_one_line(run: Run, report: Path, tmp_path: Path) -> None:
    for arguments in (
        ("ask", " ", "--scan", report),
        ("ask", "why?", tmp_path / "nothing"),
        ("ask", "why?", "--scan", tmp_path / "none.json"),
    ):
        code, out, err = run(*arguments)
        assert code == 2 and out == "" and err.count("\n") == 1 and err.startswith("threatloom: error: ")
    code, _, err = run("ask", "why?", "--scan", report, "--llm", "openai:gpt-5.5")
    assert code == 2 and "a model needs the files" in err


def test_chat_goes_on_from_what_was_spoken_of(run: Run, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = "what are the top risks?\n\nwhy is the second one so severe?\n/why\n/open 1\n/open 99\n/nonsense\n/help\n/new\nwhy?\n/quit\nnot read\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    code, out, err = run("chat", "--scan", report)
    assert (code, err) == (0, "")
    assert "Severity critical: likelihood" in out
    assert "Taken for: why a finding is as severe as it is." in out and "About: finding" in out
    assert " | " in out and "No place has this number" in out and "No such command" in out and "/open N" in out
    assert "Nothing was spoken of." in out and "not read" not in out


def test_the_end_of_input_ends_a_chat(run: Run, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run("chat", "--scan", report)[0] == 0


def test_without_a_record_a_folder_is_scanned(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('import os\nimport openai\n\nclient = openai.OpenAI(api_key=os.environ["KEY"])\n')
    code, out, err = run("ask", "which models does it use?", tmp_path, "--no-record", "--quiet")
    assert code == 0 and err == "" and out


def test_an_answer_from_python_is_the_same(report: Path) -> None:
    import threatloom

    answer = threatloom.ask("what can go wrong with refund_payment?", SCAN)
    assert answer.statements and answer.subject[0].name == "refund_payment"
