"""Which request runs a model: the one whose own code asks it, not one that only leaves behind what another asks with."""

from __future__ import annotations

from pathlib import Path

from tests.system.small import scan_of, system_of

_KEPT = """
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()


class Desk:
    def __init__(self) -> None:
        self.topic = ""


desk = Desk()


def asked() -> str:
    return OpenAI().responses.create(model="gpt-5", input="Write about " + desk.topic).output_text


@app.post("/topic")
def set_topic(topic: str) -> str:
    desk.topic = topic
    return "kept"
"""
_BY_ANOTHER = """

@app.get("/article")
def article() -> str:
    return asked()
"""
_BY_ITSELF = """

@app.post("/now")
def now(topic: str) -> str:
    desk.topic = topic
    return asked()
"""
_BY_A_WORKER = """
import threading, time

def work() -> None:
    while True:
        asked()
        time.sleep(60)

threading.Thread(target=work).start()
"""
_EXPRESS = """
import express from "express";
import OpenAI from "openai";
const app = express();
app.use(express.json());
const kept = { topic: "" };
app.post("/topic", (req, res) => { kept.topic = req.body.topic; res.json({ ok: true }); });
app.get("/article", async (req, res) => {
  const said = await new OpenAI().responses.create({ model: "gpt-5", input: "Write about " + kept.topic });
  res.json({ said: said.output_text });
});
"""


def _running(files: dict[str, str]) -> set[str]:
    return {one.name for one in system_of(files).elements if one.kind == "http_route" and one.attributes.get("runs_inference") is True}


def test_what_a_request_leaves_for_another_is_asked_by_the_other() -> None:
    assert _running({"app.py": _KEPT + _BY_ANOTHER}) == {"GET /article"}


def test_what_a_request_leaves_for_another_is_asked_by_the_other_in_express() -> None:
    assert _running({"server.js": _EXPRESS}) == {"GET /article"}


def test_a_request_that_asks_with_what_it_has_just_kept_runs_the_model() -> None:
    assert _running({"app.py": _KEPT + _BY_ANOTHER + _BY_ITSELF}) == {"GET /article", "POST /now"}


def test_what_a_worker_asks_with_is_asked_for_the_request() -> None:
    assert _running({"app.py": _KEPT + _BY_A_WORKER}) == {"POST /topic"}


_ANSWERS = """
import litellm


def answer(question: str) -> str:
    return litellm.completion(model="openai/gpt-5-mini", messages=[{"role": "user", "content": question}]).choices[0].message.content
"""
_JUDGES = """
import litellm

from answers import answer


def judge(question: str) -> str:
    said = answer(question)
    return litellm.completion(model="openai/gpt-5", messages=[{"role": "user", "content": "Is this right? " + said}]).choices[0].message.content
"""
_SERVES = """
from fastapi import FastAPI

from answers import answer
from judge import judge

app = FastAPI()


@app.post("/ask")
def ask(question: str) -> str:
    return WHICH(question)
"""


def _without_a_limit(folder: Path, which: str, by_hand: str = "") -> str:
    files = {"answers.py": _ANSWERS, "judge.py": _JUDGES + by_hand, "app.py": _SERVES.replace("WHICH", which)}
    (found,) = [one for one in scan_of(folder, files).findings if one.threat == "unbounded-consumption"]
    return found.description


def test_a_judge_that_somebody_runs_by_hand_costs_no_caller_anything(tmp_path: Path) -> None:
    by_hand = '\n\nif __name__ == "__main__":\n    for line in open("questions.txt"):\n        print(judge(line))\n'
    assert "`openai/gpt-5`" not in _without_a_limit(tmp_path, "answer", by_hand)


def test_a_judge_that_the_route_asks_is_told(tmp_path: Path) -> None:
    assert "`openai/gpt-5`" in _without_a_limit(tmp_path, "judge")
