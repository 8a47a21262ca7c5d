"""What every test that talks to a model needs: no proxies, no keys of whoever runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def scrubbed_environment() -> Iterator[None]:
    marks = ("_proxy", "openai_", "azure_openai", "anthropic_", "google_api", "gemini_", "mistral_", "aws_", "langsmith", "langchain_")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if any(mark in name.lower() for mark in marks):
                patch.delenv(name)
        yield
