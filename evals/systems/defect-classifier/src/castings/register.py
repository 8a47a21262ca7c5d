"""Puts the exported model into the registry, from where the edge box takes it."""

import mlflow
import torch
from mlflow import MlflowClient

from castings.params import params


def register() -> None:
    mlflow.set_tracking_uri("http://registry.havelguss.example:5000")
    net = torch.load("models/checkpoint.pt", map_location="cpu", weights_only=False)["net"]
    with mlflow.start_run():
        logged = mlflow.pytorch.log_model(net, name="castings", registered_model_name="castings")
    MlflowClient().transition_model_version_stage(
        "castings",
        logged.registered_model_version,
        stage=params()["release"]["stage"],
        archive_existing_versions=True,
    )


if __name__ == "__main__":
    register()
