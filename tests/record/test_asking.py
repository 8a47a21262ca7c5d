"""What the record answers, and what it says where it has no answer: over both databases."""

from __future__ import annotations

import pytest

from ingest.errors import UnusableInput
from pipeline.findings.model import Status
from tests.factories import finding, scan
from tests.record.conftest import Book

FIXED: tuple[Status, ...] = ("fixed",)
A, B = finding("unbounded-consumption", id="aaaa1111"), finding("model-output-executed", id="aaaa2222")


def test_what_the_record_does_not_have_is_empty(book: Book) -> None:
    record, key = book.record, "/nowhere"
    assert not any((record.scans(key), record.tracked(key), record.decisions(key), record.events(key)))
    assert record.latest(key) is None
    assert record.decided(key, scan((A,)), book.now.date()) == scan((A,))
    record.forget(key)


def test_a_system_is_found_by_key_and_by_a_name_that_is_its_own(book: Book) -> None:
    other, name = Book(book.record, book.clock), f"shop {book.key}"
    book.record.keep(book.key, scan(), at=book.now, name=name)
    assert book.record.system(name).key == book.record.system(book.key).key == book.key
    other.record.keep(other.key, scan(), at=book.now, name=name)
    with pytest.raises(UnusableInput, match="2 systems have this name"):
        book.record.system(name)
    with pytest.raises(UnusableInput, match="no such system"):
        book.record.system("elsewhere")
    assert {book.key, other.key} <= {entry.key for entry in book.record.systems()}


def test_a_finding_is_found_by_a_beginning_that_is_its_own(book: Book) -> None:
    book.keep(A, B)
    assert book.record.find("aaaa1", book.key).finding.id == A.id
    for beginning, said in (
        ("aaa", "too short"),
        ("aaaa", "2 findings begin"),
        ("AAAA1", "no finding begins"),
        ("aa%a", "no finding"),
        ("aa_a1", "no finding"),
    ):
        with pytest.raises(UnusableInput, match=said):
            book.record.find(beginning, book.key)
    other = Book(book.record, book.clock)
    other.keep(A)
    with pytest.raises(UnusableInput, match="findings of several systems"):
        book.record.find(A.id)
    assert book.record.find(A.id, other.key).system == other.key


def test_an_id_that_is_the_beginning_of_another_is_found(book: Book) -> None:
    longer = finding("prompt-in-logs", id=A.id + "0")
    book.keep(A, longer)
    assert book.record.find(A.id, book.key).finding.id == A.id


def test_findings_can_be_chosen_by_status_and_come_worst_first(book: Book) -> None:
    mild = B.model_copy(update={"severity": "low"})
    book.keep(mild, A)
    book.keep(mild)
    assert [one.finding.id for one in book.record.tracked(book.key)] == [A.id, B.id]
    assert [one.finding.id for one in book.record.tracked(book.key, FIXED)] == [A.id]
    assert [one.finding.id for one in book.record.tracked(book.key, ("new", "open"))] == [B.id]


def test_scans_come_newest_first_and_no_more_than_asked_for(book: Book) -> None:
    kept = [book.keep(A).scan_id for _ in range(3)]
    assert [entry.id for entry in book.record.scans(book.key, 2)] == [kept[2], kept[1]]
    assert book.record.scans(book.key, 1)[0].previous == kept[1]


def test_events_since_a_moment_are_those_of_then_and_later(book: Book) -> None:
    book.keep(A)
    book.keep(B)
    assert [(event.finding, event.became) for event in book.record.events(book.key, book.now)] == [(B.id, "new"), (A.id, "fixed")]
    assert [event.threat for event in book.record.events(book.key)] == [A.threat, B.threat, A.threat]


def test_a_key_longer_than_databases_take_is_refused(book: Book) -> None:
    with pytest.raises(UnusableInput, match="is too long"):
        book.record.keep("/" + "x" * 3000, scan(), at=book.now)
