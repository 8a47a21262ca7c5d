"""Drafts of judgements: what nobody judged, refused until it is filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.kept import kept_json
from evals.running.run import joined
from evals.suite import read_suite
from evals.unjudged import main
from ingest.errors import UnusableInput
from tests.evals.making import finding, judged, scan, small_suite


def test_a_draft_is_read_once_it_is_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite, scans = small_suite(tmp_path)
    scans["shop"] = scan("shop", *scans["shop"].findings, finding("shop", 2, at=50, id="a" * 16))
    result = joined(judged(suite, scans), "s", ("1", "k"), datetime(2026, 1, 2, tzinfo=UTC))
    (tmp_path / "results.json").write_text(kept_json(result))
    assert main([str(tmp_path)]) == 0
    draft = capsys.readouterr().out
    (tmp_path / "results.json").rename(tmp_path / "results-of-a-model.json")
    assert main([str(tmp_path / "results-of-a-model.json")]) == 0 and capsys.readouterr().out == draft
    assert draft.startswith(f'shop:\n  - fingerprint: "{"a" * 16}"\n    threat: over-broad-tool\n') and draft.count("fingerprint") == 1
    file = tmp_path / "adjudicated.yaml"
    file.write_text(draft)
    with pytest.raises(UnusableInput, match="judged findings cannot be used"):
        read_suite(tmp_path)
    file.write_text(draft.replace("verdict:", "verdict: right").replace("reason:", "reason: It is there a second time."))
    assert judged(read_suite(tmp_path), scans)[1].findings[0].outcome == "right"


def test_without_a_kept_result_it_says_so_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
