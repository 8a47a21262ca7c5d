"""From the bucket into memory: signature, hashes, then LightGBM's text format."""

import hashlib
import io
from dataclasses import dataclass

import lightgbm as lgb
import polars as pl

from shelf import objects, signing
from shelf.features import NAMES
from shelf.train import QUANTILES, Models


class Broken(Exception):
    """A file is not the one that was released."""


@dataclass(frozen=True)
class Release:
    name: str
    models: Models
    figures: dict[str, float]


def checked(key: str, sha256: str) -> bytes:
    body = objects.get(key)
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Broken(key)
    return body


def release(name: str) -> Release:
    manifest = signing.opened(objects.get(f"releases/{name}/manifest.json"))
    if manifest["name"] != name or manifest["features"] != NAMES:
        raise Broken(f"{name}: another release or other features")
    models = {}
    for quantile in QUANTILES:
        text = checked(f"releases/{name}/{quantile}.txt", manifest["files"][quantile])
        models[quantile] = lgb.Booster(model_str=text.decode("ascii"))
    return Release(name, models, manifest["figures"])


def current() -> Release:
    return release(signing.opened(objects.get("current"))["release"])


def snapshot() -> pl.DataFrame:
    """Feature rows of the days ahead, as the daily job left them."""
    manifest = signing.opened(objects.get("snapshot.json"))
    return pl.read_parquet(io.BytesIO(checked(manifest["key"], manifest["sha256"])))
