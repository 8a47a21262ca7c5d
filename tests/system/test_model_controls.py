"""Controls of models and of what they learn from, as code shows them: each where it counts, and beside it what only looks like it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.system.small import scan_of, system_of

TRAINS = """
import pandas as pd
import requests
import joblib
from bs4 import BeautifulSoup
from datasketch import MinHash, MinHashLSH
from sklearn.linear_model import LogisticRegression

def near(rows):
    index, kept = MinHashLSH(threshold=0.9), []
    for row in rows:
        mark = MinHash()
        if not index.query(mark):
            index.insert(row, mark)
            kept.append(row)
    return kept

def train():
    rows = BeautifulSoup(requests.get("https://forum.example/all").text).find_all("p")
    BODY
    LogisticRegression().fit(frame, frame)
"""


def kinds(code: str) -> set[str]:
    return {control.kind for control in system_of(dedent(code)).controls}


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ("frame = pd.DataFrame(rows).drop_duplicates()", True),
        ("frame = near(rows)", True),
        ("frame = pd.DataFrame(rows)", False),  # the helper is there, and nothing passes it
        ('frame = pd.DataFrame(rows).drop_duplicates(subset=["id"])', False),  # two keys may bear one text
        ("frame = pd.DataFrame(rows); other = frame.drop_duplicates()", False),  # what is learnt from is the first
    ],
)
def test_records_are_learnt_from_once_where_they_pass_what_drops_the_others(body: str, counts: bool) -> None:
    assert ("deduplication" in kinds(TRAINS.replace("BODY", body))) is counts


DECIDES = """
import joblib
from fastapi import FastAPI
from transformers import pipeline

app = FastAPI()
fraud_model = joblib.load("fraud.joblib")
spam_filter = pipeline("text-classification", model="./models/spam")

@app.post("/payments")
def accept(text: str, amount: float):
    BODY
"""


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ("""found = spam_filter(text)[0]
    if found["score"] < 0.9:
        return {"status": "manual_review"}
    return {"published": found["label"] != "spam"}""", True),
        ("""scores = fraud_model.predict_proba([[amount]])[0]
    if max(scores) > 0.9:
        return {"captured": scores[0] > scores[1]}
    return {"status": "a person looks at it: review"}""", True),
        ("""scores = fraud_model.predict_proba([[amount]])[0]
    if scores[1] > 0.5:
        return {"status": "blocked"}
    return {"status": "captured"}""", False),  # the verdict itself
        ("""scores = fraud_model.predict_proba([[amount]])[0]
    if max(scores) < 0.9:
        return {"status": "blocked"}
    return {"status": "captured"}""", False),  # no person, no default
        ("""found = spam_filter(text)[0]
    if found["label"] == "spam":
        return {"published": False, "score": found["score"]}
    return {"published": True}""", False),  # shown, and not asked
    ],
)  # fmt: skip
def test_an_unsure_prediction_is_not_acted_on(body: str, counts: bool) -> None:
    assert ("confidence_threshold" in kinds(DECIDES.replace("BODY", body))) is counts


LOADS = """
import subprocess
import joblib
import model_signing
import sigstore

def load(path):
    BODY
"""


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ('model_signing.verifying.Config().use_sigstore_verifier(identity="a").verify(path, "m.sig"); model = joblib.load(path)', True),
        ('subprocess.run(["cosign", "verify-blob", "--bundle", "m.json", path], check=True); model = joblib.load(path)', True),
        ('subprocess.check_call(["gh", "attestation", "verify", path, "-o", "acme"]); model = joblib.load(path)', True),
        ('subprocess.run(["cosign", "verify-blob", "--bundle", "m.json", path]); model = joblib.load(path)', False),  # whatever it said
        ('subprocess.run(["cosign", "verify-blob", "tool.bin"], check=True); model = joblib.load(path)', False),  # of something else
        ('subprocess.run(["cosign", "sign-blob", path], check=True); model = joblib.load(path)', False),  # stated, and not looked at
        ('model = joblib.load(path); subprocess.run(["cosign", "verify-blob", path], check=True)', False),  # afterwards
    ],
)
def test_what_is_loaded_was_verified_before(body: str, counts: bool) -> None:
    assert ("provenance_check" in kinds(LOADS.replace("BODY", body))) is counts


@pytest.mark.parametrize(
    ("command", "counts"),
    [
        ("cosign verify-blob --bundle model.json model.onnx", True),
        ("cosign sign-blob model.onnx", False),
        ("cosign verify-blob model.onnx || true", False),
        ("echo cosign verify-blob", False),
    ],
)
def test_a_start_script_that_verifies_what_it_fetches(tmp_path: Path, command: str, counts: bool) -> None:
    script = f"#!/bin/sh\nset -e\nhf download acme/novel-7b --local-dir /models\n{command}\nexec vllm serve /models\n"
    system = scan_of(tmp_path, {"start.sh": script, "Dockerfile": 'FROM python:3.12\nCOPY start.sh /\nCMD ["/start.sh"]\n'}).system
    assert [element.name for element in system.elements if element.kind == "model_registry"] == ["acme/novel-7b"]
    assert ("provenance_check" in {control.kind for control in system.controls}) is counts


ACTS = """
import os
import ldclient
import redis
from langchain.agents import create_agent
from langchain_core.tools import tool

store = redis.Redis()

@tool
def send_money(account: str) -> str:
    \"\"\"Send money.\"\"\"
    BODY
    return str(account)

agent = create_agent("gpt-5-mini", tools=[send_money])
STARTED
"""


@pytest.mark.parametrize(
    ("body", "started", "counts"),
    [
        ('if not ldclient.get().variation("agent-on", "all", False): raise RuntimeError("stopped")', "", True),
        ('if store.get("agent:stop"): return "stopped"', "", True),
        ('if os.environ.get("AGENT_STOP"): return "stopped"', "", False),  # takes a new start
        ('if store.get(account): return "known"', "", False),  # a record, and no switch
        ('print(store.get("agent:stop"))', "", False),  # shown, and nothing follows
        ("pass", 'if not store.get("agent:stop"): agent.invoke({"messages": []})', False),  # once, before all steps
    ],
)
def test_each_step_asks_whether_it_may_go_on(body: str, started: str, counts: bool) -> None:
    system = system_of(dedent(ACTS).replace("BODY", body).replace("STARTED", started))
    covered = [one for control in system.controls if control.kind == "kill_switch" for one in control.protects]
    assert any(one.startswith("agent:") for one in covered) is counts
    assert any(one.startswith("tool:") for one in covered) is counts
