"""Which change a CI job is about, by what its host says in the environment: GitHub Actions and GitLab CI.

Takes the environment, gives a `Change`. Names of branches, titles and users are chosen by strangers and never read: only commits, which are
hexadecimal or nothing, and numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import UnusableInput
from ingest.git import Git
from ingest.revision import known_commit, repository_of

Host = Literal["github", "gitlab"]
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_EVENT_BYTES = 16 * 1024 * 1024
_DEPTH: dict[Host, str] = {"github": "set fetch-depth: 0 on actions/checkout", "gitlab": "set GIT_DEPTH: 0 in the job's variables"}


@dataclass(frozen=True, slots=True)
class Change:
    """What a job is about."""

    host: Host
    kind: Literal["request", "push", "other"]  # of a request the base is asked for, of a push it is what was there before
    base: str | None = None  # commit
    number: int | None = None  # of the pull request
    stranger: bool = False  # whether it comes from a fork: who made it need not have any rights here


def change_of(environment: Mapping[str, str]) -> Change:
    """The change that the environment of a CI job is about.

    Raises:
        UnusableInput: no host that is known, or a job that should not be started so.
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        return _of_github(environment)
    if environment.get("GITLAB_CI") == "true":
        return _of_gitlab(environment)
    raise UnusableInput(
        "no CI job of GitHub or GitLab", "GITHUB_ACTIONS, GITLAB_CI", "elsewhere: threatloom scan --baseline REV --new-only"
    )


def _of_github(environment: Mapping[str, str]) -> Change:
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name == "pull_request_target":
        what = "started by pull_request_target, which gives a stranger's change the rights of the repository"
        raise UnusableInput(what, "on: pull_request_target", "start the job by pull_request: it needs no secret")
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    if name == "pull_request":
        request = _at(event, "pull_request")
        number = request.get("number")
        ours, theirs = (_at(request, side, "repo").get("full_name") for side in ("base", "head"))
        return Change(
            "github", "request", _commit(_at(request, "base").get("sha")), number if isinstance(number, int) else None,
            stranger=ours is None or ours != theirs,
        )  # fmt: skip
    if name == "merge_group":
        return Change("github", "request", _commit(_at(event, "merge_group").get("base_sha")))
    return Change("github", "push", _commit(event.get("before"))) if name == "push" else Change("github", "other")


def _of_gitlab(environment: Mapping[str, str]) -> Change:
    base = _commit(environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"))
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    if environment.get("CI_PIPELINE_SOURCE") == "merge_request_event" or number:
        ours, theirs = environment.get("CI_MERGE_REQUEST_PROJECT_ID"), environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
        known = int(number) if number.isdecimal() and len(number) < 12 else None
        return Change("gitlab", "request", base, known, stranger=ours is None or ours != theirs)
    if environment.get("CI_PIPELINE_SOURCE") == "push":
        return Change("gitlab", "push", _commit(environment.get("CI_COMMIT_BEFORE_SHA")))
    return Change("gitlab", "other")


def _event(path: str) -> dict[str, Any]:  # Any: what the host wrote
    try:
        with Path(path).open("rb") as handle:
            said = json.loads(handle.read(_EVENT_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _at(said: object, *names: str) -> dict[str, Any]:  # Any: what the host wrote
    for name in names:
        said = said.get(name) if isinstance(said, dict) else None
    return said if isinstance(said, dict) else {}


def _commit(said: object) -> str | None:
    return said if isinstance(said, str) and _COMMIT.fullmatch(said) and said.strip("0") else None


def merge_base(path: Path, change: Change) -> str | None:
    """The commit that a change is compared with; None where there is none before it.

    Raises:
        UnusableInput: there is one, and this clone does not have it: a comparison with nothing is no comparison.
    """
    if change.kind == "other":
        return None
    git = repository_of(path.resolve())
    if change.kind == "request":
        return _of_request(git, change)
    if change.base is not None and known_commit(git, change.base) is not None:
        return change.base
    if (parent := known_commit(git, "HEAD^")) is not None:
        return parent  # the branch is new, or was written anew: its last commit is what there is to compare
    if _is_shallow(git):
        raise UnusableInput("this checkout has no history to compare with", change.base or "HEAD", _DEPTH[change.host])
    return None


def _of_request(git: Git, change: Change) -> str:
    if change.base is None:
        raise UnusableInput("the job does not say what the change is compared with", change.host, "name it with --baseline REV")
    if known_commit(git, change.base) is None:
        mend = _DEPTH[change.host] if _is_shallow(git) else "fetch the branch that the change is for"
        raise UnusableInput("the commit that the change is compared with is not in this checkout", change.base, mend)
    said = git.run(git.top, "merge-base", change.base, "HEAD")
    found = (said or b"").decode("ascii", "replace").strip()
    if not _COMMIT.fullmatch(found):
        mend = _DEPTH[change.host] if _is_shallow(git) else "rebase the change on the branch that it is for"
        raise UnusableInput("the change and what it is compared with have no commit in common", change.base, mend)
    return found


def _is_shallow(git: Git) -> bool:
    return git.run(git.top, "rev-parse", "--is-shallow-repository") == b"true\n"
