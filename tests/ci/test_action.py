"""The steps of action.yml, run by bash in real checkouts of a real repository."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.errors import UnusableInput
from pipeline.interfaces.ci import Change, merge_base
from pipeline.interfaces.ci.github import comment
from pipeline.reports.pr_comment import MARKER
from tests.ci.actions import ROOT, Job
from tests.ci.conftest import UNSAFE, Comments, git, repository

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def job(tmp_path: Path, checkout: Path, event_name: str, event: dict[str, Any], **more: Any) -> Job:
    temp = tmp_path / "runner"
    temp.mkdir(exist_ok=True)
    return Job(checkout, temp, event_name, event, **more)


def test_a_change_is_told_in_the_summary_a_comment_and_a_file_and_fails_the_job(tmp_path: Path, comments: Comments) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    checkout = made.checked_out(tmp_path / "checkout")
    # Somebody wrote a comment that begins as ours does.
    comments.kept = [{"id": 5, "body": f"{MARKER} mine", "user": {"type": "User", "login": "mallory"}}]
    run = job(tmp_path, checkout, "pull_request", made.request(), api=comments.url)
    assert run.run() == 1, run.ran["scan"].stderr
    assert (run.outputs["new"], run.outputs["fixed"], run.outputs["exit-code"]) == ("1", "0", "1")
    assert "1 threat added (1 high)" in run.summary
    assert "settings and suppressions of the tree" in run.ran["scan"].stderr
    results = json.loads(Path(run.outputs["sarif"]).read_text("utf-8"))["runs"][0]["results"]
    assert [(result["ruleId"], result["baselineState"]) for result in results] == [("model-output-executed", "new")]
    assert [one["body"][:40] for one in comments.kept] == [f"{MARKER} mine"[:40], MARKER + "\n## Thre"]
    assert comments.kept[1]["body"].strip() == run.summary.strip()
    assert comments.tokens == {"Bearer a-token"}
    assert not list(tmp_path.rglob("pwned")), "the name of a branch was run"


def test_the_comment_is_written_anew_in_its_place_and_not_for_nothing(comments: Comments) -> None:
    environment = {"GITHUB_TOKEN": "a-token", "GITHUB_REPOSITORY": "team/app", "GITHUB_API_URL": comments.url}
    change = Change("github", "request", number=7)

    def tell(text: str, *, only_update: bool = False) -> str:
        return comment(environment, change, f"{MARKER}\n{text}", MARKER, only_update=only_update)

    comments.kept = [{"id": number, "body": "words", "user": {"type": "Bot"}} for number in range(150)]
    assert tell("nothing", only_update=True).endswith("no comment") and len(comments.kept) == 150
    assert tell("one") == "the comment is written"
    assert tell("two", only_update=True) == "the comment is written anew"
    assert [one["body"] for one in comments.kept[150:]] == [f"{MARKER}\ntwo"]
    assert comments.asked[-1] == ("PATCH", "/repos/team/app/issues/comments/1150")
    comments.may_write = False
    assert "the summary of the job has it" in tell("three")
    assert "no token" in comment({**environment, "GITHUB_TOKEN": ""}, change, "", MARKER, only_update=False)
    assert "no token" in comment({**environment, "GITHUB_REPOSITORY": "../../x"}, change, "", MARKER, only_update=False)
    with pytest.raises(UnusableInput, match="cannot be asked"):
        comment({**environment, "GITHUB_API_URL": "http://api.example.org"}, change, "", MARKER, only_update=False)


def test_a_change_from_a_fork_cannot_accept_its_own_findings_and_needs_no_rights(tmp_path: Path, comments: Comments) -> None:
    silent = "# threatloom: accept model-output-executed -- trust me\nexec(reply)"
    settings = "exclude: ['*.py']\nfail_on: never\nsuppress:\n  - {threat: model-output-executed, reason: trust me}\n"
    made = repository(tmp_path / "origin", {"app.py": UNSAFE.replace("exec(reply)", silent), ".threatloom.yaml": settings})
    comments.may_write = False
    run = job(tmp_path, made.checked_out(tmp_path / "checkout"), "pull_request", made.request(fork=True), api=comments.url)
    assert run.run() == 1, run.ran["scan"].stderr
    assert "settings and suppressions of the baseline" in run.ran["scan"].stderr
    assert "1 threat added (1 high), 1 suppression added" in run.summary and "trust me" in run.summary
    assert run.ran["comment"].returncode == 0 and "the summary of the job has it" in run.ran["comment"].stderr
    assert comments.kept == []


def test_a_shallow_checkout_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    run = job(tmp_path, made.checked_out(tmp_path / "checkout", depth=1), "pull_request", made.request())
    assert run.run() == 2
    said = run.ran["scan"].stderr
    assert said.count("\n") == 1 and "is not in this checkout" in said and "fetch-depth: 0" in said
    assert list(run.ran) == ["scan"] and not run.outputs and not run.summary


def test_a_missing_base_is_an_error_and_never_a_green_run(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    checkout = made.checked_out(tmp_path / "checkout")
    for sha, said in (("1" * 40, "fetch the branch"), ("$(touch pwned)", "--baseline REV")):
        event = made.request()
        event["pull_request"]["base"]["sha"] = sha
        run = job(tmp_path, checkout, "pull_request", event)
        assert run.run() == 2 and said in run.ran["scan"].stderr


def test_a_base_without_a_common_past_is_an_error(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    checkout = made.checked_out(tmp_path / "checkout")
    unrelated = git(made.origin, "commit-tree", "-m", "x", git(made.origin, "rev-parse", "main^{tree}"))
    git(made.origin, "update-ref", "refs/heads/unrelated", unrelated)
    git(checkout, "fetch", "-q", "origin", "unrelated")
    with pytest.raises(UnusableInput, match="no commit in common"):
        merge_base(checkout, Change("github", "request", unrelated))


def test_the_event_that_gives_strangers_rights_is_refused(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    run = job(tmp_path, made.checked_out(tmp_path / "checkout"), "pull_request_target", made.request(fork=True))
    assert run.run() == 2 and "start the job by pull_request" in run.ran["scan"].stderr


@pytest.mark.slow
def test_a_push_is_compared_with_what_was_there_and_a_change_without_threats_makes_no_comment(tmp_path: Path, comments: Comments) -> None:
    made = repository(tmp_path / "origin", {"notes.txt": "nothing\n"})
    checkout = made.checked_out(tmp_path / "checkout")
    run = job(tmp_path, checkout, "push", {"before": made.base}, api=comments.url)
    assert run.run() == 0 and "comment" not in run.ran
    assert "no threat added" in run.summary
    for before in ("0" * 40, "2" * 40):  # a new branch, one that was written anew
        run = job(tmp_path, checkout, "push", {"before": before})
        assert run.run() == 0 and f"compared with {git(checkout, 'rev-parse', 'HEAD^')}" in run.ran["scan"].stderr
    quiet = job(tmp_path, checkout, "pull_request", made.request(), api=comments.url)
    assert quiet.run() == 0 and comments.kept == []
    scheduled = job(tmp_path, checkout, "schedule", {})
    assert scheduled.run() == 0 and "compared with nothing" in scheduled.ran["scan"].stderr


@pytest.mark.slow
def test_inputs_are_words_and_never_a_script(tmp_path: Path) -> None:
    made = repository(tmp_path / "origin", {"app.py": UNSAFE})
    checkout = made.checked_out(tmp_path / "checkout")
    for name in ("path", "baseline", "fail-on", "trust", "incomplete"):
        run = job(tmp_path, checkout, "pull_request", made.request(), inputs={name: '\'; touch pwned; "$(touch pwned)" #'})
        assert run.run() == 2 and run.ran["scan"].stderr.count("\n") <= 4
    assert not list(tmp_path.rglob("pwned"))


# What the file says


def test_actions_of_others_are_few_and_pinned_by_their_commit() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert {name.partition("@")[0] for name in used} == {"actions/setup-python", "actions/cache", "github/codeql-action/upload-sarif"}
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)
    text = (ROOT / "action.yml").read_text("utf-8")
    assert all(re.search(rf"{re.escape(name)} # v\d+\.\d+\.\d+$", text, re.MULTILINE) for name in used)


def test_no_script_holds_an_expression_and_every_variable_is_quoted() -> None:
    for step in ACTION["runs"]["steps"]:
        script = step.get("run", "")
        assert "${{" not in script and "secrets." not in str(step)
        bare = re.sub(r'"[^"]*"', "", script)
        assert "$" not in bare, script
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_environment_is_made_of_what_is_locked_and_asks_no_file_of_the_checkout(tmp_path: Path) -> None:
    """The step that needs a network, with a python that only writes down what it is asked."""
    step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "install")
    python = '#!/bin/sh\nprintf "%s\\n" "$*" >> "$LOG"\ncase "$*" in *venv*) mkdir -p "$PLACE/venv/bin"; cp "$0" "$PLACE/venv/bin/python";; esac\n'
    stub = tmp_path / "bin" / "python"
    stub.parent.mkdir()
    stub.write_text(python, "utf-8")
    stub.chmod(0o755)
    variables = {"PATH": f"{stub.parent}:/usr/bin:/bin", "LOG": str(tmp_path / "log"), "PLACE": str(tmp_path / "a b"), "ACTION": str(ROOT)}
    subprocess.run(["bash", "-c", step["run"]], env=variables, cwd=tmp_path, check=True)
    asked = (tmp_path / "log").read_text("utf-8").splitlines()
    assert all(line.startswith("-I -m ") for line in asked)
    assert [("--require-hashes" in line) for line in asked] == [False, True, True, False]
    assert "--no-index" in asked[-1]
    locks = re.findall(r'"\$ACTION/([\w./-]+)"', step["run"])
    assert locks == ["docker/build.lock", "docker/requirements.lock"] and all((ROOT / lock).is_file() for lock in locks)
