"""What every test that talks to a model needs: no proxies, no keys of whoever runs it; a system to ask about, and what rules say of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from tests.llm import shop


@pytest.fixture(autouse=True, scope="module")
def scrubbed_environment() -> Iterator[None]:
    marks = ("_proxy", "openai_", "azure_openai", "anthropic_", "google_api", "gemini_", "mistral_", "aws_", "langsmith", "langchain_")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if any(mark in name.lower() for mark in marks):
                patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop; a module that needs more of it has a fixture of that name."""
    return shop.shop(tmp_path_factory.mktemp("scanned") / "shop")


@pytest.fixture(scope="module")
def offline(root: Path) -> Scan:
    """What rules alone say of it."""
    return shop.scanned(root, None)
