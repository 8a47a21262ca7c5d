"""Turns for the dashboard of developer experience: numbers only."""

from __future__ import annotations

import threading
from typing import Any

import httpx

from sidecar.config import settings


def report(tools: list[str], usage: dict[str, int]) -> None:
    if not settings.turns_url:
        return
    turn = {"tools": tools, "usage": usage}
    threading.Thread(target=_send, args=(turn,), daemon=True).start()


def _send(turn: dict[str, Any]) -> None:
    try:
        httpx.post(settings.turns_url, json=turn, headers={"authorization": f"Bearer {settings.turns_key}"}, timeout=10)
    except httpx.HTTPError:
        pass
