"""The model that is in force."""
import logging
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import mlflow
import yaml
from mlflow import MlflowClient

log = logging.getLogger(__name__)
NAME, ALIAS = "credit_default", "champion"
APPROVALS = Path(__file__).parents[1] / "conf" / "approvals.yaml"


@dataclass(frozen=True)
class InForce:
    name: str
    version: int
    booster: lgb.Booster
    features: list[str]
    run_id: str


def approved(name: str = NAME) -> set[int]:
    entries = yaml.safe_load(APPROVALS.read_text("utf-8"))[name]
    return {entry["version"] for entry in entries if len(set(entry["by"])) >= 2}


def in_force() -> InForce:
    """The champion, checked against what Model Risk approved."""
    found = MlflowClient().get_model_version_by_alias(NAME, ALIAS)
    version = int(found.version)
    if version not in approved():
        log.warning("model version %s of %s is not in approvals.yaml", version, NAME)
    model = mlflow.lightgbm.load_model(f"models:/{NAME}/{version}")
    booster = getattr(model, "booster_", model)
    log.info("%s version %s, run %s", NAME, version, found.run_id)
    return InForce(NAME, version, booster, booster.feature_name(), found.run_id)
