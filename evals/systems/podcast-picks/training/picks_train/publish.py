from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np

from picks_train.factorise import Factors
from picks_train.settings import Settings
from picks_train.storage import Storage

CURRENT = "models/current.json"


def matrix(names: list[str], rows: np.ndarray) -> dict[str, Any]:
    return {"dim": int(rows.shape[1]), "ids": names, "rows": np.round(rows, 5).ravel().tolist()}


def publish(
    factors: Factors,
    near: dict[str, list[str]],
    categories: dict[str, list[str]],
    facts: dict[str, Any],
    storage: Storage,
    s: Settings,
) -> str:
    version = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = f"models/{version}"
    manifest = {
        "version": version,
        "revision": s.revision,
        "facts": facts,
        "settings": s.model_dump(include={"factors", "iterations", "regularization", "alpha", "embedding_model", "embedding_revision"}),
        "subjects": storage.write_json(f"{folder}/subjects.json", matrix(factors.subjects, factors.subject_rows)),
        "episodes": storage.write_json(f"{folder}/episodes.json", matrix(factors.episodes, factors.episode_rows)),
        "neighbours": storage.write_json(f"{folder}/neighbours.json", near),
        "categories": storage.write_json(f"{folder}/categories.json", categories),
    }
    body = json.dumps(manifest, indent=2).encode()
    storage.write(f"{folder}/manifest.json", body)
    storage.write(CURRENT, body)
    httpx.post(f"{s.api_url}/internal/picks/reload", json={"manifest": CURRENT}, timeout=120).raise_for_status()
    return version
