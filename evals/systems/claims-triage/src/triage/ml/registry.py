from __future__ import annotations

import hashlib

import mlflow
import pandas as pd
from attrs import define, field
from mlflow.tracking import MlflowClient

from triage.ml.training import PARAMETERS, Trained


@define
class Registry:
    url: str
    name: str
    client: MlflowClient = field(init=False)

    def __attrs_post_init__(self) -> None:
        mlflow.set_tracking_uri(self.url)
        self.client = MlflowClient(self.url)

    @property
    def champion_uri(self) -> str:
        return f"models:/{self.name}@champion"

    def load(self, uri: str) -> mlflow.pyfunc.PyFuncModel:
        return mlflow.pyfunc.load_model(uri)

    def register(self, trained: Trained, frame: pd.DataFrame, commit: str) -> str:
        """Log the run with what it was made from, and make it the challenger."""
        digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).values.tobytes()).hexdigest()
        with mlflow.start_run(run_name=f"{self.name}-weekly"):
            mlflow.log_params(PARAMETERS)
            mlflow.log_metrics(trained.metrics)
            mlflow.set_tags({"git_commit": commit, "data_sha256": digest, "data_rows": len(frame)})
            logged = mlflow.lightgbm.log_model(
                trained.booster, "model", input_example=trained.sample, registered_model_name=self.name
            )
        version = str(logged.registered_model_version)
        self.client.set_registered_model_alias(self.name, "challenger", version)
        return version

    def metric(self, alias: str, name: str) -> float:
        version = self.client.get_model_version_by_alias(self.name, alias)
        return self.client.get_run(version.run_id).data.metrics[name]

    def version_of(self, alias: str) -> str:
        return self.client.get_model_version_by_alias(self.name, alias).version

    def promote(self, version: str) -> None:
        self.client.set_registered_model_alias(self.name, "champion", version)
