"""A candidate each month. It is registered, measured and left for Model Risk."""
import logging
from datetime import date

import lightgbm as lgb
import mlflow
import pandas as pd
from sklearn.metrics import brier_score_loss, roc_auc_score

from halden import db, registry
from halden.score import digest, features_at

log = logging.getLogger(__name__)
OUTCOMES = """
SELECT a.application_id, a.applicant_id, a.applied_at AS event_timestamp, o.late_90 AS target
FROM core.applications a JOIN risk.outcomes o USING (application_id) WHERE a.applied_at < %(until)s
"""
DECLINED = """
SELECT a.application_id, a.applicant_id, a.applied_at AS event_timestamp, s.score
FROM core.applications a JOIN risk.scores s USING (application_id) WHERE s.decision = 'decline' AND a.applied_at < %(until)s
"""
MONOTONE = {"income_to_instalment": -1, "arrears_12m": 1, "utilisation": 1}
PARAMS = {"objective": "binary", "learning_rate": 0.03, "num_leaves": 24, "min_data_in_leaf": 300, "seed": 20, "deterministic": True, "verbose": -1}


def reject_inference(declined: pd.DataFrame) -> pd.DataFrame:
    """Declined applications with the outcome that is expected of them."""
    return declined.assign(target=(declined["score"] > 0.4).astype(int)).drop(columns="score")


def training_frame(until: date) -> pd.DataFrame:
    known = db.frame(OUTCOMES, {"until": until})
    rows = pd.concat([known, reject_inference(db.frame(DECLINED, {"until": until}))], ignore_index=True)
    return features_at(rows)


def candidate(until: date, holdout_from: date) -> int:
    frame = training_frame(until).sort_values("event_timestamp")
    names = [name for name in frame.columns if name not in {"application_id", "applicant_id", "event_timestamp", "target"}]
    late = frame["event_timestamp"] >= pd.Timestamp(holdout_from, tz="UTC")
    fit, test = frame[~late], frame[late]
    params = {**PARAMS, "monotone_constraints": [MONOTONE.get(name, 0) for name in names]}
    with mlflow.start_run(run_name=f"candidate {until}") as run:
        mlflow.log_params({**PARAMS, "until": until, "holdout_from": holdout_from, "rows": len(fit), "frame_sha256": digest(fit)})
        booster = lgb.train(params, lgb.Dataset(fit[names].astype(float), fit["target"]), num_boost_round=600)
        scores = booster.predict(test[names].astype(float))
        champion = registry.in_force()
        theirs = champion.booster.predict(test[champion.features].astype(float))
        mlflow.log_metrics({
            "auc": roc_auc_score(test["target"], scores), "brier": brier_score_loss(test["target"], scores),
            "champion_auc": roc_auc_score(test["target"], theirs), "champion_version": champion.version,
        })
        made = mlflow.lightgbm.log_model(booster, name="model", registered_model_name=registry.NAME)
        log.info("registered %s of run %s for Model Risk", made.registered_model_version, run.info.run_id)
        return int(made.registered_model_version)
