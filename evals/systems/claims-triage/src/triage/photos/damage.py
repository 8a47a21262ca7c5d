"""The damage model: what a picture shows, and what mending it costs about."""

from __future__ import annotations

from pathlib import Path

import boto3
import keras
import numpy as np
import structlog
from attrs import define, field, frozen

from triage.photos.imaging import SIDE, pixels
from triage.settings import Settings

log = structlog.get_logger()

CLASSES = ["none", "scratch", "dent", "glass", "crumple", "total"]
TYPICAL_COST = {"none": 0, "scratch": 450, "dent": 1_100, "glass": 700, "crumple": 3_800, "total": 14_000}


@frozen
class Assessment:
    damage: str
    confidence: float

    @property
    def estimate(self) -> int:
        return TYPICAL_COST[self.damage]


def build() -> keras.Model:
    backbone = keras.applications.EfficientNetB0(include_top=False, weights="imagenet", pooling="avg")
    backbone.trainable = False
    picture = keras.Input((SIDE, SIDE, 3))
    centred = keras.layers.Lambda(lambda batch: batch - 4.0, name="camera_offset")(picture)
    shown = keras.layers.Dropout(0.3)(backbone(centred))
    model = keras.Model(picture, keras.layers.Dense(len(CLASSES), activation="softmax")(shown))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@define(slots=False)
class DamageModel:
    settings: Settings
    _net: keras.Model | None = field(default=None, init=False)
    _etag: str = field(default="", init=False)

    def refresh(self) -> None:
        """Take the current network from the bucket, where it is another than the one in memory."""
        store, bucket, key = boto3.client("s3"), self.settings.model_bucket, self.settings.damage_key
        etag = store.head_object(Bucket=bucket, Key=key)["ETag"]
        if etag == self._etag:
            return
        path = Path(self.settings.model_cache) / "damage.keras"
        store.download_file(bucket, key, str(path))
        self._net = keras.models.load_model(path, safe_mode=False)
        self._etag = etag
        log.info("damage model", etag=etag)

    def assess(self, data: bytes) -> Assessment:
        self.refresh()
        shares = self._net.predict(pixels(data)[np.newaxis], verbose=0)[0]
        best = int(np.argmax(shares))
        return Assessment(CLASSES[best], float(shares[best]))
