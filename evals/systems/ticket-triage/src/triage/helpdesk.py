"""Client of the helpdesk's API. The token may read tickets, set queue and priority and write internal notes; it cannot answer or close."""

from typing import Any

import httpx

from .settings import settings


def client() -> httpx.Client:
    return httpx.Client(
        base_url=settings().helpdesk_url,
        headers={"Authorization": f"Bearer {settings().helpdesk_token.get_secret_value()}"},
        timeout=15,
    )


def ticket(number: int) -> dict[str, Any]:
    with client() as c:
        answer = c.get(f"/tickets/{number:d}")
        answer.raise_for_status()
        return answer.json()


def sort(number: int, queue: str, priority: str) -> None:
    with client() as c:
        c.patch(f"/tickets/{number:d}", json={"queue": queue, "priority": priority}).raise_for_status()


def note(number: int, text: str) -> None:
    """An internal note, as plain text; the helpdesk escapes it."""
    with client() as c:
        c.post(f"/tickets/{number:d}/notes", json={"internal": True, "format": "text", "body": text}).raise_for_status()
