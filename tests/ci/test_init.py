"""`threatloom init`: files that can be used as they are, and nothing written over or through a link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipeline.interfaces.cli import run
from pipeline.interfaces.settings import load_settings
from tests.ci.actions import ROOT
from tests.ci.conftest import git


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


@pytest.mark.parametrize(
    ("origin", "files"),
    [
        ("git@github.com:team/app.git", {".threatloom.yaml", ".github/workflows/threatloom.yml"}),
        ("https://gitlab.example.org/team/app", {".threatloom.yaml", ".gitlab/threatloom.yml"}),
        ("https://example.org/github/app", {".threatloom.yaml"}),
    ],
)
def test_the_job_is_that_of_the_origins_host(tmp_path: Path, origin: str, files: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", origin)
    assert run(["init", str(tmp_path)]) == 0
    assert written(tmp_path) == files
    said = capsys.readouterr().out
    assert all(f"wrote   {file}" in said for file in files) and said.splitlines()[-1] == f"next: threatloom scan {tmp_path}"


def test_nothing_is_written_over_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".threatloom.yaml").write_text("fail_on: high\n", "utf-8")
    assert run(["init", str(tmp_path), "--ci", "github"]) == 0
    assert (tmp_path / ".threatloom.yaml").read_text("utf-8") == "fail_on: high\n"
    assert "kept    .threatloom.yaml, which is there already" in capsys.readouterr().out
    assert run(["init", str(tmp_path), "--force", "--ci", "none"]) == 0
    assert (tmp_path / ".threatloom.yaml").read_text("utf-8") != "fail_on: high\n"


def test_no_link_is_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "app" / ".github").symlink_to(tmp_path / "elsewhere")
    assert run(["init", str(tmp_path / "app"), "--ci", "github"]) == 2
    assert "a link stands in the way" in capsys.readouterr().err and not written(tmp_path / "elsewhere")


def test_what_is_written_is_settings_that_can_be_read_with_every_line_in_force(tmp_path: Path) -> None:
    run(["init", str(tmp_path), "--ci", "none"])
    file = tmp_path / ".threatloom.yaml"
    assert load_settings(tmp_path, {}, {}).fail_on == "never"
    (tmp_path / "design").mkdir()
    said = re.sub(r"(?m)^# (?=(?:docs|exclude|suppress): ?|suppress:$| {2})", "", file.read_text("utf-8")).replace("SLUG", "some-threat")
    file.write_text(said, "utf-8")
    settings = load_settings(tmp_path, {}, {})
    assert [one.threat for one in settings.suppress] == ["some-threat"] and settings.docs and settings.exclude


def test_the_workflow_gives_no_more_rights_than_it_needs_and_no_script_an_expression(tmp_path: Path) -> None:
    run(["init", str(tmp_path), "--ci", "github"])
    text = (tmp_path / ".github/workflows/threatloom.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert set(workflow[True]) == {"pull_request", "push"}  # YAML 1.1 reads `on` as true
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read", "pull-requests": "write", "security-events": "write"}
    assert not any("${{" in step.get("run", "") for step in job["steps"]) and "secrets." not in text
    pinned = re.findall(r"uses: (\S+)", text)
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in pinned)
    action = (ROOT / "action.yml").read_text("utf-8")
    assert all(name in action for name in pinned if not name.startswith("actions/checkout"))


def test_the_template_for_gitlab_is_the_one_that_is_documented(tmp_path: Path) -> None:
    run(["init", str(tmp_path), "--ci", "gitlab"])
    text = (tmp_path / ".gitlab/threatloom.yml").read_text("utf-8")
    assert text == (ROOT / "docs/ci/gitlab.yml").read_text("utf-8")
    (job,) = yaml.safe_load(text).values()
    assert job["variables"]["GIT_DEPTH"] == "0" and job["artifacts"]["when"] == "always"
