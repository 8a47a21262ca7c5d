"""Settings of DVC: credentials of remotes are told by their lines and never kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.purpose import kind_of
from tests.ingest.config.test_config import read

AZURE = "['remote \"blob\"']\n    url = azure://scans/data\n    account_name = scans\n    account_key = {}\n"
KEY = "q7Tz0PkV4mXr9sLhY2bWnC5dFgJ8aEuK3oRi6vQx1ZtBwMyNpDfHcSjGlUeAkOq8I2rV5bX=="


def test_the_key_of_a_remote_is_a_secret_of_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "config", "[core]\n    remote = blob\n" + AZURE.format(KEY), "dvc_config")
    assert [(s.name, s.place.start_line, bool(s.attributes["secret"])) for s in found] == [("account_key", 6, True)]
    assert KEY not in repr(found)


@pytest.mark.parametrize("value", ["${BLOB_KEY}", "<your key>", ""])
def test_a_key_that_is_filled_in_elsewhere_is_none(tmp_path: Path, value: str) -> None:
    assert read(tmp_path, "config", AZURE.format(value), "dvc_config") == []


def test_profiles_files_and_addresses_of_a_remote_are_no_secrets(tmp_path: Path) -> None:
    text = "['remote \"s3\"']\n    url = s3://scans\n    profile = scans-reader\n    credentialpath = ~/.aws/credentials\n    keyfile = /etc/keys/scans\n"
    assert read(tmp_path, "config", text, "dvc_config") == []


def test_credentials_outside_of_a_remote_are_not_read_as_its_own(tmp_path: Path) -> None:
    assert read(tmp_path, "config", f"[core]\n    token = {KEY}\n", "dvc_config") == []


def test_the_settings_of_dvc_are_known_by_their_folder() -> None:
    assert [kind_of(path) for path in (".dvc/config", "ml/.dvc/config.local", "config", ".dvcignore")] == [
        "dvc_config",
        "dvc_config",
        None,
        None,
    ]


STAGES = """stages:
  rows:
    cmd: [mkdir -p data, python collect.py]
    outs:
      - data/rows.csv:
          cache: false
  fit:
    cmd: python fit.py
    deps: [fit.py, data/rows.csv]
    outs: [model.joblib]
  each:
    foreach: [a, b]
    do: {cmd: python one.py}
"""


def test_a_stage_tells_what_it_runs_reads_and_writes(tmp_path: Path) -> None:
    found = read(tmp_path, "dvc.yaml", STAGES)
    assert [
        (s.name, s.place.start_line, s.attributes["command"], s.attributes.get("reads"), s.attributes.get("writes")) for s in found
    ] == [
        ("rows", 2, "mkdir -p data\npython collect.py", None, ("data/rows.csv",)),
        ("fit", 7, "python fit.py", ("fit.py", "data/rows.csv"), ("model.joblib",)),
        ("each", 11, "python one.py", None, None),
    ]


def test_parameters_are_known_by_their_path_from_the_top(tmp_path: Path) -> None:
    found = read(tmp_path, "params.yaml", "seed: 7\ntrain:\n  model: {name: vit}\n  layers: [a, b]\n")
    assert [(s.name, s.attributes["value"], s.place.start_line) for s in found] == [("seed", "7", 1), ("train.model.name", "vit", 3)]
