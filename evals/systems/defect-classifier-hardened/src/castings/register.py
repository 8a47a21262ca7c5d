"""Puts the exported model into the registry, from where the edge box takes it."""

import hashlib
import json
from pathlib import Path

import mlflow
import onnx
from mlflow import MlflowClient

from castings.params import params


def register() -> None:
    wanted = params()["release"]
    recall = json.loads(Path("metrics.json").read_text())["recall"]
    if recall["crack"] < wanted["min_recall_crack"] or min(recall.values()) < wanted["min_recall_all"]:
        raise SystemExit(f"not good enough for the line: {recall}")
    lineage = json.loads(Path("models/lineage.json").read_text())
    with mlflow.start_run(run_id=lineage["run"]):
        logged = mlflow.onnx.log_model(onnx.load("models/classifier.onnx"), name="castings", registered_model_name="castings")
    client, version = MlflowClient(), logged.registered_model_version
    digest = hashlib.sha256(Path("models/classifier.onnx").read_bytes()).hexdigest()
    for key, value in {"sha256": digest, "commit": lineage["commit"], "lineage": json.dumps(lineage["sha256"])}.items():
        client.set_model_version_tag("castings", version, key, value)
    # The quality engineer moves the alias `line` after the sign-off; this job has no right to.
    client.set_registered_model_alias("castings", wanted["alias"], version)


if __name__ == "__main__":
    register()
