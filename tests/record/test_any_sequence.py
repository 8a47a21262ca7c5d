"""Any sequence of scans and decisions: no finding is lost or doubled, and each has the status that the one rule of statuses gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from ingest.errors import UnusableInput
from pipeline.findings.lifecycle import Sight, next_status
from pipeline.findings.model import DecisionKind, Failed, Finding, LLMUse, Status, Tool
from pipeline.record import Record, open_record
from tests.factories import evidence, finding, scan
from tests.record.conftest import START, Book

FILES = ("a.py", "b.py")
FINDINGS = tuple(
    finding(f"threat-{number}", id=f"id-{number:04}", evidence=(evidence(f"{FILES[number % 2]}:{number + 1}"),), source="llm" if number > 3 else "rule")
    for number in range(6)
)  # fmt: skip
SOME = st.sets(st.sampled_from(FINDINGS), max_size=6)


@dataclass
class Expected:
    """What a finding should be by now, told by the rule alone."""

    status: Status
    knowledge: str  # of the scan that last saw it
    first_seen: Any
    sight: Sight = "seen"
    decided: DecisionKind | None = None
    until: date | None = None
    history: list[Status] = field(default_factory=list)

    def in_force(self, today: date) -> DecisionKind | None:
        return self.decided if self.until is None or today <= self.until else None


class AnySequence(RuleBasedStateMachine):
    """Scans that see some findings and read some files, decisions, days that pass."""

    record: Record
    clock: list[Any]

    @initialize()
    def begin(self) -> None:
        self.clock[0] = START
        self.book = Book(self.record, self.clock)
        self.expected: dict[str, Expected] = {}
        self.runs: list[str] = []
        self.scans = 0

    @rule(seen=SOME, read=st.sets(st.sampled_from(FILES)), knowledge=st.sampled_from("01"), asked=st.booleans(), days=st.integers(0, 3))
    def keep(self, seen: set[Finding], read: set[str], knowledge: str, asked: bool, days: int) -> None:
        there = [one for one in FINDINGS if one in seen and one.evidence[0].path in read and (asked or one.source != "llm")]
        failed = tuple(Failed(path=path, error="too deep") for path in FILES if path not in read)
        self.book.wait(days)
        self.runs.append(f"run {len(self.runs)}")
        kept = self.book.keep(
            *there, at=self.book.now, run=self.runs[-1], examined=tuple(sorted(read)), errors=failed,
            tool=Tool(version="1", knowledge=knowledge), llm=LLMUse(model="m") if asked else None,
        )  # fmt: skip
        self.scans += 1
        became: dict[Status, set[str]] = {}
        for one in FINDINGS:
            was = self.expected.get(one.id)
            if was is None and one not in there:
                continue
            before = was.status if was is not None else None
            status = self._seen(one, knowledge) if one in there else self._missed(one, was, read, knowledge)
            if status != before:
                became.setdefault(status, set()).add(one.id)
        told = {"new": kept.new, "fixed": kept.fixed, "reopened": kept.reopened, "unknown": kept.unknown}
        assert {name: set(ids) for name, ids in told.items()} == {name: became.get(name, set()) for name in told}  # type: ignore[call-overload]

    def _seen(self, one: Finding, knowledge: str) -> Status:
        was = self.expected.setdefault(one.id, Expected("new", knowledge, self.book.now))
        decided = was.in_force(self.book.now.date())
        was.status = next_status(was.status if was.history else None, "seen", decided)
        was.sight, was.knowledge = "seen", knowledge
        was.history.append(was.status)
        return was.status

    def _missed(self, one: Finding, was: Expected | None, read: set[str], knowledge: str) -> Status:
        assert was is not None
        looked = one.evidence[0].path in read and one.source != "llm" and knowledge == was.knowledge
        sight: Sight = "gone" if looked or was.status == "fixed" else "unseen"
        was.status = next_status(was.status, sight, was.in_force(self.book.now.date()))
        was.sight = sight
        was.history.append(was.status)
        return was.status

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), seen=SOME)
    def keep_again(self, data: st.DataObject, seen: set[Finding]) -> None:
        """What a worker does that did not hear that its scan was kept; whatever it says now, the scan is the one that was kept."""
        assert self.book.keep(*seen, at=self.book.now, run=data.draw(st.sampled_from(self.runs))).doubled

    @precondition(lambda self: self.scans)
    @rule(seen=SOME)
    def keep_late(self, seen: set[Finding]) -> None:
        """A scan of long ago that arrives now."""
        ages = START - timedelta(days=10)
        assert self.book.keep(*seen, at=ages).late
        for one in seen:
            if one.id in self.expected:
                self.expected[one.id].first_seen = ages

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), kind=st.sampled_from(["accepted", "dismissed"]), days=st.none() | st.integers(0, 3))
    def decide(self, data: st.DataObject, kind: DecisionKind, days: int | None) -> None:
        name = data.draw(st.sampled_from(sorted(self.expected)))
        was, until = self.expected[name], None if days is None else self.book.now.date() + timedelta(days=days)
        try:
            self.book.decide(FINDINGS[int(name[3:])], kind, until=until)
        except UnusableInput:
            assert was.status == "fixed"
            return
        assert was.status != "fixed"
        was.status = next_status(was.status, "unseen" if was.sight == "unseen" else "seen", kind)
        was.decided, was.until = kind, until

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.expected)))
        was = self.expected[name]
        try:
            self.book.decide(FINDINGS[int(name[3:])], "reopened")
        except UnusableInput:
            assert was.status not in ("accepted", "dismissed")
            return
        was.status = next_status(was.status, "unseen" if was.sight == "unseen" else "seen")
        was.decided = was.until = None

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.book.wait(days)

    def _now(self, was: Expected) -> Status:
        """A decision whose last day is over counts for nothing, also before the next scan."""
        if was.status in ("accepted", "dismissed") and was.in_force(self.book.now.date()) is None:
            return next_status(was.status, "unseen" if was.sight == "unseen" else "seen")
        return was.status

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        tracked = self.book.record.tracked(self.book.key)
        assert sorted(one.finding.id for one in tracked) == sorted(self.expected)
        assert {one.finding.id: one.finding.status for one in tracked} == {name: self._now(was) for name, was in self.expected.items()}
        assert {one.finding.id: one.first_seen for one in tracked} == {name: was.first_seen for name, was in self.expected.items()}
        assert all((one.closed_at is not None) == (one.finding.status in ("fixed", "accepted", "dismissed")) for one in tracked)

    @invariant()
    def the_latest_scan_is_what_is_tracked(self) -> None:
        latest = self.book.record.latest(self.book.key)
        assert (latest is None) == (self.scans == 0)
        if latest is not None:
            assert {one.id for one in latest.findings} == {name for name, was in self.expected.items() if was.status != "fixed"}

    @invariant()
    def events_tell_every_change_once(self) -> None:
        last: dict[str, Status] = {}
        for event in self.book.record.events(self.book.key):
            was = last.get(event.finding)
            assert event.was in ((was, "open") if was in ("new", "reopened", "unknown") else (was,))
            last[event.finding] = event.became
        for name, one in self.expected.items():
            assert one.status == last[name] or (one.status == "open" and last[name] in ("new", "reopened"))

    @invariant()
    def a_fresh_scan_is_told_the_decisions_that_hold(self) -> None:
        fresh = self.book.record.decided(self.book.key, scan(FINDINGS), self.book.now.date())
        for one in fresh.findings:
            was = self.expected.get(one.id)
            decided = was.in_force(self.book.now.date()) if was is not None and was.decided is not None else None
            assert one.status == (decided or "new")


@pytest.fixture
def machine(_opened: tuple[Record, list[Any]]) -> type[AnySequence]:
    record, clock = _opened
    return type("OverThisRecord", (AnySequence,), {"record": record, "clock": clock})


def test_any_sequence_of_a_few(machine: type[AnySequence]) -> None:
    checks = list(HealthCheck)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=checks)
    )


@pytest.mark.slow
def test_any_sequence_of_many(machine: type[AnySequence]) -> None:
    checks = list(HealthCheck)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    )


def test_more_findings_than_a_database_is_asked_for_at_once_are_kept(tmp_path: Path) -> None:
    many = tuple(finding(f"threat-{number}", id=f"many-{number:05}") for number in range(600))
    with open_record(str(tmp_path / "record.sqlite")) as record:
        assert len(record.keep("/a", scan(many, examined=("app.py",)), at=START).new) == 600
        assert len(record.keep("/a", scan(examined=("app.py",)), at=START).fixed) == 600
        assert len(record.keep("/a", scan(many, examined=("app.py",)), at=START).reopened) == 600
