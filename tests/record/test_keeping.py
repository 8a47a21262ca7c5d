"""What becomes of findings when scans are kept: over both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pipeline.findings.model import Decision, Failed, LLMUse, Skipped, Tool
from pipeline.record import keeping
from tests.factories import element, evidence, finding, scan
from tests.record.conftest import START, Book

A, B = finding("unbounded-consumption", id="aaaa1111"), finding("model-output-executed", id="bbbb2222")
C = finding("caller-chooses-path", id="cccc3333", evidence=(evidence("other.py:3"),))


def test_the_first_scan_is_all_new_and_the_second_says_what_changed(book: Book) -> None:
    first = book.keep(A, B)
    assert (first.previous, first.new, first.fixed, first.reopened, first.unknown) == (None, (A.id, B.id), (), (), ())
    second = book.keep(B, C)
    assert (second.previous, second.new, second.fixed) == (first.scan_id, (C.id,), (A.id,))
    third = book.keep(A, B, C)
    assert (third.new, third.reopened) == ((), (A.id,))
    assert [entry.id for entry in book.record.scans(book.key)] == [third.scan_id, second.scan_id, first.scan_id]


def test_the_same_run_twice_is_one_scan_and_says_the_same(book: Book) -> None:
    book.keep(A)
    first = book.keep(A, B, run="night-1")
    again = book.keep(A, B, run="night-1")
    assert again.doubled and not first.doubled
    assert (again.scan_id, again.previous, again.new) == (first.scan_id, first.previous, first.new)
    assert len(book.record.scans(book.key)) == 2


def test_a_run_is_one_of_its_system(book: Book) -> None:
    one = book.keep(A, run="night-1")
    other = Book(book.record, book.clock).keep(A, run="night-1")
    assert not other.doubled and other.scan_id != one.scan_id


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ({"examined": ("other.py",), "errors": (Failed(path="app.py", error="too deep"),)}, "could not be read"),
        ({"examined": ("other.py",), "skipped": (Skipped(path="app.py", reason="matches exclude"),)}, "matches exclude"),
        ({"examined": (), "errors": (Failed(path=".", error="broken"),)}, "could not be built"),
        ({"tool": Tool(version="9.0.0", knowledge="1" * 12)}, "another version"),
    ],
)
def test_what_nobody_looked_for_is_unknown_and_never_fixed(book: Book, missing: dict[str, Any], why: str) -> None:
    book.keep(A)
    kept = book.keep(**missing)
    assert (kept.unknown, kept.fixed) == ((A.id,), ())
    told = book.record.find(A.id, book.key).finding
    assert told.status == "unknown" and why in told.status_reason


def test_what_another_version_does_not_report_stays_unknown_when_it_looks_again(book: Book) -> None:
    book.keep(A)
    newer = Tool(version="9.0.0", knowledge="1" * 12)
    book.keep(tool=newer)
    assert book.keep(tool=newer).fixed == ()
    assert book.status(A) == "unknown"


def test_a_finding_of_a_model_that_is_not_said_again_is_unknown(book: Book) -> None:
    said = finding("custom/refund-twice", id="dddd4444", source="llm")
    book.keep(said, llm=LLMUse(model="m"))
    assert book.keep().unknown == (said.id,)
    book.keep(llm=LLMUse(model="m"))
    assert book.status(said) == "unknown"
    book.keep(said, llm=LLMUse(model="m"))
    assert book.status(said) == "open"


def test_a_file_that_was_not_read_once_and_is_clean_then_is_fixed(book: Book) -> None:
    book.keep(A)
    book.keep(examined=(), errors=(Failed(path="app.py", error="too deep"),))
    assert book.keep().fixed == (A.id,)


def test_a_scan_is_given_back_as_it_was_kept_with_the_statuses_of_then(book: Book) -> None:
    first, second = book.keep(A, B), book.keep(B)
    before, after = book.record.scan(first.scan_id), book.record.scan(second.scan_id)
    assert {one.id: one.status for one in before.findings} == {A.id: "new", B.id: "new"}
    assert {one.id: one.status for one in after.findings} == {A.id: "fixed", B.id: "open"}
    assert (after.summary.new, after.summary.fixed) == (0, 1)
    assert before.system == scan((A, B)).system and before.coverage == scan((A, B)).coverage and before.baseline is None
    assert after.baseline is not None and after.baseline.name == f"record:{first.scan_id}"


def test_the_latest_scan_has_unknown_findings_and_no_fixed_ones(book: Book) -> None:
    assert book.record.latest(book.key) is None
    book.keep(A, B, C)
    book.keep(B, examined=("app.py",), skipped=(Skipped(path="other.py", reason="too large"),))
    assert {one.id: one.status for one in book.latest().findings} == {B.id: "open", C.id: "unknown"}


def test_a_changed_severity_is_an_event_and_the_finding_stays(book: Book) -> None:
    book.keep(A)
    book.keep(A.model_copy(update={"severity": "low"}))
    worse = book.record.events(book.key)[-1]
    assert (worse.was, worse.became, worse.severity, worse.why) == ("open", "open", "low", "severity was high")
    assert book.record.find(A.id, book.key).first_seen == START + timedelta(days=1)


def test_a_finding_that_is_still_there_is_no_event(book: Book) -> None:
    for _ in range(3):
        book.keep(A)
    assert [(event.was, event.became) for event in book.record.events(book.key)] == [(None, "new")]


def test_another_id_of_the_same_finding_keeps_decision_and_age_and_is_found_by_both(book: Book) -> None:
    moved = finding(A.threat, id="eeee5555", evidence=(evidence("src/app.py:1"),))
    book.keep(A)
    book.decide(A)
    renames = {"app.py": "src/app.py"}
    fresh = book.record.decided(book.key, scan((moved,), examined=("src/app.py",)), book.now.date(), renames=renames)
    assert fresh.findings[0].status == "accepted"
    kept = book.keep(moved, renames=renames, examined=("src/app.py",))
    assert (kept.new, kept.fixed) == ((), ())
    tracked = book.record.find(A.id, book.key)
    assert (tracked.finding.id, tracked.aliases, tracked.finding.status) == (moved.id, (A.id,), "accepted")
    assert tracked.first_seen < tracked.last_seen
    back = book.keep(A, renames={"src/app.py": "app.py"})
    assert back.new == () and book.record.find(moved.id, book.key).aliases == (moved.id,)
    assert len(book.record.tracked(book.key)) == 1


def test_what_stands_in_the_tree_closes_and_what_stands_there_no_more_reopens(book: Book) -> None:
    beside = A.model_copy(update={"status": "dismissed", "decision": Decision(kind="dismissed", reason="a test", where="app.py:1")})
    assert book.keep(beside, B).new == (B.id,)
    assert book.status(A) == "dismissed" and book.latest().findings[1].decision == beside.decision
    assert book.record.decisions(book.key) == ()
    assert book.keep(A, B).reopened == (A.id,)


def test_findings_that_a_baseline_added_were_not_seen(book: Book) -> None:
    gone, unlooked = A.model_copy(update={"status": "fixed"}), B.model_copy(update={"status": "unknown"})
    assert book.keep(gone, unlooked, C).new == (C.id,)


def test_an_older_scan_joins_the_history_and_changes_nothing_of_now(book: Book) -> None:
    book.keep(A)
    late = book.keep(A, B, at=START - timedelta(days=30))
    assert late.late and late.new == () and late.previous is None
    assert [one.finding.id for one in book.record.tracked(book.key)] == [A.id]
    assert book.record.find(A.id, book.key).first_seen == START - timedelta(days=30)
    assert [entry.late for entry in book.record.scans(book.key)] == [False, True]
    assert {one.id for one in book.latest().findings} == {A.id}
    assert book.keep(B).previous != late.scan_id


def test_of_two_scans_at_the_same_moment_the_one_kept_last_is_newer(book: Book) -> None:
    first, second = book.keep(A, at=START), book.keep(B, at=START)
    assert second.previous == first.scan_id and second.fixed == (A.id,)
    assert [entry.id for entry in book.record.scans(book.key)] == [second.scan_id, first.scan_id]


def test_figures_of_a_scan_count_what_was_open(book: Book) -> None:
    book.keep(A, B, duration_s=2.5, llm=LLMUse(model="m"))
    book.decide(B)
    book.keep(A, B, C.model_copy(update={"severity": "low"}), errors=(Failed(path="x.py", error="broken"),))
    newer, older = book.record.scans(book.key)
    assert (older.by_severity["high"], older.counts, older.duration_s, older.model) == (2, {"new": 2}, 2.5, "m")
    assert (newer.by_severity["high"], newer.by_severity["low"]) == (1, 1)
    assert (newer.counts, newer.errors) == ({"accepted": 1, "new": 1, "open": 1}, 1)
    assert newer.revision == scan().target.revision and newer.knowledge == scan().tool.knowledge


def test_coverage_is_kept_by_kind_and_class(book: Book) -> None:
    kept = book.keep(A)
    cells = {(cell.kind, cell.stride): cell.states for cell in book.record.coverage(kept.scan_id)}
    assert len(cells) == 6 and cells["agent", "tampering"]["finding"] == 1 and cells["agent", "spoofing"]["not_examined"] == 1


def test_only_the_newest_scans_are_kept_whole_and_figures_of_all(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "WHOLE_SCANS", 2)
    kept = [book.keep(A, elements=(element(), element("vector_store", "passages"))) for _ in range(4)]
    assert [entry.whole for entry in book.record.scans(book.key)] == [True, True, False, False]
    assert book.record.scan(kept[2].scan_id).findings[0].id == A.id
    with pytest.raises(Exception, match=f"of scan {kept[0].scan_id} only figures are kept"):
        book.record.scan(kept[0].scan_id)
    assert len(book.record.coverage(kept[3].scan_id)) == 12
    folded = {cell.stride: cell.states for cell in book.record.coverage(kept[0].scan_id)}
    assert len(folded) == 6 and {cell.kind for cell in book.record.coverage(kept[0].scan_id)} == {""}
    assert folded["tampering"] == {"finding": 1, "mitigated": 0, "not_applicable": 0, "not_examined": 1}
    assert book.keep(B).fixed == (A.id,)


def test_text_of_any_kind_is_kept(book: Book) -> None:
    odd = finding(
        "custom/odd\0name", id="ffff6666", title="NUL \0, half of a character \udcff, \U0001f600", evidence=(evidence("ap\udcffp.py:1"),)
    )
    kept = book.keep(odd, examined=("ap\udcffp.py",), given_documents=("de\udcff\0sign.docx",))
    assert book.record.scan(kept.scan_id).findings[0].title == odd.title
    assert book.record.find(odd.id, book.key).finding.evidence == odd.evidence
    assert "\\x00" in book.record.events(book.key)[0].title


def test_what_is_said_of_a_system_stays_until_something_else_is_said(book: Book) -> None:
    book.record.keep(book.key, scan((A,)), at=book.now, name="shop", owner="team a", tags=("ai", "public"), criticality="high")
    book.keep(A)
    entry = book.record.system(book.key)
    assert (entry.name, entry.owner, entry.tags, entry.criticality, entry.root) == ("shop", "team a", ("ai", "public"), "high", book.key)
    assert entry.scans == 2 and entry.last is not None and entry.last.at == book.now


def test_forgetting_a_system_leaves_nothing_of_it(book: Book) -> None:
    other = Book(book.record, book.clock)
    kept = book.keep(A, B)
    other.keep(A)
    book.decide(A)
    book.record.forget(book.key)
    assert book.record.latest(book.key) is None and book.record.decisions(book.key) == () == book.record.events(book.key)
    with pytest.raises(Exception, match=f"there is no scan {kept.scan_id}"):
        book.record.scan(kept.scan_id)
    assert other.latest().findings[0].id == A.id
    assert book.keep(A).previous is None


def test_a_moment_needs_a_time_zone(book: Book) -> None:
    with pytest.raises(Exception, match="time zone"):
        book.keep(A, at=START.replace(tzinfo=None))
