import os
from datetime import datetime

import pandas as pd
from prefect import flow, get_run_logger, task

from triage.db.session import unit_of_work
from triage.features.frame import labelled
from triage.ml.registry import Registry
from triage.ml.training import Trained, fit
from triage.settings import settings


@task(retries=2, retry_delay_seconds=120)
def collect_labels() -> int:
    with unit_of_work() as repos:
        return repos.labels.collect(repos.decisions, repos.claims, datetime.now(), settings().aged_after_days)


@task
def training_frame(since: str) -> pd.DataFrame:
    with unit_of_work() as repos:
        return labelled(repos.session, since)


@task
def train(frame: pd.DataFrame) -> Trained:
    return fit(frame)


@flow(name="train-fraud-model")
def train_fraud_model(since: str = "2022-01-01") -> str:
    log = get_run_logger()
    log.info("labels taken: %s", collect_labels())
    frame = training_frame(since)
    trained = train(frame)
    log.info("metrics: %s", trained.metrics)
    registry = Registry(settings().mlflow_tracking_uri, settings().fraud_model)
    return registry.register(trained, frame, os.environ.get("GIT_COMMIT", "local"))
