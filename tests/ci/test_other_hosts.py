"""The job for GitLab and the hook of pre-commit, run by bash as they are written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.interfaces.cli.init import filled
from tests.ci.actions import ROOT
from tests.ci.conftest import SAFE, UNSAFE, git, repository

PROGRAM = str(Path(sys.executable).parent / "threatloom")


@pytest.mark.slow
def test_the_job_of_gitlab_fails_a_merge_request_that_adds_a_threat(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    checkout = made.checked_out(tmp_path / "checkout")
    git(checkout, "checkout", "-q", "HEAD^2")
    (job,) = yaml.safe_load(filled("gitlab.yml.j2")).values()
    script = "\n".join(job["script"]).replace("/opt/threatloom/bin/threatloom", PROGRAM)
    variables = {name: str(value).replace("$CI_PROJECT_DIR", str(checkout)) for name, value in job["variables"].items()}
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(made.origin, "rev-parse", "main^"), "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1", **variables,
    }  # fmt: skip
    before = job["before_script"][0]
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{before}\n{script}"], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 1, ended.stderr
    report = json.loads((checkout / "threatloom-report/gl-code-quality-report.json").read_text("utf-8"))
    assert [(one["check_name"], one["severity"], one["location"]) for one in report] == [
        ("model-output-executed", "critical", {"path": "app.py", "lines": {"begin": 4, "end": 4}})
    ]
    assert git(checkout, "status", "--porcelain") == ""  # neither the cache nor the report is part of the tree


def test_the_hook_stops_a_commit_that_adds_a_threat(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["language"] == "python" and hook["pass_filenames"] is False
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "app.py").write_text(SAFE, "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "app.py").write_text(UNSAFE, "utf-8")
    environment = {"PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}", "HOME": str(tmp_path.parent / "home")}
    ended = subprocess.run(["bash", "-c", hook["entry"]], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1 and "model-output-executed" in ended.stdout, ended.stderr
