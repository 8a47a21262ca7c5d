"""Decisions of the scanned tree: what they close, what they do not, and that nothing of it is hidden."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.facts import Comment, ConfigFacts
from ingest.source import Place, Purpose
from pipeline.findings.model import Decision, Scan, Suppression
from pipeline.findings.spoken import said_in_comments
from pipeline.findings.suppressing import NOT_IN_BASELINE, added_since, not_applied, only_of_baseline, suppressed
from tests import factories as make

TODAY = date(2026, 6, 1)
_INTO = make.evidence("app.py:3", "q = request.json", "source")
_END = make.evidence("app.py:9", "exec(reply)\nmore", "sink")
_OTHER = make.evidence("other.py:5", "exec(reply)", "sink")
FINDING = make.finding("model-output-executed", id="0123456789abcdef", evidence=(_INTO, _END, _OTHER))
SCAN = make.scan((FINDING, make.finding("no-limit", id="f" * 16, stride=("denial_of_service",), evidence=(make.evidence("app.py:9"),))))


def slugs(slug: str) -> str | None:
    return {
        "old-name": "model-output-executed",
        "model-output-executed": "model-output-executed",
        "absent": "absent",
        "no-limit": "no-limit",
    }.get(slug)


def says(
    text: str, line: int = 8, beside: tuple[int, int] = (8, 9), path: str = "app.py", purpose: Purpose = "product"
) -> tuple[Suppression, ...]:
    comment = Comment(text, Place(path, line, line), beside)
    return said_in_comments([ConfigFacts(path, purpose, (), 20, comments=(comment,))])


def rule(**more: str) -> Suppression:
    decision = Decision(kind="accepted", reason="known", until=more.pop("until", ""), where=".threatloom.yaml:2")
    return Suppression(decision=decision, **more)


def after(*said: Suppression, scan: Scan = SCAN) -> Scan:
    return suppressed(scan, said, TODAY, slugs)


def status(scan: Scan, threat: str = "model-output-executed") -> str:
    return next(finding.status for finding in scan.findings if finding.threat == threat)


def test_a_comment_closes_the_finding_it_stands_beside_and_no_other_one() -> None:
    result = after(*says("accept model-output-executed -- sandboxed"))
    assert [(finding.threat, finding.status) for finding in result.findings] == [("model-output-executed", "accepted"), ("no-limit", "new")]
    decision = result.findings[0].decision
    assert decision is not None and (decision.reason, decision.where) == ("sandboxed", "app.py:8")
    assert result.suppressions[0].findings == (FINDING.id,) and not result.suppressions[0].stale
    assert result.summary.new == 1


def test_where_a_finding_enters_counts_and_a_further_place_of_it_does_not() -> None:
    assert status(after(*says("accept model-output-executed -- why", beside=(3, 3)))) == "accepted"
    elsewhere = after(*says("accept model-output-executed -- why", beside=(5, 5), path="other.py"))
    assert status(elsewhere) == "new"
    assert elsewhere.suppressions[0].stale == "nothing of model-output-executed is shown first here: the finding stands at app.py:9"


def test_another_line_closes_nothing_and_says_so() -> None:
    result = after(*says("accept model-output-executed -- why", line=12, beside=(12, 13)))
    assert status(result) == "new"
    assert result.suppressions[0].stale == "nothing of model-output-executed is reported beside app.py:12"


def test_several_slugs_are_several_suppressions_each_told_by_itself() -> None:
    result = after(*says("dismiss model-output-executed, absent -- not so"))
    assert status(result) == "dismissed"
    assert [one.stale for one in result.suppressions] == ["", "no such finding any more: absent is not reported here"]


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("accept model-output-executed", "it gives no reason: write one behind --"),
        ("accept model-output-executed --", "it gives no reason: write one behind --"),
        ("accept model-output-executed -- [until 2026-01-01]", "it gives no reason: write one behind --"),
        ("accept model-output-executed -- why [until soon]", "soon is no day: write until 2026-12-31"),
        ("accept model-output-executed -- why until 2026-13-01", "2026-13-01 is no day: write until 2026-12-31"),
        ("accept model-output-executed -- why [until 2026-05-31]", "its last day, 2026-05-31, has passed"),
        ("accept model-output-exceuted -- why", "no threat is called model-output-exceuted"),
        ("ignore model-output-executed -- why", "it says neither accept nor dismiss"),
        ("accept -- why", "it names no threat"),
        ("accept Everything! -- why", "everything! is no slug of a threat; a reason is written behind --"),
        ("", "it says neither accept nor dismiss"),
    ],
)
def test_a_comment_that_decides_nothing_says_why(text: str, stale: str) -> None:
    result = after(*says(text))
    assert status(result) == "new"
    assert [one.stale for one in result.suppressions] == [stale]


@pytest.mark.parametrize(
    "text",
    [
        "accept model-output-executed -- why [until 2026-06-01]",
        "ACCEPT model-output-executed — until the sandbox is there",
        "accept 0123456789abcdef -- why",
        "accept old-name -- it was called so",
    ],
)
def test_a_last_day_counts_words_are_a_reason_and_ids_and_former_names_are_known(text: str) -> None:
    assert status(after(*says(text))) == "accepted"


def test_comments_in_code_of_others_and_generated_files_decide_nothing() -> None:
    for purpose in ("vendored", "generated"):
        result = after(*says("accept model-output-executed -- why", purpose=purpose))
        assert status(result) == "new" and "decide it in .threatloom.yaml" in result.suppressions[0].stale


def test_settings_close_by_threat_by_id_and_by_the_file_that_is_shown_first() -> None:
    assert status(after(rule(threat="model-output-executed"))) == "accepted"
    assert status(after(rule(finding=FINDING.id))) == "accepted"
    assert status(after(rule(threat="model-output-executed", path="*.py"))) == "accepted"
    elsewhere = after(rule(threat="model-output-executed", path="other.py"))
    assert (status(elsewhere), elsewhere.suppressions[0].stale) == ("new", "nothing of model-output-executed is reported in other.py")
    assert status(after(rule(threat="no-limit", finding=FINDING.id))) == "new"


def test_who_decides_first_decides_and_all_who_fit_are_told() -> None:
    result = after(rule(threat="model-output-executed"), *says("dismiss model-output-executed -- not so"))
    assert status(result) == "accepted"
    assert all(one.findings == (FINDING.id,) for one in result.suppressions)


def test_the_matrix_still_says_finding_and_that_it_is_decided() -> None:
    result = after(*says("accept model-output-executed -- why"))
    cells = {cell.findings: (cell.state, cell.reason) for cell in result.coverage if cell.findings}
    assert cells[(FINDING.id,)] == ("finding", "a threat was found; decided: accepted")
    assert after(scan=result).coverage == result.coverage


def test_for_an_auditor_everything_is_open_and_the_suppressions_are_told() -> None:
    result = not_applied(SCAN, says("accept model-output-executed -- why"))
    assert status(result) == "new"
    assert [one.stale for one in result.suppressions] == ["not applied: --no-suppressions"]


def test_what_a_change_adds_is_marked_and_need_not_count() -> None:
    old = after(*says("accept no-limit -- known"))
    new = after(
        *says("accept no-limit -- known, in better words", line=20, beside=(9, 9)), *says("accept model-output-executed -- trust me")
    )
    marked = added_since(new, old)
    assert [(one.threat, one.added) for one in marked.suppressions] == [("no-limit", False), ("model-output-executed", True)]
    result = only_of_baseline(marked, TODAY, slugs)
    assert (status(result), status(result, "no-limit")) == ("new", "accepted")
    assert [one.stale for one in result.suppressions] == ["", NOT_IN_BASELINE]
    assert only_of_baseline(result, TODAY, slugs) == result


def test_a_renamed_file_takes_its_comments_along() -> None:
    old = after(*says("accept model-output-executed -- why", path="before.py"))
    new = after(*says("accept model-output-executed -- why"))
    assert [one.added for one in added_since(new, old, {"before.py": "app.py"}).suppressions] == [False]
    assert [one.added for one in added_since(new, old).suppressions] == [True]


def test_a_secret_in_a_reason_is_masked() -> None:
    said = says("accept model-output-executed -- the key is sk-proj-" + "a1B2c3D4e5F6g7H8" * 3)
    assert "a1B2c3D4e5F6g7H8" not in said[0].decision.reason


def test_half_of_a_character_in_a_reason_breaks_nothing() -> None:
    assert status(after(*says("accept model-output-executed -- why \ud800"))) == "accepted"


def test_a_path_of_a_comment_is_no_pattern(tmp_path: Path) -> None:
    assert status(after(*says("accept model-output-executed -- why", path="*.py"))) == "new"
