"""Puts the week's model into production when it is good enough."""

import logging

from mlflow import MlflowClient

from .config import config

log = logging.getLogger(__name__)
NAME = "fraud-scores"


def promote(run_id: str, found: dict[str, float]) -> str | None:
    client = MlflowClient()
    version = max(client.search_model_versions(f"name='{NAME}'"), key=lambda v: int(v.version))
    if found["auc"] < config()["min_auc"]:
        log.warning("run %s stays where it is: auc %.3f", run_id, found["auc"])
        return None
    client.set_registered_model_alias(NAME, "production", version.version)
    return version.version
