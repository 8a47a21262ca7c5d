"""Containers that only SageMaker calls: the endpoint in front asks for a signed request."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

_APP = """
from flask import Flask, request
import joblib

app = Flask(__name__)
model = joblib.load("/opt/ml/model/model.joblib")


@app.get("/ping")
def ping():
    return "", 200


@app.post("/invocations")
def invocations():
    return {"score": float(model.predict_proba([request.get_json()["row"]])[0][1])}
"""
_DEPLOY = """
import boto3
import mlflow

mlflow.set_tracking_uri("http://tracking.internal")
client = boto3.client("sagemaker")
client.create_endpoint(EndpointName="scores", EndpointConfigName="scores-1")
"""
_COMPOSE = "services:\n  serve:\n    build: .\n    ports: ['8080:8080']\n    command: python COMMAND.py\n"
_FURTHER = "\n\n@app.post('/scores')\ndef scores():\n    return invocations()\n"
TREES = {
    "hosted": ({"app.py": _APP, "deploy.py": _DEPLOY}, False),
    "hosted, another service on that port": (
        {"app.py": _APP, "deploy.py": _DEPLOY, "compose.yaml": _COMPOSE.replace("COMMAND", "page")},
        False,
    ),
    "not hosted": ({"app.py": _APP}, True),
    "published beside": ({"app.py": _APP, "deploy.py": _DEPLOY, "compose.yaml": _COMPOSE.replace("COMMAND", "app")}, True),
    "with a route of its own": ({"app.py": _APP + _FURTHER, "deploy.py": _DEPLOY}, True),
    "another service of the account": ({"app.py": _APP, "deploy.py": _DEPLOY.replace('"sagemaker"', '"s3"')}, True),
}


@pytest.mark.parametrize(("files", "open_to_all"), TREES.values(), ids=TREES)
def test_a_container_of_sagemaker_is_reached_by_signed_requests(tmp_path: Path, files: dict[str, str], open_to_all: bool) -> None:
    found = {finding.threat for finding in scan_of(tmp_path, files).findings}
    assert ("unauthenticated-inference-endpoint" in found) is open_to_all
