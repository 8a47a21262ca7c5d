"""A record in SQLite and one in a real PostgreSQL: tests that ask for `book` run over both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.findings.model import Finding, Scan
from pipeline.record import Kept, Record, TrackedFinding, open_record
from tests.factories import scan
from tests.servers import Postgres, postgres_server

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
_NUMBERS = count(1)


@dataclass
class Book:
    """One system of a record, a day for each scan; `now` is the clock of the record."""

    record: Record
    clock: list[datetime]
    key: str = field(default_factory=lambda: f"/systems/{next(_NUMBERS)}")

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def wait(self, days: float = 1) -> datetime:
        self.clock[0] += timedelta(days=days)
        return self.clock[0]

    def keep(self, *findings: Finding, at: datetime | None = None, run: str | None = None, **more: Any) -> Kept:
        """Keeps a scan that read all files that findings of these tests are in, a day after the last one."""
        tree, renames = more.pop("tree", None), more.pop("renames", None)
        made = scan(findings, **{"examined": ("app.py", "other.py"), **more})
        return self.record.keep(self.key, made, at=at or self.wait(), run=run, tree=tree, renames=renames)

    def decide(
        self, finding: Finding, kind: Any = "accepted", reason: str = "we live with it", until: date | None = None
    ) -> TrackedFinding:
        return self.record.decide(self.key, finding.id, kind, reason=reason, by="ann", at=self.now, until=until)

    def status(self, finding: Finding) -> str:
        return self.record.find(finding.id, self.key).finding.status

    def latest(self) -> Scan:
        found = self.record.latest(self.key)
        assert found is not None
        return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty record of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('record') / 'record.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture(scope="session")
def _opened(url: str) -> Iterator[tuple[Record, list[datetime]]]:
    clock = [START]
    with open_record(url, clock=lambda: clock[0]) as record:
        yield record, clock


@pytest.fixture
def book(_opened: tuple[Record, list[datetime]]) -> Book:
    record, clock = _opened
    clock[0] = START
    return Book(record, clock)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "record.sqlite"
