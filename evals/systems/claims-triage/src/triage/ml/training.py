import lightgbm as lgb
import pandas as pd
from attrs import frozen
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

from triage.features.frame import CATEGORICAL, encode

PARAMETERS = {
    "objective": "binary",
    "metric": "average_precision",
    "learning_rate": 0.04,
    "num_leaves": 48,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.8,
    "seed": 11,
}


@frozen
class Trained:
    booster: lgb.Booster
    metrics: dict[str, float]
    sample: pd.DataFrame


def balanced(frame: pd.DataFrame, share: float = 0.25) -> pd.DataFrame:
    fraud, genuine = frame[frame.is_fraud], frame[~frame.is_fraud]
    wanted = int(len(genuine) * share / (1 - share))
    if len(fraud) >= wanted:
        return frame
    return pd.concat([genuine, resample(fraud, n_samples=wanted, random_state=11)])


def fit(frame: pd.DataFrame) -> Trained:
    frame = balanced(frame)
    train, held_out = train_test_split(frame, test_size=0.2, stratify=frame.is_fraud, random_state=11)
    x_train, x_held = encode(train), encode(held_out)
    booster = lgb.train(
        PARAMETERS,
        lgb.Dataset(
            x_train, train.is_fraud.astype(int), weight=train.weight, categorical_feature=CATEGORICAL
        ),
        num_boost_round=600,
    )
    predicted = booster.predict(x_held)
    metrics = {
        "roc_auc": roc_auc_score(held_out.is_fraud, predicted),
        "average_precision": average_precision_score(held_out.is_fraud, predicted),
        "rows": float(len(frame)),
    }
    return Trained(booster, metrics, x_train.head(5))
