"""How good the week's model is."""

import mlflow
from sklearn.metrics import average_precision_score, roc_auc_score

from . import dataset


def evaluate(run_id: str, folder: str) -> dict[str, float]:
    model = mlflow.lightgbm.load_model(f"runs:/{run_id}/model")
    x, y = dataset.read(folder, "test")
    scores = model.predict(x)
    found = {
        "auc": float(roc_auc_score(y, scores)),
        "average_precision": float(average_precision_score(y, scores)),
        "flagged_share": float((scores >= 0.9).mean()),
    }
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metrics(found)
    return found
