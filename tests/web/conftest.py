"""The record of the pages' tests, made once for those who only read it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.web.world import World, built


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For tests that only read; its folder is named without links, as a scan names it."""
    made = built(tmp_path_factory.mktemp("web").resolve())
    yield made
    made.record.close()


@pytest.fixture
def own_world(tmp_path: os.PathLike[str]) -> Iterator[World]:
    """For tests that write."""
    from pathlib import Path

    made = built(Path(tmp_path).resolve())
    yield made
    made.record.close()
