"""`scan --baseline`, `diff` and `watch` as people run them: exit codes, one line for each mistake, nothing written into the tree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from pipeline.interfaces.cli.watching import watched
from pipeline.reports.difference import SCHEMA_FILE, schema
from pipeline.scan import ScanSettings
from tests.repositories import ASK, HEAD, RUN, Repository, everything, two_branches

Run = Callable[..., tuple[int, str, str]]
WANTED = ScanSettings(jobs=1)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return two_branches(tmp_path / "r")


def test_only_new_findings_stop_a_run(run: Run, repo: Repository) -> None:
    at = ("scan", repo.root, "--no-cache", "--jobs", "1", "-q", "--fail-on", "high")
    assert run(*at)[0] == 1
    assert run(*at, "--baseline", "main", "--new-only")[0] == 1  # the branch brings one
    assert run(*at, "--baseline", "main")[0] == 1
    assert run(*at, "--baseline", "HEAD", "--new-only")[0] == 0
    assert run(*at, "--baseline", "HEAD")[0] == 1
    code, out, _ = run(*at, "--baseline", "HEAD", "--new-only", "--format", "table")
    assert code == 0 and "findings that were there before are not listed" in out


def test_a_baseline_that_cannot_be_used_is_never_a_green_run(run: Run, repo: Repository, tmp_path: Path) -> None:
    broken = tmp_path / "old.json"
    broken.write_text('{"schema_version": "1.0", ')
    for baseline in ("nosuch", "nosuch.json", str(broken), "record:last", "-x", "--help"):
        code, out, err = run("scan", repo.root, "-q", f"--baseline={baseline}", "--new-only", "--fail-on", "high")
        assert (code, out) == (2, "") and err.count("\n") == 1 and err.startswith("threatloom: error: "), baseline
    code, _, err = run("scan", repo.root, "--new-only")
    assert code == 2 and "--baseline" in err


def test_the_tree_cannot_name_the_baseline(run: Run, repo: Repository) -> None:
    for name in ("baseline", "new_only", "rev"):
        repo.write({".threatloom.yaml": f"{name}: HEAD\n"})
        code, _, err = run("scan", repo.root)
        assert code == 2 and name in err


def test_an_earlier_revision_is_scanned_and_not_kept_in_the_record(
    run: Run,
    repo: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THREATLOOM_RECORD", str(tmp_path / "record.sqlite"))
    before = everything(repo.root)
    code, out, err = run("scan", repo.root, "--rev", "main", "--format", "json", "--jobs", "1", "--no-cache")
    said = json.loads(out)
    assert code == 0 and "kept as scan" not in err and said["target"]["revision"] == repo.git("rev-parse", "main")
    assert not any(finding["threat"] == "model-output-in-shell" for finding in said["findings"])
    code, _, err = run("scan", repo.root, "--rev", "nosuch")
    assert code == 2 and "no such revision: nosuch" in err
    assert "kept as scan 1" in run("scan", repo.root, "--no-cache", "--jobs", "1")[2]
    assert run("scan", repo.root, "-q", "--no-cache", "--baseline", "record:last", "--new-only", "--fail-on", "low")[0] == 0
    assert everything(repo.root) == before


def test_a_difference_in_every_form(run: Run, repo: Repository, tmp_path: Path) -> None:
    def diff(*more: object) -> tuple[int, str, str]:
        return run("diff", "main", "feature", repo.root, "--no-cache", *more)

    code, out, _ = diff()
    assert code == 0 and "what changed" in out and "as a shell command" in out and "new" in out.splitlines()[-1]
    code, out, _ = diff("--format", "json")
    said = json.loads(out)
    jsonschema.validate(said, json.loads(SCHEMA_FILE.read_text()))
    assert said["counts"]["new"] > 0 and {change["kind"] for change in said["changes"]} == {"new"} and said["story"]["lines"]
    assert diff("--fail-on", "high", "-q")[0] == 1
    code, out, _ = diff("--format", f"html={tmp_path}/d.html", "--format", "markdown")
    assert code == 0 and out.startswith("## What changed in `r`") and "<h2>The change</h2>" in (tmp_path / "d.html").read_text()
    assert "script" not in (tmp_path / "d.html").read_text()
    code, _, err = run("diff", "main", "nosuch", repo.root)
    assert code == 2 and err.count("\n") == 1


def test_the_shipped_schema_of_differences_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema()


def changing(*steps: Callable[[], object]) -> Iterator[object]:
    """Changes of a tree, each made when the watcher asks for the next."""
    for step in steps:
        step()
        yield "changed"


def test_each_change_is_told_in_a_few_lines(repo: Repository) -> None:
    repo.git("checkout", "-q", "main")
    app = repo.root / "app.py"

    def write(text: str) -> Callable[[], object]:
        return lambda: app.write_text(text)

    lines = list(
        watched(repo.root, lambda: WANTED, changing(
            write(HEAD + ASK + RUN), lambda: (repo.root / ".git" / "x").touch(), write(HEAD + ASK + "def broken(:\n" + RUN), write(HEAD + ASK), app.unlink,
            write(HEAD + ASK), lambda: (repo.root / ".threatloom.yaml").write_text("surprise: 1\n"),
        ))
    )  # fmt: skip
    assert lines[0].startswith("watching r: ")
    assert any(line.startswith("  + critical[model-output-in-shell]") for line in lines)
    assert any(line.startswith("  - critical[model-output-in-shell]") for line in lines)
    assert any("as a shell command" in line for line in lines)
    assert sum(line.startswith(("0 findings", "1 finding", "2 findings", "3 findings", "4 findings", "5 findings")) for line in lines) >= 4


def test_a_half_written_file_fixes_nothing(repo: Repository) -> None:
    lines = list(watched(repo.root, lambda: WANTED, changing(lambda: (repo.root / "web.py").write_text("def broken(:\n" * 30 + HEAD))))
    assert not any(line.startswith("  - ") for line in lines)


def test_a_change_that_no_file_of_the_scan_took_part_in_costs_no_scan(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write({".gitignore": "*.log\nout/\n"})
    (repo.root / "out").mkdir()
    lines = watched(repo.root, lambda: WANTED, changing(
        lambda: (repo.root / "a.log").write_text("x"), lambda: (repo.root / "out" / "b.py").write_text("x = 1"), lambda: repo.git("status"),
        lambda: repo.git("gc", "-q"),
    ))  # fmt: skip
    first = next(lines)
    assert first.startswith("watching") and list(lines) == []


@pytest.mark.slow
def test_a_watcher_tells_of_a_real_change_and_ends_with_130(repo: Repository, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "main")
    out = tmp_path / "out.txt"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONUNBUFFERED": "1"}
    with out.open("wb") as opened:
        process = subprocess.Popen(
            [sys.executable, "-m", "threatloom", "watch", str(repo.root)], stdout=opened, stderr=opened, env=environment
        )
    try:

        def waited(text: str) -> None:
            until = time.monotonic() + 90
            while text not in out.read_text():
                assert time.monotonic() < until and process.poll() is None, out.read_text()
                time.sleep(0.2)

        waited("watching r")
        time.sleep(1)
        (repo.root / "app.py").write_text(HEAD + ASK + RUN)
        waited("+ critical[model-output-in-shell]")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.wait()
    assert repo.git("status", "--porcelain") == "M app.py"
