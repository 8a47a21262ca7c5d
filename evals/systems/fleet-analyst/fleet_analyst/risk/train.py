"""Trains the driver risk predictor from the database. `python -m fleet_analyst.risk.train`"""

import hashlib
import json
import logging
import os
import pickle
from datetime import date, datetime, timedelta, timezone

import pandas as pd
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from fleet_analyst import log
from fleet_analyst.risk.features import KINDS, NUMBERS, features
from fleet_analyst.settings import get_settings

logger = logging.getLogger("fleet_analyst.risk")
QUARTERS = 8


def dataset(today: date) -> pd.DataFrame:
    days = [today - timedelta(days=91 * back) for back in range(1, QUARTERS + 1)]
    return pd.concat([features(day.isoformat()) for day in days], ignore_index=True)


def pipeline() -> Pipeline:
    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False), KINDS),
            ("passthrough", NUMBERS),
        ),
        HistGradientBoostingClassifier(max_depth=4, learning_rate=0.06, max_iter=200, random_state=7),
    )


def held_out_auc(data: pd.DataFrame) -> float:
    """Measured on drivers that the model has not seen."""
    split = GroupShuffleSplit(n_splits=1, test_size=0.25, random_state=7)
    train, test = next(split.split(data, groups=data["driver_id"]))
    model = pipeline().fit(data.iloc[train], data["at_fault_soon"].iloc[train])
    return float(roc_auc_score(data["at_fault_soon"].iloc[test], model.predict_proba(data.iloc[test])[:, 1]))


def write(model: Pipeline, data: pd.DataFrame, auc: float) -> None:
    target = get_settings().risk_model
    target.parent.mkdir(parents=True, exist_ok=True)
    blob = pickle.dumps(model)
    facts = {
        "trained_at": datetime.now(timezone.utc).isoformat(),
        "rows": len(data),
        "drivers": int(data["driver_id"].nunique()),
        "days": QUARTERS,
        "data_sha256": hashlib.sha256(data.to_csv(index=False).encode()).hexdigest(),
        "model_sha256": hashlib.sha256(blob).hexdigest(),
        "features": KINDS + NUMBERS,
        "held_out_auc": round(auc, 4),
        "scikit_learn": sklearn.__version__,
        "revision": os.environ.get("GIT_REVISION", "unknown"),
    }
    target.with_suffix(f".{date.today():%Y%m%d}.json").write_text(json.dumps(facts, indent=2))
    draft = target.with_suffix(".new")
    draft.write_bytes(blob)
    draft.replace(target)


def main() -> None:
    log.setup()
    data = dataset(date.today())
    auc = held_out_auc(data)
    logger.info("rows=%d held-out AUC=%.3f", len(data), auc)
    if auc < get_settings().risk_min_auc:
        logger.warning("AUC %.3f is under %.2f", auc, get_settings().risk_min_auc)
    model = pipeline().fit(data, data["at_fault_soon"])
    write(model, data, auc)


if __name__ == "__main__":
    main()
