"""Variants behind one request and one class are one finding; models that the request reaches by ways of their own are told apart."""

from __future__ import annotations

from pathlib import Path

from tests.system.small import scan_of

SERVICE = """
import joblib
import onnxruntime


class Graph:
    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path)

    def score(self, row):
        return self.session.run(None, {"row": row})[0]


class Risk:
    def __init__(self):
        self.graph = Graph("risk.onnx")
        self.fallback = joblib.load("risk.joblib")

    def score(self, row):
        if self.graph is not None:
            found = self.graph.score(row)
        else:
            found = self.fallback.predict_proba([row])[0]
        return round(float(found[1]), 4)
"""
ROUTE = """
from fastapi import FastAPI
from risk import Risk

app = FastAPI()
risk = Risk()


@app.post("/fraud")
def fraud(row: list):
    score = risk.score(row)
    if score > 0.8:
        return {"payment": "blocked"}
    return {"score": score}
"""
APART = """
import joblib
from fastapi import FastAPI

app = FastAPI()
card = joblib.load("fraud_card.joblib")
claim = joblib.load("fraud_claim.joblib")


@app.post("/card")
def of_card(row: list):
    return {"score": float(card.predict_proba([row])[0][1])}


@app.post("/claim")
def of_claim(row: list):
    return {"score": float(claim.predict_proba([row])[0][1])}
"""


def test_an_engine_and_its_fallback_are_one_finding(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"app.py": ROUTE, "risk.py": SERVICE})
    (found,) = (finding for finding in scan.findings if finding.threat == "model-extraction")
    assert "The same holds for" in found.description
    assert {"risk.py"} <= {place.path for place in found.evidence}


def test_models_of_two_routes_are_two_findings(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"app.py": APART})
    assert len([finding for finding in scan.findings if finding.threat == "model-extraction"]) == 2


KEPT = """
import pickle


class Prints:
    def __init__(self, path):
        self.path = path

    def read(self):
        with open(self.path, "rb") as kept:
            return pickle.load(kept)
"""


def test_a_class_that_a_package_of_the_tree_keeps_a_copy_of_is_one_finding(tmp_path: Path) -> None:
    copy = '"""The same, packed for others."""\n' + KEPT
    other = KEPT.replace("class Prints", "class Voices")
    needs = {f"{folder}/requirements.txt": "scikit-learn\n" for folder in ("app", "packed", "calls")}  # each a service of its own
    scan = scan_of(
        tmp_path,
        {"app/prints.py": KEPT, "packed/packed/prints.py": copy, "calls/voices.py": other, "app/m.py": "import sklearn\n", **needs},
    )
    found = [finding for finding in scan.findings if finding.threat in ("unsafe-model-load", "unsafe-deserialisation")]
    assert sorted(sorted({place.path for place in finding.evidence if place.role == "sink"}) for finding in found) == [
        ["app/prints.py", "packed/packed/prints.py"], ["calls/voices.py"],
    ]  # fmt: skip
