"""Client of Tripwire. Each call that moves money has a key, so that a repeated step pays once."""

import hashlib
import json
from functools import cache
from typing import Any

import httpx

from wayfarer.settings import settings


@cache
def _client() -> httpx.Client:
    key = settings.trips_key.get_secret_value()
    return httpx.Client(base_url=settings.trips_url, headers={"authorization": f"Bearer {key}"}, timeout=30)


def get(path: str, **params: Any) -> Any:
    answer = _client().get(path, params=params)
    answer.raise_for_status()
    return answer.json()


def post(path: str, thread: str, body: dict[str, Any]) -> Any:
    once = hashlib.sha256(f"{thread}{path}{json.dumps(body, sort_keys=True, default=str)}".encode()).hexdigest()
    answer = _client().post(path, json=body, headers={"idempotency-key": once})
    answer.raise_for_status()
    return answer.json()
