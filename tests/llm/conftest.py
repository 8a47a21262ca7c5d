"""What every test that talks to a model needs: no proxies, no keys of whoever runs it."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = ("_proxy", "openai_", "azure_openai", "anthropic_", "google_api", "gemini_", "mistral_", "aws_", "langsmith", "langchain_")
    for name in list(os.environ):
        if any(mark in name.lower() for mark in marks):
            monkeypatch.delenv(name)
