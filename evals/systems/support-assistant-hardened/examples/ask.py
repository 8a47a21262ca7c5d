"""Sends one question to a running service: `python examples/ask.py "Where is my parcel?"`."""

import os
import sys

import httpx

BASE_URL = os.environ.get("SUPPORT_URL", "http://localhost:8080")


def ask(message: str) -> str:
    response = httpx.post(f"{BASE_URL}/chat", json={"message": message}, cookies={"shop_session": os.environ["SHOP_SESSION"]}, timeout=60)
    response.raise_for_status()
    return response.json()["html"]


if __name__ == "__main__":
    print(ask(" ".join(sys.argv[1:]) or "How do I wash a down jacket?"))
