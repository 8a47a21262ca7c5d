"""Rows of the feature mart, in the form the fraud model takes them."""

import pandas as pd
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from triage.features.narrative import DIMENSIONS, project

NUMERIC = [
    "amount_claimed",
    "days_to_report",
    "policy_age_days",
    "driver_age",
    "prior_claims",
    "garage_claims_90d",
]
CATEGORICAL = ["cause", "broker_id", "birth_country", "postcode_sector", "vehicle_make"]
NARRATIVE = [f"narrative_{n}" for n in range(DIMENSIONS)]
COLUMNS = NUMERIC + CATEGORICAL + NARRATIVE

_FOR_CLAIMS = text("select * from mart.claim_features where claim_id in :ids").bindparams(
    bindparam("ids", expanding=True)
)
_LABELLED = text(
    """
    select f.*, l.is_fraud, l.weight
    from mart.claim_features f
    join labels l using (claim_id)
    where f.opened_at >= :since
    """
)


def for_claims(session: Session, ids: list[int]) -> pd.DataFrame:
    rows = session.execute(_FOR_CLAIMS, {"ids": ids}).mappings()
    return pd.DataFrame([dict(row) for row in rows])


def labelled(session: Session, since: str) -> pd.DataFrame:
    rows = session.execute(_LABELLED, {"since": since}).mappings()
    return pd.DataFrame([dict(row) for row in rows])


def encode(frame: pd.DataFrame) -> pd.DataFrame:
    encoded = frame[NUMERIC].astype(float)
    for column in CATEGORICAL:
        encoded[column] = frame[column].astype("category")
    encoded[NARRATIVE] = project(frame["narrative"].fillna("").tolist())
    return encoded[COLUMNS]
