"""Whose settings file and suppressions count against a baseline: what a change adds is told, and need not count yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ci.conftest import SAFE, UNSAFE, git
from tests.scan.running import Ended, scan_here

SILENT = UNSAFE.replace("exec(reply)", "# threatloom: accept model-output-executed -- trust me\nexec(reply)")
SETTINGS = "suppress:\n  - {threat: model-output-executed, path: app.py, reason: known}\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "app.py").write_text(SAFE, "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def scanned(capture: pytest.CaptureFixture[bytes], tree: Path, *more: str) -> Ended:
    return scan_here(capture, tree, "--no-record", "--no-cache", "--jobs", "1", "--new-only", "--fail-on", "high", *more)


def commit(tree: Path, **files: str) -> None:
    for name, text in files.items():
        (tree / name.replace("__", ".")).write_text(text, "utf-8")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "more")


def test_a_suppression_that_a_change_adds_counts_unless_the_baseline_alone_is_trusted(
    tree: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tree / "app.py").write_text(SILENT, "utf-8")
    trusting = scanned(capfdbinary, tree, "--baseline", "main")
    assert trusting.code == 0
    assert [(one["added"], bool(one["findings"])) for one in trusting.scan["suppressions"]] == [(True, True)]
    strict = scanned(capfdbinary, tree, "--baseline", "main", "--trust", "baseline")
    assert strict.code == 1
    assert "it was added since the baseline" in strict.err


def test_a_settings_file_that_a_change_adds_is_not_read_where_the_baseline_is_trusted(
    tree: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tree / "app.py").write_text(UNSAFE, "utf-8")
    (tree / ".threatloom.yaml").write_text(f"exclude: [app.py]\n{SETTINGS}", "utf-8")
    assert scanned(capfdbinary, tree, "--baseline", "main").code == 3  # nothing is left to read
    strict = scanned(capfdbinary, tree, "--baseline", "main", "--trust", "baseline")
    assert strict.code == 1 and strict.scan["examined"] == ["app.py"]


def test_what_the_baseline_decided_still_counts_and_is_not_called_added(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    commit(tree, __threatloom__yaml=SETTINGS)
    (tree / ".threatloom.yaml").unlink()  # the change takes it away
    (tree / "app.py").write_text(UNSAFE, "utf-8")
    strict = scanned(capfdbinary, tree, "--baseline", "main", "--trust", "baseline")
    assert (strict.code, [one["added"] for one in strict.scan["suppressions"]]) == (0, [False])
    assert scanned(capfdbinary, tree, "--baseline", "main").code == 1


def test_settings_that_were_broken_at_the_baseline_stop_only_who_needs_them(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    commit(tree, __threatloom__yaml="suppress: nonsense\n")
    (tree / ".threatloom.yaml").unlink()
    assert scanned(capfdbinary, tree, "--baseline", "main").code == 0
    strict = scanned(capfdbinary, tree, "--baseline", "main", "--trust", "baseline")
    assert strict.code == 2 and "suppress is no list" in strict.err


def test_a_file_is_no_baseline_that_can_be_trusted(tree: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    ended = scanned(capfdbinary, tree, "--baseline", "old.json", "--trust", "baseline")
    assert ended.code == 2 and "needs a revision of git" in ended.err


def test_the_tree_cannot_say_whom_to_trust(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tree / ".threatloom.yaml").write_text("trust: tree\n", "utf-8")
    ended = scanned(capfdbinary, tree, "--baseline", "main")
    assert ended.code == 2 and "trust can only be set on the command line" in ended.err


def test_a_revision_is_scanned_with_its_own_settings(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    commit(tree, app__py=UNSAFE, __threatloom__yaml=SETTINGS)
    (tree / ".threatloom.yaml").write_text("", "utf-8")
    ended = scan_here(capfdbinary, tree, "--no-record", "--no-cache", "--jobs", "1", "--rev", "HEAD")
    assert [finding["status"] for finding in json.loads(ended.out)["findings"]] == ["accepted"]
