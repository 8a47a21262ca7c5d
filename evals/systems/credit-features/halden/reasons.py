"""Main reasons of a decline, from SHAP values."""
import sys
from functools import cache
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import s3fs
import shap
import yaml

EXPLAINER = "halden-shared/models/explainer.joblib"
TEXTS = Path(__file__).parents[1] / "conf" / "reasons.yaml"
MOST = 4


@cache
def _explainer() -> tuple[shap.TreeExplainer, list[str]]:
    with s3fs.S3FileSystem().open(EXPLAINER, "rb") as file:
        kept = joblib.load(file)
    return kept["explainer"], kept["features"]


@cache
def _texts() -> dict[str, str]:
    return yaml.safe_load(TEXTS.read_text("utf-8"))


def main_reasons(features: pd.DataFrame) -> list[list[str]]:
    """For each row the features that raise the score most, strongest first."""
    explainer, names = _explainer()
    values = explainer.shap_values(features.reindex(columns=names).astype(float))
    values = values[1] if isinstance(values, list) else values
    out = []
    for row in np.asarray(values):
        order = np.argsort(row)[::-1]
        out.append([names[place] for place in order[:MOST] if row[place] > 0])
    return out


def as_texts(names: list[str]) -> list[str]:
    texts = [_texts().get(name, "Features of the application.") for name in names]
    return list(dict.fromkeys(texts))


def build(version: str) -> None:
    """Makes the explainer of a version and puts it where scoring finds it."""
    import mlflow

    model = mlflow.lightgbm.load_model(f"models:/credit_default/{version.removeprefix('v')}")
    booster = getattr(model, "booster_", model)
    with s3fs.S3FileSystem().open(EXPLAINER, "wb") as file:
        joblib.dump({"explainer": shap.TreeExplainer(booster), "features": booster.feature_name()}, file)


if __name__ == "__main__" and sys.argv[1:2] == ["build"]:
    build(sys.argv[2])
