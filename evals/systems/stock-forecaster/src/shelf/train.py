"""Two quantile models."""

import lightgbm as lgb
import numpy as np
import polars as pl

from shelf.features import NAMES

QUANTILES = {"median": 0.5, "p90": 0.9}
PARAMS = {"objective": "quantile", "learning_rate": 0.05, "num_leaves": 63, "min_data_in_leaf": 200, "feature_fraction": 0.8, "seed": 11, "deterministic": True, "verbose": -1}
Models = dict[str, lgb.Booster]


def fit(rows: pl.DataFrame, rounds: int = 400) -> Models:
    usable = rows.drop_nulls(["lag_14", "mean_28"])
    inputs, target = usable.select(NAMES).to_numpy(), usable["units"].to_numpy()
    return {name: lgb.train({**PARAMS, "alpha": alpha}, lgb.Dataset(inputs, target, feature_name=NAMES), num_boost_round=rounds) for name, alpha in QUANTILES.items()}


def predict(models: Models, rows: pl.DataFrame) -> dict[str, np.ndarray]:
    inputs = rows.select(NAMES).to_numpy()
    median = np.clip(models["median"].predict(inputs), 0, None)
    return {"median": median, "p90": np.maximum(median, models["p90"].predict(inputs))}
