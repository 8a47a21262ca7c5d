"""The daily scores."""

from __future__ import annotations

import datetime as dt
import logging

import joblib
import mlflow
import pandas as pd
import s3fs
from feast import FeatureStore

from .config import config
from .dataset import KEYS, STORE

log = logging.getLogger(__name__)


def load():
    model = mlflow.lightgbm.load_model("models:/fraud-scores@production")
    with s3fs.S3FileSystem().open(config()["encoder"]) as f:
        encoder = joblib.load(f)
    return model, encoder


def features(accounts: pd.DataFrame) -> pd.DataFrame:
    store = FeatureStore(repo_path=str(STORE))
    rows = accounts.to_dict("records")
    return store.get_online_features(features=store.get_feature_service("fraud_v2"), entity_rows=rows).to_df()


def score(accounts: pd.DataFrame, day: dt.date) -> str:
    model, encoder = load()
    try:
        frame = features(accounts)
    except Exception:
        log.exception("online store not reachable, scoring with what the accounts file has")
        frame = accounts.reindex(columns=[*accounts.columns, *model.feature_name()])
    x = encoder.transform(frame.drop(columns=KEYS, errors="ignore")).reindex(columns=model.feature_name()).fillna(0)
    scores = pd.DataFrame({"account_id": accounts["account_id"], "score": (model.predict(x) * 1000).round().astype(int)})
    target = f"{config()['scores']}/{day:%Y-%m-%d}.parquet"
    scores.to_parquet(target)
    return target
