"""What people decide about findings: over both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ingest.errors import UnusableInput
from pipeline.findings.model import Decision, Failed
from tests.factories import finding, scan
from tests.record.conftest import START, Book

A, B = finding("unbounded-consumption", id="aaaa1111"), finding("model-output-executed", id="bbbb2222")
TODAY = START.date()


def test_an_accepted_finding_is_told_so_by_the_next_scan_and_stays_so(book: Book) -> None:
    book.keep(A, B)
    told = book.decide(A, until=TODAY + timedelta(days=30))
    assert told.finding.status == "accepted" and told.closed_at == book.now
    fresh = book.record.decided(book.key, scan((A, B)), book.now.date())
    assert [(one.id, one.status) for one in fresh.findings] == [(A.id, "accepted"), (B.id, "new")]
    decision = fresh.findings[0].decision
    assert decision is not None and (decision.by, decision.until, decision.where) == ("ann", "2026-01-31", "")
    assert book.keep(*fresh.findings).reopened == () and book.status(A) == "accepted"


def test_nothing_but_decisions_goes_into_a_fresh_scan(book: Book) -> None:
    book.keep(A, B)
    book.keep(A)
    fresh = scan((A, B))
    assert book.record.decided(book.key, fresh, book.now.date()) == fresh


def test_a_decision_ends_after_its_last_day(book: Book) -> None:
    book.keep(A)
    last = book.now.date() + timedelta(days=2)
    book.decide(A, until=last)
    book.wait(2)
    assert book.status(A) == "accepted"
    assert book.record.decided(book.key, scan((A,)), last).findings[0].status == "accepted"
    book.wait(1)
    told = book.record.find(A.id, book.key)
    assert (told.finding.status, told.finding.decision, told.closed_at) == ("reopened", None, None)
    assert told.finding.status_reason == f"accepted until {last}, which has passed"
    assert [one.status for one in book.latest().findings] == ["reopened"]
    assert book.record.decided(book.key, scan((A,)), book.now.date()).findings[0].status == "new"
    assert book.keep(A).reopened == (A.id,)
    assert book.keep(A).reopened == () and book.status(A) == "open"
    (ended,) = book.record.decisions(book.key)
    assert ended.ended_at is not None and "has passed" in ended.ended_why
    assert [event.became for event in book.record.events(book.key)] == ["new", "accepted", "reopened"]


def test_a_decision_about_what_was_not_looked_for_holds_and_then_it_is_unknown(book: Book) -> None:
    book.keep(A)
    book.decide(A, until=book.now.date() + timedelta(days=1))
    unread: dict[str, Any] = {"examined": (), "errors": (Failed(path="app.py", error="too deep"),)}
    book.keep(**unread)
    assert book.status(A) == "accepted"
    book.wait(5)
    assert book.status(A) == "unknown"
    assert book.keep(**unread).unknown == (A.id,)


def test_a_decision_outlives_the_mend_and_holds_when_the_finding_is_back(book: Book) -> None:
    book.keep(A)
    book.decide(A, "dismissed")
    assert book.keep().fixed == (A.id,)
    book.keep(A)
    assert book.status(A) == "dismissed"


def test_reopening_ends_the_decision(book: Book) -> None:
    book.keep(A)
    book.decide(A)
    assert book.decide(A, "reopened", "not after all").finding.status == "reopened"
    assert book.record.decided(book.key, scan((A,)), book.now.date()).findings[0].status == "new"
    book.keep(A)
    assert book.status(A) == "open"
    newest, older = book.record.decisions(book.key)
    assert (newest.kind, newest.reason, older.kind, older.ended_why) == ("reopened", "not after all", "accepted", "reopened")


def test_a_second_decision_takes_the_place_of_the_first(book: Book) -> None:
    book.keep(A)
    book.decide(A)
    assert book.decide(A, "dismissed", "it is a test").finding.status == "dismissed"
    assert [(one.kind, one.ended_at is None) for one in book.record.decisions(book.key)] == [("dismissed", True), ("accepted", False)]


def test_an_unknown_finding_can_be_accepted_and_is_unknown_when_that_ends(book: Book) -> None:
    book.keep(A)
    book.keep(examined=(), errors=(Failed(path="app.py", error="too deep"),))
    assert book.decide(A).finding.status == "accepted"
    assert book.decide(A, "reopened").finding.status == "unknown"


def test_what_stands_in_the_tree_is_not_reopened_here_and_a_decision_of_the_record_wins(book: Book) -> None:
    beside = A.model_copy(update={"status": "dismissed", "decision": Decision(kind="dismissed", reason="a test", where="app.py:1")})
    book.keep(beside)
    with pytest.raises(UnusableInput, match=r"is dismissed by the tree itself: app\.py:1"):
        book.decide(A, "reopened")
    book.decide(A)
    (told,) = book.record.decided(book.key, scan((beside,)), book.now.date()).findings
    assert told.status == "accepted" and told.decision is not None and told.decision.by == "ann"
    book.keep(beside)
    assert book.status(A) == "accepted"
    assert book.decide(A, "reopened").finding.status == "dismissed"


@pytest.mark.parametrize(
    ("kind", "reason", "until", "said"),
    [
        ("accepted", "  ", None, "needs a reason"),
        ("accepted", "x" * 5000, None, "is too long"),
        ("accepted", "why", date(2020, 1, 1), "has passed"),
        ("reopened", "why", date(2030, 1, 1), "no last day"),
        ("reopened", "why", None, "nothing was decided"),
    ],
)
def test_what_cannot_be_decided_is_one_line(book: Book, kind: str, reason: str, until: date | None, said: str) -> None:
    book.keep(A)
    with pytest.raises(UnusableInput, match=said):
        book.decide(A, kind, reason, until)
    assert book.status(A) == "new" and book.record.decisions(book.key) == ()


def test_of_what_is_fixed_or_was_never_there_nothing_is_decided(book: Book) -> None:
    with pytest.raises(UnusableInput, match="no such system"):
        book.decide(A)
    book.keep(A, B)
    book.keep(B)
    with pytest.raises(UnusableInput, match="is fixed"):
        book.decide(A)
    with pytest.raises(UnusableInput, match="no finding begins with cccc3333"):
        book.decide(finding(id="cccc3333"))


def test_the_reason_is_kept_as_it_was_written(book: Book) -> None:
    book.keep(A)
    reason = "line one\nline two \x1b[31m; DROP TABLE finding; -- 100 % 'quoted'"
    assert book.decide(A, reason=reason).finding.decision is not None
    assert book.record.decisions(book.key)[0].reason == reason
