"""The training set: labels of the warehouse joined with features as they were at the time (Feast)."""

from __future__ import annotations

import datetime as dt
import os

import joblib
import pandas as pd
import s3fs
import snowflake.connector
from category_encoders import TargetEncoder
from feast import FeatureStore
from sklearn.model_selection import train_test_split

from .config import ROOT, config

KEYS = ["transaction_id", "account_id", "merchant_id", "event_timestamp", "label"]
STORE = ROOT / "feature_repo"


def labels(as_of: dt.date) -> pd.DataFrame:
    with snowflake.connector.connect(
        account=os.environ["SNOWFLAKE_ACCOUNT"],
        user=os.environ["SNOWFLAKE_USER"],
        private_key_file=os.environ["SNOWFLAKE_KEY_PATH"],
        role=os.environ["SNOWFLAKE_ROLE"],
    ) as connection:
        cursor = connection.cursor()
        cursor.execute((ROOT / "sql" / "labels.sql").read_text(), {"window_days": config()["window_days"], "as_of": as_of.isoformat()})
        frame = cursor.fetch_pandas_all()
    return frame.rename(columns=str.lower)


def build(as_of: dt.date) -> str:
    """Builds, encodes, splits and stores; returns the folder."""
    store = FeatureStore(repo_path=str(STORE))
    frame = store.get_historical_features(entity_df=labels(as_of), features=store.get_feature_service("fraud_v2")).to_df()

    encoder = TargetEncoder(cols=config()["categorical"], smoothing=20)
    encoded = encoder.fit_transform(frame.drop(columns=KEYS), frame["label"])
    encoded = pd.concat([frame[KEYS], encoded], axis=1)

    train, test = train_test_split(encoded, test_size=config()["test_share"], random_state=config()["seed"], stratify=encoded["label"])
    folder = f"{config()['datasets']}/{as_of:%Y-%m-%d}"
    encoded.to_parquet(f"{folder}/all.parquet")
    train.to_parquet(f"{folder}/train.parquet")
    test.to_parquet(f"{folder}/test.parquet")
    with s3fs.S3FileSystem().open(config()["encoder"], "wb") as f:
        joblib.dump(encoder, f)
    return folder


def read(folder: str, part: str = "all") -> tuple[pd.DataFrame, pd.Series]:
    frame = pd.read_parquet(f"{folder}/{part}.parquet")
    return frame.drop(columns=KEYS), frame["label"]
