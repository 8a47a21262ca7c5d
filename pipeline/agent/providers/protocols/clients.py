"""HTTP clients of the two libraries that providers' packages are made with, so that all requests take one way."""

from __future__ import annotations

import httpx2


def silent_client() -> httpx2.Client:
    """A client that sends nothing: what is asked without `await` would take a way of its own."""
    return httpx2.Client(transport=httpx2.MockTransport(_refuse), trust_env=False)


def _refuse(request: httpx2.Request) -> httpx2.Response:
    raise RuntimeError("models are asked asynchronously here")
