"""The fleet of public packages: its file is one the landscape reads, and archives unpack below their folder alone."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from evals.fleet.__main__ import unpack
from evals.fleet.nights import fleet_of, read_nights
from pipeline.fleet.fleet_file import read_fleet


def test_both_nights_are_fleets_whose_systems_keep_their_names(tmp_path: Path) -> None:
    nights = read_nights()
    keys = []
    for night in (0, 1):
        for system in nights.systems:
            (tmp_path / system.folder(night)).mkdir(exist_ok=True)
        (tmp_path / "fleet.yaml").write_text(fleet_of(nights, night), encoding="utf-8")
        keys.append({member.key for member in read_fleet(tmp_path / "fleet.yaml").members})
    assert len(nights.systems) >= 15
    assert keys[0] == keys[1] == {system.name for system in nights.systems}


def test_a_tarball_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad.tgz", "w:gz") as packed:
        member = tarfile.TarInfo("../outside.txt")
        member.size = 1
        packed.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(tarfile.OutsideDestinationError):
        unpack(tmp_path / "bad.tgz", tmp_path / "inside")
    assert not (tmp_path / "outside.txt").exists()


def test_a_wheel_that_leads_out_of_its_folder_stays_inside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.whl", "w") as packed:
        packed.writestr("../outside.txt", "x")
    unpack(tmp_path / "bad.whl", tmp_path / "inside")
    assert not (tmp_path / "outside.txt").exists() and (tmp_path / "inside" / "outside.txt").exists()
