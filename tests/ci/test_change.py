"""Which change a job is about: hosts are believed where they say commits and numbers, and nothing else is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UnusableInput
from pipeline.interfaces.ci import Change, change_of, merge_base
from tests.ci.conftest import git, repository

A, B = "a" * 40, "b" * 40


def github(tmp_path: Path, name: str, event: Any) -> Change:
    file = tmp_path / "event.json"
    file.write_text(event if isinstance(event, str) else json.dumps(event), "utf-8")
    return change_of({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(file)})


def request(base: str | None, head: str | None, sha: Any = A) -> Any:
    return {
        "pull_request": {"number": 3, "base": {"sha": sha, "repo": {"full_name": base}}, "head": {"repo": head and {"full_name": head}}}
    }


def test_github_says_what_a_pull_request_is_compared_with(tmp_path: Path) -> None:
    assert github(tmp_path, "pull_request", request("t/a", "t/a")) == Change("github", "request", A, 3)
    assert github(tmp_path, "pull_request", request("t/a", "s/a")).stranger
    assert github(tmp_path, "pull_request", request("t/a", None)).stranger  # the fork is gone
    assert github(tmp_path, "merge_group", {"merge_group": {"base_sha": B}}) == Change("github", "request", B)
    assert github(tmp_path, "push", {"before": B}) == Change("github", "push", B)
    assert github(tmp_path, "push", {"before": "0" * 40}) == Change("github", "push")
    assert github(tmp_path, "schedule", {}) == Change("github", "other")


@pytest.mark.parametrize("sha", ["--upload-pack=touch", "HEAD; touch x", 3, None, ["a"], "A" * 40, A + "\n", "main"])
def test_what_is_no_commit_is_none(tmp_path: Path, sha: Any) -> None:
    assert github(tmp_path, "pull_request", request("t/a", "t/a", sha)).base is None


@pytest.mark.parametrize("event", ["", "[]", "{", '{"pull_request": []}', '{"pull_request": {"base": 3, "number": "x"}}', "[" * 100_000])
def test_a_broken_event_says_nothing(tmp_path: Path, event: str) -> None:
    assert github(tmp_path, "pull_request", event) == Change("github", "request", stranger=True)


def test_gitlab_says_it_in_variables() -> None:
    ours = {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": A,
        "CI_MERGE_REQUEST_IID": "9",
    }
    projects = {"CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"}
    assert change_of({**ours, **projects}) == Change("gitlab", "request", A, 9)
    assert change_of({**ours, **projects, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}).stranger
    assert change_of({"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": B}) == Change("gitlab", "push", B)


def test_elsewhere_it_says_what_to_run_instead() -> None:
    with pytest.raises(UnusableInput, match="threatloom scan --baseline REV --new-only"):
        change_of({})


def test_a_change_is_compared_with_where_it_began(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"notes.txt": "x\n"})
    whole = made.checked_out(tmp_path / "whole")
    assert merge_base(whole, Change("github", "request", made.base)) == made.base
    git(whole, "checkout", "-q", "HEAD^2")  # the branch itself, as GitLab checks it out
    assert merge_base(whole, Change("gitlab", "request", made.base)) == git(made.origin, "rev-parse", "main^")
    assert merge_base(whole, Change("github", "other")) is None
    shallow = made.checked_out(tmp_path / "shallow", depth=1)
    with pytest.raises(UnusableInput, match="GIT_DEPTH: 0"):
        merge_base(shallow, Change("gitlab", "push", made.base))
    first = tmp_path / "first"
    first.mkdir()
    git(first, "init", "-q")
    git(first, "commit", "-q", "--allow-empty", "-m", "one")
    assert merge_base(first, Change("github", "push")) is None
