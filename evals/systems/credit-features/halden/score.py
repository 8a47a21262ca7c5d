"""Scores of the night: features as of the application, the model in force, decisions, rows."""
import hashlib
import json
import logging
import os
from datetime import date
from pathlib import Path

import pandas as pd
import yaml
from feast import FeatureStore

from halden import db, drift, letters, reasons, registry

log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[1]
DECISION = yaml.safe_load((ROOT / "conf" / "decision.yaml").read_text("utf-8"))

OPEN = """
SELECT a.application_id, a.applicant_id, a.applied_at AS event_timestamp, p.full_name, p.national_id, p.street, p.city
FROM core.applications a JOIN core.applicants p USING (applicant_id)
WHERE a.state = 'open' AND NOT EXISTS (SELECT 1 FROM risk.scores s WHERE s.application_id = a.application_id)
"""
INSERT = """
INSERT INTO risk.scores (application_id, scored_on, score, decision, model_name, model_version, frame_sha256, features, reasons, run_id)
VALUES (%(application_id)s, %(scored_on)s, %(score)s, %(decision)s, %(model_name)s, %(model_version)s, %(frame_sha256)s, %(features)s, %(reasons)s, %(run_id)s)
"""


def decide(score: float, months_of_history: float) -> str:
    if score >= DECISION["decline_above"]:
        return "officer" if months_of_history < DECISION["thin_file_months"] else "decline"
    return "accept" if score < DECISION["accept_below"] else "officer"


def features_at(keys: pd.DataFrame) -> pd.DataFrame:
    """Features of each row as of its event_timestamp; other columns stay."""
    store = FeatureStore(repo_path=str(ROOT / "feature_repo"))
    found = store.get_historical_features(entity_df=keys, features=store.get_feature_service("credit_default_v3")).to_df()
    return found.rename(columns={"score": "bureau_score", "open_loans": "bureau_open_loans", "queries_6m": "bureau_queries_6m"})


def features_of(applications: pd.DataFrame) -> pd.DataFrame:
    found = features_at(applications[["application_id", "applicant_id", "event_timestamp"]])
    return applications.merge(found.drop(columns=["applicant_id", "event_timestamp"]), on="application_id", validate="one_to_one")


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False, float_format="%.6g").encode()).hexdigest()


def run(day: date, run_id: str) -> dict[str, int]:
    applications = db.frame(OPEN)
    if applications.empty:
        return {}
    table = features_of(applications)
    empty = table[table["months_of_history"].isna() & table["bureau_score"].isna()]
    for row in empty.to_dict("records"):
        log.error("nothing known, left for an officer: %s", row)
    table = table.drop(empty.index)

    model = registry.in_force()
    table["score"] = model.booster.predict(table[model.features].astype(float))

    drift.hold_if_moved(table["score"], day)
    table["decision"] = [decide(score, months) for score, months in zip(table["score"], table["months_of_history"].fillna(0), strict=True)]
    declined = table[table["decision"] == "decline"]
    why = dict(zip(declined["application_id"], reasons.main_reasons(declined), strict=True)) if len(declined) else {}

    whole = digest(table[model.features])
    with db.connect() as connection, connection.cursor() as cursor:
        for row in table.to_dict("records"):
            cursor.execute(INSERT, {
                "application_id": row["application_id"], "scored_on": day, "score": row["score"], "decision": row["decision"],
                "model_name": model.name, "model_version": model.version, "frame_sha256": whole,
                "features": json.dumps({name: row[name] for name in model.features}, default=float),
                "reasons": json.dumps(why.get(row["application_id"], [])), "run_id": run_id,
            })
        drift.keep(cursor, table["score"], day)
    for row in declined.to_dict("records"):
        letters.write(row, reasons.as_texts(why[row["application_id"]]), Path(os.environ["LETTERS"]))
    counts = table["decision"].value_counts().to_dict()
    log.info("scored %d with version %d: %s", len(table), model.version, counts)
    return counts
