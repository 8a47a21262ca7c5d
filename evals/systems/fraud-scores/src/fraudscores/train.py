"""Training of the week's model."""

import lightgbm as lgb
import mlflow

from . import dataset
from .config import config


def train(folder: str) -> str:
    """Trains on the folder's data and registers the model; returns the run's id."""
    x, y = dataset.read(folder, "train")
    x_test, y_test = dataset.read(folder, "test")
    mlflow.set_experiment(config()["experiment"])
    with mlflow.start_run() as run:
        mlflow.log_params({**config()["params"], "folder": folder, "rows": len(x)})
        found = lgb.train(
            {**config()["params"], "seed": config()["seed"]},
            lgb.Dataset(x, y),
            num_boost_round=config()["rounds"],
            valid_sets=[lgb.Dataset(x_test, y_test)],
            callbacks=[lgb.early_stopping(50, verbose=False)],
        )
        # After early stopping the final model is fitted on all rows with the number of rounds found.
        x_all, y_all = dataset.read(folder)
        final = lgb.train({**config()["params"], "seed": config()["seed"]}, lgb.Dataset(x_all, y_all), num_boost_round=found.best_iteration)
        mlflow.lightgbm.log_model(final, name="model", registered_model_name="fraud-scores")
    return run.info.run_id
