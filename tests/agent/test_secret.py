"""The key of this machine: the same in every run, also after one that was killed while it made it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.agent.secret import machine_secret


def test_the_key_stays_and_is_the_users_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "machine.key"
    key = machine_secret(file)
    assert len(key) == 32 and machine_secret(file) == key and file.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in file.parent.iterdir()] == ["machine.key"]


@pytest.mark.parametrize("broken", [b"", b"half of it"])
def test_a_broken_key_is_made_anew_and_then_stays(broken: bytes, tmp_path: Path) -> None:
    file = tmp_path / "machine.key"
    file.write_bytes(broken)
    key = machine_secret(file)
    assert len(key) == 32 and machine_secret(file) == key


def test_runs_that_begin_at_the_same_time_end_with_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(machine_secret, [tmp_path / "machine.key"] * 64))
    assert keys == {(tmp_path / "machine.key").read_bytes()}


def test_a_key_that_cannot_be_kept_is_one_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keys = {machine_secret(tmp_path / "file" / "machine.key"), machine_secret(None)}
    assert len(keys) == 2 and all(len(key) == 32 for key in keys)
