import pickle
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from fleet_analyst.risk.features import features
from fleet_analyst.settings import get_settings


@lru_cache(maxsize=2)
def _load(path: Path, changed: float):
    with path.open("rb") as file:
        return pickle.load(file)


def predictor():
    """The present model; read anew when the file has changed."""
    path = get_settings().risk_model
    return _load(path, path.stat().st_mtime)


def score_table(table: pd.DataFrame) -> pd.Series:
    return pd.Series(predictor().predict_proba(table)[:, 1], index=table["driver_id"])


def score_driver(driver_id: int) -> float | None:
    table = features(date.today().isoformat(), driver=driver_id)
    return None if table.empty else float(score_table(table).iloc[0])
