import hashlib
from pathlib import Path

import boto3
import keras
import mlflow
import numpy as np
from attrs import frozen
from prefect import flow, get_run_logger, task
from sklearn.model_selection import GroupShuffleSplit

from triage.db.session import unit_of_work
from triage.photos.damage import CLASSES, build
from triage.photos.imaging import pixels
from triage.photos.intake import PhotoStore
from triage.settings import settings


@frozen
class Example:
    key: str
    claim_id: int
    label: int


@task
def examples() -> list[Example]:
    """Pictures whose damage an adjuster has confirmed."""
    with unit_of_work() as repos:
        return [
            Example(photo.key, photo.claim_id, CLASSES.index(photo.confirmed_damage))
            for photo in repos.photos.confirmed()
        ]


@task
def arrays(chosen: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    store = PhotoStore(settings())
    pictures = np.stack([pixels(store.get(example.key)) for example in chosen])
    return pictures, np.array([example.label for example in chosen])


def manifest(chosen: list[Example]) -> str:
    listing = "\n".join(f"{example.key} {example.label}" for example in chosen)
    return hashlib.sha256(listing.encode()).hexdigest()


@task
def train(chosen: list[Example], epochs: int) -> tuple[keras.Model, float]:
    groups = [example.claim_id for example in chosen]
    split = GroupShuffleSplit(n_splits=1, test_size=0.2, random_state=5)
    learn, held = next(split.split(chosen, groups=groups))
    model = build()
    x, y = arrays.fn([chosen[n] for n in learn])
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=2)
    x, y = arrays.fn([chosen[n] for n in held])
    return model, float(model.evaluate(x, y, verbose=0)[1])


@task
def publish(model: keras.Model, accuracy: float, digest: str) -> None:
    path = Path(settings().model_cache) / "damage-new.keras"
    model.save(path)
    with mlflow.start_run(run_name="damage-model"):
        mlflow.log_params({"manifest_sha256": digest, "classes": len(CLASSES)})
        mlflow.log_metric("accuracy", accuracy)
        mlflow.log_artifact(str(path))
    boto3.client("s3").upload_file(str(path), settings().model_bucket, settings().damage_key)


@flow(name="retrain-damage-model")
def retrain_damage_model(epochs: int = 12) -> None:
    mlflow.set_tracking_uri(settings().mlflow_tracking_uri)
    chosen = examples()
    model, accuracy = train(chosen, epochs)
    get_run_logger().info("accuracy on held-out claims: %.3f", accuracy)
    publish(model, accuracy, manifest(chosen))
