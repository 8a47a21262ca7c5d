"""The gate, and what happens behind it."""

import hashlib
import logging
import math
from datetime import UTC, datetime

import polars as pl

from shelf import backtest, loading, objects, signing
from shelf.features import NAMES
from shelf.settings import settings
from shelf.train import Models

log = logging.getLogger(__name__)
BETTER_THAN_BASELINE, WORSE_THAN_CURRENT = 0.9, 0.02


class Refused(Exception):
    """The candidate is not released."""


def in_use(held_out: pl.DataFrame) -> dict[str, float]:
    """Errors of the model in use on the same weeks."""
    try:
        return backtest.of_models(loading.current().models, held_out)
    except Exception:
        log.exception("model in use not available")
        return {}


def gate(candidate: Models, held_out: pl.DataFrame) -> dict[str, float]:
    """Figures of the candidate; raises where it is not good enough."""
    found = backtest.of_models(candidate, held_out)
    baseline, current = backtest.of_baseline(held_out), in_use(held_out)
    wrong = []
    if found["total"] > baseline["total"] * BETTER_THAN_BASELINE:
        wrong.append(f"baseline {baseline['total']:.3f}, candidate {found['total']:.3f}")
    for part, error in found.items():
        if error > current.get(part, math.inf) + WORSE_THAN_CURRENT:
            wrong.append(f"{part}: in use {current[part]:.3f}, candidate {error:.3f}")
    if wrong:
        raise Refused("; ".join(wrong))
    return found


def publish(models: Models, figures: dict[str, float], first_day: str, last_day: str, rows: int) -> str:
    """Uploads and signs a release, then names it as the current one."""
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M")
    files = {}
    for quantile, booster in models.items():
        body = booster.model_to_string().encode("ascii")
        files[quantile] = hashlib.sha256(body).hexdigest()
        objects.put(f"releases/{name}/{quantile}.txt", body)
    before = None
    try:
        before = signing.opened(objects.get("current"))["release"]
    except Exception:
        log.info("there is no release before this")
    manifest = {
        "name": name, "files": files, "features": NAMES, "figures": figures, "commit": settings.commit,
        "data": {"first": first_day, "last": last_day, "rows": rows}, "before": before,
    }
    objects.put(f"releases/{name}/manifest.json", signing.sign(manifest))
    objects.put("current", signing.sign({"release": name, "by": "retrain"}))
    log.info("released %s after %s: %s", name, before, figures)
    return name


def rollback() -> str:
    """Names the release before the current one."""
    now = signing.opened(objects.get("current"))["release"]
    before = signing.opened(objects.get(f"releases/{now}/manifest.json"))["before"]
    loading.release(before)
    objects.put("current", signing.sign({"release": before, "by": "rollback"}))
    log.warning("rolled back from %s to %s", now, before)
    return before
