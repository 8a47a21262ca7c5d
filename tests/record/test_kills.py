"""A process that dies while it keeps a scan leaves the scan wholly kept or not at all; processes that keep at once wait for each other.

The processes are forked: each opens the record for itself, as any other process would.
"""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from pipeline.findings.model import Scan
from pipeline.record import Kept, Record, open_record
from tests.factories import evidence, finding, scan
from tests.record.conftest import START, Book
from tests.record.forks import ended, forked

RUN = "night-2"
BEFORE: Scan = scan(tuple(finding(f"threat-{number}", id=f"id-{number:04}") for number in range(6)), examined=("app.py",))
AFTER: Scan = scan(
    tuple(
        finding(
            f"threat-{number}", id=f"id-{number:04}", severity="low", evidence=(evidence(f"app.py:{number + 1}", f"call_{number}(reply)"),)
        )
        for number in range(3, 9)
    ),
    examined=("app.py",),
)


def keep(record: Record, key: str) -> Kept:
    return record.keep(key, AFTER, at=START + timedelta(days=1), run=RUN)


def begun(book: Book) -> Book:
    """A system with one scan."""
    system = Book(book.record, book.clock)
    system.record.keep(system.key, BEFORE, at=START)
    return system


def points_of(url: str, key: str) -> list[str]:
    """What is said to the database while a scan is kept, in its order."""
    said: list[str] = []
    with open_record(url) as record:
        event.listen(record._writing, "before_cursor_execute", lambda *of: said.append(f"before {of[2]}"))
        event.listen(record._writing, "after_cursor_execute", lambda *of: said.append(f"after {of[2]}"))
        event.listen(record._writing, "commit", lambda _: said.append("commit"))
        keep(record, key)
    return said


def killed_at(url: str, key: str, point: int) -> None:
    """Keeps the scan in a process that is killed at that point of what it says to the database."""

    def work() -> None:
        said = 0

        def count(*_: object) -> None:
            nonlocal said
            if said == point:
                os.kill(os.getpid(), signal.SIGKILL)
            said += 1

        with open_record(url) as record:
            for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
                event.listen(record._writing, name, count)
            keep(record, key)

    assert ended(forked(work)) == -signal.SIGKILL


def killed_after(url: str, key: str, seconds: float) -> None:
    """Keeps the scan in a process that is killed from outside, some time after it began."""

    def work() -> None:
        with open_record(url) as record:
            keep(record, key)

    process = forked(work)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    assert ended(process) in (0, -signal.SIGKILL)


def whole(record: Record, key: str) -> bool:
    """Checks that the record has the second scan wholly or not at all, keeps it again, and checks that it is there once."""
    with record._write() as session:  # a server may still be about what it was told last: then it holds the row
        record._lock(session, key)
    scans = record.scans(key)
    if len(scans) == 1:
        tracked = {one.finding.id: one.finding.status for one in record.tracked(key)}
        assert tracked == dict.fromkeys((one.id for one in BEFORE.findings), "new")
        assert {event.scan_id for event in record.events(key)} == {scans[0].id}
    again = keep(record, key)
    assert again.doubled == (len(scans) == 2)
    assert [entry.run for entry in record.scans(key)] == [RUN, None]
    statuses = {f"id-{number:04}": "fixed" if number < 3 else "open" if number < 6 else "new" for number in range(9)}
    assert {one.finding.id: one.finding.status for one in record.tracked(key)} == statuses
    assert len(record.events(key)) == 6 + 3 + 3 + 3  # new ones; fixed ones, new ones, milder ones
    found = record.latest(key)
    assert found is not None and {one.id for one in found.findings} == {one.id for one in AFTER.findings}
    assert again.new == ("id-0006", "id-0007", "id-0008") and again.fixed == ("id-0000", "id-0001", "id-0002")
    return len(scans) == 2


def test_a_killed_process_loses_and_doubles_nothing(url: str, book: Book) -> None:
    said = points_of(url, begun(book).key)
    assert said[-1] == "commit" and len(said) > 20
    for part in (0.0, 0.3, 0.6, 0.8, 0.9, 1.0):
        system = begun(book)
        killed_at(url, system.key, round((len(said) - 1) * part))
        assert not whole(system.record, system.key)


@pytest.mark.slow
def test_a_process_killed_at_every_point_loses_and_doubles_nothing(url: str, book: Book) -> None:
    for point in range(len(points_of(url, begun(book).key))):
        system = begun(book)
        killed_at(url, system.key, point)
        assert not whole(system.record, system.key)


@pytest.mark.slow
def test_a_process_killed_fifty_times_at_any_moment_loses_and_doubles_nothing(url: str, book: Book) -> None:
    began = time.perf_counter()
    points_of(url, begun(book).key)
    takes, dice, kept = time.perf_counter() - began, random.Random(8), 0
    for _ in range(50):
        system = begun(book)
        killed_after(url, system.key, dice.random() * takes * 1.5)
        kept += whole(system.record, system.key)
    assert 0 < kept < 50


@pytest.mark.slow
def test_a_process_killed_while_the_record_is_made_leaves_one_that_can_be_made(tmp_path: Path) -> None:
    dice = random.Random(8)
    for number in range(50):
        file = tmp_path / f"{number}.sqlite"
        killed_after(str(file), "/a", dice.random() * 0.4)
        with open_record(str(file)) as record:
            record.keep("/b", BEFORE, at=START)
            assert record.system("/b").scans == 1


def test_processes_that_keep_at_once_wait_for_each_other(url: str, book: Book) -> None:
    def work(name: str) -> None:
        with open_record(url) as record:
            for number in range(5):
                record.keep(book.key, scan((finding(),)), at=START, run=f"{number} of {name}")
                record.keep(book.key, scan((finding(),)), at=START, run=f"{number} of both")

    processes = [forked(lambda name=name: work(name)) for name in "ab"]  # type: ignore[misc]  # the name of now
    assert list(map(ended, processes)) == [0, 0]
    scans = book.record.scans(book.key)
    assert sorted(entry.run or "" for entry in scans) == sorted(f"{number} of {name}" for number in range(5) for name in ("a", "b", "both"))
    assert [entry.previous for entry in scans] == [*(entry.id for entry in scans[1:]), None]  # each was told against the one before
    assert [event.became for event in book.record.events(book.key)] == ["new"]
    assert book.keep(finding()).new == ()
