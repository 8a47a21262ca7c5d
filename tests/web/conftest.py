"""The record of the pages' tests, made once for those who only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.world import World, built, copied


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For tests that only read; its folder is named without links, as a scan names it."""
    made = built(tmp_path_factory.mktemp("web").resolve())
    yield made
    made.record.close()


@pytest.fixture
def own_world(world: World, tmp_path: Path) -> Iterator[World]:
    """For tests that write into the record: a copy of it."""
    made = copied(world, tmp_path)
    yield made
    made.record.close()


@pytest.fixture
def own_tree(tmp_path: Path) -> Iterator[World]:
    """For tests that write into the scanned tree."""
    made = built(tmp_path.resolve())
    yield made
    made.record.close()
