"""Suppressions and the kept result: what depends on the day is asked anew, what stands in files is read with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import scan as scanning
from pipeline.findings.model import Decision, Suppression
from pipeline.scan import ScanSettings, scan
from tests.scan.running import scan_here

APP = (
    'from openai import OpenAI\n\nreply = OpenAI().responses.create(model="m", input="x").output_text\n'
    "# threatloom: accept model-output-executed -- sandboxed [until 2026-06-01]\nexec(reply)\n"
)


def on(day: int) -> Callable[[], datetime]:
    return lambda: datetime(2026, 6, day, 12, tzinfo=UTC)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "system"
    root.mkdir()
    (root / "app.py").write_text(APP, "utf-8")
    return root


def test_a_kept_result_forgets_a_decision_whose_day_has_passed(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ScanSettings(jobs=1, cache=tmp_path / "kept")
    assert [finding.status for finding in scan(tree, settings, clock=on(1)).findings] == ["accepted"]

    def refuse(*_arguments: object) -> None:
        raise AssertionError("the tree is read again")

    monkeypatch.setattr(scanning, "read_facts", refuse)
    later = scan(tree, settings, clock=on(2))
    assert [finding.status for finding in later.findings] == ["new"]
    assert [one.stale for one in later.suppressions] == ["its last day, 2026-06-01, has passed"]
    assert [finding.status for finding in scan(tree, settings, clock=on(1)).findings] == ["accepted"]


def test_settings_and_their_absence_change_no_kept_result(tree: Path, tmp_path: Path) -> None:
    settings = ScanSettings(jobs=1, cache=tmp_path / "kept")
    said = Suppression(decision=Decision(kind="dismissed", reason="no", where=".threatloom.yaml:2"), threat="model-output-executed")
    assert [finding.status for finding in scan(tree, replace(settings, suppress=(said,)), clock=on(1)).findings] == ["dismissed"]
    assert [finding.status for finding in scan(tree, settings, clock=on(1)).findings] == ["accepted"]
    assert [finding.status for finding in scan(tree, replace(settings, suppressions=False), clock=on(1)).findings] == ["new"]


def test_a_comment_that_is_taken_out_or_changed_is_seen(tree: Path, tmp_path: Path) -> None:
    settings = ScanSettings(jobs=1, cache=tmp_path / "kept")
    scan(tree, settings, clock=on(1))
    (tree / "app.py").write_text(APP.replace("accept", "dismiss"), "utf-8")
    assert [finding.status for finding in scan(tree, settings, clock=on(1)).findings] == ["dismissed"]
    (tree / "app.py").write_text(APP.replace("# threatloom:", "# before:"), "utf-8")
    assert scan(tree, settings, clock=on(1)).suppressions == ()


def test_a_scan_is_passed_by_what_is_accepted_and_an_auditor_sees_it(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tree / "app.py").write_text(APP.replace("# threatloom", "# before"), "utf-8")
    arguments = ("--no-cache", "--jobs", "1", "--format", "table", "--fail-on", "high")
    assert scan_here(capfdbinary, tree, *arguments).code == 1
    text = "suppress:\n  - {threat: model-output-executed, reason: a lab}\n  - {threat: nothing-such, reason: x}\n"
    (tree / ".threatloom.yaml").write_text(text, "utf-8")
    ended = scan_here(capfdbinary, tree, *arguments)
    assert ended.code == 0
    assert "accepted   model-output-executed (high) app.py:5: a lab (.threatloom.yaml:2)" in ended.out
    assert ".threatloom.yaml:3: `accept nothing-such` closes nothing: no threat is called nothing-such" in ended.err
    assert scan_here(capfdbinary, tree, *arguments, "--no-suppressions").code == 1
